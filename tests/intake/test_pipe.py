"""The pipe door: one mail on standard input."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest

from intake.doors import pipe
from intake.errors import MailTooBig, SpoolFull
from intake.spool import Spool

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
LIMIT = 1 << 20
MAIL = b"From: a@example.com\r\nSubject: x\r\n\r\nhalo\r\n"


def _never(error: OSError) -> NoReturn:
    raise AssertionError(error)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path, quota=1 << 30, on_fatal=_never)


def _deliver(spool: Spool, content: bytes, limit: int = LIMIT) -> str:
    return pipe.deliver(io.BytesIO(content), spool, recipients=["help@desk.test"], now=NOW, limit=limit, sender="")


def test_what_is_returned_names_a_durable_mail(spool: Spool) -> None:
    """Its bytes are those of the pipe, and its envelope what the command line said."""
    raw = spool.open(_deliver(spool, MAIL))
    assert raw.content == MAIL
    assert (raw.envelope.door, raw.envelope.mail_from, raw.envelope.rcpt_to) == ("pipe", "", ("help@desk.test",))


def test_a_mail_of_many_portions_arrives_whole(spool: Spool) -> None:
    """It is read portion by portion."""
    content = MAIL + b"x" * (3 * pipe.PORTION + 17)
    assert spool.open(_deliver(spool, content)).content == content


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param(b"From a@example.com  Tue Nov 24 2026\n" + MAIL, MAIL, id="an mbox line is cut"),
        pytest.param(b"From : a@example.com\n\nhalo", b"From : a@example.com\n\nhalo", id="an old field is not"),
        pytest.param(b"Subject: x\n\nFrom here on\n", b"Subject: x\n\nFrom here on\n", id="nor words in the body"),
        pytest.param(b"", b"", id="nothing is nothing"),
    ],
)
def test_only_the_line_that_a_server_put_before_is_cut(spool: Spool, given: bytes, kept: bytes) -> None:
    """A line `From SENDER DATE` is the mail server's, everything else the sender's."""
    assert spool.open(_deliver(spool, given)).content == kept


def test_a_mail_over_the_limit_leaves_nothing(spool: Spool, tmp_path: Path) -> None:
    """It is refused for good, and its beginning is not kept."""
    with pytest.raises(MailTooBig):
        _deliver(spool, b"x" * 2_000, limit=1_999)
    assert spool.waiting() == []
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_limit_itself_is_allowed(spool: Spool) -> None:
    """The limit is the largest mail that is taken."""
    assert spool.envelope(_deliver(spool, b"x" * 2_000, limit=2_000))[1] == 2_000


def test_a_full_spool_says_later(tmp_path: Path) -> None:
    """The quota holds for the pipe as for every door."""
    small = Spool(tmp_path, quota=LIMIT - 1, on_fatal=_never)
    with pytest.raises(SpoolFull):
        _deliver(small, MAIL)


def test_a_pipe_that_breaks_leaves_nothing(spool: Spool, tmp_path: Path) -> None:
    """A read that fails in the middle gives up the mail: the server still has it."""

    class Broken(io.BytesIO):
        read_once: Callable[..., bytes] = io.BytesIO.read

        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError(5, "Input/output error")
            return self.read_once(size)

    with pytest.raises(OSError, match="Input"):
        pipe.deliver(Broken(b"x" * pipe.PORTION * 2), spool, recipients=[], now=NOW, limit=LIMIT)
    assert spool.waiting() == []
    assert list((tmp_path / "tmp").iterdir()) == []
