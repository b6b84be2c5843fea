"""Reading survives everything: any bytes give a Reading, soon, and without eating the machine."""

from __future__ import annotations

import base64
import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsing.reading import to_json
from tests.parsing.conftest import mail, reading

ROOT = Path(__file__).parents[2]

#: What one mail may cost its reader at the most, with room for a slow machine; see intake/sandbox.py for the true
#: limits.
CPU_SECONDS, MEMORY = 8, 500 << 20

PIECES = [
    b"From: a@b\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: text/html; charset=utf-7\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Disposition: attachment; filename*0*=utf-8''%e2\r\n",
    b"\r\n",
    b"--b\r\n",
    b"--b--\r\n",
    b"=?utf-8?q?=ff?=",
    b"<p>\xff",
    b"\x00",
    b"Date: 99 Foo 9999 99:99\r\n",
    b"Received: x\r\n",
    b"begin 644 a\r\n",
    b"Username: budi_99\r\n",
]


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=40)), max_size=40))
def test_any_bytes_are_read(pieces: list[bytes]) -> None:
    """And what was read can be written as JSON, in clean Unicode."""
    json.dumps(to_json(reading(b"".join(pieces)), "x.eml"), ensure_ascii=False).encode()


@settings(max_examples=150)
@given(st.data())
def test_any_damage_to_a_good_mail_is_survived(data: st.DataObject) -> None:
    """A byte changed, cut or doubled anywhere."""
    content = bytearray(mail("Username: budi_99\r\nkemarin jam 10.15 WIB\r\n", "=?utf-8?b?4pyF?="))
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    reading(bytes(content))


def _nested(depth: int) -> bytes:
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))
    return b"From: a@b\r\n" + opening + b"Content-Type: text/plain\r\n\r\nx\r\n"


def _many_parts() -> bytes:
    part = b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n"
    return b"From: a@b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 100_000 + b"--b--\r\n"


BOMBS = {
    "20,000 encoded words": b"Subject: " + b" =?utf-8?q?a?=" * 20_000 + b"\r\n\r\nx",
    "20,000 addresses": b"From: a@b\r\nTo: " + b"a@b.example, " * 20_000 + b"c@d\r\n\r\nx",
    "100,000 parts": _many_parts(),
    "1,000 levels": _nested(1000),
    "a header of a megabyte": b"From: a@b\r\nX-Long: " + b"x" * (1 << 20) + b"\r\n\r\nx",
    "a hundred thousand headers": b"X-A: b\r\n" * 100_000 + b"\r\nx",
    "comments without an end": b"Content-Type: text/html\r\n\r\n" + b"<!--" * 20_000,
    "tags without an end": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 100_000,
    "a line of ten megabytes": b"From: a@b\r\n\r\n" + b"y" * (10 << 20),
    "base64 without a line end": (
        b"From: a@b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.b64encode(b"z" * (22 << 20))
    ),
    "digits": b"From: a@b\r\n\r\n" + b"1234567890 " * 100_000,
    "labels": b"From: a@b\r\n\r\n" + b"username : " * 50_000,
    "times": b"From: a@b\r\n\r\n" + b"kemarin jam 10.15 " * 20_000,
    "quotes": b"From: a@b\r\n\r\n" + b"> > > > x\n" * 100_000,
    "parentheses": b"From: " + b"(" * 100_000 + b"\r\n\r\nx",
}

_READ = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.parsing.conftest import reading
reading(sys.stdin.buffer.read())
"""


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_little(name: str) -> None:
    """In a process of its own, with limits that would kill it: it ends by itself, and with a Reading."""

    def confine() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    done = subprocess.run(
        [sys.executable, "-c", _READ, str(ROOT)],
        input=BOMBS[name],
        capture_output=True,
        preexec_fn=confine,  # no threads here
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
