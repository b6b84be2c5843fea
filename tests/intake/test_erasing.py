"""Who is erased is nowhere any more; everybody else is as before; what figures and the ledger need stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import SQLModel, col

from intake.cli.command import run
from store import outbox
from store.engine import writing
from store.erasure.fates import FATES
from store.models import Arrival, Blob, Event, Letter, Mail, Message, SealingKey, Ticket
from tests.intake import aviary
from tests.intake.agents.room import ANI, Room
from tests.intake.aviary import BAYU, KANARIA, SECOND, SITI, WATI

Loket = Callable[..., tuple[int, str, str]]


@pytest.fixture
def room(store_url: str, tmp_path: Path) -> Iterator[Room]:
    """The desk, with her in it."""
    room = aviary.make_aviary(store_url, tmp_path)
    yield room
    room.counter.engine.dispose()


@pytest.fixture
def loket(room: Room, capfd: pytest.CaptureFixture[str]) -> Loket:
    """Runs a command; gives its exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run(["--config", str(room.counter.folder / "config.toml"), *arguments])
        told = capfd.readouterr()
        return code, told.out, told.err

    return call


def test_every_column_has_its_fate() -> None:
    """Who adds a table or a column has to say what becomes of it when a person is erased."""
    declared = {str(model.__tablename__): fate for model, fate in FATES.items()}
    tables = {table.name: {column.name for column in table.columns} for table in SQLModel.metadata.sorted_tables}
    assert {name: set(fate.columns) for name, fate in declared.items()} == tables
    for fate in FATES.values():
        assert not (fate.goes and (fate.becomes or fate.stays))
        assert not set(fate.becomes) & set(fate.stays.split())


def test_nothing_is_left_of_who_is_erased(loket: Loket, room: Room) -> None:
    """In no row of any table, and on SQLite in no byte of the data folder: store, log, sealed files, letters."""
    counter = room.counter
    before = aviary.found(counter.engine, counter.folder)
    assert not [word for word, places in before.items() if not places], before
    code, out, err = loket("person", "erase", SECOND, "--yes", "--open-too")
    assert (code, err) == (0, ""), err
    assert "jawaban" not in out
    left = {word: places for word, places in aviary.found(counter.engine, counter.folder).items() if places}
    assert left == {}


def test_a_dry_run_says_what_would_be_done_and_does_nothing(loket: Loket, room: Room) -> None:
    """In the numbers that doing it then tells; and what stands in the way."""
    counter = room.counter
    before = list(aviary.rows_of(counter.engine))
    code, out, err = loket("person", "erase", KANARIA)
    assert code == 0
    assert "nothing has been erased" in err
    assert "3 tickets" in out
    assert "part in 1 ticket of others" in out
    assert f"not yet {_hers(room)[0].number}" in out
    assert list(aviary.rows_of(counter.engine)) == before
    done = loket("person", "erase", KANARIA, "--yes", "--open-too")[1]
    assert done.splitlines() == [line for line in out.splitlines() if "not yet" not in line]


def test_everybody_else_is_as_before(loket: Loket, room: Room) -> None:
    """Wati's export is the same to the byte; Siti keeps her words and her file, without what quoted the other."""
    counter = room.counter
    wati = aviary.held(counter.engine, counter.folder, WATI)
    sitis = [each for each in counter.rows(Message) if each.sender == SITI]
    loket("person", "erase", KANARIA, "--yes", "--open-too")
    assert aviary.held(counter.engine, counter.folder, WATI) == wati
    _, told, files = aviary.held(counter.engine, counter.folder, SITI)
    said = [each["new_text"] for each in told[0].told["messages"] if each["direction"] == "in"]
    assert said == [sitis[0].new_text, "", sitis[1].new_text]
    assert "murai" in sitis[1].text
    assert [piece.path for piece in told[0].pieces if piece.sealed] == ["files/001-1-mutasi siti.pdf"]
    assert len(files) == 1
    code, _, err = loket(
        "ticket", "export", told[0].told["number"], "--to", str(counter.folder / "s.zip"), "--reason", "x"
    )
    assert (code, "erased" in err) == (0, True)


