"""The words that a unit may be made of. Nothing else is a unit: a typing error must not become Boltzmann constants.

Every currency and every thing that is counted is a dimension of its own, so dollars never add to euros, nor users to
GPUs, without a quantity that converts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["CURRENCIES", "DEFINITIONS", "canonical_names", "is_unit_name", "plural_of"]

CURRENCIES = (
    *("AED", "ARS", "AUD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EGP", "EUR", "GBP", "HKD", "HUF"),
    *("IDR", "ILS", "INR", "ISK", "JPY", "KES", "KRW", "MXN", "MYR", "NGN", "NOK", "NZD", "PEN", "PHP", "PKR", "PLN"),
    *("QAR", "RON", "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VND", "ZAR"),
)

_COUNTED = (
    *("user", "customer", "subscriber", "account", "seat", "visitor", "visit", "session", "query", "request", "call"),
    *("token", "message", "image", "GPU", "TPU", "CPU", "chip", "server", "rack", "node", "datacenter", "employee"),
    *("person", "engineer", "hire", "model", "run", "round", "share", "contract", "order", "item", "unit", "ticket"),
    *("store", "vehicle", "device", "licence", "FLOP", "bit", "event", "deal", "lead"),
)
_IRREGULAR_PLURALS = {"query": "queries", "person": "people", "GPU": "GPUs", "FLOP": "FLOPs"}

DEFINITIONS: dict[str, tuple[float, str] | None] = {
    "year": None,
    "quarter": (1 / 4, "year"),
    "month": (1 / 12, "year"),
    "day": (1 / 365.25, "year"),
    "week": (7.0, "day"),
    "hour": (1 / 24, "day"),
    "minute": (1 / 60, "hour"),
    "second": (1 / 60, "minute"),
    "percent": (0.01, "1"),
    "thousand": (1e3, "1"),
    "million": (1e6, "1"),
    "billion": (1e9, "1"),
    "kWh": None,
    "Wh": (1e-3, "kWh"),
    "MWh": (1e3, "kWh"),
    "GWh": (1e6, "kWh"),
    "kW": (1.0, "kWh/hour"),
    "W": (1e-3, "kW"),
    "MW": (1e3, "kW"),
    "GW": (1e6, "kW"),
    "byte": (8.0, "bit"),
    "GB": (1e9, "byte"),
    "TB": (1e12, "byte"),
    "PB": (1e15, "byte"),
    "ktoken": (1e3, "token"),
    "Mtoken": (1e6, "token"),
    "PFLOP": (1e15, "FLOP"),
    "EFLOP": (1e18, "FLOP"),
    "tonne": None,
    "kg": (1e-3, "tonne"),
    "meter": None,
    "km": (1e3, "meter"),
}
"""Units that are neither a currency nor a counted thing: how many of which unit, None for a dimension of its own."""

_PLURALS = {
    *("year", "quarter", "month", "day", "week", "hour", "minute", "second", "byte", "ktoken", "Mtoken", "tonne"),
    *("meter", "PFLOP", "EFLOP"),
}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


def is_unit_name(name: str) -> bool:
    """Whether a scenario may declare a counted thing of this name."""
    return _NAME.fullmatch(name) is not None


def plural_of(name: str) -> str:
    """How several of a unit are called; as one of them where the vocabulary has no plural of it.

    >>> plural_of("GPU"), plural_of("person"), plural_of("kWh"), plural_of("USD/month")
    ('GPUs', 'people', 'kWh', 'USD/month')
    """
    return _IRREGULAR_PLURALS.get(name, f"{name}s") if name in _PLURALS or name in _COUNTED else name


def canonical_names(extra: Iterable[str] = ()) -> dict[str, str]:
    """Every word that may be written in a unit, plurals among them, → the unit it means.

    ``extra`` are counted things and currencies that a scenario adds; each is a dimension of its own.
    """
    names = {name: name for name in (*CURRENCIES, *_COUNTED, *DEFINITIONS)}
    for name in (*_COUNTED, *_PLURALS, *extra):
        names.setdefault(_IRREGULAR_PLURALS.get(name, f"{name}s"), name)
    names.update((name, name) for name in extra)
    return names
