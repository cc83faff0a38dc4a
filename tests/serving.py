"""A page server that runs beside the tests, and requests to it as a browser or anybody else makes them."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from burncast.engine.scenario import load
from burncast.what_if.app import Door
from burncast.what_if.desk import Desk
from burncast.what_if.saving import Original
from burncast.what_if.serving import HOST, PageServer, listen


@dataclass
class Answer:
    """What came back; ``lines`` are the objects of its body."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.body.splitlines()]

    @property
    def told(self) -> dict[str, Any]:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        return self.told["error"]


@dataclass
class Client:
    """Asks a running server."""

    server: PageServer

    @property
    def port(self) -> int:
        return self.server.listening.getsockname()[1]

    @property
    def own(self) -> dict[str, str]:
        """The headers of the page's own requests."""
        about = {"Content-Type": "application/json", "Origin": self.server.address}
        return {"X-Burncast-Token": self.server.door.token, **about}

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """A whole answer; ``body`` as it is, or as JSON."""
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        with self._asked(method, path, sent, self.own if headers is None else headers) as answer:
            return Answer(answer.status, answer.headers, answer.read())

    def coming(self, what: str, **asked: Any) -> contextlib.AbstractContextManager[http.client.HTTPResponse]:
        """An answer that may still be coming; leaving it closes the connection."""
        return self._asked("POST", f"/api/{what}", json.dumps(asked).encode(), self.own)

    @contextlib.contextmanager
    def _asked(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Iterator[http.client.HTTPResponse]:
        with contextlib.closing(http.client.HTTPConnection(HOST, self.port, timeout=60)) as connection:
            connection.request(method, path, body, headers)
            with connection.getresponse() as answer:
                yield answer

    def post(self, what: str, **asked: Any) -> Answer:
        return self.ask("POST", f"/api/{what}", asked)


@contextlib.contextmanager
def served(source: str, lang: str = "en", seed: int = 0, threads: int | None = 2) -> Iterator[Client]:
    """A server of a scenario in a thread of this process."""
    listening = listen(0)
    server = PageServer(Desk(Original.read(source, load(source)), seed, threads), Door(), listening, lang, False)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield Client(server)
    finally:
        server.should_exit = True
        thread.join()
