"""Pictures and secrets on their way from the spool to the store."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import MetaData

from intake.cli.demonstration.drawing import screenshot
from intake.reading import eyes
from intake.reading.eyes import Eyes
from intake.reading.sealed import Job, SealedReading
from intake.reading.sealing import read_and_seal
from intake.sandbox import Sandbox
from intake.spool import Spool
from parsing.mail import Envelope
from parsing.pictures import tesseract
from parsing.report import ReportSettings
from store import keys, opening
from store.blobs import BlobFolder
from store.engine import writing
from store.errors import BlobGuarded
from store.models import Access, Attachment, Blob, Finding, Mail, Ticket
from tests.intake.conftest import NOON, Counter, customer_mail

reads = pytest.mark.skipif(tesseract.find() is None, reason="pictures are read with the ocr extra alone")


def mail_with_picture(*lines: str, body: str = "Bukti terlampir.\n", name: str = "bukti.png", **headers: str) -> bytes:
    """A customer's mail with a screen on which these lines stand."""
    mail = email.message_from_bytes(customer_mail(body, **headers), policy=email.policy.default)
    mail.add_attachment(screenshot("Riwayat", lines), maintype="image", subtype="png", filename=name)
    return mail.as_bytes(policy=email.policy.SMTP)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A spooled mail with a picture."""
    spool = Spool(tmp_path / "spool", quota=1 << 30, on_fatal=lambda error: pytest.fail(str(error)))
    incoming = spool.receive()
    incoming.write(mail_with_picture("ID Transaksi: TRX20261123004298", "Jumlah: Rp50.000"))
    path = spool.path(incoming.commit(Envelope(door="smtp", received_at=datetime.now(UTC))))
    return Job(
        path=path,
        sha256="0" * 64,
        keys={"help": keys.new_key()},
        blobs=tmp_path / "blobs",
        settings=ReportSettings(),
    )


@pytest.fixture
def looking() -> Iterator[Eyes]:
    """One child that looks."""
    running = Eyes(1)
    yield running
    running.stop()


@reads
def test_a_child_reads_a_picture_within_its_limits(job: Job) -> None:
    """Memory and time of the sandbox allow it; two copies to show are sealed beside mail and file."""
    sandbox = Sandbox(readers=1, blobs=job.blobs, settings=job.settings)
    try:
        found = sandbox.read(job.path, job.sha256, job.keys).result(timeout=60)
    finally:
        sandbox.stop()
    assert found.report.values("transaction_ids") == ["TRX20261123004298"]
    assert [(each.number, each.shown, each.problem) for each in found.pictures] == [(0, True, "")]
    assert len(found.staged["help"]) == 4


def _looked(looking: Eyes, job: Job, read: SealedReading) -> SealedReading:
    result: Future[SealedReading] = Future()
    looking.look(job, read, result)
    return result.result(timeout=60)


def test_a_look_that_fails_costs_the_picture_alone(looking: Eyes, job: Job) -> None:
    """Here the file goes away; the mail goes on with what was read of its words."""
    read = read_and_seal(job)
    job.path.unlink()
    found = _looked(looking, job, read)
    assert (found.mail, found.unseen) == (read.mail, ())
    assert [(each.number, each.problem) for each in found.pictures] == [(0, "failed")]


def test_many_pictures_at_once_do_not_hold_up_the_mails(
    looking: Eyes, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the bound they go on at once, and say why their pictures were not read."""
    monkeypatch.setattr(eyes, "MAX_WAITING", 0)
    found = _looked(looking, job, read_and_seal(job))
    assert [each.problem for each in found.pictures] == ["busy"]


def test_lookers_that_are_killed_lose_no_mail(looking: Eyes, job: Job) -> None:
    """As by the OOM killer while they rest; the next look finds a child again."""
    read = read_and_seal(job)
    assert _looked(looking, job, read).pictures[0].problem == ""
    for process in list(looking._pool._pool_manager.worker_manager.workers.values()):
        process.kill()
        process.join()
    result: Future[SealedReading] = Future()
    looking.look(job, read, result)
    while not result.done():
        looking.tend()
    assert result.result().pictures[0].problem in ("", "failed")
    looking.tend()
    assert _looked(looking, job, read).pictures[0].problem == ""


