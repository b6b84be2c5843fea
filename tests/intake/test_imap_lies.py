"""The IMAP door against servers that break the rules, or keep them in ways that Dovecot does not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from intake.doors import imap_folder, imap_life
from intake.doors.health import DoorReport
from intake.doors.imap import ImapDoor
from intake.settings import ImapAccount
from intake.spool import Spool
from store import mailboxes
from store.engine import looking, open_store, writing
from tests.intake.mailbox import mail
from tests.servers import imap_liar
from tests.servers.imap_liar import Hang, Liar, literal

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)

Make = Callable[..., ImapDoor]


@pytest.fixture
def liar() -> Iterator[Liar]:
    with imap_liar.running() as server:
        yield server


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", quota=1 << 30, on_fatal=lambda error: pytest.fail(str(error)))


@pytest.fixture
def health() -> DoorReport:
    return DoorReport("imap:box", "imap", lambda: NOON)


@pytest.fixture
def make(liar: Liar, spool: Spool, health: DoorReport, engine: Engine) -> Iterator[Make]:
    """Makes doors; the first look is over, so that what the liar holds next is new."""
    doors: list[ImapDoor] = []

    def make(*, limit: int = 5 << 20, **more: Any) -> ImapDoor:
        values: dict[str, Any] = {
            "name": "box",
            "desk": "help",
            "host": "127.0.0.1",
            "port": liar.port,
            "tls": "none",
            "username": "u",
            "password": SecretStr("p"),
        }
        doors.append(
            ImapDoor(
                ImapAccount(**(values | more)),
                spool=spool,
                engine=engine,
                on_mail=lambda name: None,
                health=health,
                now=lambda: NOON,
                stop=threading.Event(),
                flagging=True,
                limit=limit,
            )
        )
        return doors[-1]

    yield make
    for door in doors:
        door.close()


def _taken(spool: Spool) -> list[bytes]:
    return [spool.open(name).content for name in spool.waiting()]


def _why(health: DoorReport) -> str:
    return health._failure[1] if health._failure else ""


def test_one_mail_that_cannot_be_fetched_keeps_no_other_waiting(
    make: Make, liar: Liar, spool: Spool, health: DoorReport
) -> None:
    """It is named to the operator, and asked for again."""
    door = make()
    door.poll()
    liar.mails = {uid: mail(uid) for uid in (1, 2, 3)}
    liar.lies["FETCH"] = lambda tag, rest: f"{tag} NO damaged\r\n".encode() if rest.startswith("1 ") else None
    assert door.poll() == 2
    assert "mail 1" in _why(health)
    liar.lies.clear()
    assert door.poll() == 1
    assert _taken(spool) == [mail(2), mail(3), mail(1)]


def test_a_mail_that_kills_the_connection_keeps_no_other_waiting(make: Make, liar: Liar, spool: Spool) -> None:
    """It comes last at the next look."""

    def dies(tag: str, rest: str) -> bytes | None:
        if rest.startswith("1 "):
            raise Hang
        return None

    door = make()
    door.poll()
    liar.mails, liar.lies = {uid: mail(uid) for uid in (1, 2, 3)}, {"FETCH": dies}
    assert door.poll() == 0
    assert door.poll() == 2
    assert _taken(spool) == [mail(2), mail(3)]


def test_a_mail_given_in_short_parts_is_not_cut(make: Make, liar: Liar, spool: Spool) -> None:
    """Less than was asked for need not be the end."""
    content = mail(1, "x" * 900 + "\n")

    def stingy(tag: str, rest: str) -> bytes | None:
        offset = int(rest.partition("<")[2].partition(".")[0])
        part = literal(f"BODY[]<{offset}>", content[offset : offset + 100])
        size = f"RFC822.SIZE {len(content)} ".encode()
        return b"* 1 FETCH (UID 1 " + size + part + f")\r\n{tag} OK done\r\n".encode()

    door = make()
    door.poll()
    liar.mails, liar.lies = {1: content}, {"FETCH": stingy}
    assert door.poll() == 1
    assert _taken(spool) == [content]


@pytest.mark.parametrize("size", [0, 1, 10_000_000])
def test_a_wrong_size_and_no_parts_give_the_whole_mail(make: Make, liar: Liar, spool: Spool, size: int) -> None:
    """RFC822.SIZE is not believed, and a server that always gives everything is understood."""
    content = mail(1)

    def crude(tag: str, rest: str) -> bytes | None:
        told = f"* 1 FETCH (UID 1 RFC822.SIZE {size} ".encode()
        return told + literal("BODY[]", content) + f")\r\n{tag} OK done\r\n".encode()

    door = make()
    door.poll()
    liar.mails, liar.lies = {1: content}, {"FETCH": crude}
    assert door.poll() == 1
    assert _taken(spool) == [content]


def test_a_literal_of_two_gibibytes_is_not_read(make: Make, liar: Liar, health: DoorReport) -> None:
    """Nobody asked for it; the connection ends."""
    door = make()
    door.poll()
    liar.mails = {1: mail(1)}
    liar.lies["FETCH"] = lambda tag, rest: b"* 1 FETCH (UID 1 BODY[]<0> {2147483648}\r\nxxx"
    assert door.poll() == 0
    assert "2147483648" in _why(health)


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(b"* BYE going down\r\n", id="bye"),
        pytest.param(b"* 1 FETCH (UID 1 BODY[]<0> {100}\r\nxx* BYE\r\n", id="bye in a literal"),
        pytest.param(b"* 1 FETCH (UID x\r\n", id="no number"),
        pytest.param(b"\xff\xfe\x00\r\n", id="noise"),
    ],
)
def test_nonsense_loses_nothing(
    make: Make, liar: Liar, spool: Spool, lie: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look breaks off, says so, and the next one takes the mail."""
    monkeypatch.setattr(imap_folder, "READ_SECONDS", 1)
    door = make()
    door.poll()
    liar.mails = {1: mail(1)}
    liar.lies["FETCH"] = lambda tag, rest: lie + f"{tag} OK done\r\n".encode()
    assert door.poll() == 0
    liar.lies.clear()
    assert door.poll() == 1
    assert _taken(spool) == [mail(1)]


