"""An agent's answer: who gets what of it, when, and what everybody else sees."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from parsing.mail import Nature
from store import incidents, participation
from store.engine import writing
from store.facts import Purpose
from store.models import Agent, Letter
from tests.intake.agents.room import ANI, ANI_AT_HOME, BUDI, DEWI, Room, link, text_of

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


def test_an_agent_just_replies(room: Room) -> None:
    """The customer gets the words, threaded, from the team, and the ticket is the agent's and waits."""
    asked = room.messages("in")[-1].message_id
    room.agent(
        "Halo Kak, depositnya sudah kami proses.\n\nSalam,\nAni\n\n> Balasan Anda DIKIRIM\n> Username: budi_99\n"
    )
    assert BUDI not in room.deliver(seconds=30) or len(room.received[BUDI]) == 1
    room.deliver(seconds=20)
    letter = room.last(BUDI)
    assert len(room.received[BUDI]) == 2
    assert "depositnya sudah kami proses" in text_of(letter)
    assert "The support team" in text_of(letter) or "Tim Bantuan" in text_of(letter)
    assert (letter["From"], letter["In-Reply-To"]) == ("Support <help@desk.test>", f"<{asked}>")
    assert letter["Subject"] == f"[{room.ticket.number}] Deposit belum masuk"
    assert f"<{asked}>" in letter["References"]
    assert "Auto-Submitted" not in letter
    assert letter["Reply-To"] == letter["X-Envelope-From"]
    for private in (ANI, "kantor.test", "Ani", "DIKIRIM", "agent", "answer."):
        assert private not in letter.as_string(), private
    assert (room.ticket.status, room.ticket.assignee_id) == ("waiting", room.agent_id("Ani"))
    assert ANI not in room.received
    (out,) = [each for each in room.messages("out") if each.nature == Nature.HUMAN.value]
    assert (out.sender, out.new_text) == ("help@desk.test", "Halo Kak, depositnya sudah kami proses.")


def test_the_customers_answer_joins_and_the_next_one_is_threaded_under_it(room: Room) -> None:
    """References name what customer and desk have written, and no mail of the agent's."""
    room.agent("Sudah kami proses.")
    first = room.deliver(minutes=1)[BUDI][-1]
    again = room.customer("Belum masuk juga", to=str(first["Reply-To"]), headers={"In-Reply-To": first["Message-ID"]})
    assert len(room.counter.rows(type(room.ticket))) == 1
    assert room.ticket.status == "open"
    room.agent("Kami periksa lagi.")
    second = room.deliver(minutes=1)[BUDI][-1]
    assert second["In-Reply-To"] == f"<{again}>"
    assert str(first["Message-ID"]) in second["References"]
    assert "kantor.test" not in second.as_string()


def test_pictures_and_files_go_with_it(room: Room) -> None:
    """In the text, and attached."""
    room.agent(
        "Lihat gambar terlampir.",
        files=[("langkah 1.png", "image/png", PNG), ("cara.pdf", "application/pdf", b"%PDF-1.4 \xff")],
    )
    letter = room.deliver(minutes=1)[BUDI][-1]
    files = {part.get_filename(): part.get_content() for part in letter.iter_attachments()}
    assert files["langkah 1.png"] == PNG
    assert files["cara.pdf"] == b"%PDF-1.4 \xff"


def test_an_agents_photo_tells_nothing_of_its_place(room: Room) -> None:
    """Neither in the letter that leaves at once, nor in one that was held; its name stays."""
    marks = Image.Exif()
    marks[0x010F] = "Kamera Rahasia"
    file = io.BytesIO()
    Image.effect_noise((400, 300), 60).save(file, "JPEG", exif=marks)
    photo = [("kartu.jpeg", "image/jpeg", file.getvalue())]
    room.agent("Begini tampilannya ya kak, mohon dicocokkan.", files=photo)
    room.deliver(minutes=1)
    room.agent("Halo {nama}, mohon dicocokkan dengan ini.", files=photo)
    room.deliver(minutes=1)
    room.take(ANI, link(room.last(ANI), "Kirim juga"))
    room.deliver(minutes=1)
    sent = [part for mail in room.received[BUDI][1:] for part in mail.iter_attachments()]
    assert [part.get_filename() for part in sent] == ["kartu.jpg", "kartu.jpg"]
    for part in sent:
        assert b"Kamera" not in part.get_content()
        assert Image.open(io.BytesIO(part.get_content())).size == (400, 300)


