"""The worker: attempts, shunting, and what it does while the store or the disk is away."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from pebble import ProcessExpired
from sqlalchemy.engine import Engine

from intake import waiting, worker
from intake.reading.sealing import SealedReading
from store.blobs import BlobFolder
from store.errors import BlobDamaged, StoreUnreachable
from store.models import Arrival, Event, Letter, Mail, SealingKey, Ticket
from tests.intake.conftest import Counter, customer_mail

_BAD = b"X-Bad: yes"


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resting is for disks and databases, not for tests."""
    monkeypatch.setattr(waiting, "REST_SECONDS", 0.0)


def _bad(number: int = 1) -> bytes:
    return customer_mail(Message_ID=f"<bad{number}@example.com>", X_Bad="yes")


@pytest.mark.parametrize(
    "failure",
    [TimeoutError(), ProcessExpired("gone"), MemoryError(), RecursionError()],
    ids=lambda failure: type(failure).__name__,
)
def test_a_mail_that_kills_its_reader_is_set_aside_after_three_attempts(counter: Counter, failure: Exception) -> None:
    """With a minimal ticket, the sealed raw mail, and no acknowledgement; the next mail does not suffer."""
    counter.reader.failures[_BAD] = failure
    counter.take(_bad(), customer_mail())
    bad = next(mail for mail in counter.rows(Mail) if mail.state == "shunted")
    arrival = next(each for each in counter.rows(Arrival) if each.state == "shunted")
    assert arrival.attempts == 3
    assert len(counter.rows(Ticket)) == 2
    assert len(counter.rows(Letter)) == 1
    assert "unreadable" in [event.what for event in counter.rows(Event)]
    keys = {key.id: key for key in counter.rows(SealingKey)}
    opened = [counter.desks["help"].key.unwrap(key.wrapped) for key in keys.values()]
    assert _BAD in b"".join(_opened(counter, bad.raw_blob or "", key) for key in opened)
    assert counter.spool.waiting() == []


def _opened(counter: Counter, blob: str, key: bytes) -> bytes:
    try:
        return counter.blobs.read(blob, key)
    except BlobDamaged:
        return b""


def test_one_of_several_killed_the_readers_and_only_that_one_is_set_aside(counter: Counter) -> None:
    """Each of them is tried again by itself; the innocent ones lose no attempt."""
    counter.reader.failures[b"Message-ID"] = BrokenProcessPool()
    counter.hand_in(_bad())
    for number in range(3):
        counter.hand_in(customer_mail(f"{number}", Message_ID=f"<{number}@example.com>"))
    counter.worker.step()
    assert [arrival.attempts for arrival in counter.rows(Arrival)] == [0, 0, 0, 0]
    del counter.reader.failures[b"Message-ID"]
    counter.reader.failures[_BAD] = BrokenProcessPool()
    counter.work()
    assert sorted(mail.state for mail in counter.rows(Mail)) == ["done", "done", "done", "shunted"]
    assert sorted(arrival.attempts for arrival in counter.rows(Arrival)) == [1, 1, 1, 3]


