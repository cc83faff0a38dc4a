"""Who may ask the server of ``burncast serve``: the page that it served itself, and whoever has its token.

The server listens on the loopback interface alone, but every page that a browser shows, and every user of the machine,
can send requests there. So each request must name this server as its ``Host`` (or a page elsewhere could reach it under
a name of its own that resolves to 127.0.0.1, DNS rebinding), one that computes must not come from another ``Origin``,
and all but the page's fixed files carry a secret, compared in constant time. What is answered says that nothing from
elsewhere may be loaded, run or framed (Content Security Policy, https://www.w3.org/TR/CSP3/).
"""

from __future__ import annotations

import secrets
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from burncast.what_if.messages import RefusedError, encode

__all__ = ["MOST_BYTES", "SECURITY_HEADERS", "TOKEN_HEADER", "Gate", "refused"]

MOST_BYTES = 262_144
"""What a request may be long."""
TOKEN_HEADER = "X-Burncast-Token"
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
_STALE = (
    "This address is not, or no longer, the one that burncast serve printed. "
    "Open the one in the terminal where it runs.\n"
)


class Gate:
    """Lets a request through to ``app``, with its whole body, or refuses it.

    ``hosts`` are the names that this server goes by, with its port.
    """

    def __init__(self, app: ASGIApp, token: str, hosts: Collection[str]) -> None:
        self.app, self.token, self.hosts = app, token.encode(), frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI wants it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        headers = Headers(scope=scope)
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, sealed)
            return
        body = await _whole_body(headers, receive)
        if body is None:
            too_long = RefusedError(413, "the request is too long", expected=f"{MOST_BYTES:,} bytes at most")
            await refused(too_long)(scope, receive, sealed)
            return
        replayed = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return replayed.pop() if replayed else await receive()

        await self.app(scope, again, sealed)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Why a request is not let through; None where it is."""
        if headers.getlist("host") != [headers.get("host")] or headers["host"] not in self.hosts:
            return refused(RefusedError(421, "this server is not the host that was asked", expected=min(self.hosts)))
        if scope["method"] == "POST":
            if headers.get("origin", f"http://{headers['host']}") != f"http://{headers['host']}":
                return refused(RefusedError(403, "another site asked"))
            if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
                return refused(RefusedError(403, "another site asked"))
            if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
                return refused(RefusedError(415, "the request is of another type", expected="application/json"))
        path = scope["path"]
        if path.startswith("/api/") and not self._is_token(headers.get(TOKEN_HEADER)):
            return refused(RefusedError(403, "the token is not that of this server"))
        if path == "/" and not self._is_token(QueryParams(scope["query_string"]).get("token")):
            return PlainTextResponse(_STALE, 403)
        return None

    def _is_token(self, given: str | None) -> bool:
        return given is not None and secrets.compare_digest(given.encode(errors="surrogateescape"), self.token)


def refused(refusal: RefusedError) -> Response:
    """The answer to a request that cannot be met."""
    return Response(encode(refusal.told), refusal.status, media_type="application/json")


async def _whole_body(headers: Headers, receive: Receive) -> bytes | None:
    """The body of a request; None where it is too long."""
    announced = headers.get("content-length", "0")
    if not announced.isdigit() or int(announced[:12]) > MOST_BYTES:
        return None
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return bytes(body)
