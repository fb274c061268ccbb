"""A headless Chromium, driven over the pipe of its DevTools protocol: no port, no driver, no dependency."""

from __future__ import annotations

import base64
import itertools
import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser")
"""Where the browser is; None where there is none."""
PATIENCE = 120
"""Seconds that the browser may be silent."""
_SWITCHES = (
    "--headless=new",
    "--no-sandbox",  # CI is root; pages are our own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--hide-scrollbars",
    "--mute-audio",
    "--no-first-run",
    "--remote-debugging-pipe",
)
_ON_3_AND_4 = """
import fcntl, os, sys
read, write = (fcntl.fcntl(int(word), fcntl.F_DUPFD, 10) for word in sys.argv[1:3])
os.dup2(read, 3)
os.dup2(write, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""The browser reads commands from descriptor 3 and writes answers to 4."""


class Chromium:
    """One browser with one page. Use it as a context manager; ``folder`` is for its files."""

    def __init__(self, folder: Path) -> None:
        if PROGRAM is None:
            raise FileNotFoundError("chromium is not installed: apt-get install chromium")
        read, self._to = os.pipe()
        back, write = os.pipe()
        launch = [sys.executable, "-c", _ON_3_AND_4, str(read), str(write), PROGRAM]
        self._process = subprocess.Popen(  # noqa: S603 - the browser, on our own pages
            [*launch, *_SWITCHES, f"--user-data-dir={folder}", "about:blank"],
            pass_fds=(read, write),
            env={**os.environ, "HOME": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(read)
        os.close(write)
        self._answers = back
        self._numbers = itertools.count(1)
        self._session: str | None = None
        self._events: list[dict[str, Any]] = []
        self._unread = b""
        pages = self.tell("Target.getTargets")["targetInfos"]
        target = next(page["targetId"] for page in pages if page["type"] == "page")
        attached = self.tell("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network"):
            self.tell(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._session = None
        self._send("Browser.close", {})
        self._process.wait(30)
        os.close(self._to)
        os.close(self._answers)

    def tell(self, method: str, **values: Any) -> dict[str, Any]:
        """Give one command of the protocol, and return its result."""
        number = self._send(method, values)
        while True:
            answer = self._receive()
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result
            self._events.append(answer)

    def open(self, url: str) -> None:
        """Go to a page, and wait until it is there."""
        self.following(lambda: self.tell("Page.navigate", url=url))

    def following(self, act: Callable[[], object]) -> None:
        """Do what leads to another page, and wait until that is there."""
        self._events.clear()
        act()
        self._wait_for("Page.loadEventFired")

    def requested(self) -> list[str]:
        """Return the addresses that were asked for since the last page was gone to."""
        return [
            str(event["params"]["request"]["url"])
            for event in self._events
            if event.get("method") == "Network.requestWillBeSent"
        ]

    def run(self, script: str) -> Any:
        """Return the value of an expression of JavaScript, or of the promise that it is."""
        found = self.tell(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in found:
            raise RuntimeError(json.dumps(found["exceptionDetails"]))
        return found["result"].get("value")

    def press(self, key: str, text: str = "") -> None:
        """Press a key, as ``Tab``, ``Enter`` or a letter."""
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        values = {"key": key, "windowsVirtualKeyCode": codes.get(key, ord(key[0].upper()))}
        text = text or {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        self.tell("Input.dispatchKeyEvent", type="keyDown", text=text, **values)
        self.tell("Input.dispatchKeyEvent", type="keyUp", **values)

    def scheme(self, name: str, *, media: str = "screen") -> None:
        """Prefer ``light`` or ``dark``; show the page on the screen or as in print."""
        feature = {"name": "prefers-color-scheme", "value": name}
        self.tell("Emulation.setEmulatedMedia", media=media, features=[feature])

    def size(self, width: int, height: int, scale: float = 1) -> None:
        """Make the page so large, in pixels of CSS."""
        self.tell(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=False,
        )

    def picture(self, *, whole: bool = False) -> bytes:
        """Return the page as PNG; as far as it is seen, or the whole of it."""
        found = self.tell("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        return base64.b64decode(found["data"])

    def _send(self, method: str, values: dict[str, Any]) -> int:
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": values}
        if self._session is not None:
            message["sessionId"] = self._session
        data = memoryview(json.dumps(message).encode() + b"\0")
        while data:
            data = data[os.write(self._to, data) :]
        return number

    def _receive(self) -> dict[str, Any]:
        """Return the next message. Raises ``EOFError`` and ``TimeoutError``."""
        while b"\0" not in self._unread:
            if not select.select([self._answers], [], [], PATIENCE)[0]:
                raise TimeoutError(f"the browser has said nothing for {PATIENCE} seconds")
            data = os.read(self._answers, 1 << 16)
            if not data:
                raise EOFError("the browser has ended")
            self._unread += data
        message, _, self._unread = self._unread.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def _wait_for(self, method: str) -> None:
        while not any(event.get("method") == method for event in self._events):
            self._events.append(self._receive())
