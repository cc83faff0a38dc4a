"""The ``burncast`` command."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave with its exit code: 0 done, 1 failure, 2 bad input, 3 a condition held."""
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
