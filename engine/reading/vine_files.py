"""A vine copula in a JSON file beside the scenario, as pyvinecopulib writes it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from burncast.distributions.errors import LawError
from burncast.distributions.vine import Vine, read_vine
from burncast.engine.documents.document import read_limited
from burncast.engine.language.scenario_model import Location
from burncast.engine.reading.quantities import Reading

__all__ = ["read_vine_file"]

_MOST_BYTES = 50_000_000


def read_vine_file(reading: Reading, name: str, size: int, location: Location) -> Vine | None:
    """The vine of ``size`` variables in the file, whose content becomes part of the scenario's identity; what is wrong
    goes to the reading's problems."""
    path = Path(location.file).parent / name if location.file else Path(name)
    try:
        content = read_limited(path, _MOST_BYTES)
        vine = read_vine(json.loads(content))
    except OSError as error:
        message = f"{name!r} cannot be read: {error.strerror or error}"
        reading.report(location, message, f"a JSON file beside the scenario ({path})")
        return None
    except (ValueError, RecursionError):
        reading.report(location, f"{name!r} is not a JSON file", "a vine that pyvinecopulib wrote")
        return None
    except LawError as error:
        reading.report(location, f"{name!r}: {error.message}", error.expected, error.nearest)
        return None
    if len(vine.order) != size:
        message = f"{name!r} is a vine of {len(vine.order)} variables, `between` has {size}"
        reading.report(location, message, "the names of its variables, in their order")
        return None
    reading.calendar.digests.add((name, hashlib.sha256(content).hexdigest()))
    return vine
