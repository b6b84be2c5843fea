"""The IMAP door against a real Dovecot."""

from __future__ import annotations

import email
import email.policy
import random
import threading
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import Engine
from structlog.testing import CapturingLogger

from intake.doors import imap, imap_thread
from intake.doors.imap_folder import RemoteFolder
from intake.doors.imap_mail import Fetched
from intake.doors.imap_thread import FolderThread
from intake.settings import ImapAccount
from store import crashpoints
from store.errors import StoreUnreachable
from tests.intake.mailbox import Desk, mail, polled
from tests.servers.common import until
from tests.servers.dovecot import Dovecot


@pytest.fixture
def desk(imap_server: Dovecot, engine: Engine, tmp_path: Path) -> Iterator[Desk]:
    with polled(imap_server, engine, tmp_path) as desk:
        yield desk


class Crash(BaseException):
    """The process dies here, as far as the door can tell."""


def test_the_first_look_takes_nothing_and_the_next_what_has_come(desk: Desk) -> None:
    """What was there before us stays as it was."""
    desk.server.append(desk.user, mail(1), mail(2))
    door = desk.make()
    assert door.poll() == 0
    desk.server.append(desk.user, mail(3))
    assert door.poll() == 1
    assert door.poll() == 0
    assert desk.taken() == ["3@example.com"]
    assert [b"\\Seen" in flags for flags in desk.flags()] == [False, False, True]


def test_an_empty_mailbox_misses_nothing(desk: Desk) -> None:
    """Its first mail is taken."""
    door = desk.make()
    door.poll()
    desk.server.append(desk.user, mail(1))
    assert door.poll() == 1


def test_the_backlog_is_taken_as_history_where_it_is_wanted(desk: Desk) -> None:
    """And what comes later as ordinary mail."""
    desk.server.append(desk.user, mail(1), mail(2))
    door = desk.make(backlog=True)
    assert door.poll() == 2
    desk.server.append(desk.user, mail(3))
    door.poll()
    assert [desk.spool.envelope(name)[0].history for name in desk.spool.waiting()] == [True, True, False]


