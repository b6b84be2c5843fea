"""A token server that rotates strictly: a refresh token works once, and one that is used twice revokes everything."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class TokenServer:
    """Its tokens, and how it behaves."""

    port: int = 0
    username: str = "user"
    lasts: int = 3600  #: seconds of an access token, as it tells
    dies: int | None = None  #: seconds of a refresh token, as it tells
    rotates: bool = True
    down: bool = False
    pending: int = 0  #: questions about a device that are answered with "not yet"
    no_devices: bool = False  #: this scope is not for devices
    access: dict[str, float] = field(default_factory=dict)  #: token → until, of a monotonic clock
    refresh: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    asked: list[Mapping[str, str]] = field(default_factory=list)  #: every question for a token
    thefts: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str) -> str:
        """One of its addresses."""
        return f"http://127.0.0.1:{self.port}/{path}"

    def revoke(self) -> None:
        """Nothing that it gave out works any more."""
        with self.lock:
            self.refresh.clear()
            self.access.clear()

    def expire(self) -> None:
        """Access tokens end before their time."""
        with self.lock:
            self.access.clear()

    def new_refresh(self) -> str:
        """A refresh token, as `auth` would bring it."""
        token = secrets.token_urlsafe(16)
        self.refresh.add(token)
        return token

    def answer(self, path: str, fields: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """What to say to a question."""
        with self.lock:
            if self.down:
                return 503, {}
            if path == "/introspect":
                until = self.access.get(fields.get("token", ""), 0.0)
                return 200, {"active": until > time.monotonic(), "username": self.username}
            if path == "/device":
                return self._device()
            self.asked.append(fields)
            return self._token(fields)

    def _device(self) -> tuple[int, dict[str, Any]]:
        if self.no_devices:
            return 400, {"error": "invalid_scope"}
        code = secrets.token_urlsafe(8)
        self.codes.add(code)
        told = {"device_code": code, "user_code": "ABCD-EFGH", "verification_uri": "https://example.com/device"}
        return 200, told | {"interval": 1, "expires_in": 60}

    def _token(self, fields: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        kind = fields.get("grant_type")
        if kind == "client_credentials":
            return 200, self._granted(refresh=None)
        if kind in (_DEVICE, "authorization_code"):
            if self.pending:
                self.pending -= 1
                return 400, {"error": "authorization_pending"}
            if fields.get("device_code", fields.get("code")) not in self.codes:
                return 400, {"error": "invalid_grant"}
            return 200, self._granted(refresh=self.new_refresh())
        return self._renewed(fields.get("refresh_token", ""))

    def _renewed(self, token: str) -> tuple[int, dict[str, Any]]:
        if token in self.used:
            self.thefts += 1
            self.refresh.clear()
        if token not in self.refresh:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        if not self.rotates:
            return 200, self._granted(refresh=None)
        self.refresh.discard(token)
        self.used.add(token)
        return 200, self._granted(refresh=self.new_refresh())

    def _granted(self, *, refresh: str | None) -> dict[str, Any]:
        token = secrets.token_urlsafe(24)
        self.access[token] = time.monotonic() + self.lasts
        told: dict[str, Any] = {"access_token": token, "expires_in": self.lasts, "token_type": "Bearer"}
        if refresh:
            told["refresh_token"] = refresh
        if refresh and self.dies is not None:
            told["refresh_token_expires_in"] = self.dies
        return told


@contextmanager
def running() -> Iterator[TokenServer]:
    """Start a server, and end it."""
    server = TokenServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the library finds it by this name
            size = int(self.headers.get("Content-Length") or 0)
            status, told = server.answer(self.path, dict(parse_qsl(self.rfile.read(size).decode())))
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        server.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        listening.shutdown()
        thread.join()
