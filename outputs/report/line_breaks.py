"""Places where long words may break: formulas, addresses and names, in the narrow cells of a table."""

from __future__ import annotations

import re

__all__ = ["SOFT", "breakable", "breakable_after_signs"]

SOFT = "\u200b"
"""A space of no width: a line may end there."""
LONGEST = 24
_LONG = re.compile(r"\S{12,}")
_AFTER_SIGNS = re.compile(r"(?<=[_/(),&?:*])(?=[^\W_])|(?<=[^\W\d_][.-])(?=[^\W\d_])")


def breakable_after_signs(text: str) -> str:
    """The text with places to break in long words after signs, but not within a number.

    >>> breakable_after_signs("normal(mean=-0.25,sd=0.1)").split(SOFT)
    ['normal(', 'mean=-0.25,', 'sd=0.1)']
    """
    return _LONG.sub(lambda found: _AFTER_SIGNS.sub(SOFT, found[0]), text)


def breakable(text: str, longest: int = LONGEST) -> str:
    """The text with places to break in long words: after signs, and in what is left longer than ``longest``.

    Words up to a ``longest`` that is greater than usual stay whole.

    >>> breakable("0123456789" * 3).split(SOFT)
    ['012345678901234567890123', '456789']
    """

    def broken(found: re.Match[str]) -> str:
        if longest > LONGEST and len(found[0]) <= longest:
            return found[0]
        parts = _AFTER_SIGNS.sub(SOFT, found[0]).split(SOFT)
        return SOFT.join(re.sub(rf".{{{longest}}}(?=.)", rf"\g<0>{SOFT}", part) for part in parts)

    return _LONG.sub(broken, text)
