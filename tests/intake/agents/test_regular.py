"""Letters of the calendar: the agents' morning, the leads' day and week."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import html5lib
from PIL import Image

from store import alerts, commands, rows, tickets
from store.engine import writing
from store.models import DoorHealth, Message, Ticket
from store.states import Move
from tests.intake.agents.conftest import Staffed, words
from tests.intake.conftest import NOON, customer_mail

#: 08.00 WIB on the Wednesday after NOON, in hours.
TO_MORNING = 20


def _mail(number: int, matter: str = "Deposit belum masuk", **more: str) -> bytes:
    told = {"From": f"c{number}@example.com", "Message-ID": f"<{number}@example.com>", "Subject": matter} | more
    return customer_mail(f"Username: user_{number}\n{matter} via DANA.\n", **told)


def test_every_morning_an_agent_gets_the_open_tickets_oldest_first(staffed: Staffed) -> None:
    """Once, with a link to answer each; whoever has none, and nobody else's, gets nothing."""
    staffed.join("Ani")
    staffed.counter.take(_mail(1), _mail(2))
    staffed.tell()
    staffed.join("Eko")
    assert staffed.by_calendar(hours=TO_MORNING - 1) == 0
    assert staffed.by_calendar(hours=1) == 1
    assert staffed.by_calendar(minutes=10) == 0
    (letter,) = staffed.letters("ani@team.test", "morning")
    first, second = staffed.counter.rows(Ticket)
    told = words(letter)
    assert told.index(first.number) < told.index(second.number)
    assert told.count("[Jawab] mailto:") == 2
    assert letter["Auto-Submitted"] == "auto-generated"
    html5lib.HTMLParser(strict=True).parse(words(letter, "html").strip())


def test_a_restart_writes_no_letter_twice(staffed: Staffed) -> None:
    """That it was written is a row."""
    staffed.join("Ani")
    staffed.counter.take(_mail(1))
    staffed.tell()
    staffed.by_calendar(hours=TO_MORNING)
    for _ in range(3):
        staffed.by_calendar(minutes=5)  # each with a memory of its own
    assert len(staffed.letters("ani@team.test", "morning")) == 1
    staffed.by_calendar(hours=24)
    assert len(staffed.letters("ani@team.test", "morning")) == 2


def test_leads_are_told_what_lies_about(staffed: Staffed) -> None:
    """What nobody has, what is held, what is old, what did not leave, which door is in trouble."""
    staffed.counter.take(_mail(1))
    staffed.counter.take(_mail(2), junk=True)
    staffed.join("Rina", role="lead")
    staffed.join("Ani")
    engine = staffed.counter.engine
    with writing(engine) as session:
        session.add(DoorHealth(name="imap:box", kind="imap", last_error="login refused", failing_since=NOON))
        alerts.raise_(session, "disk", "the disk is nearly full", NOON)
    staffed.by_calendar(hours=TO_MORNING)
    (letter,) = staffed.letters("rina@team.test", "daily")
    told = words(letter)
    nobodys, held = staffed.counter.rows(Ticket)
    assert "Belum ada yang pegang (1)" in told
    assert "Ditahan, menunggu keputusan (1)" in told
    assert told.index(nobodys.number) < told.index(held.number)
    assert "Surat yang belum terkirim: 1" in told
    assert "imap:box, login refused" in told
    assert "the disk is nearly full" in told
    assert staffed.letters("ani@team.test", "daily") == []


def test_a_quiet_day_is_told_too(staffed: Staffed) -> None:
    """So that silence is never mistaken for one."""
    staffed.join("Rina", role="lead", language="en")
    staffed.by_calendar(hours=TO_MORNING)
    (letter,) = staffed.letters("rina@team.test", "daily")
    assert "All is well" in words(letter)


def _answered(staffed: Staffed, ticket_id: int, at: datetime) -> None:
    """A person answers."""
    with writing(staffed.counter.engine) as session:
        ticket = rows.one(session, Ticket, ticket_id)
        draft = rows.Draft(Message, desk_id=ticket.desk_id, ticket_id=ticket_id, direction="out", received_at=at)
        tickets.add_message(session, draft, ())


def test_the_weeks_numbers_are_words_a_picture_and_a_table(staffed: Staffed) -> None:
    """By queue, category, channel, device and error; the picture's words are in its text."""
    staffed.join("Rina", role="lead")
    staffed.counter.take(_mail(1), _mail(2), _mail(3, "=Tidak bisa login"))
    first, second, third = (each.id or 0 for each in staffed.counter.rows(Ticket))
    _answered(staffed, first, NOON + timedelta(minutes=30))
    _answered(staffed, second, NOON + timedelta(minutes=90))
    with writing(staffed.counter.engine) as session:
        commands.close(session, first, "Rina", NOON + timedelta(hours=3))
        tickets.move(session, first, Move.REOPEN, "Rina", NOON + timedelta(hours=4))
        commands.close(session, third, "Rina", NOON + timedelta(hours=5))
    monday = datetime(2026, 11, 30, 1, 5, tzinfo=UTC)  # 08.05 WIB
    staffed.by_calendar(seconds=(monday - staffed.counter.clock[-1]).total_seconds())
    (letter,) = staffed.letters("rina@team.test", "weekly")
    told = words(letter)
    assert "3 tiket baru" in told
    assert "3 baru, 2 sudah dijawab · jawaban pertama 60 menit" in told
    assert "1 selesai dalam 5 jam · 1 dibuka lagi" in told
    assert "DANA" in told
    (table,) = letter.iter_attachments()
    assert table.get_content_type() == "text/csv"
    lines = list(csv.reader(io.StringIO(bytes(table.get_payload(decode=True)).decode("utf-8-sig"))))  # type: ignore[arg-type]
    assert lines[1][:4] == ["queue", "", "3", "2"]
    assert ["category", "deposit_missing", "2"] in lines
    (picture,) = [part for part in letter.walk() if part.get_content_type() == "image/png"]
    assert Image.open(io.BytesIO(picture.get_payload(decode=True))).width == 1040  # type: ignore[arg-type]
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(words(letter, "html").strip())
    assert [each.get("alt", "")[:7] for each in tree.iter("img")] == ["Senin 0"]
