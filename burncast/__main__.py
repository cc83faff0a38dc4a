"""The ``burncast`` command."""

from __future__ import annotations

import gc
import sys

__all__ = ["main"]

ALLOCATIONS = 100_000
"""How many more objects there are each time that Python looks for circles among them. While modules are imported and
scenarios read, hardly any object becomes garbage, and looking after every 700 takes a twelfth of a short run."""


def main() -> None:
    """Run the command line and leave with its exit code: 0 done, 1 failure, 2 bad input, 3 a condition held."""
    gc.set_threshold(ALLOCATIONS)
    try:
        from burncast.cli import app
        from burncast.terminal import open_streams, settle_streams

        open_streams()
        try:
            app()
        finally:
            settle_streams()
    except KeyboardInterrupt:
        sys.stderr.write("burncast: stopped\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
