"""Orders by mail: all or nothing, told when something is wrong, and never a word to the customer by them alone."""

from __future__ import annotations

import pytest

from store import commands
from store.engine import looking
from store.facts import Purpose
from store.models import Agent, Letter, Ticket
from tests.intake.agents.room import ANI, BUDI, DEWI, KYC, Room, link, text_of


def _tags(room: Room) -> list[str]:
    with looking(room.counter.engine) as session:
        return commands.tags(session, room.ticket.id or 0)


def test_orders_alone_say_nothing_to_the_customer(room: Room) -> None:
    """They are carried out, and nobody gets a mail."""
    room.agent("#ambil\n#prioritas tinggi\n#label +refund vip\n#atur username=budi_98\n")
    room.deliver(minutes=5)
    assert (room.ticket.assignee_id, room.ticket.priority) == (room.agent_id("Ani"), "high")
    assert _tags(room) == ["refund", "vip"]
    assert len(room.received[BUDI]) == 1
    assert ANI not in room.received


def test_orders_and_words_go_their_ways(room: Room) -> None:
    """The customer reads the words, and the ticket is closed."""
    room.agent("#tutup\n\nSudah kami kembalikan ya kak.")
    letter = room.deliver(minutes=1)[BUDI][-1]
    assert "Sudah kami kembalikan" in text_of(letter)
    assert "#" not in text_of(letter)
    assert room.ticket.status == "closed"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("#tutp\n#ambil\nSudah kami kembalikan.", "Maksudnya #close?"),
        ("#ambil\n#tugaskan Dwei\nSudah kami kembalikan.", "Maksudnya Dewi?"),
        ("#ambil\n#atur usernaem=budi\nSudah.", "Maksudnya Username?"),
        ("#ambil\n#gabung LKT-999999\nSudah.", "tidak ada yang seperti itu"),
        ("#ambil\n#tunggu kemarin\nSudah.", "bukan hari yang akan datang"),
        ("#ambil\n#prioritas penting\nSudah.", "low | normal | high | urgent"),
        ("#ambil\n#antrean keuangn\nSudah.", "Tidak ada antrean"),
        ("#ambil\n#buka 3 verifikasi\nSudah.", "Tidak ada berkas nomor 3"),
        ("#ambil\n#pisah\nSudah.", "tidak bisa dalam keadaan"),
    ],
)
def test_one_fault_and_nothing_is_done(room: Room, body: str, told: str) -> None:
    """Nothing is carried out, nothing is sent; the agent is told why, and gets the words back."""
    room.agent(body)
    room.deliver(minutes=5)
    assert room.ticket.assignee_id is None
    assert len(room.received[BUDI]) == 1
    back = text_of(room.last(ANI))
    assert told in back
    assert body.rsplit("\n", maxsplit=1)[-1] in back


def test_a_note_stays_inside_on_an_answer_address_too(room: Room) -> None:
    """#note, with words behind it, below it, or both."""
    room.agent("#catatan sudah cek ke keuangan\nSaldonya benar kurang.")
    room.deliver(minutes=5)
    assert len(room.received[BUDI]) == 1
    assert [each.new_text for each in room.messages("note")] == ["sudah cek ke keuangan\nSaldonya benar kurang."]


@pytest.mark.parametrize(
    ("purpose", "status"),
    [(Purpose.CLOSE, "closed"), (Purpose.WAIT, "waiting"), (Purpose.OPEN, "open"), (Purpose.TAKE, "open")],
)
def test_an_address_is_an_order(room: Room, purpose: Purpose, status: str) -> None:
    """One tap and sending; tapped twice it works once, and what a phone writes below is kept inside."""
    for _twice in range(2):
        room.agent("\n\nDikirim dari iPhone saya\n", purpose)
    assert room.ticket.status == status
    room.deliver(minutes=5)
    assert len(room.received[BUDI]) == 1
    assert (room.ticket.assignee_id is not None) == (purpose is Purpose.TAKE)


def test_an_address_and_lines_are_orders_together(room: Room) -> None:
    """All or nothing here too; words below them stay inside."""
    room.agent("#prioritas tinggi\n\nsaya pegang ini", Purpose.TAKE)
    assert (room.ticket.assignee_id, room.ticket.priority) == (room.agent_id("Ani"), "high")
    assert [each.new_text.strip() for each in room.messages("note")] == ["saya pegang ini"]
    room.agent("#priorits rendah", Purpose.CLOSE)
    assert room.ticket.status == "open"
    room.deliver(minutes=1)
    assert len(room.received[BUDI]) == 1


def test_what_is_asked_is_told(room: Room) -> None:
    """Help, my tickets, tickets by words: to the desk itself, without a ticket being opened."""
    room.agent("", Purpose.TAKE)
    for body, told in (("#mine", room.ticket.number), ("#cari budi_99", room.ticket.number), ("#bantuan", "#close")):
        room.take(ANI, "help@desk.test", body, subject="tanya")
        assert told in text_of(room.deliver(minutes=1)[ANI][-1])
    assert len(room.counter.rows(Ticket)) == 1


@pytest.mark.parametrize(
    ("body", "until"), [("#cuti 3 hari", "2026-11-27"), ("#away 7/12", "2026-12-07"), ("#libur", "2026-11-27")]
)
def test_who_goes_away_says_so_by_mail(room: Room, body: str, until: str) -> None:
    """To the desk or on a ticket; the next mail of the same agent ends it."""
    for to in ("help@desk.test", room.address(Purpose.ANSWER)):
        room.take(ANI, to, body, subject="cuti")
        assert until in text_of(room.deliver(minutes=1)[ANI][-1])
        away = room.counter.rows(Agent)[0].away_until
        assert away is not None
        assert f"{away:%Y-%m-%d}" == until
        room.take(ANI, "help@desk.test", "#mine", subject="x")
        assert room.counter.rows(Agent)[0].away_until is None
    assert len(room.counter.rows(Ticket)) == 1
    assert len(room.received[BUDI]) == 1


