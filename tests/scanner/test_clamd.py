"""The real clamd, with one signature of the tests' own: what it says is understood, and without it mail is held."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from intake.identity.scanning import Clamd, Scan
from tests.servers import clamd, common

pytestmark = pytest.mark.battery


@pytest.fixture(scope="module")
def places() -> Iterator[tuple[str, str, subprocess.Popen[bytes]]]:
    with clamd.running() as running:
        yield running


def _wrapped(how: str) -> bytes:
    """A mail with the malware in it, as mail has it."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "budi@example.com", "Bukti"
    mail.set_content("Terlampir.")
    if how == "text":
        mail.set_content(f"Halo {clamd.BAD.decode()}")
    elif how == "attachment":
        mail.add_attachment(clamd.BAD, maintype="application", subtype="octet-stream", filename="a.bin")
    elif how == "zip":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("bukti.exe", b"MZ" + clamd.BAD * 20)
        mail.add_attachment(packed.getvalue(), maintype="application", subtype="zip", filename="a.zip")
    elif how == "mail in a mail":
        inner = EmailMessage()
        inner.set_content("dalam")
        inner.add_attachment(clamd.BAD, maintype="application", subtype="octet-stream", filename="a.bin")
        mail.add_attachment(inner)
    return mail.as_bytes()


@pytest.mark.parametrize("how", ["text", "attachment", "zip", "mail in a mail"])
@pytest.mark.parametrize("way", [0, 1], ids=["socket", "port"])
def test_what_it_finds_is_found(places: tuple[str, str, object], how: str, way: int) -> None:
    """As the sender packed it, for the whole mail is handed over."""
    scan = Clamd(str(places[way]), 30).scan(_wrapped(how))
    print(f"clamd: {how}: {scan}")
    assert (scan.clean, scan.trouble) == (False, "")
    assert scan.found.startswith(clamd.NAME)


def test_what_is_clean_is_clean(places: tuple[str, str, object]) -> None:
    """Nothing at all included."""
    scanner = Clamd(places[1], 30)
    assert [scanner.scan(each) for each in (_wrapped(""), b"", b"x" * 900_000)] == [Scan(clean=True)] * 3


def test_a_mail_above_its_limit_is_not_passed(places: tuple[str, str, object]) -> None:
    """It looks at no part of it."""
    scan = Clamd(places[1], 30).scan(b"x" * 4 * clamd.LIMIT)
    print(f"clamd: above its limit: {scan}")
    assert not scan.clean
    assert scan.trouble


def test_once_it_is_gone_nothing_is_passed() -> None:
    """By its socket or by its port."""
    with clamd.running() as (socket, place, process):
        assert Clamd(place, 30).scan(b"x").clean
        common.end(process)
        for each in (socket, place):
            scan = Clamd(each, 5).scan(b"x")
            assert (scan.clean, bool(scan.trouble)) == (False, True)
