"""The IMAP door against servers that break the rules, or keep them in ways that Dovecot does not."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from intake.doors import imap, imap_connection, imap_folder, imap_life
from intake.doors.health import DoorReport
from intake.doors.imap import ImapDoor
from intake.doors.imap_thread import FolderThread
from intake.settings import ImapAccount
from intake.spool import Spool
from store import alerts, doors, mailboxes
from store.engine import looking, open_store, writing
from tests.intake.mailbox import mail
from tests.servers import imap_liar
from tests.servers.common import until
from tests.servers.imap_liar import Hang, Liar, literal

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)

#: Enough to be a flood many times over; the battery takes five thousand.
OLD_MAILS = 300

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

    def make(*, limit: int = 5 << 20, stop: threading.Event | None = None, **more: Any) -> ImapDoor:
        values: dict[str, Any] = {
            "name": "box",
            "desk": "help",
            "host": "127.0.0.1",
            "port": liar.port,
            "tls": "none",
            "username": "u",
            "password": SecretStr("p"),
        }
        account = ImapAccount(**(values | more))
        doors.append(
            ImapDoor(
                account,
                account.polled[0],
                spool=spool,
                engine=engine,
                on_mail=lambda name: None,
                health=health,
                now=lambda: NOON,
                stop=stop or threading.Event(),
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


def test_a_server_that_refuses_a_backlog_is_left_alone_for_a_while(
    make: Make, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that we ask too much, say: there is more, but the next look is not at once."""
    monkeypatch.setattr(imap, "MILESTONE", 2)
    liar.mails = {uid: mail(uid) for uid in range(1, 6)}
    liar.lies["FETCH"] = lambda tag, rest: f"{tag} NO [LIMIT] slow down\r\n".encode()
    door = make(backlog=True)
    assert (door.poll(), door.more) == (0, False)
    liar.lies.clear()
    assert (door.poll(), door.more) == (2, True)


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
    monkeypatch.setattr(imap_connection, "READ_SECONDS", 1)
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
            committed.append(set(mailboxes.known(session, life.id or 0)))

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
        doors.note(session, "imap:box", "imap", doors.Health(success=NOON + timedelta(hours=2)))
    hours = {1: -500.0, 2: -24.0, 3: 0.5, 4: 1.0, 5: 3.0}
    _reborn(liar, {uid: NOON + timedelta(hours=hour) for uid, hour in hours.items()})
    assert door.poll() == 2
    assert door.poll() == 0
    told = {spool.envelope(name)[0].mailbox: spool.envelope(name)[0].history for name in spool.waiting()}
    assert told == {"INBOX;2/4": True, "INBOX;2/5": False}
    assert len([line for line in liar.said("FETCH") if "(INTERNALDATE)" in line]) == 1


def test_much_unknown_mail_of_a_new_life_is_held_until_an_operator_lets_it_in(
    make: Make, liar: Liar, spool: Spool, engine: Engine
) -> None:
    """Nobody is answered who wrote a year ago; what comes after it is ordinary mail meanwhile."""
    door = make(done="leave")
    door.poll()
    count = imap_life.FLOOD + 1
    _reborn(liar, {uid: NOON + timedelta(hours=1) for uid in range(1, count + 1)})
    assert door.poll() == 0
    with looking(engine) as session:
        (alert,) = alerts.current(session)
        life = mailboxes.overview(session)[0]
    assert alert.key == "held:box/INBOX"
    assert f"{count} mails" in alert.sentence
    assert (life.held, life.comparing) == (count, False)
    liar.mails[count + 1] = mail(count + 1)
    assert door.poll() == 1
    assert not spool.envelope(spool.waiting()[0])[0].history
    with writing(engine) as session:
        assert mailboxes.release(session, life.id, as_new=False) == count
    assert door.poll() == count
    told = [spool.envelope(name)[0] for name in spool.waiting()]
    assert [each.history for each in told] == [False] + [True] * count


def test_held_mail_may_be_let_in_as_new_or_left(make: Make, liar: Liar, spool: Spool, engine: Engine) -> None:
    """As the operator says."""
    door = make(done="leave")
    door.poll()
    _reborn(liar, {uid: NOON + timedelta(hours=1) for uid in range(1, imap_life.FLOOD + 2)})
    door.poll()
    with writing(engine) as session:
        life = mailboxes.overview(session)[0].id
        assert mailboxes.release(session, life, as_new=True) == imap_life.FLOOD + 1
    assert door.poll() == imap_life.FLOOD + 1
    assert not any(spool.envelope(name)[0].history for name in spool.waiting())
    liar.uidvalidity = 3
    liar.mails = {uid: mail(uid + 1_000) for uid in liar.mails}
    assert door.poll() == 0
    with writing(engine) as session:
        life = mailboxes.overview(session)[0].id
        assert mailboxes.leave_held(session, life) == imap_life.FLOOD + 1
    assert door.poll() == 0


