"""A person is erased from a desk at work: nothing of hers is left, nobody else loses anything, no mail is refused.

Seen to fail: with the log left as it is (rows of before in the write-ahead log). What only VACUUM clears is seen in
tests/store/test_leavings.py.
"""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import threading
import time
import zipfile
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from pathlib import Path

import pytest

from store.models import Blob, Mail, SealingKey, Ticket
from tests.desk import Desk
from tests.intake import aviary
from tests.servers.postgres import Postgres

_HER = "kanaria.z@kenari-mail.test"


def _words(count: int) -> list[str]:
    """Words that stand nowhere else."""
    rng = random.Random(7)
    return ["".join(rng.choice("bcdfghjklmnp") + rng.choice("aiueo") for _ in range(5)) for _ in range(count)]


def _mail(number: int, sender: str, words: Sequence[str]) -> bytes:
    """A report with these words in all its places, and a file."""
    mail = EmailMessage()
    mail["From"] = f"{words[0]} {words[1]} <{sender}>"
    mail["To"] = "help@desk.test"
    mail["Subject"] = f"Deposit {words[2]}"
    mail["Message-ID"] = f"<{words[3]}.{number}@{sender.rpartition('@')[2]}>"
    mail["Date"] = "Tue, 24 Nov 2026 12:00:00 +0700"
    text = f"Username: {words[4]}_{number}\nID transaksi: TRX-20261123-{number:04}\n{' '.join(words)}\n"
    mail.set_content(text)
    mail.add_alternative(f"<p>{text}</p>", subtype="html")
    content = random.Random(number).randbytes(3000)
    mail.add_attachment(content, maintype="application", subtype="pdf", filename=f"{words[5]}.pdf")
    return mail.as_bytes()


def _send(desk: Desk, numbers: Sequence[int]) -> None:
    for number in numbers:
        words = [f"lain{number}x{place}" for place in range(6)]
        desk.send(_mail(number, f"orang{number % 7}@example.com", words), f"orang{number % 7}@example.com")


@pytest.fixture
def make_desk(tmp_path: Path) -> Callable[[str | None], Desk]:
    """Makes a desk, on a database or on SQLite."""
    return lambda url: Desk(tmp_path / "desk", url=url)


@pytest.mark.parametrize(
    ("database", "mails", "hers"),
    [
        pytest.param("sqlite", 8, 2, id="small"),
        pytest.param("sqlite", 300, 10, id="sqlite", marks=[pytest.mark.battery]),
        pytest.param("postgresql", 300, 10, id="postgresql", marks=[pytest.mark.battery]),
    ],
)
def test_nothing_is_left_and_nobody_else_notices(
    make_desk: Callable[[str | None], Desk], request: pytest.FixtureRequest, database: str, mails: int, hers: int
) -> None:
    """Fifty words of hers: all in her export, none afterwards; while she is erased, mail comes in as ever."""
    with contextlib.ExitStack() as stack:
        server: Postgres | None = request.getfixturevalue("postgresql") if database == "postgresql" else None
        desk = make_desk(stack.enter_context(server.database()) if server else None)
        stack.callback(desk.end)
        _erased_at_work(desk, mails, hers, database)


def _erased_at_work(desk: Desk, mails: int, hers: int, database: str) -> None:
    words = _words(50)
    desk.start()
    _send(desk, range(mails // 2))
    for number in range(hers):
        desk.send(_mail(9000 + number, _HER, words), _HER)
    desk.until(desk.drained, "all mails are tickets", seconds=240)
    _exported(desk, words)
    backup = shutil.copytree(desk.folder / "blobs" / "files", desk.folder.parent / "backup")
    coming = threading.Thread(target=_send, args=(desk, range(mails // 2, mails)))
    coming.start()
    begun = time.monotonic()
    done = desk.command("person", "erase", _HER, "--yes", "--open-too")
    seconds = time.monotonic() - begun
    assert done.returncode == 0, done.stderr.decode()
    coming.join()
    desk.until(desk.drained, "all mails are tickets", seconds=240)
    assert desk.stop() == 0
    engine = desk.engine
    left = {word: places for word, places in aviary.found(engine, desk.folder, words).items() if places}
    engine.dispose()
    assert not left
    assert {each.status for each in desk.rows(Ticket)} == {"open", "closed"}
    assert len(desk.rows(Mail)) == mails + hers
    opens = {each.id for each in desk.rows(SealingKey) if each.wrapped is not None}
    readable = {each.name for each in desk.rows(Blob) if each.key_id in opens}
    sealed = {path.name for path in backup.iterdir()} - readable
    assert len(sealed) == 2 * hers  # each mail and its file
    told = f"{hers} mails erased beside {mails} others in {seconds:.1f} s; 0 of {len(words)} words left"
    print(f"\n{database}: {told}")


def _exported(desk: Desk, words: Sequence[str]) -> None:
    """All her words are in what is handed over to her."""
    place = desk.folder.parent / "hers.zip"
    done = desk.command("person", "export", _HER, "--to", str(place), "--reason", "she asks")
    assert done.returncode == 0, done.stderr.decode()
    with zipfile.ZipFile(place) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    told = json.dumps({name: content.decode("utf-8", "replace") for name, content in files.items()}, ensure_ascii=False)
    mails = [aviary.decoded(content) for name, content in files.items() if name.endswith(".eml") and "/mails/" in name]
    for word in words:
        assert word in told, word
        assert all(word in mail for mail in mails), word
