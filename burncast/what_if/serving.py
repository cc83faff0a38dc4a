"""The verb ``serve``: a page to ask "what if", for the browser of this machine and nobody else."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sys
import threading
import webbrowser

import uvicorn

from burncast.distributions.errors import InputError
from burncast.terminal import say, write_out
from burncast.what_if.app import Door, what_if_app
from burncast.what_if.desk import Desk
from burncast.what_if.messages import Asked
from burncast.what_if.saving import BASE, Original

__all__ = ["DEFAULT_PORT", "HOST", "PageServer", "listen", "serve_scenario"]

HOST = "127.0.0.1"
DEFAULT_PORT = 8642
MOST_CONNECTIONS = 128
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,128}")


def serve_scenario(
    source: str, port: int | None, seed: int, threads: int | None, lang: str, browser: bool, token: str | None
) -> None:
    """Everything that ``burncast serve`` does, until Ctrl-C.

    Raises InputError for a scenario or an option that cannot be used, a ``port`` that is taken included; where none was
    asked for and the usual one is taken, any free one is used.
    """
    from burncast.commands.reporting import warm_up
    from burncast.engine.remembered import remembered_scenario
    from burncast.engine.simulate import check_seed_and_threads
    from burncast.outputs.words.language import language

    language(lang)
    check_seed_and_threads(seed, threads)
    if token is not None and not _TOKEN.fullmatch(token):
        raise InputError("the token cannot be used; expected 16 to 128 letters, digits, - and _")
    scenario = remembered_scenario(source)
    with contextlib.closing(listen(port)) as listening:
        warm_up(scenario, 1, seed)
        desk = Desk(Original.read(source, scenario), seed, threads)
        say("getting the simulator ready")
        first = desk.begin()
        next(desk.forecasts(Asked(BASE, {}), first))
        desk.end(first)
        door = Door(token)
        with contextlib.suppress(KeyboardInterrupt):
            PageServer(desk, door, listening, lang, browser).run()
    say("stopped")
    if desk.is_busy:  # a report hears of the end between its stages only, and nothing of it is worth waiting for
        sys.stdout.flush()
        os._exit(0)


class PageServer(uvicorn.Server):
    """Serves the page at ``address``; once it does, it says so, and sends a ``browser`` there.

    It stops what is being computed before it waits for its connections to end.
    """

    def __init__(self, desk: Desk, door: Door, listening: socket.socket, lang: str, browser: bool) -> None:
        self.desk, self.door, self.listening, self.browser = desk, door, listening, browser
        port = listening.getsockname()[1]
        self.address = f"http://{HOST}:{port}"
        config = uvicorn.Config(
            what_if_app(desk, door, {f"{HOST}:{port}", f"localhost:{port}"}, lang),
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until a signal, or ``should_exit``, says to stop."""
        super().run(sockets or [self.listening])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        say(f"{self.desk.original.scenario.title}: the page is at the address below until Ctrl-C")
        write_out(f"{self.address}/?token={self.door.token}\n")
        sys.stdout.flush()
        if self.browser:
            threading.Thread(target=self._open, daemon=True).start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop whatever is computed, and then end."""
        self.desk.stop_all()
        await super().shutdown(sockets)

    def _open(self) -> None:
        if not webbrowser.open(f"{self.address}/open/{self.door.ticket}"):
            self.door.ticket = None
            say("no browser could be opened; open the address yourself")


def listen(port: int | None) -> socket.socket:
    """A socket on the loopback interface at ``port``, or where it is None at the usual one or any that is free."""
    asked = DEFAULT_PORT if port is None else port
    try:
        return _bound(asked)
    except OSError as error:
        if port is not None:
            reason = error.strerror or str(error)
            raise InputError(f"cannot listen on port {port}: {reason}; choose another --port, or none") from None
    listening = _bound(0)
    say(f"port {asked} is taken; using {listening.getsockname()[1]}")
    return listening


def _bound(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere it would let another program take the port over
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen(MOST_CONNECTIONS)
    except OSError:
        listening.close()
        raise
    return listening
