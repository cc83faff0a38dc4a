"""What the command line says and how it leaves: results on stdout, everything else on stderr, no traceback.

=====  ================================================================
exit   meaning
=====  ================================================================
0      done
1      failure: the simulation, the machine or burncast itself
2      bad input: the scenario, an option or the folder for the results
3      done, and a condition of ``--fail-if`` held
130    stopped by Ctrl-C
=====  ================================================================
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import os
import shlex
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import typer

from burncast.distributions.errors import BurncastError, InputError, InterruptedRunError, ScenarioError

if TYPE_CHECKING:
    from rich.console import RenderableType

__all__ = ["guarded", "open_streams", "progress_bar", "say", "settle_streams", "show", "write_json", "write_out"]

_PLAIN = {"−": "-", "–": "-", "±": "+/-", "∞": "inf", "→": "->", "…": "...", "·": "-"}
_WIDE = 10_000


def open_streams() -> None:
    """Make stdout and stderr safe to write to: closed ones swallow, narrow encodings get plain characters."""
    codecs.register_error("burncast", _plain_characters)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="burncast")


def settle_streams() -> None:
    """Flush stdout. A reader that has gone is no news; a full disk behind a redirection is an error."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard_stdout()
    except OSError as error:
        _discard_stdout()
        say(f"cannot write to the standard output: {error.strerror or error}")
        sys.exit(1)


def say(message: str) -> None:
    """One line on stderr."""
    with contextlib.suppress(OSError):
        print(f"burncast: {message}", file=sys.stderr, flush=True)


def write_out(text: str) -> None:
    """Text on stdout as it is."""
    sys.stdout.write(text)


def write_json(plain: Any) -> None:
    """Plain data on stdout as JSON."""
    from burncast.outputs.files.json_text import json_text

    write_out(json_text(plain))


def show(renderable: RenderableType) -> None:
    """A table on stdout, never cut to the width of the terminal: a number without its end is a wrong number."""
    from rich.console import Console

    Console(width=_WIDE, highlight=False, markup=False, emoji=False).print(renderable, soft_wrap=True)


@contextlib.contextmanager
def guarded(debug: bool) -> Iterator[None]:
    """Turn whatever goes wrong inside into a message on stderr and an exit code; ``debug`` lets surprises through."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except InterruptedRunError as error:
        say(str(error))
        raise typer.Exit(130) from None
    except KeyboardInterrupt:
        say("stopped before any trajectory was finished")
        raise typer.Exit(130) from None
    except ScenarioError as error:
        for problem in error.problems:
            say(str(problem))
        if len(error.problems) > 1:
            say(f"{len(error.problems)} problems; nothing was run")
        raise typer.Exit(2) from None
    except InputError as error:
        say(str(error))
        raise typer.Exit(2) from None
    except BurncastError as error:
        say(str(error))
        raise typer.Exit(1) from None
    except BrokenPipeError:
        _discard_stdout()
        raise typer.Exit(0) from None
    except Exception as error:
        if debug:
            raise
        say(_surprise(error))
        raise typer.Exit(1) from None


@contextlib.contextmanager
def progress_bar(title: str, total: int) -> Iterator[Callable[[int, int], None] | None]:
    """A bar with the time left on stderr, as a function of (done, total); None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    count = TextColumn("{task.completed:,.0f} of {task.total:,.0f}")
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), count, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True, markup=False), transient=True) as progress:
        task = progress.add_task(title, total=total)

        def update(done: int, expected: int) -> None:
            progress.update(task, completed=done, total=expected)

        yield update


def _surprise(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EIO, errno.EBADF):
        return f"cannot write: {error.strerror}"
    if isinstance(error, MemoryError):
        return "out of memory; try fewer tracked quantities or --threads 1"
    first = (str(error).splitlines() or [""])[0]
    again = shlex.join(["burncast", "--debug", *sys.argv[1:]])
    return f"internal error: {type(error).__name__}: {first}; the traceback: {again}"


def _discard_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's own flush at exit stays quiet."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _plain_characters(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in text), error.end
