"""The addresses of ``burncast serve``: the page, its files, and what it asks."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import secrets
import threading
from collections.abc import Callable, Collection, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

import burncast.outputs
from burncast.distributions.errors import BurncastError, InputError, InterruptedRunError
from burncast.engine.simulate import give_way
from burncast.terminal import say
from burncast.what_if.desk import Desk, Run
from burncast.what_if.gate import Gate, refused
from burncast.what_if.messages import Asked, RefusedError, encode, read_asked, refusal_of
from burncast.what_if.saving import BASE, saved_scenario

__all__ = ["PAGE", "Door", "what_if_app"]

PAGE = Path(burncast.outputs.__path__[0]) / "page"
_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".md": "text/plain",
    "": "text/plain",
}

_POLL = 0.1

Produce: TypeAlias = Callable[[Run], Iterator[bytes]]


class Door:
    """The secrets of one start of the server: its ``token``, and a ticket that a browser is sent with, good once.

    What a program is started with can be seen by every user of a machine; a ticket that was used is worth nothing.
    """

    def __init__(self, token: str | None = None) -> None:
        self.token = token or secrets.token_urlsafe(24)
        self.ticket: str | None = secrets.token_urlsafe(24)
        self.boot = secrets.token_hex(8)

    def take(self, ticket: str) -> bool:
        """Whether the ticket is the good one, which it then no longer is."""
        is_good = self.ticket is not None and secrets.compare_digest(ticket.encode(), self.ticket.encode())
        if is_good:
            self.ticket = None
        return is_good


def what_if_app(desk: Desk, door: Door, hosts: Collection[str], lang: str) -> ASGIApp:
    """The application: requests of ``hosts`` that know the token of ``door`` are answered by ``desk``."""
    files = {path.relative_to(PAGE).as_posix(): path for path in PAGE.rglob("*") if path.is_file()}

    async def page(_: Request) -> Response:
        return _file(files, "index.html")

    async def static(request: Request) -> Response:
        return _file(files, request.path_params["path"])

    async def no_icon(_: Request) -> Response:
        return Response(status_code=204)

    async def open_page(request: Request) -> Response:
        if not door.take(request.path_params["ticket"]):
            raise RefusedError(403, "this address was good once; open the one that burncast serve printed")
        return RedirectResponse(f"/?token={door.token}", 303)

    async def alive(_: Request) -> Response:
        return Response(encode({"version": version("burncast"), "boot": door.boot}), media_type="application/json")

    async def scenario(_: Request) -> _Produced:
        return _Produced(desk, Asked(BASE, {}), lambda _: iter([encode(desk.describe(lang))]))

    async def forecast(request: Request) -> _Produced:
        asked = read_asked(await request.body())

        def produce(run: Run) -> Iterator[bytes]:
            return map(encode, desk.forecasts(asked, run))

        return _Produced(desk, asked, produce, "application/x-ndjson", in_tab=True)

    async def prepare(request: Request) -> _Produced:
        asked = read_asked(await request.body())

        def produce(run: Run) -> Iterator[bytes]:
            desk.prepare(asked, run)
            yield encode({})

        # Beside the tab's forecasts: what is drawn meanwhile goes on, and only a newer preparation stops it.
        return _Produced(desk, dataclasses.replace(asked, tab=f"{asked.tab} prepares"), produce, in_tab=True)

    async def why(request: Request) -> _Produced:
        asked = read_asked(await request.body())

        def produce(run: Run) -> Iterator[bytes]:
            from burncast.what_if.reasons import reasons

            give_way()
            with desk.turn("long", run):
                yield encode(reasons(desk.changed(asked), desk.seed, asked.lang or lang, desk.threads, run))

        return _Produced(desk, asked, produce)

    async def save(request: Request) -> _Produced:
        asked = read_asked(await request.body())

        def produce(run: Run) -> Iterator[bytes]:
            run.check()
            yield saved_scenario(desk.original, asked.variant, desk.texts(asked)).text.encode()

        return _Produced(desk, asked, produce, "application/toml", _attached(desk.original.file_name("toml")))

    async def report(request: Request) -> _Produced:
        asked = read_asked(await request.body())
        name = desk.original.file_name("html")

        def produce(run: Run) -> Iterator[bytes]:
            from burncast.what_if.report import what_if_report

            give_way()
            with desk.turn("long", run):
                yield what_if_report(desk, asked, asked.lang or lang, name, run)

        return _Produced(desk, asked, produce, "text/html", _attached(name))

    routes = [
        Route("/", page),
        Route("/favicon.ico", no_icon),
        Route("/static/{path:path}", static),
        Route("/open/{ticket}", open_page),
        Route("/api/alive", alive),
        Route("/api/scenario", scenario),
        Route("/api/forecast", forecast, methods=["POST"]),
        Route("/api/prepare", prepare, methods=["POST"]),
        Route("/api/why", why, methods=["POST"]),
        Route("/api/scenario.toml", save, methods=["POST"]),
        Route("/api/report.html", report, methods=["POST"]),
    ]
    handlers: dict[Any, Any] = {RefusedError: _refuse, HTTPException: _refuse_address, Exception: _surprise}
    return Gate(Starlette(routes=routes, exception_handlers=handlers), door.token, hosts)


class _Produced(Response):
    """An answer that a thread produces piece by piece; it is stopped when the connection closes.

    The first piece decides: a mistake found before it is an answer of its own, one found later the last line.
    """

    def __init__(
        self,
        desk: Desk,
        asked: Asked,
        produce: Produce,
        media_type: str = "application/json",
        headers: dict[str, str] | None = None,
        in_tab: bool = False,
    ) -> None:
        self.desk, self.asked, self.produce, self.tab = desk, asked, produce, asked.tab if in_tab else ""
        self.status_code, self.media_type, self.background = 200, media_type, None
        self.init_headers(headers)
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, as ASGI wants it."""
        loop, pieces = asyncio.get_running_loop(), asyncio.Queue[bytes | RefusedError | None]()
        run = self.desk.begin(self.tab)

        def put(piece: bytes | RefusedError | None) -> None:
            with contextlib.suppress(RuntimeError):  # the server has ended meanwhile
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        threading.Thread(target=self._work, args=(run, put), name="burncast page", daemon=True).start()
        gone = asyncio.ensure_future(_closed(receive))
        try:
            piece = await _next_piece(pieces, gone, run)
            if piece is None and not gone.done():
                piece = RefusedError(409, "stopped: something newer was asked, or the server ends")
            if isinstance(piece, RefusedError):
                await refused(piece)(scope, receive, send)
            elif piece is not None:
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                while piece is not None:
                    told = encode(piece.told) if isinstance(piece, RefusedError) else piece
                    await send({"type": "http.response.body", "body": told, "more_body": True})
                    piece = await _next_piece(pieces, gone, run)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            run.stop.set()
            gone.cancel()

    def _work(self, run: Run, put: Callable[[bytes | RefusedError | None], None]) -> None:
        try:
            for piece in self.produce(run):
                put(piece)
        except RefusedError as refusal:
            put(refusal)
        except InterruptedRunError:
            pass
        except InputError as error:
            put(refusal_of(error, self.asked.changes))
        except BurncastError as error:
            put(RefusedError(500, str(error)))
        except Exception as error:
            put(_internal(error))
        finally:
            put(None)
            self.desk.end(run)


