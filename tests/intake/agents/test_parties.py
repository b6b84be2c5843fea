"""What everybody receives where the mail of an agent goes another way than straight to the customer."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from store.facts import Purpose
from tests.intake.agents.room import ANI, ANI_AT_HOME, BUDI, DEWI, KYC, Room, link, text_of

_WORDS = "Saldo Anda sudah kami kembalikan."
_CARD = b"\xff\xd8\xff\xe0" + bytes(300)

#: A desk's letters until the first agent writes: the customer is acknowledged, one agent is told.
_BEFORE = {BUDI: ["received"], ANI: ["notice"]}


@pytest.fixture
def told(room: Room) -> Room:
    """The room, whose one ticket Ani has been told of."""
    room.tell()
    assert room.kinds() == _BEFORE
    return room


def test_a_collision(told: Room) -> None:
    """The customer gets the first answer, and the second only when its writer has been shown the first."""
    his = told.address(Purpose.ANSWER, agent=DEWI)
    told.agent("Sudah kami proses.")
    told.tell()
    told.agent("Belum bisa kami proses.", sender=DEWI, to=his)
    told.tell(minutes=5)
    assert told.kinds() == {BUDI: ["received", "answer"], ANI: ["notice"], DEWI: ["told"]}
    shown = text_of(told.last(DEWI))
    assert "BELUM dikirim ke pelanggan" in shown
    assert "Sudah kami proses." in shown
    assert "Belum bisa kami proses." in shown
    told.take(DEWI, link(told.last(DEWI), "Kirim juga"), "")
    told.tell(minutes=5)
    assert told.kinds() == {BUDI: ["received", "answer", "answer"], ANI: ["notice"], DEWI: ["told", "told"]}
    assert "Terkirim." in text_of(told.last(DEWI))
    assert "Belum bisa kami proses." in text_of(told.last(BUDI))


@pytest.mark.parametrize("way", ["", "#batal"])
def test_an_undo(told: Room, way: str) -> None:
    """By a tap and by an order: the customer gets nothing, the writer the words back; sent again, they arrive once."""
    told.agent(_WORDS)
    told.agent(way, Purpose.ANSWER if way else Purpose.UNDO)
    told.tell(minutes=5)
    assert told.kinds() == {BUDI: ["received"], ANI: ["notice", "told"]}
    assert _WORDS in text_of(told.last(ANI))
    told.take(ANI, link(told.last(ANI), "Kirim juga"), "")
    told.tell(minutes=5)
    assert told.kinds() == {BUDI: ["received", "answer"], ANI: ["notice", "told", "told"]}
    assert _WORDS in text_of(told.last(BUDI))


def test_an_answer_check(told: Room) -> None:
    """What is doubtful reaches its writer alone, and the customer once it is thrown away never."""
    told.agent("Halo {nama}, saldonya sudah kembali.")
    told.tell(minutes=5)
    assert told.kinds() == {BUDI: ["received"], ANI: ["notice", "told"]}
    assert "belum diisi" in text_of(told.last(ANI))
    told.take(ANI, link(told.last(ANI), "Buang"), "")
    told.tell(minutes=30)
    assert told.kinds() == {BUDI: ["received"], ANI: ["notice", "told", "told"]}
    assert "Dibuang" in text_of(told.last(ANI))
    assert [each.state for each in told.answers] == ["discarded"]


def test_an_unknown_verb(told: Room) -> None:
    """The writer gets the line, what was meant, and the words back; the customer nothing of it."""
    told.agent(f"#tutpu\n\n{_WORDS}")
    told.tell(minutes=30)
    assert told.kinds() == {BUDI: ["received"], ANI: ["notice", "told"]}
    back = text_of(told.last(ANI))
    assert '"#tutpu"' in back
    assert "#close" in back
    assert _WORDS in back
    assert told.ticket.status == "open"


def _unproven(room: Room) -> None:
    room.agent(_WORDS, vouched=False)


def _stolen(room: Room) -> None:
    room.agent(_WORDS, sender="eve@jahat.test", notice_of=ANI)


def _stolen_and_named(room: Room) -> None:
    headers = {"Reply-To": ANI, "Sender": ANI, "X-Original-From": ANI}
    room.agent(_WORDS, sender="eve@jahat.test", notice_of=ANI, headers=headers)


def _from_the_other_address(room: Room) -> None:
    room.agent(_WORDS, sender=ANI_AT_HOME, vouched=False)


def _by_reference(room: Room) -> None:
    headers = {"In-Reply-To": str(room.last(ANI)["Message-ID"]), "References": str(room.last(ANI)["Message-ID"])}
    room.take(ANI, "help@desk.test", _WORDS, vouched=False, subject="Re: x", headers=headers)


def _by_number(room: Room) -> None:
    room.take(ANI, "help@desk.test", _WORDS, vouched=False, subject=f"Re: [{room.ticket.number}] Deposit")


def _replayed(room: Room) -> None:
    room.take(ANI, room.address(Purpose.ANSWER), _WORDS, headers={"To": "teman@lain.test"})


@pytest.mark.parametrize(
    "forge",
    [_unproven, _stolen, _stolen_and_named, _from_the_other_address, _by_reference, _by_number, _replayed],
)
def test_a_forged_agent(told: Room, forge: Callable[[Room], None]) -> None:
    """By every way: a note, a word to whose name or address it bears, a notice to who has the ticket; no customer."""
    forge(told)
    told.tell(minutes=30)
    assert told.kinds() == {BUDI: ["received"], ANI: ["notice", "told", "notice"]}
    notice = text_of(told.last(ANI))
    assert "mengaku dari petugas dan belum bisa dipercaya" in notice
    assert _WORDS in notice
    assert "BELUM terverifikasi" in notice or forge in (_stolen, _stolen_and_named, _replayed)
    assert "Kirim juga" not in text_of(told.received[ANI][1])
    assert (told.ticket.status, told.answers) == ("open", [])


def test_a_revoked_agent(told: Room) -> None:
    """Whoever it was gets nothing; a colleague, whose the ticket is now, is told of the note."""
    token = told.address(Purpose.ANSWER)
    told.remove("Ani")
    told.take(ANI, token, _WORDS)
    told.tell(minutes=30)
    kinds = told.kinds()
    assert kinds.pop(BUDI) == ["received"]
    assert kinds.pop(ANI) == ["notice"]
    ((colleague, letters),) = kinds.items()
    assert colleague in (DEWI, KYC)
    assert letters == ["notice"]
    assert _WORDS in text_of(told.last(colleague))


def test_a_sealed_file_by_role(told: Room) -> None:
    """An agent is refused; kyc gets one copy; the customer, and who has the ticket, hear nothing of it."""
    told.customer("Verifikasi KTP saya.", files=[("ktp.jpg", "image/jpeg", _CARD)], subject="Verifikasi akun")
    told.tell(minutes=2)
    before = told.kinds()
    told.agent("#buka 1 verifikasi identitas", sender=DEWI)
    told.agent("#buka 1 verifikasi identitas", sender=KYC)
    told.tell(minutes=30)
    now = told.kinds()
    assert now[KYC][-1] == "sealed_file"
    assert [part.get_content() for part in told.last(KYC).iter_attachments()] == [_CARD]
    assert now[DEWI][-1] == "told"
    assert "hanya dibuka oleh lead atau kyc" in text_of(told.last(DEWI))
    assert not list(told.last(DEWI).iter_attachments())
    for address in (BUDI, ANI):
        assert now[address] == before[address]
    assert not any(_CARD in mail.as_bytes() for to, mails in told.received.items() if to != KYC for mail in mails)