def test_a_server_that_takes_no_flag_still_gives_mail(make: Make, liar: Liar, spool: Spool, health: DoorReport) -> None:
    """The operator is told; each look asks once."""
    door = make()
    door.poll()
    liar.lies["STORE"] = lambda tag, rest: f"{tag} NO read-only\r\n".encode()
    liar.mails = {uid: mail(uid) for uid in range(1, 51)}
    assert door.poll() == 50
    assert len(liar.said("STORE")) == 1
    assert "done = flag" in _why(health)
    liar.mails[51] = mail(51)
    assert door.poll() == 1
    liar.lies.clear()
    door.poll()
    assert len(_taken(spool)) == 51
    assert liar.said("STORE")[-1].startswith("UID STORE 1:51") or liar.said("STORE")[-1].count(",") == 50


@pytest.mark.parametrize(
    ("capabilities", "told", "expunged"),
    [
        ("IMAP4rev1 MOVE UIDPLUS", ["MOVE"], []),
        ("IMAP4rev1 UIDPLUS", ["COPY", "STORE"], ["UID EXPUNGE 1"]),
        ("IMAP4rev1", ["COPY", "STORE"], []),
    ],
)
def test_moving_never_expunges_what_is_not_ours(
    make: Make, liar: Liar, capabilities: str, told: list[str], expunged: list[str]
) -> None:
    """A plain EXPUNGE would remove what other people marked."""
    liar.capabilities = capabilities
    door = make(done="move")
    door.poll()
    liar.mails = {1: mail(1)}
    door.poll()
    verbs = [line.removeprefix("UID ").split(" ")[0] for line in liar.transcript]
    assert [verb for verb in verbs if verb in ("MOVE", "COPY", "STORE")] == told
    assert liar.said("EXPUNGE") == expunged


def test_the_transcript_shows_peeks_only_and_no_flag_before_the_commit(make: Make, liar: Liar, engine: Engine) -> None:
    """When the server hears of a mail, its row is there for others to see."""
    committed: list[set[int]] = []

    def look(tag: str, rest: str) -> None:
        with looking(engine) as session:
            (life,) = mailboxes.lives(session, "box", "INBOX")
            committed.append(mailboxes.known(session, life.id or 0))

    door = make()
    door.poll()
    liar.mails, liar.lies = {1: mail(1)}, {"STORE": look}
    door.poll()
    assert committed == [{1}]
    assert all("BODY.PEEK[" in line and "BODY[" not in line for line in liar.said("FETCH"))