def test_who_writes_now_does_not_wait_for_a_backlog(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look takes a part of it, and what is new comes first; it is counted when all is taken."""
    monkeypatch.setattr(imap, "MILESTONE", 3)
    desk.server.append(desk.user, *map(mail, range(1, 8)))
    door = desk.make(backlog=True, done="move")
    log = CapturingLogger()
    monkeypatch.setattr(imap, "_log", log)
    assert (door.reconcile(), door.more) == (3, True)
    assert desk.health._count is None
    desk.server.append(desk.user, mail(8))
    assert (door.poll(), door.more) == (4, True)
    assert (door.reconcile(), door.more) == (1, False)
    assert desk.health._count is not None
    assert [each.split("@")[0] for each in desk.taken()] == ["1", "2", "3", "8", "4", "5", "6", "7"]
    milestones = [call.args[0][:6] for call in log.calls if "of the backlog" in call.args[0]]
    assert milestones == ["3 of 7", "6 of 7", "7 of 7"]


def test_a_backlog_gives_way_to_a_crowd_in_the_spool(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mail from other doors is not to wait behind old mail; new mail of the folder is taken all the same."""
    monkeypatch.setattr(imap, "_PATIENCE_SECONDS", 0.2)
    desk.server.append(desk.user, *map(mail, range(1, 4)))
    door = desk.make(backlog=True)
    with monkeypatch.context() as crowd:
        crowd.setattr(imap, "CROWD", -1)
        assert (door.poll(), door.more) == (0, True)
        desk.server.append(desk.user, mail(4))
        assert (door.poll(), door.more) == (1, True)
    assert (door.poll(), door.more) == (3, False)


def test_a_mail_that_somebody_read_before_us_is_taken(desk: Desk) -> None:
    """A phone that marks everything as seen does not hide mail from us."""
    door = desk.make()
    door.poll()
    desk.server.append(desk.user, mail(1))
    with desk.server.login(desk.user) as phone:
        phone.store("1", "+FLAGS", "\\Seen")
    assert door.poll() == 1


def test_leaving_alone_leaves_no_trace(desk: Desk) -> None:
    """Nothing is fetched without PEEK: the mail stays unseen."""
    door = desk.make(done="leave")
    door.poll()
    desk.server.append(desk.user, mail(1))
    assert door.poll() == 1
    assert door.poll() == 0
    assert b"\\Seen" not in desk.flags()[0]


def test_shadow_tells_the_server_nothing(desk: Desk) -> None:
    """The old desk goes on as if we were not there."""
    door = desk.make(flagging=False)
    door.poll()
    desk.server.append(desk.user, mail(1))
    assert door.poll() == 1
    assert b"\\Seen" not in desk.flags()[0]


def test_moving_empties_the_mailbox_into_another_folder(desk: Desk) -> None:
    """The folder is made; a mail that somebody else marked as deleted stays."""
    door = desk.make(done="move", move_to="Loket")
    door.poll()
    desk.server.append(desk.user, mail(1), mail(2), mail(3))
    door.poll()
    assert desk.server.mails(desk.user) == []
    assert len(desk.server.mails(desk.user, "Loket")) == 3
    assert door.poll() == 0


def test_mails_that_come_and_go_are_taken_once_each(desk: Desk) -> None:
    """Another client appends, flags and deletes between the looks."""
    door = desk.make()
    door.poll()
    for number in range(30):
        desk.server.append(desk.user, mail(number))
        if number % 5 == 0:
            door.poll()
        if number % 7 == 3:
            with desk.server.login(desk.user) as phone:
                phone.store("1", "+FLAGS", "\\Deleted")
                phone.expunge()
    door.poll()
    taken = desk.taken()
    assert len(taken) == len(set(taken))
    present = {int(content.split(b"Message-ID: <")[1].split(b"@")[0]) for content in desk.server.mails(desk.user)}
    assert present <= {int(each.split("@")[0]) for each in taken}


def test_three_hundred_mails_in_a_busy_mailbox_are_one_each(desk: Desk) -> None:
    """Another client flags, moves and deletes what we have, and more arrives in between."""
    door = desk.make()
    door.poll()
    for start in range(0, 300, 75):
        desk.server.append(desk.user, *(mail(number) for number in range(start, start + 75)))
        with desk.server.login(desk.user) as phone:
            phone.store("1:*", "+FLAGS", "\\Seen")
        assert door.poll() == 75
        with desk.server.login(desk.user) as phone:
            phone.store("1:*", "-FLAGS", "\\Seen")
            phone.create("Archive")
            phone.copy("1:20", "Archive")
            phone.store("1:30", "+FLAGS", "\\Deleted")
            phone.expunge()
    assert door.poll() == 0
    assert desk.taken() == [f"{number}@example.com" for number in range(300)]


def test_a_mail_that_vanishes_before_the_fetch_is_no_failure(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another client removes it while we look; the others are taken, and nothing is wrong."""
    door = desk.make()
    door.poll()
    desk.server.append(desk.user, mail(1), mail(2), mail(3))
    real, vanished = RemoteFolder.fetch, []

    def fetch(folder: RemoteFolder, uid: int, limit: int) -> Fetched | None:
        if not vanished:
            with desk.server.login(desk.user) as phone:
                phone.store("2", "+FLAGS", "\\Deleted")
                vanished.append(phone.expunge())
        return real(folder, uid, limit)

    monkeypatch.setattr(RemoteFolder, "fetch", fetch)
    assert door.poll() == 2
    assert desk.taken() == ["1@example.com", "3@example.com"]
    assert desk.health._failure is None
    assert door.poll() == 0


@pytest.mark.parametrize("point", [point for point in crashpoints.POINTS if point.startswith("imap_")])
def test_a_crash_between_any_two_steps_loses_nothing(desk: Desk, point: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail is in the spool in the end, once or, fetched again, as the same bytes; and the server is told."""
    desk.make().poll()
    desk.server.append(desk.user, mail(1), mail(2))
    with monkeypatch.context() as power:
        power.setattr(crashpoints, "reach", _dies_at(point))
        with pytest.raises(Crash):
            desk.make().poll()
    door = desk.make()
    door.poll()
    assert set(desk.taken()) == {"1@example.com", "2@example.com"}
    assert len(desk.taken()) <= 4
    assert [b"\\Seen" in flags for flags in desk.flags()] == [True, True]
    assert door.poll() == 0


def _dies_at(point: str) -> Callable[[str], None]:
    def reach(name: str) -> None:
        if name == point:
            raise Crash

    return reach


def test_no_flag_before_the_commit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the database gone after the fetch, the server is told nothing."""
    door = desk.make()
    door.poll()
    desk.server.append(desk.user, mail(1))
    real = crashpoints.reach

    def away(name: str) -> None:
        if name == "imap_before_row":
            raise StoreUnreachable("planted")
        real(name)

    monkeypatch.setattr(crashpoints, "reach", away)
    assert door.poll() == 0
    assert b"\\Seen" not in desk.flags()[0]
    monkeypatch.setattr(crashpoints, "reach", real)
    assert door.poll() == 1
    assert b"\\Seen" in desk.flags()[0]


def test_a_new_uidvalidity_brings_nothing_twice(desk: Desk) -> None:
    """The folder was made anew with the same mails; only what we never had is taken."""
    door = desk.make(folders=["Support"], done="leave")
    with desk.server.login(desk.user) as admin:
        admin.create("Support")
    door.poll()
    desk.server.append(desk.user, mail(1), mail(2), folder="Support")
    assert door.poll() == 2
    door.close()
    with desk.server.login(desk.user) as admin:
        admin.delete("Support")
        admin.create("Support")
    desk.server.append(desk.user, mail(1), mail(2), mail(3), folder="Support")
    door.poll()
    assert desk.taken() == ["1@example.com", "2@example.com", "3@example.com"]


def test_a_mail_that_is_too_large_is_taken_as_far_as_it_goes(desk: Desk) -> None:
    """Its beginning becomes a ticket, the whole stays in the mailbox, unseen."""
    door = desk.make(limit=4_000)
    door.poll()
    desk.server.append(desk.user, mail(1, "x" * 70 + "\n" + ("y" * 70 + "\n") * 200))
    assert door.poll() == 1
    (name,) = desk.spool.waiting()
    assert desk.spool.envelope(name)[1] == 4_000
    assert b"\\Seen" not in desk.flags()[0]
    assert door.poll() == 0


def test_of_a_mail_with_too_large_a_file_header_and_text_are_taken(desk: Desk) -> None:
    """The words make a ticket; what tells the mail's shape is the text's own."""
    door = desk.make(limit=4_000)
    door.poll()
    whole = EmailMessage()
    whole["From"], whole["Message-ID"], whole["Subject"] = "budi@example.com", "<1@example.com>", "Deposit"
    whole.set_content("Deposit saya belum masuk, ééé.\n", cte="quoted-printable")
    whole.add_alternative("<p>Deposit saya belum masuk.</p>", subtype="html")
    whole.add_attachment(b"x" * 100_000, maintype="video", subtype="mp4", filename="rekaman.mp4")
    desk.server.append(desk.user, whole.as_bytes())
    assert door.poll() == 1
    (name,) = desk.spool.waiting()
    taken = email.message_from_bytes(desk.spool.open(name).content, policy=email.policy.default)
    assert taken["Message-ID"] == "<1@example.com>"
    assert (taken.get_content_type(), taken.get_content()) == ("text/plain", "Deposit saya belum masuk, ééé.\r\n")
    envelope = desk.spool.envelope(name)[0]
    assert envelope.whole_size is not None
    assert envelope.whole_size > 100_000
    assert b"\\Seen" not in desk.flags()[0]


def test_a_mail_of_several_parts_arrives_whole(desk: Desk) -> None:
    """It is fetched a mebibyte at a time."""
    big = mail(1, ("z" * 70 + "\n") * 40_000)
    door = desk.make()
    door.poll()
    desk.server.append(desk.user, big)
    door.poll()
    (name,) = desk.spool.waiting()
    assert desk.spool.open(name).content.replace(b"\r\n", b"\n") == big


def test_a_wrong_password_is_told_and_the_next_look_is_a_new_try(desk: Desk, engine: Engine) -> None:
    """The daemon goes on; status says what is wrong."""
    door = desk.make(password=SecretStr("wrong"))
    assert door.poll() == 0
    assert desk.health._failure is not None
    assert "uthentication" in desk.health._failure[1]


def test_a_server_that_went_away_is_found_again(desk: Desk) -> None:
    """The kept connection is dead; a new one is made within the same look."""
    door = desk.make()
    door.poll()
    assert door._folder is not None
    door._folder._client.socket().close()
    desk.server.append(desk.user, mail(1))
    assert door.poll() == 1


def test_plain_imap_leaves_this_machine_never() -> None:
    """A password is not sent over the network in the open."""
    with pytest.raises(ValueError, match="on this machine"):
        ImapAccount(name="a", desk="help", host="mail.example.com", tls="none", username="u")


def test_control_characters_in_a_folders_name_are_refused() -> None:
    """A folder's name goes into a command line."""
    with pytest.raises(ValueError, match="pattern"):
        ImapAccount(name="a", desk="help", host="127.0.0.1", username="u", folders=["INBOX\r\nA1 LOGOUT"])


def test_the_reconcile_accounts_for_every_mail(desk: Desk) -> None:
    """What was there before us, what we have, and what another client removed."""
    desk.server.append(desk.user, *(mail(number) for number in range(5)))
    door = desk.make()
    assert door.reconcile() == 0
    desk.server.append(desk.user, *(mail(number) for number in range(5, 9)))
    assert door.reconcile() == 4
    with desk.server.login(desk.user) as phone:
        phone.store("1,7", "+FLAGS", "\\Deleted")
        phone.expunge()
    assert door.reconcile() == 0
    assert desk.health._count is not None
    assert (desk.health._count.server, desk.health._count.ledger) == (7, 7)


def test_a_mail_that_neither_spool_nor_ledger_has_is_fetched_again(desk: Desk) -> None:
    """A disk was restored from yesterday, say: the mailbox still holds what was lost."""
    door = desk.make()
    door.poll()
    desk.server.append(desk.user, mail(1), mail(2))
    assert door.reconcile() == 2
    desk.spool.release(desk.spool.waiting()[:1])
    assert door.reconcile() == 0
    assert door.poll() == 1
    assert sorted(desk.taken()) == ["1@example.com", "2@example.com"]


def test_junk_is_taken_and_touched_by_nobody(desk: Desk) -> None:
    """It is marked as junk for the desk, and stays as it is in its folder."""
    with desk.server.login(desk.user) as admin:
        admin.create("Junk")
    door = desk.make(folder=1, folders=["INBOX"], junk=["Junk"])
    door.poll()
    desk.server.append(desk.user, mail(1), folder="Junk")
    assert door.poll() == 1
    (name,) = desk.spool.waiting()
    assert desk.spool.envelope(name)[0].junk
    assert desk.spool.envelope(name)[0].door == "imap:box/Junk"
    with desk.server.login(desk.user, "Junk") as client:
        assert b"\\Seen" not in client.fetch("1", "(FLAGS)")[1][0]  # type: ignore[operator]


def test_a_folder_of_sent_mail_is_seen_and_touched_by_nobody(desk: Desk) -> None:
    """What lay there before stays there; what comes is marked as sent."""
    with desk.server.login(desk.user) as admin:
        admin.create("Sent")
    desk.server.append(desk.user, mail(1), folder="Sent")
    door = desk.make(folder=1, folders=["INBOX"], sent=["Sent"], backlog=True)
    door.poll()
    desk.server.append(desk.user, mail(2), folder="Sent")
    assert door.poll() == 1
    (name,) = desk.spool.waiting()
    assert desk.spool.envelope(name)[0].sent
    with desk.server.login(desk.user, "Sent") as client:
        assert b"\\Seen" not in client.fetch("2", "(FLAGS)")[1][0]  # type: ignore[operator]


def test_a_folder_is_read_once_and_not_moved_into() -> None:
    """INBOX is the same in any case of letters (RFC 3501, 5.1)."""
    account = {"name": "a", "desk": "help", "host": "127.0.0.1", "username": "u"}
    for wrong in ({"folders": ["INBOX", "inbox"]}, {"folders": []}, {"done": "move", "folders": ["INBOX", "Loket"]}):
        with pytest.raises(ValueError, match="folder"):
            ImapAccount(**(account | wrong))  # type: ignore[arg-type]


def test_idle_brings_mail_at_once_and_ends_at_once(desk: Desk) -> None:
    """Long before the next look; and a daemon that stops does not wait for it."""
    stop = threading.Event()
    door = desk.make(stop=stop, poll_seconds=60)
    thread = FolderThread(desk.account(poll_seconds=60), door, stop, random.Random(1))
    thread.start()
    until(lambda: desk.health._count is not None, "the first look")
    time.sleep(0.5)  # it waits now
    desk.server.append(desk.user, mail(1))
    until(desk.spool.waiting, "the mail is taken", seconds=10)
    began = time.monotonic()
    stop.set()
    thread.join()
    assert time.monotonic() - began < 5
    assert desk.taken() == ["1@example.com"]


def test_pauses_grow_with_failures_and_stay_bounded() -> None:
    """A server that is down is not knocked at in step by everybody."""
    dice = random.Random(1)
    pauses = [imap_thread.pause(60, failures, dice) for failures in range(12)]
    assert 54 <= pauses[0] <= 60
    assert all(30 <= each <= imap_thread.LONGEST_PAUSE for each in pauses[1:])
    assert max(pauses) > 150
    assert imap_thread.pause(3600, 9, dice) >= 1800
