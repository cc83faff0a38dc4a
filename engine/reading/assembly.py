"""The sections around the quantities (time, dimensions, ruin, outputs), and the whole scenario."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from burncast.distributions.errors import Problem, nearest_name
from burncast.engine.documents.document import Document
from burncast.engine.draws.particles import Particles
from burncast.engine.language.expressions import TIME_NAMES, Expression, ExpressionError, is_name, parse
from burncast.engine.language.scenario_model import YEARS_PER_STEP, Location, Quantity, Ruin, Scenario
from burncast.engine.language.unit_vocabulary import is_unit_name
from burncast.engine.reading.correlations import read_correlation
from burncast.engine.reading.particle_files import read_particles
from burncast.engine.reading.quantities import Reading, read_quantities
from burncast.engine.reading.schedules import Calendar
from burncast.engine.reading.sip_inputs import library_correlations

__all__ = ["RESULT_NAMES", "assemble", "begin_reading"]

RESULT_NAMES = frozenset(
    {
        *("ruin_probability", "ruin_probability_se", "runway", "funding_need"),
        *("period", "quantile", "variant", "trajectory", "date"),
    }
)
"""What a result calls its own parts; no tracked quantity and no dimension may be called so."""

_ANY_DATE = datetime.date(2000, 1, 1)
_START = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", re.ASCII)


def begin_reading(document: Document, problems: list[Problem]) -> Reading:
    """The time and the dimensions of a document, which everything else is read against."""
    about = document.data.get("scenario", {})
    start = _read_start(about.get("start"), document.location("scenario", "start"), problems)
    calendar = Calendar(start, about.get("step", "month"), about.get("periods", 1))
    if "periods" not in about and not any(problem.key == "scenario.periods" for problem in problems):
        problems.append(
            document.location("scenario").problem("has no `periods`", "how many are simulated: periods = 36")
        )
    _check_words(about, document, problems)
    dimensions = {name: tuple(labels) for name, labels in document.data.get("dimensions", {}).items()}
    for name, labels in dimensions.items():
        location = document.location("dimensions", name)
        if name in RESULT_NAMES:
            problems.append(location.problem(f"{name!r} is already the name of a part of the result"))
        elif not is_name(name) or name in TIME_NAMES:
            problems.append(location.problem(f"{name!r} cannot be a name", "letters, digits and underscores"))
        if not labels:
            problems.append(location.problem("has no elements", 'a list such as ["free", "plus"]'))
        for label in sorted({label for label in labels if labels.count(label) > 1}):
            problems.append(location.problem(f"has the element {label!r} twice"))
        for label in labels:
            if not label or not re.fullmatch(r"[^\"'\\,\[\]#\x00-\x1f]+", label):
                problems.append(
                    location.problem(f"{label!r} cannot be an element", "text without quotes, commas or brackets")
                )
    return Reading(document, calendar, dimensions, problems)


def assemble(reading: Reading, text: str) -> Scenario:
    """Everything in one :class:`Scenario`; what is wrong goes to the reading's problems and is left out."""
    document = reading.document
    about = document.data.get("scenario", {})
    quantities = read_quantities(reading)
    calendar = reading.calendar
    correlations = library_correlations(quantities, calendar.sips, calendar.sip_members, reading.problems) + tuple(
        correlation
        for number, entry in enumerate(document.data.get("correlations", []))
        if entry is not None
        and (correlation := read_correlation(reading, entry, document.location("correlations", number))) is not None
    )
    ruin = _read_ruin(reading)
    track = _read_track(reading, quantities)
    for name, digest in sorted(reading.calendar.digests):
        line = f"# sha256 of {name}: {digest}"
        if line not in text:
            text = text.rstrip("\n") + f"\n{line}\n"
    return Scenario(
        title=about.get("title") or (Path(document.file).stem if document.file else "untitled"),
        start=reading.calendar.start,
        periods=reading.calendar.periods,
        step=reading.calendar.step,
        currency=about.get("currency"),
        dt=YEARS_PER_STEP[reading.calendar.step],
        dimensions=reading.dimensions,
        quantities=quantities,
        correlations=correlations,
        ruin=ruin,
        track=track,
        text=text,
        sha256=hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest(),
        file=document.file,
        extra_units=tuple(about.get("units", ())),
        description=about.get("description"),
        particles=_read_particles(reading),
        sips=dict(calendar.sips),
    )


