"""Libraries that only some need: what to install where one is missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from burncast.distributions.errors import InputError

__all__ = ["require"]


def require(module: str, extra: str, purpose: str, otherwise: str = "") -> Any:
    """The module, or an InputError that says which extra of burncast brings it, and what to do ``otherwise``."""
    try:
        return import_module(module)
    except ImportError:
        name = module.partition(".")[0]
        raise InputError(
            f"{purpose} needs {name}, which is not installed; expected: pip install 'burncast[{extra}]'{otherwise}"
        ) from None