async def _next_piece(
    pieces: asyncio.Queue[bytes | RefusedError | None], gone: asyncio.Future[None], run: Run
) -> bytes | RefusedError | None:
    """What was produced next; None at the end, where nobody listens any more, or once the run is stopped: it may go on
    for a while, but is not waited for.
    """
    piece = asyncio.ensure_future(pieces.get())
    waiting: set[asyncio.Future[Any]] = {piece, gone}
    while True:
        done, _ = await asyncio.wait(waiting, timeout=_POLL, return_when=asyncio.FIRST_COMPLETED)
        if piece in done:
            return piece.result()
        if gone in done or run.stop.is_set():
            piece.cancel()
            return None


async def _closed(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _file(files: dict[str, Path], name: str) -> Response:
    """One of the page's files; nothing else has an address."""
    if name not in files:
        raise RefusedError(404, "there is no such file")
    path = files[name]
    media_type = _TYPES.get(path.suffix, "application/octet-stream")
    return Response(path.read_bytes(), media_type=media_type)


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


async def _refuse(_: Request, refusal: RefusedError) -> Response:
    return refused(refusal)


async def _refuse_address(_: Request, error: HTTPException) -> Response:
    return refused(RefusedError(error.status_code, error.detail))


async def _surprise(_: Request, error: Exception) -> Response:
    return refused(_internal(error))


def _internal(error: Exception) -> RefusedError:
    first = (str(error).splitlines() or [""])[0]
    message = f"internal error: {type(error).__name__}: {first}"
    say(message)
    return RefusedError(500, message)
