"""Mails that are meant to cost their reader time or memory, and how much one does."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _nested(depth: int) -> bytes:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))
    return b"From: a@b\r\n" + opening + b"Content-Type: text/plain\r\n\r\nx\r\n"


def _nested_mails(depth: int) -> bytes:
    return b"From: a@b\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"x"


def _many_parts() -> bytes:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    return b"From: a@b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 100_000 + b"--b--\r\n"


def _base64() -> bytes:
    head = b"From: a@b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head + base64.b64encode(b"z" * (22 << 20))


def _html(body: bytes) -> bytes:
    return b"From: a@b\r\nContent-Type: text/html\r\n\r\n" + body


def _field(name: bytes, value: bytes) -> bytes:
    return b"From: a@b\r\n%b: %b\r\n\r\nx" % (name, value)


def _text(body: bytes) -> bytes:
    return b"From: a@b\r\n\r\n" + body


def _winmail(rtf: bytes) -> bytes:
    """A winmail.dat whose RTF unpacks to much."""
    packed = b"\x00" * 8 + b"LZFu" + b"\x00" * 4 + rtf
    body = b"\x01\x00\x00\x00\x02\x01\x09\x10\x01\x00\x00\x00" + len(packed).to_bytes(4, "little") + packed
    stream = b"\x78\x9f\x3e\x22\x01\x00\x01\x03\x90\x06\x00" + len(body).to_bytes(4, "little") + body + b"\x00\x00"
    head = b"From: a@b\r\nContent-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head + base64.encodebytes(stream)


#: made when asked for: together they are two hundred megabytes
BOMBS: dict[str, Callable[[], bytes]] = {
    "20,000 encoded words": lambda: _field(b"Subject", b" =?utf-8?q?a?=" * 20_000),
    "20,000 encoded words, folded": lambda: _field(b"Subject", b"\r\n =?utf-8?q?a?=" * 20_000),
    "encoded words without an end": lambda: _field(b"Subject", b"=?utf-8?q?a" * 20_000),
    "20,000 addresses": lambda: _field(b"To", b"a@b.example, " * 20_000 + b"c@d"),
    "20,000 fields of addresses": lambda: b"From: a@b\r\n" + b"To: a@b.example\r\n" * 20_000 + b"\r\nx",
    "100,000 parts": _many_parts,
    "1,000 levels": lambda: _nested(1000),
    "1,000 mails in each other": lambda: _nested_mails(1000),
    "a header of a megabyte": lambda: _field(b"X-Long", b"x" * (1 << 20)),
    "a header of a megabyte of spaces": lambda: _field(b"Content-Type", b"text/plain;" + b" " * (1 << 20)),
    "a hundred thousand headers": lambda: b"X-A: b\r\n" * 100_000 + b"\r\nx",
    "parameters": lambda: _field(b"Content-Type", b"text/plain" + b'; a="b' * 20_000),
    "comments without an end": lambda: _html(b"<!--" * 20_000),
    "tags without an end": lambda: _html(b"<div>" * 100_000),
    "a line of ten megabytes": lambda: _text(b"y" * (10 << 20)),
    "base64 without a line end": _base64,
    "delimiters that are none": lambda: (
        b"From: a@b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--bb\r\n" * 500_000
    ),
    "delimiters that are none, at many levels": lambda: _nested(49)[:-5] + b"--b1b\r\n" * 1_000_000,
    "headers that are none": lambda: b"odd\r\nfrom:x\r\n" * 20_000,
    "uuencoded beginnings": lambda: _text(b"begin 644 a\r\n" * 100_000),
    "letters of no charset": lambda: _text(bytes(range(0x80, 0x100)) * 40_000),
    "rtf": lambda: _winmail((b"\xff" + b"\x00\x0f" * 8) * 100_000),
    "rtf of braces": lambda: _winmail((b"\x00" + b"{" * 8) * 100_000),
    "digits": lambda: _text(b"1234567890 " * 100_000),
    "labels": lambda: _text(b"username : " * 50_000),
    "times": lambda: _text(b"kemarin jam 10.15 " * 20_000),
    "quotes": lambda: _text(b"> > > > x\n" * 100_000),
    "parentheses": lambda: b"From: " + b"(" * 100_000 + b"\r\n\r\nx",
}

_READ = """
import json, resource, sys
sys.path.insert(0, sys.argv[1])
from tests.parsing.conftest import reading
content = sys.stdin.buffer.read()
reading(b"From: a@b\\r\\n\\r\\nwarm\\r\\n")
def spent():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
before = spent()
reading(content)
seconds = spent() - before
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))  # getrusage's is the parent's too
print(json.dumps([seconds, int(peak.split()[1]) / 1024]))
"""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What it cost to read a mail in a process of its own."""

    seconds: float  #: of processor time, so that others' load does not count
    mebibytes: float  #: the most memory that the process ever had, Python and all modules included


def cost(name: str) -> Cost:
    """Read a bomb."""
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(ROOT)], input=BOMBS[name](), capture_output=True, check=True, timeout=120
    )
    seconds, mebibytes = json.loads(done.stdout)
    return Cost(seconds=seconds, mebibytes=mebibytes)