def test_an_answer_to_a_note_stays_inside(room: Room) -> None:
    """Whatever it says."""
    room.agent("Tolong cek ke keuangan ya.", Purpose.NOTE)
    room.deliver(minutes=1)
    assert len(room.received[BUDI]) == 1
    assert [each.new_text for each in room.messages("note")] == ["Tolong cek ke keuangan ya."]
    assert room.ticket.status == "open"


def test_an_agent_writes_from_any_registered_address(room: Room) -> None:
    """With the token of the same agent; the private address is nowhere."""
    room.agent("Sudah kami proses.", sender=ANI_AT_HOME)
    letter = room.deliver(minutes=1)[BUDI][-1]
    assert "rumah.test" not in letter.as_string()
    assert "Sudah kami proses." in text_of(letter)


def test_who_is_in_copy_by_an_agents_word_gets_it_too(room: Room) -> None:
    """Each in a mail of his own, with a reply address of his own."""
    with writing(room.counter.engine) as session:
        participation.admit(session, room.ticket, "siti@example.com", "Ani", room.counter.clock[-1])
    room.agent("Sudah kami proses.")
    room.deliver(minutes=1)
    mine, hers = room.last(BUDI), room.last("siti@example.com")
    assert (mine["To"], hers["To"]) == (BUDI, "siti@example.com")
    assert mine["Reply-To"] != hers["Reply-To"]
    assert "siti" not in mine.as_string()


def test_an_answer_is_taken_back_while_it_is_here(room: Room) -> None:
    """By the link in the notice, by an order; it comes back to its writer, who can still send it."""
    room.agent("Sudah kami tutup akunnya.")
    room.agent("", Purpose.UNDO)
    shown = room.deliver(minutes=2)[ANI][-1]
    assert len(room.received[BUDI]) == 1
    assert "Sudah kami tutup akunnya." in text_of(shown)
    assert shown["Auto-Submitted"] == "auto-replied"
    assert room.ticket.status == "open"
    room.agent("", to=link(shown, "Kirim juga"))
    letter = room.deliver(minutes=1)[BUDI][-1]
    assert "Sudah kami tutup akunnya." in text_of(letter)
    assert len(room.received[BUDI]) == 2
    assert room.ticket.status == "waiting"


_LIKE_A_MACHINE = [
    "Terima kasih, laporan Anda sudah kami terima dan akan diproses dalam 1x24 jam.",
    "Halo Kak, bank sedang libur sampai Senin 30 November, jadi depositnya kami proses setelah itu ya.",
    "Thank you for contacting us. We have received your request and will reply within 24 hours.",
]


@pytest.mark.parametrize("words", _LIKE_A_MACHINE)
def test_who_speaks_as_desks_do_is_no_machine(room: Room, words: str) -> None:
    """Half of a desk's answers sound like a closed office: what quotes the notice is a person's, and leaves."""
    room.agent(f"{words}\n\nPada Sel, 24 Nov 2026 pukul 12.00 Support <help@desk.test> menulis:\n> Untuk Anda\n")
    room.agent(f"#tutup\n\n{words}")
    room.deliver(minutes=1)
    assert [words in text_of(each) for each in room.received[BUDI][1:]] == [True, True]
    assert room.counter.rows(Agent)[0].away_until is None
    assert room.ticket.status == "closed"
    assert len([each for each in room.messages("out") if each.nature == Nature.HUMAN.value]) == 2


@pytest.mark.parametrize("words", _LIKE_A_MACHINE)
def test_what_may_be_a_machines_is_shown_to_who_may_have_written_it(room: Room, words: str) -> None:
    """Without a quote or an order nothing tells it from an unmarked responder's: it waits, and a tap sends it."""
    room.agent(words)
    shown = room.deliver(minutes=5)[ANI][-1]
    assert len(room.received[BUDI]) == 1
    assert "seperti jawaban otomatis" in text_of(shown)
    assert words in text_of(shown)
    assert room.counter.rows(Agent)[0].away_until is not None
    room.agent("", to=link(shown, "Kirim juga"))
    assert words in text_of(room.deliver(minutes=1)[BUDI][-1])
    assert room.counter.rows(Agent)[0].away_until is None
    assert room.ticket.status == "waiting"


