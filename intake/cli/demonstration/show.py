"""Runs the demo's desk, sends it the samples, and shows what becomes of them."""

from __future__ import annotations

import email
import shutil
import smtplib
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email import policy
from email.message import EmailMessage
from pathlib import Path

import click
from sqlmodel import select

from intake import config, logs
from intake.cli import picture
from intake.cli.demonstration import samples
from intake.daemon import Daemon
from parsing.pictures import tesseract
from store import keys, views
from store.engine import looking
from store.models import Mail, Ticket

#: How long the demo waits for any one thing, on a slow machine.
_PATIENCE_SECONDS = 40

#: Western Indonesia, where the sample customers live.
_HOME = timezone(timedelta(hours=7))

_CONFIG = """\
data = "{data}"

[desks.contoh]
addresses = ["{desk}"]
display_name = "Contoh"
acknowledge = "all"
trusted_authserv_ids = ["{authserv_id}"]

[intake.smtp]
listen = "127.0.0.1:{port}"

[replies]
deliver = "folder"
folder = "{data}/letters"

[log]
level = "error"
"""


def show(*, port: int, data: Path | None, once: bool) -> None:
    """Run the demo; without `once` it stays up until Ctrl-C. A temporary folder goes away in the end."""
    folder = (data or Path(tempfile.mkdtemp(prefix="loket-demo-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _run(folder, port, once=once)
    finally:
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


def _run(folder: Path, port: int, *, once: bool) -> None:
    settings = _settings(folder, port)
    logs.configure(form="text", level="error")
    daemon = Daemon(settings)
    daemon.start()
    try:
        _tell(_of_pictures())
        _tell(f"A desk for {samples.DESK} takes mail at 127.0.0.1, port {daemon.smtp_port}.")
        _send_samples(daemon, folder / "letters")
        _show_tickets(daemon)
        _show_letter(folder / "letters")
        if not once:
            _stay(daemon, folder)
    finally:
        daemon.stop()


def _of_pictures() -> str:
    if tesseract.find():
        return "Screenshots are read."
    return 'Screenshots are shown, not read: that needs pip install "loket[ocr]", and Debian\'s tesseract-ocr-ind.'


def _settings(folder: Path, port: int) -> config.Settings:
    place = folder / "config.toml"
    place.write_text(
        _CONFIG.format(data=folder, desk=samples.DESK, authserv_id=samples.AUTHSERV_ID, port=port), encoding="utf-8"
    )
    if not (folder / "secret.key").exists():
        keys.create_master(folder / "secret.key")
    return config.load(place)


def _send_samples(daemon: Daemon, letters: Path) -> None:
    now = datetime.now(_HOME)
    first = samples.deposit(now)
    others = [samples.login(now), samples.withdrawal(now), samples.out_of_office(now)]
    before = len(list(letters.glob("*.eml")))
    _send(daemon, first, times=2)
    for mail in others:
        _send(daemon, mail)
    _tell("Four mails were sent: one of them twice, as after a lost connection, and one by a machine.")
    _until(lambda: len(list(letters.glob("*.eml"))) >= before + 3, "the acknowledgements")
    letter = next(each for each in _letters(letters) if each["In-Reply-To"] == first["Message-ID"])
    _send(daemon, samples.answer(letter, now + timedelta(minutes=1)))
    _tell("Budi has answered his acknowledgement.")
    _until(lambda: _mails(daemon) >= len(others) + 2, "the last mail")


def _send(daemon: Daemon, mail: EmailMessage, *, times: int = 1) -> None:
    sender, recipient = (str(mail[name].addresses[0].addr_spec) for name in ("From", "To"))
    content = mail.as_bytes()
    for _ in range(times):
        with smtplib.SMTP("127.0.0.1", daemon.smtp_port, timeout=_PATIENCE_SECONDS) as client:
            client.sendmail(sender, recipient, content)


def _mails(daemon: Daemon) -> int:
    with looking(daemon.engine) as session:
        return len(session.exec(select(Mail.id)).all())


def _show_tickets(daemon: Daemon) -> None:
    with looking(daemon.engine) as session:
        found = [views.ticket(session, ticket) for ticket in session.exec(select(Ticket).order_by(Ticket.number)).all()]
    for ticket in found:
        click.echo("\n" + picture.of_ticket(ticket))


def _show_letter(folder: Path) -> None:
    letter = next(each for each in _letters(folder) if "budi@" in each["To"])
    body = letter.get_body(("plain",))
    click.secho(f"\nThe acknowledgement to {letter['To']}: {letter['Subject']}\n", bold=True)
    click.echo("".join(f"  │ {line}\n" for line in (body.get_content() if body else "").splitlines()))


def _letters(folder: Path) -> list[EmailMessage]:
    return [
        email.message_from_bytes(path.read_bytes(), EmailMessage, policy=policy.default)
        for path in sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime)
    ]


def _stay(daemon: Daemon, folder: Path) -> None:
    _tell(
        f"The desk stays open: send mail to {samples.DESK} at 127.0.0.1, port {daemon.smtp_port}.\n"
        f"Letters lie in {folder}/letters. In another terminal: loket --config {folder}/config.toml ticket list\n"
        "Ctrl-C ends it."
    )
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        click.echo(err=True)


def _until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > end:
            raise click.ClickException(f"{what} did not come within {_PATIENCE_SECONDS} seconds")
        time.sleep(0.1)


def _tell(sentence: str) -> None:
    click.secho(sentence, err=True, fg="cyan")
