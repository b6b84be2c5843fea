"""A thousand hostile subjects, names, file names and ids in the letters that repeat them: those to agents."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select

from replies.settings import DeskSettings
from store import migrate
from store.engine import looking, open_store
from store.models import Letter, LetterRecipient
from tests.intake.agents.conftest import Staffed
from tests.intake.conftest import make_counter
from tests.outgoing import hostile, reading_back

MANY, FEW = 1000, 16


@pytest.fixture
def staffed(tmp_path: Path) -> Iterator[Staffed]:
    """A desk with an agent of each language."""
    engine = open_store(f"sqlite:///{tmp_path / 'loket.db'}")
    migrate.upgrade(engine)
    settings = (DeskSettings(name="help", addresses=["help@desk.test"], trusted_authserv_ids=["mx.desk.test"]),)
    staffed = Staffed(counter=make_counter(engine, tmp_path, *settings), settings=settings)
    for name, language in (("Ani", "id"), ("Beth", "en")):
        staffed.join(name, language=language)
    yield staffed
    engine.dispose()


@pytest.mark.parametrize(
    "count", [pytest.param(FEW, id="sample"), pytest.param(MANY, id="all", marks=pytest.mark.battery)]
)
def test_notices_hold_what_was_meant_whatever_was_written_to_us(staffed: Staffed, count: int) -> None:
    """Each value in every place of a customer's mail: it stands among the words, defanged, and nowhere else."""
    for number, value in enumerate(hostile.values(count)):
        sender = f"user{number}@mail{number}.example"
        body = f"Username: {value}\r\nDeposit belum masuk, {value}\r\n"
        staffed.counter.take(hostile.mail(number, value, sender, subject="Deposit", body=body), client="127.0.0.1")
        staffed.tell()
    notices = _notices(staffed)
    wrong = [told for content, to in notices if (told := reading_back.wrong(content, author="help@desk.test", to=to))]
    links = [content for content, _ in notices if _links_to_strangers(content)]
    print(f"notices: {count} values, {len(notices)} notices, {len(wrong)} wrong, {len(links)} with a stranger's link")
    assert wrong == []
    assert links == []
    assert len(notices) >= count
    assert {to for _, to in notices} <= {"ani@team.test", "beth@team.test"}


def _notices(staffed: Staffed) -> list[tuple[bytes, str]]:
    statement = (
        select(Letter.content, LetterRecipient.address)
        .join(LetterRecipient, col(LetterRecipient.letter_id) == col(Letter.id))
        .where(Letter.kind == "notice")
    )
    with looking(staffed.counter.engine) as session:
        return list(session.exec(statement).all())


def _links_to_strangers(content: bytes) -> bool:
    """Whether something in the HTML can be clicked, or runs, that is not a deed at the desk."""
    html = email.message_from_bytes(content, policy=email.policy.default).get_body(("html",))
    told = str(html.get_content()) if html else ""
    return "<script" in told or any(
        not each.startswith("mailto:help%2B") for each in (part.partition('"')[0] for part in told.split('href="')[1:])
    )