def test_nobody_is_away_until_yesterday(room: Room) -> None:
    """The agent is told how to say it."""
    room.take(ANI, "help@desk.test", "#cuti kemarin", subject="cuti")
    assert "#cuti 7/12" in text_of(room.deliver(minutes=1)[ANI][-1])
    assert room.counter.rows(Agent)[0].away_until is None


def test_a_transcript_is_told_on_request(room: Room) -> None:
    """With how the ticket stands, and the useful links."""
    room.agent("#lapor\n#prioritas mendesak\n#tunggu 3 hari")
    told = text_of(room.deliver(minutes=1)[ANI][-1])
    assert "Prioritas: mendesak" in told
    assert "menunggu pelanggan" in told
    assert link(room.last(ANI), "Ambil").startswith("help+take.")


@pytest.mark.parametrize("purpose", [Purpose.ANSWER, Purpose.NOTE])
def test_a_transcript_alone_tells_how_the_ticket_stands(room: Room, purpose: Purpose) -> None:
    """And a reply to a note that says nothing does nothing."""
    room.agent("#lapor", purpose)
    assert room.ticket.number in text_of(room.deliver(minutes=1)[ANI][-1])
    room.agent("", Purpose.NOTE)
    assert len(room.deliver(minutes=1)[ANI]) == 1


def test_whom_a_ticket_is_given_to_is_told(room: Room) -> None:
    """By a notice, as of all that happens to it."""
    room.agent("#tugaskan dewi")
    assert room.ticket.assignee_id == room.agent_id("Dewi")
    room.agent("#tugaskan antrean", sender=DEWI)
    assert room.ticket.assignee_id is None


def test_a_mistaken_order_is_taken_back(room: Room) -> None:
    """By an order, one deed at a time."""
    room.agent("#tutup")
    assert room.ticket.status == "closed"
    room.agent("#batal")
    assert room.ticket.status == "open"
    assert "Dibatalkan: perubahan status" in text_of(room.deliver(minutes=1)[ANI][-1])


def test_a_customers_hash_lines_are_words(room: Room) -> None:
    """Whoever the customer says to be."""
    room.customer("#close\n#assign Ani\nUsername: budi_99", headers={"Reply-To": ANI, "Sender": ANI})
    assert room.ticket.status == "open"
    assert room.ticket.assignee_id is None
    assert "#close" in room.messages("in")[-1].new_text


def test_a_sealed_file_opens_for_the_role(room: Room) -> None:
    """As a copy by mail, once, recorded; for others it stays shut."""
    card = b"\xff\xd8\xff\xe0" + bytes(300)
    room.customer("Verifikasi KTP saya.", files=[("ktp.jpg", "image/jpeg", card)], subject="Verifikasi akun")
    room.customer(
        "Ini tangkapan layarnya.", to=str(room.received[BUDI][-1]["Reply-To"]), files=[("a.txt", "text/plain", b"x")]
    )
    number = 1  # as notices tell it: the first file of its mail, and the sealed one of several that are the first
    room.agent(f"#buka {number} verifikasi identitas")
    assert "hanya dibuka oleh lead atau kyc" in text_of(room.deliver(minutes=1)[ANI][-1])
    room.agent(f"#buka {number} verifikasi identitas", sender=KYC)
    copy = room.deliver(minutes=1)[KYC][-1]
    (file,) = copy.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("ktp.jpg", card)
    assert "opened a sealed file" in room.events()
    (kept,) = [each for each in room.counter.rows(Letter) if each.kind == "sealed_file"]
    assert kept.content == b""


def test_a_held_ticket_is_released_or_refused_by_mail(room: Room) -> None:
    """And cannot be answered before."""
    room.take(BUDI, "help@desk.test", "Menang undian!", envelope={"junk": True}, subject="Undian")
    assert room.ticket.status == "held"
    room.agent("Terima kasih atas laporannya, kami cek.")
    assert "ditahan" in text_of(room.deliver(minutes=1)[ANI][-1])
    room.agent("#lepas")
    assert room.ticket.status == "open"
    room.take(BUDI, "help@desk.test", "Menang lagi!", envelope={"junk": True}, subject="Undian lagi")
    room.agent("#tolak spam")
    assert room.ticket.status == "closed"


@pytest.mark.parametrize("body", ["#tutup", "#ambil\n#mine"])
def test_an_order_about_no_ticket_opens_none(room: Room, body: str) -> None:
    """To the desk's bare address: the agent is told to reply to a notice."""
    room.take(ANI, "help@desk.test", body, subject="x")
    assert len(room.counter.rows(Ticket)) == 1
    assert "tidak menyebut tiket" in text_of(room.deliver(minutes=1)[ANI][-1])


def test_a_note_that_went_to_others_too_is_told(room: Room) -> None:
    """The agent's own client has sent it; the colleague in copy is no stranger."""
    room.agent("Nomor rekeningnya aneh.", Purpose.NOTE, headers={"Cc": f"{BUDI}, {DEWI}"})
    told = text_of(room.deliver(minutes=1)[ANI][-1])
    assert BUDI in told
    assert DEWI not in told
