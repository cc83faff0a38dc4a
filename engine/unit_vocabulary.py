"""The words that a unit may be made of. Nothing else is a unit: a typing error must not become Boltzmann constants.

Every currency and every thing that is counted is a dimension of its own, so dollars never add to euros, nor users to
GPUs, without a quantity that converts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["CURRENCIES", "DEFINITIONS", "canonical_names", "is_unit_name"]

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

DEFINITIONS: dict[str, str] = {
    "year": "[time]",
    "quarter": "year / 4",
    "month": "year / 12",
    "day": "year / 365.25",
    "week": "7 * day",
    "hour": "day / 24",
    "minute": "hour / 60",
    "second": "minute / 60",
    "percent": "0.01",
    "thousand": "1e3",
    "million": "1e6",
    "billion": "1e9",
    "kWh": "[energy]",
    "Wh": "kWh / 1000",
    "MWh": "1000 * kWh",
    "GWh": "1e6 * kWh",
    "kW": "kWh / hour",
    "W": "kW / 1000",
    "MW": "1000 * kW",
    "GW": "1e6 * kW",
    "byte": "8 * bit",
    "GB": "1e9 * byte",
    "TB": "1e12 * byte",
    "PB": "1e15 * byte",
    "ktoken": "1e3 * token",
    "Mtoken": "1e6 * token",
    "PFLOP": "1e15 * FLOP",
    "EFLOP": "1e18 * FLOP",
    "tonne": "[mass]",
    "kg": "tonne / 1000",
    "meter": "[length]",
    "km": "1000 * meter",
}
"""Units that are neither a currency nor a counted thing, in the notation of pint."""

_PLURALS = {
    *("year", "quarter", "month", "day", "week", "hour", "minute", "second", "byte", "ktoken", "Mtoken", "tonne"),
    *("meter", "PFLOP", "EFLOP"),
}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)


def is_unit_name(name: str) -> bool:
    """Whether a scenario may declare a counted thing of this name."""
    return _NAME.fullmatch(name) is not None


def canonical_names(extra: Iterable[str] = ()) -> dict[str, str]:
    """Every word that may be written in a unit, plurals among them, → the unit it means.

    ``extra`` are counted things and currencies that a scenario adds; each is a dimension of its own.
    """
    names = {name: name for name in (*CURRENCIES, *_COUNTED, *DEFINITIONS)}
    for name in (*_COUNTED, *_PLURALS, *extra):
        names.setdefault(_IRREGULAR_PLURALS.get(name, f"{name}s"), name)
    names.update((name, name) for name in extra)
    return names
