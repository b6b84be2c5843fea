"""Words that try to become something else in the mail that repeats them: a header, a recipient, a second mail."""

from __future__ import annotations

import base64
import itertools
import random
from collections.abc import Callable
from typing import Final
from urllib.parse import quote

#: Whom no mail of ours may reach, or name.
EVIL: Final = "evil@x.example"

#: What some reader takes for the end of a line; the last two lose their high bits in some.
_BREAKS: Final = (
    *(
        "\r\n",
        "\n",
        "\r",
        "\r\r\n",
        "\n\r",
        "\r\n ",
        "\n\t",
        "\r\n\r\n",
        "\n\n",
        "\x0b",
        "\x0c",
        "\x1c",
        "\x1e",
        "\x85",
    ),
    *("\u2028", "\u2029", "\0", "\r\0\n", "%0d%0a", "\\r\\n", "=0D=0A", "&#13;&#10;", "\u560d\u560a", "\u010d\u010a"),
)

#: What should begin there.
_INJECTED: Final = (
    f"Bcc: {EVIL}",
    f"To: {EVIL}",
    f"From: {EVIL}",
    f"Reply-To: {EVIL}",
    f"Subject: {EVIL}",
    f"Content-Type: text/html\r\n\r\n<b>{EVIL}</b>",
    f".\r\nMAIL FROM:<{EVIL}>\r\nRCPT TO:<{EVIL}>\r\nDATA\r\n",
    f"--=_0123456789abcdef--\r\n{EVIL}",
    f"Auto-Submitted: no\r\nX-Evil: {EVIL}",
    f", {EVIL}, <{EVIL}>;",
)


def _encoded(text: str) -> str:
    return "=?utf-8?b?" + base64.b64encode(text.encode("utf-8", "replace")).decode() + "?="


def _q_encoded(text: str) -> str:
    return "=?utf-8?q?" + "".join(f"={byte:02X}" for byte in text.encode("utf-8", "replace")) + "?="


#: How it is wrapped.
_WRAPPED: Final[tuple[Callable[[str], str], ...]] = (
    lambda text: f"Deposit{text}",
    lambda text: f'"{text}',
    lambda text: f'\\"{text}" <a@b>',
    lambda text: f"({text}",
    lambda text: f"<{text}>",
    _encoded,
    _q_encoded,
    lambda text: f"=?utf-8?q?{text}",
    lambda text: f"=?iso-2022-jp?b?{base64.b64encode(text.encode('utf-8', 'replace')).decode()}?= {text}",
    lambda text: f"UTF-8''{quote(text, errors='replace')}",
    lambda text: f"\u202e{text}\u202c\u2066{text}\u2069",
    "\u200b".join,
    lambda text: f"{'x' * 10_000}{text}",
    lambda text: f"{'é' * 300}{text}",
    lambda text: f"{{{{ 'evil' ~ '@' }}}}{{% include 'x' %}}{text}",
    lambda text: f"<script>{text}</script>",
)

#: What fits in no scheme.
_ODD: Final = (
    "=?utf-8?q?a=0D=0ABcc=3A_evil=40x.example?=",
    "=?utf-8?b?DQpCY2M6IGV2aWxAeC5leGFtcGxl?=",
    "\udcff\udc0d\udc0aBcc: evil@x.example",
    "\U000e0001\ufeff\u00ad\u180e\u061c",
    "(" * 1000,
    '"' * 1000,
    "=?" * 1000,
    "a\u0300" * 500,
    "\N{ZERO WIDTH JOINER}".join("\N{WOMAN}" * 50),
    "",
    " ",
)


def values(count: int) -> list[str]:
    """So many, always the same."""
    made = [wrap(line + begun) for line, begun, wrap in itertools.product(_BREAKS, _INJECTED, _WRAPPED)]
    random.Random(5).shuffle(made)
    return [*_ODD, *made][:count]


def mail(
    number: int,
    value: str,
    sender: str,
    *,
    subject: str,
    body: str,
    more: str = "",
    to: str = "help@desk.test",
) -> bytes:
    """A mail with the value wherever a mail has words.

    Of four values one stands in the header as it is, and one is the sender's name; either mostly makes the sender
    suspicious. The others are encoded as clients do it.
    """
    domain, manner = sender.rpartition("@")[2], number // 4 % 4
    shown = value if manner == 0 else _encoded(value)
    lines = [
        f"Authentication-Results: mx.desk.test; dmarc=pass header.from={domain}",
        f"From: {shown if manner < 2 else 'Budi'} <{sender}>",
        f"To: {to}",
        f"Cc: {_encoded(value)} <cc@{domain}>",
        f"Subject: {subject}{shown}",
        "Date: Tue, 24 Nov 2026 11:58:00 +0700",
        f"Message-ID: <{number}{shown if number % 3 == 0 else ''}@{domain}>",
        f"References: <a{shown}@x> {shown}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/mixed; boundary="b{number}"',
        *([more] if more else []),
    ]
    percent = quote(value, errors="replace")
    file = (
        f"Content-Type: image/png; name=\"{shown}\"\r\nContent-Disposition: attachment; filename*=UTF-8''{percent}.png"
    )
    parts = [
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\nUsername: {value}\r\n{value}",
        f"{file}\r\n\r\nx",
    ]
    content = "".join(f"\r\n--b{number}\r\n{part}" for part in parts) + f"\r\n--b{number}--\r\n"
    return ("\r\n".join(lines) + "\r\n" + content).encode("utf-8", "surrogatepass")
