"""The words of an expression, checked before any parser sees them.

A parser that is handed thousands of nested brackets, a number of thousands of digits, or letters that only look like
others has already lost; so length, nesting, numbers, words and signs are judged here.
"""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Iterator

from burncast.distributions.errors import InputError

__all__ = [
    "MAX_DEPTH",
    "MAX_LENGTH",
    "MAX_NODES",
    "ExpressionError",
    "checked_tokens",
    "interval_ends",
    "is_name",
    "read_number",
]

MAX_LENGTH = 10_000
MAX_DEPTH = 60
MAX_NODES = 2_000
_MAX_DIGITS = 40

_NUMBER = r"(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?"
_TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\n]+)
    |(?P<number>{_NUMBER})(?P<tail>[A-Za-z_]*)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)(?P<prefixed>["'])?
    |(?P<text>"[^"\\\x00-\x1f]*"|'[^'\\\x00-\x1f]*')
    |(?P<operator>\*\*|//|<=|>=|==|!=|[-+*/%<>=(),\[\]])""",
    re.VERBOSE | re.ASCII,
)
_INTERVAL = re.compile(rf"\s*([+-]?{_NUMBER})\s+to\s+([+-]?{_NUMBER})\s*", re.ASCII)
_LANGUAGE_WORDS = frozenset({"and", "or", "not", "if", "else"})
_PYTHON_WORDS = frozenset(keyword.kwlist) - _LANGUAGE_WORDS
_RESERVED = frozenset({*keyword.kwlist, "to"})
_NAME = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_REFUSED = {
    ".": "'.' stands only inside a number: attributes cannot be reached",
    ":": "':' is not part of the language: no slices, no assignments, no lambdas",
    "{": "braces are not part of the language",
    "}": "braces are not part of the language",
    "\\": "a backslash is not part of the language",
    "#": "comments belong outside the quotes",
    "^": "'^' is not part of the language: a power is written **",
    "&": "'&' is not part of the language: write 'and'",
    "|": "'|' is not part of the language: write 'or'",
    "!": "'!' is not part of the language: write 'not'",
    "$": "currencies belong into 'unit'",
    '"': "a quote is not closed",
    "'": "a quote is not closed",
}


class ExpressionError(InputError):
    """An expression that cannot be read: ``message``, and ``position`` in characters from 0 where one is known."""

    def __init__(self, message: str, position: int | None = None) -> None:
        self.message, self.position = message, position
        super().__init__(message if position is None else f"{message} (at character {position + 1})")

    def __reduce__(self) -> tuple[type[ExpressionError], tuple[str, int | None]]:
        return type(self), (self.message, self.position)


def interval_ends(text: str) -> tuple[float, float] | None:
    """The two numbers of ``"2 to 8"``, if that is the whole text."""
    match = _INTERVAL.fullmatch(text)
    return (read_number(match[1], match.start(1)), read_number(match[2], match.start(2))) if match else None


def checked_tokens(text: str) -> Iterator[str]:
    """The tokens of ``text`` with line ends as spaces, so that positions stay; refuses what no expression contains."""
    position, depth, signs, tokens, last_was_text = 0, 0, 0, 0, False
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise ExpressionError(_refusal(text[position]), position)
        kind, token = match.lastgroup, match.group()
        if match["space"]:
            yield " " * len(token)
            position = match.end()
            continue
        tokens += 1
        if tokens > 4 * MAX_NODES:
            raise ExpressionError("the expression is too long: split it into several formulas", position)
        if match["number"]:
            _check_number(match["number"], match["tail"], position)
        elif match["word"]:
            _check_word(match["word"], match["prefixed"], position)
        elif match["text"] and last_was_text:
            raise ExpressionError("two quoted words stand side by side", position)
        elif match["text"] and not token.isprintable():
            raise ExpressionError("a quoted word with invisible characters", position)
        depth += (token in "([") - (token in ")]") if kind == "operator" else 0
        signs = signs + 1 if token in ("-", "+", "not", "**", "else") or token in "([" else 0
        if depth > MAX_DEPTH or signs > MAX_DEPTH:
            raise ExpressionError(f"the expression is nested more than {MAX_DEPTH} levels deep", position)
        last_was_text = match["text"] is not None
        yield token
        position = match.end()


def _check_number(digits: str, tail: str, position: int) -> None:
    if tail:
        raise ExpressionError(
            f"{digits + tail!r} is neither a number nor a name; write {digits}, or {digits} * …", position
        )
    read_number(digits, position)


def _check_word(word: str, quote: str | None, position: int) -> None:
    if quote:
        raise ExpressionError(f"a quoted word takes no prefix such as {word!r}", position)
    if word in ("True", "False"):
        raise ExpressionError(f"{word!r} is not part of the language: write {int(word == 'True')}", position)
    if word == "to":
        raise ExpressionError(
            "'to' stands between two numbers and nothing else; or write interval(low, high)", position
        )
    if word in _PYTHON_WORDS:
        raise ExpressionError(f"{word!r} is not part of the language", position)
    if word.startswith("__"):
        raise ExpressionError(f"{word!r}: names cannot begin with two underscores", position)


def _refusal(character: str) -> str:
    if character in _REFUSED:
        return _REFUSED[character]
    if not character.isascii() and character.isprintable():
        return f"{character!r} is not a plain ASCII letter, digit or sign"
    return f"{character!r} is not part of the language"


def is_name(word: str) -> bool:
    """Whether a quantity may be called this."""
    return _NAME.fullmatch(word) is not None and word not in _RESERVED


def read_number(digits: str, position: int) -> float:
    """A finite number of bounded length."""
    if len(digits) > _MAX_DIGITS:
        raise ExpressionError(f"a number of {len(digits)} characters; use at most {_MAX_DIGITS}", position)
    try:
        value = float(digits)
    except ValueError:
        raise ExpressionError(f"{digits!r} is not a number", position) from None
    if not math.isfinite(value):
        raise ExpressionError(f"{digits} is too large for a number", position)
    return value
