"""Reading survives everything: any bytes give a Reading. What it costs is measured in tests/corpus/test_bombs.py."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsing.reading import to_json
from tests.parsing.conftest import mail, reading

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
