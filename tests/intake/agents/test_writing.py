"""What of an agent's mail is for the customer."""

from __future__ import annotations

from datetime import UTC, datetime

from intake.agents.writing import for_customer
from parsing.mail import Envelope, RawMail
from parsing.reading import read

_PRIVATE = ["ani@kantor.test", "ani.pribadi@rumah.test"]
_ENVELOPE = Envelope(door="test", received_at=datetime(2026, 11, 24, 5, 0, tzinfo=UTC))


def _written(body: str, *customers: str) -> str:
    head = "From: ani@kantor.test\r\nTo: help@desk.test\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    content = (head + body.replace("\n", "\r\n")).encode()
    return for_customer(read(RawMail(content=content, envelope=_ENVELOPE)).mail, customers, _PRIVATE)


def test_orders_quotes_and_signature_are_cut() -> None:
    """What is left are the agent's words."""
    quoted = "Pada Sel, 24 Nov 2026, Bantuan menulis:\n> Username: budi_99\n"
    body = f"#tutup\n\nSudah kami kirim ya.\n\nSalam,\nAni\n\n{quoted}"
    assert _written(body) == "Sudah kami kirim ya."


def test_a_signature_that_nobody_knows_goes_with_the_address_in_it() -> None:
    """The last paragraph, where it is short; not the address in the middle of the words, which is held instead."""
    body = "Sudah kami kirim ya.\n\nAni Wijaya - Staf Keuangan\nani.pribadi@rumah.test | ext 12\n"
    assert _written(body) == "Sudah kami kirim ya."
    assert "ani@kantor.test" in _written("Tulis ke ani@kantor.test saja.\n\nSudah kami kirim ya.\n")


def test_an_answer_point_by_point_keeps_the_customers_lines_alone() -> None:
    """Lines of the notice that only agents should see are not among them."""
    body = (
        "> deposit saya kapan masuk?\n\nHari ini.\n\n> Pengirim: terverifikasi (DMARC lulus)\n\nBaik.\n\n"
        "> dan bonusnya?\n\nBesok.\n"
    )
    written = _written(body, "deposit saya kapan masuk?\ndan bonusnya?")
    assert "> deposit saya kapan masuk?" in written
    assert "> dan bonusnya?" in written
    assert "terverifikasi" not in written
    assert all(word in written for word in ("Hari ini.", "Baik.", "Besok."))