def test_a_mail_without_a_picture_waits_for_no_look(job: Job) -> None:
    """Nor does history, which nobody waits for, nor what a machine wrote."""
    assert read_and_seal(job).unseen == (0,)
    content = job.path.read_bytes()
    assert b"Auto-Submitted" not in content
    spool = Spool(job.path.parents[1], quota=1 << 30, on_fatal=lambda error: pytest.fail(str(error)))
    for envelope, mail in (
        (Envelope(door="import", received_at=datetime.now(UTC), history=True), mail_with_picture("a")),
        (Envelope(door="smtp", received_at=datetime.now(UTC)), mail_with_picture("a", Auto_Submitted="auto-replied")),
        (Envelope(door="smtp", received_at=datetime.now(UTC)), customer_mail()),
    ):
        incoming = spool.receive()
        incoming.write(mail)
        other = Job(
            path=spool.path(incoming.commit(envelope)),
            sha256="0" * 64,
            keys={},
            blobs=job.blobs,
            settings=ReportSettings(),
        )
        assert read_and_seal(other).unseen == ()


@reads
def test_what_a_picture_says_is_kept_with_its_place(counter: Counter) -> None:
    """The finding has the picture's number and its box, the attachment its copies."""
    counter.take(mail_with_picture("ID Transaksi: TRX20261123004298", "Jumlah: Rp50.000"))
    (finding,) = [each for each in counter.rows(Finding) if each.field == "transaction_ids"]
    assert (finding.location, finding.standing) == ("attachment:0", "fills")
    assert finding.box is not None
    (file,) = counter.rows(Attachment)
    assert len(file.likeness) == 64
    assert {file.blob, file.large, file.small} <= {blob.name for blob in counter.rows(Blob)}


def _everything(counter: Counter) -> str:
    """All that the store holds, as text."""
    metadata = MetaData()
    metadata.reflect(counter.engine)
    with counter.engine.connect() as connection:
        return repr([connection.execute(table.select()).all() for table in metadata.sorted_tables])


def test_a_secret_is_kept_nowhere_but_in_the_sealed_mail(counter: Counter) -> None:
    """Not in the subject, the words, the quotes, the file's name, nor in a finding or a letter."""
    body = "password: Kucing#99\nusername budi_99\n\n> Kucing#99 tidak bisa\n"
    counter.take(customer_mail(body, Subject="Deposit belum masuk, password: Kucing#99"))
    assert "budi_99" in _everything(counter)
    assert "Kucing" not in _everything(counter)
    (mail,) = counter.rows(Mail)
    (blob,) = [each for each in counter.rows(Blob) if each.name == mail.raw_blob]
    assert blob.guard == "secret"
    assert counter.rows(Ticket)[0].customer_subject.endswith("•" * 9)


@reads
def test_a_guarded_file_opens_for_a_role_and_a_reason(counter: Counter) -> None:
    """It is shown to nobody; who opened it and why is an event."""
    counter.take(mail_with_picture("Username: budi_99", "Password: Kucing#99"))
    (file,) = counter.rows(Attachment)
    assert (file.large, file.small) == (None, None)
    master = counter.master

    def opens(role: str | None) -> bytes:
        with writing(counter.engine) as session:
            folder = BlobFolder(counter.folder / "blobs")
            return opening.open_blob(
                session, folder, master, file.blob, by="ani", reason="fraud case", now=NOON, role=role
            )

    with pytest.raises(BlobGuarded):
        opens("agent")
    assert opens("kyc").startswith(b"\x89PNG")
    assert [(each.by, each.reason) for each in counter.rows(Access)] == [("ani", "fraud case")]


def test_an_identity_card_is_guarded_by_its_name_alone(counter: Counter) -> None:
    """Where nobody could read it."""
    counter.take(mail_with_picture("x", name="foto KTP.png"))
    (file,) = counter.rows(Attachment)
    assert [each.guard for each in counter.rows(Blob) if each.name == file.blob] == ["identity"]
