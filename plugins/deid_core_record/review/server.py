"""The server of a review: for one person on this computer, and nobody else.

It listens on the loopback address alone, answers only who knows its secret, refuses other names of
hosts (which a page from elsewhere could give to this address), and asks a form for a second secret.
"""

from __future__ import annotations

import secrets
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from deid_core import SettingsError
from deid_core.pages import SCRIPT, STYLE, asset
from deid_core_record.marks import LONGEST_NOTE, MARKS, Mark
from deid_core_record.review.pages import (
    ASSETS,
    SHOWN,
    STILL_READING,
    Choice,
    entrance_page,
    list_page,
    message_page,
    series_page,
)
from deid_core_record.review.review import Review
from deid_core_record.review.series import Series

ADDRESS = "127.0.0.1"
LONGEST_FORM = 16 << 10
SECONDS = 30
"""How long a request may take to arrive."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_SHARED = {f"/{STYLE}": "text/css", f"/{SCRIPT}": "text/javascript"}


class Server(ThreadingHTTPServer):
    """Serves one review. Raises ``OSError`` if the port is taken; 0 is any that is free."""

    daemon_threads = True

    def __init__(self, review: Review, port: int = 0) -> None:
        super().__init__((ADDRESS, port), _Handler)
        self.review = review
        self.secret = secrets.token_urlsafe(32)
        self.form_secret = secrets.token_urlsafe(32)
        self.hosts = {f"{name}:{self.server_port}" for name in (ADDRESS, "localhost")}
        # Cookies are shared by all ports of an address.
        self.cookie = f"deid_core_review_{self.server_port}"

    @property
    def url(self) -> str:
        """The address that lets in who has it."""
        return f"http://{ADDRESS}:{self.server_port}/?token={self.secret}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a traceback could quote what is in a file."""


class _Refused(Exception):
    """A request that is not answered as it asks."""

    def __init__(self, status: HTTPStatus, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


class _Handler(BaseHTTPRequestHandler):
    server: Server
    timeout = SECONDS
    server_version, sys_version = "deid_core", ""
    _NOT_FOUND: ClassVar = (HTTPStatus.NOT_FOUND, "There is no such page.")

    def do_GET(self) -> None:
        self._answered(self._get)

    def do_POST(self) -> None:
        self._answered(self._post)

    def _answered(self, method: Any) -> None:
        try:
            self._check_host()
            method()
        except _Refused as refused:
            self._send(message_page("This cannot be done", refused.text), refused.status)
        except SettingsError as error:
            # A run has the journal at this moment.
            self._send(message_page("Not now", str(error)), HTTPStatus.CONFLICT)

    def _get(self) -> None:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        token = query.get("token", [""])[0]
        if parts.path == "/" and token and _same(token, self.server.secret):
            cookie = f"{self.server.cookie}={token}; Path=/; HttpOnly; SameSite=Strict"
            self._send(entrance_page(), more={"Set-Cookie": cookie})
            return
        self._check_cookie()
        if parts.path in _SHARED:
            self._send(asset(parts.path.removeprefix("/")), kind=_SHARED[parts.path])
        elif parts.path == "/review.css":
            self._send((ASSETS / "review.css").read_text(encoding="utf-8"), kind="text/css")
        elif parts.path == "/":
            shown, page = query.get("show", ["all"])[0], query.get("page", ["1"])[0]
            choice = Choice(
                shown if shown in SHOWN else "all", int(page[:9]) if page.isdecimal() else 1
            )
            self._send(list_page(self.server.review, choice))
        else:
            series = self._series(parts.path)
            saved = "saved" in query
            form = self.server.form_secret
            self._send(series_page(self.server.review, series, form, saved=saved))

    def _post(self) -> None:
        self._check_cookie()
        series = self._series(urlsplit(self.path).path)
        form = self._form()
        origin = self.headers.get("Origin")
        if not _same(form.get("token", ""), self.server.form_secret) or (
            origin is not None and origin not in {f"http://{host}" for host in self.server.hosts}
        ):
            raise _Refused(HTTPStatus.FORBIDDEN, "The form is not one of this review.")
        if not self.server.review.complete:
            raise _Refused(HTTPStatus.CONFLICT, STILL_READING)
        if form.get("content") != series.content:
            raise _Refused(HTTPStatus.CONFLICT, "The outputs changed. Please look again.")
        mark, note = form.get("mark"), form.get("note", "").strip()
        if mark not in MARKS or len(note) > LONGEST_NOTE:
            raise _Refused(HTTPStatus.BAD_REQUEST, "Choose a mark, and write a shorter note.")
        self.server.review.mark(Mark(series.key, mark, note, series.content))
        self._send("", HTTPStatus.SEE_OTHER, more={"Location": f"/series/{series.key}?saved=1"})

    def _check_host(self) -> None:
        if self.headers.get("Host") not in self.server.hosts:
            raise _Refused(HTTPStatus.MISDIRECTED_REQUEST, "This is not the address of a review.")

    def _check_cookie(self) -> None:
        try:
            cookies = SimpleCookie(self.headers.get("Cookie", ""))
        except CookieError:
            cookies = SimpleCookie()
        found = cookies.get(self.server.cookie)
        if found is None or not _same(found.value, self.server.secret):
            raise _Refused(
                HTTPStatus.FORBIDDEN, "Open the address that deid-core review has printed."
            )

    def _series(self, path: str) -> Series:
        key = path.removeprefix("/series/")
        series = self.server.review.find(key) if path.startswith("/series/") else None
        if series is None:
            raise _Refused(*self._NOT_FOUND)
        return series

    def _form(self) -> dict[str, str]:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length[:9]) > LONGEST_FORM:
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The form is too long.")
        text = self.rfile.read(int(length)).decode("utf-8", "replace")
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=10)
        return {name: values[0] for name, values in fields.items()}

    def _send(
        self,
        text: str,
        status: HTTPStatus = HTTPStatus.OK,
        kind: str = "text/html",
        more: dict[str, str] | None = None,
    ) -> None:
        data = text.encode("utf-8", "replace")
        self.send_response(status)
        for name, value in {**HEADERS, **(more or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is called
        """Log nothing: the address holds the secret."""


def _same(one: str, other: str) -> bool:
    """Tell whether two texts are the same, in a time that does not tell how near they are."""
    return secrets.compare_digest(one.encode("utf-8", "replace"), other.encode())