def test_a_responder_is_not_asked_for_ever(room: Room) -> None:
    """It answers what shows its own words; nothing of it reaches the customer."""
    for _ in range(12):
        room.agent("Saya sedang cuti sampai Senin. Email Anda akan saya balas setelah saya kembali.")
    room.deliver(minutes=5)
    assert len(room.received[ANI]) == 5
    assert len(room.received[BUDI]) == 1


def test_a_note_that_sounds_like_an_absence_is_a_note(room: Room) -> None:
    """And nobody is away for it."""
    room.agent("Pelanggan sedang cuti sampai Senin, akan saya hubungi setelah itu.", Purpose.NOTE)
    room.deliver(minutes=1)
    assert room.counter.rows(Agent)[0].away_until is None
    assert ANI not in room.received
    assert room.messages("note")


def test_an_order_takes_back_too(room: Room) -> None:
    """And what had been closed with it is open again."""
    room.agent("#tutup\n\nSudah beres.")
    assert room.ticket.status == "closed"
    room.agent("#batal")
    assert room.ticket.status == "open"
    room.deliver(minutes=2)
    assert len(room.received[BUDI]) == 1


def test_what_has_left_is_not_taken_back(room: Room) -> None:
    """The agent is told so."""
    room.agent("Sudah kami proses.")
    room.deliver(minutes=1)
    room.agent("", Purpose.UNDO)
    assert "sudah terkirim" in text_of(room.deliver(seconds=1)[ANI][-1])
    assert len(room.received[BUDI]) == 2


def test_no_answer_leaves_twice(room: Room) -> None:
    """Sent, and sent again: the second says that it was sent already."""
    room.agent("Terlampir buktinya.")
    shown = room.deliver(minutes=1)[ANI][-1]
    send = link(shown, "Kirim juga")
    for _twice in range(2):
        room.agent("", to=send)
        room.deliver(minutes=1)
    assert len(room.received[BUDI]) == 2
    assert "sudah dikirim" in text_of(room.last(ANI))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("Halo Kak Budi,", "hanya salam"),
        ("Halo {{ nama }}, sudah kami proses.", "belum diisi"),
        ("Kata sandi Anda: rahasia123", "kata sandi"),
        ("Buktinya terlampir ya kak.", "tidak ada berkas"),
        ("Hubungi saya di ani.pribadi@rumah.test ya kak, atau telepon.", "alamat pribadi"),
        ("Sudah kami proses.\n#tutup", "paling atas"),
        ("", "Tidak ada tulisan"),
    ],
)
def test_what_is_doubtful_is_shown_to_its_writer(room: Room, words: str, why: str) -> None:
    """And goes nowhere until the writer says so."""
    room.agent(words)
    shown = room.deliver(minutes=5)[ANI][-1]
    assert len(room.received[BUDI]) == 1
    assert why in text_of(shown)
    assert "rahasia123" not in shown.as_string()
    assert room.ticket.status == "open"


def test_nobody_is_answered_twice_whom_the_agents_program_has_written_to(room: Room) -> None:
    """The customer in copy of an agent's reply has it already, from the agent's own address: the agent is asked."""
    room.agent("Sudah kami proses ya Kak.", headers={"Cc": "Budi <Budi@example.com>"})
    shown = room.deliver(minutes=5)[ANI][-1]
    assert len(room.received[BUDI]) == 1
    assert "langsung ke pelanggan" in text_of(shown)
    room.agent("", to=link(shown, "Jadikan catatan"))
    room.agent("Sudah kami proses ya Kak.", headers={"Cc": DEWI})
    room.deliver(minutes=5)
    assert len(room.received[BUDI]) == 2


def test_what_was_given_back_may_be_sent_again(room: Room) -> None:
    """As the letter asks that gave it back; a note of one's own is still for agents alone."""
    words = "Dananya sudah kami kembalikan ke rekening Kakak."
    room.agent(f"#tutpu\n\n{words}")
    room.deliver(minutes=1)
    room.agent(f"#tutup\n\n{words}")
    assert words in text_of(room.deliver(minutes=1)[BUDI][-1])
    aside = "Pelanggan ini pernah kita blokir tahun lalu."
    room.agent(aside, Purpose.NOTE)
    room.agent("", Purpose.OPEN, sender=DEWI)
    room.tell(minutes=30)
    room.agent(f"Halo Kak.\n\n{aside}", sender=DEWI)
    room.deliver(minutes=5)
    assert len(room.received[BUDI]) == 2