def test_five_thousand_old_mails_under_a_new_uidvalidity_bring_nothing(
    make: Make, liar: Liar, spool: Spool, engine: Engine
) -> None:
    """All are known by their words, and the server is told of none a second time before it is compared."""
    door = make(done="leave")
    door.poll()
    liar.mails = {uid: mail(uid) for uid in range(1, OLD_MAILS + 1)}
    assert door.poll() == OLD_MAILS
    spool.release(spool.waiting())
    hour = NOON + timedelta(hours=1)
    _reborn(liar, {uid + 7: hour for uid in range(1, OLD_MAILS + 1)})
    liar.mails = {uid: mail(uid - 7) for uid in liar.mails}
    assert door.poll() == 0
    assert door.poll() == 0
    with looking(engine) as session:
        assert alerts.current(session) == []
        assert mailboxes.overview(session)[0].held == 0


def test_a_uid_that_is_used_again_is_another_mail(make: Make, liar: Liar, spool: Spool) -> None:
    """Though RFC 3501, 2.3.1.1 forbids it."""
    door = make(done="leave")
    door.poll()
    liar.mails = {5: mail(1)}
    assert door.poll() == 1
    liar.mails = {}
    assert door.poll() == 0
    liar.mails = {5: mail(2)}
    assert door.poll() == 1
    assert _taken(spool) == [mail(1), mail(2)]


def test_a_uid_that_is_used_again_between_two_looks_is_found_by_the_reconcile(
    make: Make, liar: Liar, spool: Spool
) -> None:
    """Its size and its time of arrival give it away."""
    door = make(done="leave")
    door.poll()
    liar.mails, liar.arrived = {5: mail(1)}, {5: NOON}
    assert door.poll() == 1
    liar.mails = {5: mail(2, "Yang lain.\n")}
    assert door.poll() == 0
    door.reconcile()
    assert door.poll() == 1
    assert _taken(spool)[1] == mail(2, "Yang lain.\n")


def test_uids_that_begin_anew_under_the_old_uidvalidity_hide_no_mail(make: Make, liar: Liar, spool: Spool) -> None:
    """UIDNEXT has gone back, so nothing that we know of UIDs holds: all is compared."""
    liar.mails, liar.arrived = {9: mail(9)}, {9: NOON - timedelta(days=9)}
    door = make(done="leave")
    door.poll()
    liar.mails[10] = mail(10)
    liar.arrived[10] = NOON
    assert door.poll() == 1
    liar.mails = {1: mail(9), 2: mail(10), 3: mail(11)}
    liar.arrived = {1: NOON - timedelta(days=9), 2: NOON, 3: NOON + timedelta(hours=1)}
    assert door.poll() == 1
    assert door.poll() == 0
    assert _taken(spool) == [mail(10), mail(11)]


def test_a_folder_of_a_hundred_thousand_mails_is_searched_in_pieces(
    make: Make, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library refuses lines of more than a million bytes, and so many UIDs are one."""
    monkeypatch.setattr(imap_folder, "SEARCHED_AT_A_TIME", 2)
    door = make(done="leave")
    door.poll()
    liar.mails = {uid * 10: mail(uid) for uid in range(1, 6)}
    assert door.poll() == 5
    assert len([line for line in liar.said("SEARCH") if ":" in line.split(" ")[2]]) >= 3


def test_an_endless_answer_is_cut_off(make: Make, liar: Liar, health: DoorReport) -> None:
    """No command of ours has an answer so long."""
    door = make()
    door.poll()
    line = b"* OK " + b"x" * 100_000 + b"\r\n"
    liar.lies["SEARCH"] = lambda tag, rest: line * 200
    assert door.poll() == 0
    assert "was not asked for" in _why(health)


def test_a_silent_idle_does_not_keep_mail_waiting(make: Make, liar: Liar, spool: Spool) -> None:
    """The server promises to say when mail comes, and does not; the next look finds it all the same."""
    liar.capabilities += " IDLE"
    stop = threading.Event()
    door = make(poll_seconds=1.0, stop=stop)
    account = door._account
    thread = FolderThread(account, door, stop, random.Random(1))
    thread.start()
    until(lambda: liar.said("IDLE"), "it waits")
    liar.mails = {1: mail(1)}
    began = time.monotonic()
    until(spool.waiting, "the mail is taken", seconds=15)
    assert time.monotonic() - began < 1 + 10
    stop.set()
    thread.join()


def test_an_idle_that_goes_dead_is_noticed(make: Make, liar: Liar, spool: Spool) -> None:
    """After DONE nobody answers; the door hangs up and comes anew."""
    liar.capabilities += " IDLE"
    liar.lies["DONE"] = lambda tag, rest: b""
    door = make()
    door.poll()
    began = time.monotonic()
    assert not door.wait(0.2)
    assert time.monotonic() - began < imap_folder.WAKING_SECONDS + 2
    liar.mails = {1: mail(1)}
    assert door.poll() == 1


def test_a_full_spool_leaves_mail_on_the_server(
    make: Make, liar: Liar, spool: Spool, health: DoorReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not even fetched, and comes when there is room."""
    door = make()
    door.poll()
    liar.mails = {1: mail(1)}
    with monkeypatch.context() as full:
        full.setattr(spool, "shortage", lambda size: "planted")
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
