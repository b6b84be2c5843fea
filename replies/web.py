"""A form posted to a web server that answers in JSON, and nothing more: no redirects, no cookies, no proxies."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from replies.settings import is_loopback

#: A token server that takes longer is not there.
SECONDS: Final = 20

#: An answer with tokens has a few thousand bytes.
MAX_ANSWER: Final = 256 << 10


def post(url: str, fields: Mapping[str, str], ca_file: Path | None = None) -> tuple[int, Mapping[str, Any]]:
    """Post a form; returns the status and the answer's object, empty where it is none. Raises OSError.

    Over TLS with the certificate checked; in the open only to this machine.
    """
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, ca_file)
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        connection.request("POST", path, urlencode(fields).encode(), headers)
        answer = connection.getresponse()
        return answer.status, _object(answer.read(MAX_ANSWER))
    except http.client.HTTPException as error:
        raise ConnectionError(type(error).__name__) from error
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None, ca_file: Path | None) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context(cafile=ca_file)
        return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=context)
    if scheme == "http" and is_loopback(host):
        return http.client.HTTPConnection(host, port, timeout=SECONDS)
    message = f"{scheme}://{host} is not https"
    raise ConnectionRefusedError(message)


def _object(content: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