def _check_words(about: Mapping[str, Any], document: Document, problems: list[Problem]) -> None:
    """The words that a scenario adds to units, and the names of its variants."""
    added = [("units", word) for word in about.get("units", ())]
    if "currency" in about:
        added.append(("currency", about["currency"]))
    for key, word in added:
        if not is_unit_name(word):
            problems.append(document.location("scenario", key).problem(f"{word!r} is not a word for a unit", "letters"))
    if "base" in document.data.get("variants", {}):
        location = document.location("variants", "base")
        problems.append(location.problem("'base' is what the scenario itself is called beside its variants"))


def _read_start(written: Any, location: Location, problems: list[Problem]) -> datetime.date | None:
    if written is None:
        return None
    if isinstance(written, datetime.date):
        return datetime.date(written.year, written.month, written.day)
    match = _START.fullmatch(written)
    try:
        date = datetime.date(*(int(part or 1) for part in match.groups())) if match else None
    except ValueError:
        date = None
    if date is None or not 1000 <= date.year <= 5000:
        problems.append(
            location.problem(f"{written!r} is not a date", 'a month such as "2023-06", or a day "2023-06-15"')
        )
        return _ANY_DATE
    return date


def _read_ruin(reading: Reading) -> Ruin | None:
    entry = reading.document.data.get("ruin")
    if entry is None:
        return None
    places = {key: reading.document.location("ruin", key) for key in ("when", "need")}
    if "when" not in entry and "ruin" in reading.misspelt:
        return None
    if "when" not in entry:
        reading.report(reading.document.location("ruin"), "has no `when`", 'a condition such as when = "cash < 0"')
        return None
    when = _read_expression(reading, entry["when"], places["when"])
    need = _read_expression(reading, entry["need"], places["need"]) if "need" in entry else None
    if when is None:
        return None
    return Ruin(when, need, places["when"], places["need"] if need is not None else None)


def _read_track(reading: Reading, quantities: Mapping[str, Quantity]) -> tuple[str, ...]:
    written = reading.document.data.get("outputs", {}).get("track")
    stocks = [name for name, quantity in quantities.items() if quantity.kind == "stock"]
    track = dict.fromkeys(stocks if written is None else written)
    location = reading.document.location("outputs", "track")
    known = quantities.keys() | reading.broken
    taken = {*RESULT_NAMES, *(f"{name}_{part}" for name in track for part in ("mean", "mean_se", "sd"))}
    for name in track:
        if name not in known:
            reading.report(location, f"there is no quantity {name!r}", nearest=nearest_name(name, known))
        elif name in taken:
            place = location if written is not None else quantities[name].location
            reading.report(
                place, f"{name!r} is already the name of a part of the result", "another name, or not to track it"
            )
    return tuple(track)


def _read_particles(reading: Reading) -> Particles | None:
    entry = reading.document.data.get("posterior")
    if entry is None or "posterior" in reading.misspelt:
        return None
    if {"particles", "sha256"} - entry.keys():
        place = reading.document.location("posterior")
        reading.report(place, "is not whole", "`particles`, a file, and its `sha256`, as they were saved")
        return None
    found = read_particles(entry["particles"], entry["sha256"], reading.document.location("posterior", "particles"))
    if isinstance(found, Particles):
        return found
    reading.problems.append(found)
    return None


def _read_expression(reading: Reading, text: str, location: Location) -> Expression | None:
    try:
        return parse(text)
    except ExpressionError as error:
        reading.report(location, str(error))
        return None