def test_a_folder_without_uidvalidity_is_not_read(make: Make, liar: Liar, health: DoorReport) -> None:
    """Its UIDs mean nothing, and the operator is told."""
    liar.uidvalidity = None
    assert make().poll() == 0
    assert "UIDVALIDITY" in _why(health)


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(b"* CAPABILITY IMAP4rev1\r\n%b OK done\r\n", id="not offered"),
        pytest.param(b"* CAPABILITY IMAP4rev1 STARTTLS\r\n%b OK done\r\n", id="offered, then broken"),
    ],
)
def test_starttls_that_is_stripped_or_broken_gets_no_password(
    make: Make, liar: Liar, health: DoorReport, lie: bytes
) -> None:
    """What was told in the open, before or behind STARTTLS, is not believed."""
    liar.lies["CAPABILITY"] = lambda tag, rest: lie.replace(b"%b", tag.encode())
    liar.lies["STARTTLS"] = lambda tag, rest: (
        f"{tag} OK done\r\n* PREAUTH welcome\r\n* CAPABILITY IMAP4rev1\r\n".encode()
    )
    assert make(tls="starttls").poll() == 0
    assert liar.said("LOGIN") == liar.said("SELECT") == []
    assert _why(health)


def _reborn(liar: Liar, arrived: dict[int, datetime]) -> None:
    """The folder has a new life, with mails of these times."""
    liar.uidvalidity = 2
    liar.mails, liar.arrived = {uid: mail(uid) for uid in arrived}, arrived


def test_a_new_life_knows_old_new_and_restored_mail_apart(make: Make, liar: Liar, spool: Spool, engine: Engine) -> None:
    """What was there before us stays, what came while we looked is history, what came since is new."""
    door = make(done="leave")
    door.poll()
    liar.mails = {1: mail(3)}
    door.poll()
    spool.release(spool.waiting())
    with writing(engine) as session:
        mailboxes.note_health(session, "imap:box", "imap", mailboxes.Health(success=NOON + timedelta(hours=2)))
    hours = {1: -500.0, 2: -24.0, 3: 0.5, 4: 1.0, 5: 3.0}
    _reborn(liar, {uid: NOON + timedelta(hours=hour) for uid, hour in hours.items()})
    assert door.poll() == 2
    assert door.poll() == 0
    told = {spool.envelope(name)[0].mailbox: spool.envelope(name)[0].history for name in spool.waiting()}
    assert told == {"INBOX;2/4": True, "INBOX;2/5": False}
    assert len([line for line in liar.said("FETCH") if "INTERNALDATE" in line]) == 1


def test_a_server_that_dates_all_its_old_mail_today_is_not_answered(make: Make, liar: Liar, spool: Spool) -> None:
    """More than a few new mails in a new life are taken as history."""
    door = make(done="leave")
    door.poll()
    count = imap_life.FLOOD + 1
    _reborn(liar, {uid: NOON + timedelta(hours=1) for uid in range(1, count + 1)})
    assert door.poll() == count
    assert all(spool.envelope(name)[0].history for name in spool.waiting())


def test_a_full_spool_leaves_mail_on_the_server(
    make: Make, liar: Liar, spool: Spool, health: DoorReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not even fetched, and comes when there is room."""
    door = make()
    door.poll()
    liar.mails = {1: mail(1)}
    with monkeypatch.context() as full:
        full.setattr(spool, "room_for", lambda size: False)
        assert door.poll() == 0
    assert liar.said("FETCH") == []
    assert "spool" in _why(health)
    assert door.poll() == 1


def test_a_database_that_is_away_costs_no_mail(make: Make, liar: Liar, tmp_path: Path, health: DoorReport) -> None:
    """Nothing is fetched or flagged, and the door says why."""
    door = make()
    door.poll()
    liar.mails = {1: mail(1)}
    there = door._engine
    door._engine = open_store("postgresql://nobody@127.0.0.1:1/none")
    assert door.poll() == 0
    door._engine = there
    assert liar.said("FETCH") == liar.said("STORE") == []
    assert "database" in _why(health)
    assert door.poll() == 1