def test_a_held_answer_to_an_incident_reaches_all_of_it(room: Room) -> None:
    """As it would have, had it not been held."""
    for address in ("siti@example.com", "eka@example.org"):
        room.take(address, "help@desk.test", f"Deposit lewat DANA belum masuk. Username: {address[:4]}_7\n")
    with writing(room.counter.engine) as session:
        incidents.begin(session, room.ticket.id or 0, "DANA lambat", "Ani", room.counter.clock[-1])
    room.agent("Halo {nama}, gangguannya sudah selesai.")
    shown = room.deliver(minutes=1)[ANI][-1]
    room.agent("", to=link(shown, "Kirim juga"))
    room.deliver(minutes=1)
    for address in ("siti@example.com", "eka@example.org"):
        assert "gangguannya sudah selesai" in text_of(room.last(address))
    assert len(room.received[BUDI]) == 1


def test_a_quoted_token_never_leaves(room: Room) -> None:
    """Nor does anything that our notices say."""
    room.agent(f"Klik {room.address(Purpose.CLOSE)} ya kak")
    room.deliver(minutes=5)
    assert len(room.received[BUDI]) == 1
    assert "khusus petugas" in text_of(room.last(ANI))


def test_a_held_answer_becomes_a_note_or_nothing(room: Room) -> None:
    """By the links that are shown with it; its words are kept either way."""
    room.agent("Terlampir buktinya.")
    shown = room.deliver(minutes=1)[ANI][-1]
    room.agent("", to=link(shown, "Jadikan catatan"))
    assert room.answers[0].state == "note"
    room.agent("", to=link(shown, "Buang"))
    assert "sudah menjadi catatan" in text_of(room.deliver(minutes=1)[ANI][-1])
    assert "Terlampir buktinya." in [each.new_text for each in room.messages("note")]


def test_two_agents_do_not_answer_past_each_other(room: Room) -> None:
    """The second, who had not seen the first, is shown it and chooses."""
    hers, his = room.address(Purpose.ANSWER), room.address(Purpose.ANSWER, agent=DEWI)
    room.agent("Sudah kami proses.", to=hers)
    room.deliver(minutes=4)
    room.agent("Belum bisa kami proses.", sender=DEWI, to=his)
    shown = room.deliver(minutes=2)[DEWI][-1]
    assert len(room.received[BUDI]) == 2
    assert "Ani sudah menjawab 4 menit lalu" in text_of(shown)
    assert "Sudah kami proses." in text_of(shown)
    assert room.ticket.assignee_id == room.agent_id("Ani")
    room.agent("", sender=DEWI, to=link(shown, "Kirim juga"))
    assert "Belum bisa kami proses." in text_of(room.deliver(minutes=1)[BUDI][-1])


def test_ones_own_second_answer_is_no_collision(room: Room) -> None:
    """An addition, from the same notice."""
    hers = room.address(Purpose.ANSWER)
    room.agent("Sudah kami proses.", to=hers)
    room.agent("Tambahan: cek saldo ya kak.", to=hers)
    room.deliver(minutes=1)
    assert len(room.received[BUDI]) == 3


def test_the_ticket_of_nobody_has_nobody_to_answer(room: Room) -> None:
    """An internal ticket: the agent is told, and nothing leaves."""
    room.take(ANI, "help@desk.test", "Printer di lantai 2 rusak.", subject="Printer")
    room.agent("Sudah diperbaiki.")
    assert "tidak punya pelanggan" in text_of(room.deliver(minutes=1)[ANI][-1])
    assert [each.kind for each in room.counter.rows(Letter) if each.ticket_id == room.ticket.id] == ["told", "told"]


def test_answering_takes_the_ticket(room: Room) -> None:
    """From whoever had it."""
    room.agent("", Purpose.TAKE, sender=DEWI)
    assert room.ticket.assignee_id == room.agent_id("Dewi")
    room.agent("Sudah kami proses.")
    assert room.ticket.assignee_id == room.agent_id("Ani")
    assert room.row(Agent, room.ticket.assignee_id).name == "Ani"