def test_readings_that_will_never_end_are_begun_again(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pool broke without a word."""
    counter.hand_in(customer_mail())
    with monkeypatch.context() as silence:
        silence.setattr(counter.reader, "read", lambda *_: Future())
        silence.setattr(worker, "REST_SECONDS", 0.01)
        counter.reader.broken = True
        counter.worker.step()
    counter.work()
    assert [mail.state for mail in counter.rows(Mail)] == ["done"]


def test_what_was_in_hand_at_a_death_is_tried_by_itself(counter: Counter) -> None:
    """Killed in the middle of many, the innocent ones must not use up their attempts together."""
    names = [counter.hand_in(customer_mail(f"{n}", Message_ID=f"<{n}@example.com>")) for n in range(4)]
    counter.worker._begin(names)  # and then the power goes
    counter.worker._reading.clear()
    counter.worker._looked_back = False
    counter.worker.step()
    assert len(counter.rows(Mail)) == 1
    counter.work()
    assert [arrival.attempts for arrival in counter.rows(Arrival)] == [2, 2, 2, 2]


def test_attempts_are_counted_before_the_try(counter: Counter) -> None:
    """A daemon that dies with the mail in hand has spent an attempt: the fourth look shunts it unread."""
    name = counter.hand_in(_bad())
    for _ in range(3):
        counter.worker._begin([name])  # and then the power goes
        counter.worker._reading.clear()
    reads = counter.reader.reads
    counter.work()
    assert counter.reader.reads == reads
    assert [mail.state for mail in counter.rows(Mail)] == ["shunted"]


def test_a_mail_set_aside_gets_its_words_when_it_can_be_read_at_last(counter: Counter) -> None:
    """The same ticket, now with its message and its acknowledgement."""
    counter.reader.failures[_BAD] = TimeoutError()
    counter.take(_bad())
    (before,) = counter.rows(Ticket)
    counter.reader.failures.clear()
    counter.take(_bad())
    (after,) = counter.rows(Ticket)
    assert (after.number, after.customer_subject) == (before.number, "Deposit belum masuk")
    assert [mail.rule for mail in counter.rows(Mail)] == ["recover"]
    assert len(counter.rows(Letter)) == 1


def test_a_full_disk_costs_no_attempt(counter: Counter) -> None:
    """A mail is not to be shunted for what the disk did."""
    counter.reader.failures[_BAD] = OSError(errno.ENOSPC, "no space")
    counter.hand_in(_bad())
    for _ in range(5):
        counter.worker.step()
    (arrival,) = counter.rows(Arrival)
    assert (arrival.state, arrival.attempts) == ("waiting", 0)
    counter.reader.failures.clear()
    counter.work()
    assert [mail.state for mail in counter.rows(Mail)] == ["done"]


def test_a_machine_without_processes_costs_no_attempt(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """No child can be started for a while: mail waits, and none of it is called unreadable."""

    def none_left(path: Path, sha256: str, seals: Mapping[str, bytes]) -> Future[SealedReading]:
        raise BlockingIOError(errno.EAGAIN, "no process left")

    counter.hand_in(customer_mail())
    with monkeypatch.context() as crowded:
        crowded.setattr(counter.reader, "read", none_left)
        for _ in range(5):
            counter.worker.step()
    (arrival,) = counter.rows(Arrival)
    assert (arrival.state, arrival.attempts) == ("waiting", 0)
    counter.work()
    assert [mail.state for mail in counter.rows(Mail)] == ["done"]


def test_what_was_read_waits_in_memory_while_the_store_is_away(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is written once the store is back, without being read again."""
    real = counter.pipeline.write

    def away(batch: object) -> list[object]:
        raise StoreUnreachable("planted")

    monkeypatch.setattr(counter.pipeline, "write", away)
    counter.hand_in(customer_mail())
    for _ in range(3):
        with pytest.raises(StoreUnreachable):
            counter.work()
    assert len(counter.spool.waiting()) == 1
    monkeypatch.setattr(counter.pipeline, "write", real)
    counter.work()
    assert counter.reader.reads == 1
    assert [mail.state for mail in counter.rows(Mail)] == ["done"]


def test_a_commit_whose_outcome_was_lost_is_repeated_safely(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are there, the answer was not: the second write finds the mail done, and its files in place."""
    real = counter.pipeline.write
    lost = iter([True, False])

    def write(batch: object) -> object:
        result = real(batch)  # type: ignore[arg-type]
        if next(lost):
            raise StoreUnreachable("the answer to COMMIT was lost")
        return result

    monkeypatch.setattr(counter.pipeline, "write", write)
    counter.hand_in(customer_mail())
    with pytest.raises(StoreUnreachable):
        counter.work()
    counter.work()
    (mail,) = counter.rows(Mail)
    (sealing,) = counter.rows(SealingKey)
    assert (len(counter.rows(Ticket)), len(counter.rows(Letter))) == (1, 1)
    assert counter.blobs.read(mail.raw_blob or "", counter.desks["help"].key.unwrap(sealing.wrapped))


def test_a_batch_that_fails_as_a_whole_is_written_mail_by_mail(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that only the mail that makes it fail has to be set aside."""
    real = BlobFolder.adopt

    def adopt(folder: BlobFolder, files: list[tuple[str, str]]) -> None:
        if len(files) > 1:
            raise ValueError("planted")
        real(folder, files)

    monkeypatch.setattr(BlobFolder, "adopt", adopt)
    counter.take(customer_mail(), customer_mail("Dua", Message_ID="<2@example.com>"))
    assert [mail.state for mail in counter.rows(Mail)] == ["done", "done"]


def test_a_damaged_spool_file_is_kept_aside(counter: Counter) -> None:
    """It is no mail that we said 250 to, but a person may want to look at it."""
    name = counter.hand_in(customer_mail())
    path = counter.spool.path(name)
    path.write_bytes(path.read_bytes()[:-20])
    counter.take(customer_mail("Dua", Message_ID="<2@example.com>"))
    assert (counter.folder / "spool" / "corrupt" / name).exists()
    assert [mail.message_id for mail in counter.rows(Mail)] == ["2@example.com"]


def test_a_mail_committed_before_a_crash_is_only_released(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The spool file outlived its commit: it is not even read again."""
    with monkeypatch.context() as crash:
        crash.setattr(counter.spool, "release", lambda names: None)
        counter.hand_in(customer_mail())
        counter.worker.step()
    assert len(counter.spool.waiting()) == 1
    reads = counter.reader.reads
    counter.work()
    assert counter.reader.reads == reads
    assert counter.spool.waiting() == []
    assert len(counter.rows(Ticket)) == 1


def test_no_more_mails_are_in_hand_than_the_window(counter: Counter) -> None:
    """A spool of thousands is not read into memory."""
    for number in range(worker.WINDOW + 5):
        counter.hand_in(customer_mail(f"{number}", Message_ID=f"<{number}@example.com>"))
    counter.worker._begin(counter.worker._fresh())
    assert len(counter.worker._reading) == worker.WINDOW
    assert counter.worker._fresh() == []


def test_a_thread_that_works_stops_when_told(engine: Engine, tmp_path: Path, counter: Counter) -> None:
    """And has finished what was in hand."""
    counter.worker.start()
    counter.hand_in(customer_mail())
    counter.worker.wake()
    counter.worker.stop()
    assert len(counter.spool.waiting()) + len(counter.rows(Mail)) == 1