def test_a_longer_address_is_somebody_elses(loket: Loket, room: Room) -> None:
    """In copy, in words, in an agent's answer: nothing of it is touched."""
    counter = room.counter
    longer = f"mr.{KANARIA}"
    headers = f"From: Wati <{WATI}>\nTo: help@desk.test\nCc: {longer}\nSubject: Dua\nMessage-ID: <long@example.org>\n"
    verdict = f"Authentication-Results: {aviary.MX}; dmarc=pass header.from=example.org\n"
    counter.take(f"{verdict}{headers}\nTanya {longer} atau {KANARIA}.my.\n".encode(), mail_from=WATI)
    room.agent(f"Sudah kami tanyakan ke {longer}.\n", sender=ANI)
    wati = aviary.held(counter.engine, counter.folder, WATI)
    assert loket("person", "erase", KANARIA, "--yes", "--open-too")[0] == 0
    assert aviary.held(counter.engine, counter.folder, WATI) == wati


def test_figures_and_the_ledger_stay_right(loket: Loket, room: Room) -> None:
    """Numbers, dates, categories and states stay; a mail that comes again is known."""
    counter = room.counter
    names = ("number", "category", "language", "priority", "queue", "created_at")
    before = [tuple(getattr(each, name) for name in names) for each in counter.rows(Ticket)]
    ledger = [(each.ingest_key, each.received_at, each.state, each.rule) for each in counter.rows(Mail)]
    raw = next(each for each in aviary.held(counter.engine, counter.folder, KANARIA)[1][0].pieces if each.sealed)
    content = counter.blobs.read(raw.sealed.blob, raw.sealed.key) if raw.sealed else b""
    answered = sum(each.direction == "out" for each in counter.rows(Message))
    loket("person", "erase", KANARIA, "--yes", "--open-too")
    assert [tuple(getattr(each, name) for name in names) for each in counter.rows(Ticket)] == before
    assert {each.status for each in _erased(room)} == {"closed"}
    assert [(each.ingest_key, each.received_at, each.state, each.rule) for each in counter.rows(Mail)] == ledger
    assert sum(each.direction == "out" for each in counter.rows(Message)) == answered
    counter.take(content, mail_from=KANARIA)
    assert len(counter.rows(Mail)) == len(ledger)


def test_the_sealed_files_are_gone_and_so_are_their_keys(loket: Loket, room: Room) -> None:
    """Also of a mail that was sealed twice, because it could be read only later."""
    counter = room.counter
    counter.reader.failures[b"X-Bad"] = MemoryError()
    headers = f"From: {KANARIA}\nTo: help@desk.test\nSubject: x\nMessage-ID: <bad@kenari-mail.test>\nX-Bad: 1\n"
    counter.hand_in(f"{headers}\nisi\n".encode(), mail_from=KANARIA)
    for _ in range(20):
        counter.worker._waiting._resting.clear()
        counter.worker.step()
    counter.reader.failures.clear()
    shunted = next(each for each in counter.rows(Arrival) if each.state == "shunted")
    assert loket("mail", "retry", str(shunted.id))[0] == 0
    counter.work()
    hers = _files_of(room, KANARIA)
    loket("person", "erase", KANARIA, "--yes", "--open-too")
    others = _files_of(room, WATI, SITI, BAYU)
    keys = {each.key_id for each in counter.rows(Blob) if each.name in others}
    assert (len(hers), len(others)) == (7, 6)
    assert {each.id for each in counter.rows(SealingKey) if each.wrapped is not None} == keys
    assert {path.name for path in (counter.folder / "blobs" / "files").iterdir()} == others


def test_what_has_not_left_never_does(loket: Loket, room: Room) -> None:
    """Her letters are cancelled; one that is on its way to others too has to leave first, or be cancelled by hand."""
    counter = room.counter
    counter.later(days=1)
    headers = f"From: {KANARIA}\nTo: help@desk.test\nSubject: x\nMessage-ID: <new@kenari-mail.test>\n"
    counter.take(f"{headers}\nUsername: kenari_7781\n".encode(), mail_from=KANARIA)
    (waiting,) = [each for each in counter.rows(Letter) if each.state == "pending"]
    assert "1 of the letters had not left" in loket("person", "erase", KANARIA, "--yes", "--open-too")[1]
    assert (room.row(Letter, waiting.id).state, room.row(Letter, waiting.id).content) == ("cancelled", b"")


def test_a_letter_that_failed_cannot_be_sent_empty(loket: Loket, room: Room) -> None:
    """Nobody sends again what has no words and no recipient any more."""
    letter = next(each for each in room.counter.rows(Letter) if each.ticket_id == _hers(room)[0].id)
    with writing(room.counter.engine) as session:
        session.connection().execute(update(Letter).where(col(Letter.id) == letter.id).values(state="failed"))
    assert loket("person", "erase", KANARIA, "--yes", "--open-too")[0] == 0
    code, _, err = loket("outbox", "retry", str(letter.id))
    assert (code, "cancelled" in err) == (1, True)


