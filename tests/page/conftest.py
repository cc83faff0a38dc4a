"""A real server on a small scenario, a real browser without a window, and pages that must not complain."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from page.reading import SCENARIO

PICTURES = os.environ.get("BURNCAST_PICTURES")
"""A folder for a picture of every state in which a test leaves a page, to look at."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


class Server:
    """``burncast serve`` as a process of its own, on a port and with a token that stay when it is started anew."""

    def __init__(self, scenario: Path, lang: str = "en") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.token = secrets.token_urlsafe(24)
        self.command = [
            sys.executable,
            "-m",
            "burncast",
            "serve",
            str(scenario),
            "--port",
            str(self.port),
            "--no-browser",
        ]
        self.command += ["--lang", lang]
        self.process: subprocess.Popen[str] | None = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"{self.origin}/?token={self.token}"

    def start(self) -> None:
        """Start, and wait until the address is printed."""
        settings = {**os.environ, "BURNCAST_TOKEN": self.token}
        self.process = subprocess.Popen(
            self.command, env=settings, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == self.address

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None


@dataclass
class Told:
    """What a browser says of a page beside showing it."""

    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    allowed: tuple[str, ...] = ()

    def watch(self, page) -> None:
        page.on("console", lambda said: said.type in ("error", "warning") and self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.hosts.add("/".join(request.url.split("/")[:3])))

    def unexpected(self) -> list[str]:
        return [one for one in self.complaints if not any(part in one for part in self.allowed)]


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (the extra dev has it)")
    with playwright.sync_playwright() as driver:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        if found is None and not Path(driver.chromium.executable_path).exists():
            pytest.skip("no Chromium is installed; .ci/run installs one where it can")
        chromium = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server(request):
    request.getfixturevalue("browser")  # nothing is served where there is none
    serving = Server(SCENARIO)
    serving.start()
    yield serving
    serving.kill()


@pytest.fixture
def told(server):
    """What all pages of a test say: nothing that was not expected, and no word to another host."""
    said = Told()
    yield said
    assert said.unexpected() == []
    assert {host for host in said.hosts if not host.startswith(("data:", "blob:"))} <= {server.origin}


@pytest.fixture
def visit(request, browser, server, told):
    """Opens the page, once a forecast is drawn; ``fragment`` is the question that its address asks."""
    contexts = []

    def opened(fragment="", width=1280, height=900, **settings):
        context = browser.new_context(viewport={"width": width, "height": height}, **settings)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        told.watch(page)
        page.goto(server.address + fragment)
        page.wait_for_selector("body[data-drawn]")
        return page

    yield opened
    if PICTURES:
        states = [page for context in contexts for page in context.pages]
        for number, page in enumerate(states):
            take_pictures(page, Path(PICTURES) / f"{request.node.name}-{number}")
    for context in contexts:
        context.close()


def take_pictures(page, path):
    """The page as a test leaves it, wide and narrow, light and dark."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width, height in ((1280, 900), (360, 740)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(300)  # charts are drawn anew a frame after their place has another size
            page.screenshot(path=f"{path}-{scheme}-{width}.png", full_page=True)