def test_a_letter_to_others_has_to_leave_first(loket: Loket, room: Room) -> None:
    """Nothing is erased until it has: it cannot be changed any more, and they wait for it."""
    counter = room.counter
    siti = next(each for each in counter.rows(Ticket) if "Akun" in each.customer_subject)
    with writing(counter.engine) as session:
        key = outbox.queue(
            session,
            desk_id=siti.desk_id,
            ticket_id=siti.id,
            mail_id=None,
            kind="answer",
            message_id="late@desk.test",
            envelope_from="help@desk.test",
            recipients=[SITI, KANARIA],
            content=b"Cc: " + KANARIA.encode(),
            now=counter.clock[-1],
        )
    code, _, err = loket("person", "erase", KANARIA, "--yes", "--open-too")
    assert (code, f"letters {key} " in err) == (1, True)
    assert aviary.held(counter.engine, counter.folder, KANARIA) is not None
    assert loket("outbox", "cancel", str(key))[0] == 0
    assert loket("person", "erase", KANARIA, "--yes", "--open-too")[0] == 0


def test_who_cannot_be_erased_is_told_why(loket: Loket, room: Room) -> None:
    """An agent, somebody whose ticket is not closed, and nobody."""
    code, _, err = loket("person", "erase", ANI, "--yes")
    assert code == 1
    code, _, err = loket("person", "erase", KANARIA, "--yes")
    assert (code, f"{_hers(room)[0].number}" in err, "--open-too" in err) == (1, True, True)
    code, _, err = loket("person", "erase", "Help@desk.test", "--yes", "--open-too")
    assert (code, "a desk's own" in err) == (1, True)
    assert loket("person", "erase", "nobody@example.com", "--yes")[0] == 1
    assert loket("person", "erase", KANARIA, "--yes", "--as", "Nobody")[0] == 1
    loket("agent", "add", "Kanaria", KANARIA)
    code, _, err = loket("person", "erase", KANARIA, "--yes", "--open-too")
    assert (code, "is an agent's" in err) == (1, True)


def test_who_erased_and_when_is_on_record(loket: Loket, room: Room) -> None:
    """On each ticket, without what was erased; and the tickets can still be looked at."""
    loket("person", "erase", KANARIA, "--yes", "--open-too", "--as", "Ani")
    events = [(each.what, each.by) for each in room.counter.rows(Event) if each.what.startswith("erased")]
    assert sorted(events) == [("erased", "Ani")] * 3 + [("erased in part", "Ani")]
    for ticket in _erased(room):
        assert "erased" in loket("ticket", "show", ticket.number)[1]
        assert loket("ticket", "undo", ticket.number, "--as", "Ani")[0] == 0
    assert loket("person", "export", KANARIA, "--to", str(room.counter.folder / "k.zip"), "--reason", "x")[0] == 1


def test_who_was_erased_may_write_again(loket: Loket, room: Room) -> None:
    """A person whom nobody knows: in a new ticket, whatever the mail answers."""
    counter = room.counter
    letter = next(
        each for each in counter.rows(Letter) if each.kind == "received" and each.ticket_id == _hers(room)[0].id
    )
    reply_to = aviary.decoded(letter.content).split("Reply-To: ")[1].split("\n")[0]
    loket("person", "erase", KANARIA, "--yes", "--open-too")
    count = len(counter.rows(Ticket))
    headers = f"From: {KANARIA}\nTo: {reply_to}\nSubject: Re: x\nMessage-ID: <back@kenari-mail.test>\n"
    headers += f"In-Reply-To: <{letter.message_id}>\nReferences: <k1@kenari-mail.test> <{letter.message_id}>\n"
    counter.take(f"{headers}\nSaya kembali.\n".encode(), mail_from=KANARIA, rcpt_to=(reply_to,))
    assert len(counter.rows(Ticket)) == count + 1
    assert room.ticket.person_id is not None


def _hers(room: Room) -> list[Ticket]:
    return [each for each in room.counter.rows(Ticket) if "perkutut" in each.customer_subject]


def _erased(room: Room) -> list[Ticket]:
    keys = {each.ticket_id for each in room.counter.rows(Event) if each.what == "erased"}
    return [each for each in room.counter.rows(Ticket) if each.id in keys]


def _files_of(room: Room, *addresses: str) -> set[str]:
    counter = room.counter
    held = [aviary.held(counter.engine, counter.folder, address) for address in addresses]
    return {piece.sealed.blob for each in held for parcel in each[1] for piece in parcel.pieces if piece.sealed}
