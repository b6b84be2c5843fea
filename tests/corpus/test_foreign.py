"""What reading makes of other projects' mails, scored by what those projects expect of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from parsing.mail import Envelope, RawMail
from parsing.reading import read
from tests.corpus import foreign
from tests.corpus.accounting import divided_wrongly, lost
from tests.corpus.golden import NOON

pytestmark = [pytest.mark.battery, foreign.needed]

Scores = dict[str, tuple[int, int]]

#: The share of each field's cases that has to hold, where there are at least forty of them.
LINES = {
    "answered": 1.0,
    "subject": 0.99,
    "from": 0.99,
    "to": 0.99,
    "text": 0.98,
    "attachments": 0.98,
    "bounce": 0.985,
    "not_bounce": 0.985,
    "bounce_to": 0.95,
    "bounce_hard": 0.95,
}
#: Fields with fewer cases: so many misses are known, each of them a convention of its source (see the table's notes).
MISSES = {"att_names": 2, "att_sizes": 2, "cc": 0, "auto": 0, "bounce_soft": 0}
REPLIES, REPLIES_SHARE = ("reply", "reply_first", "reply_pieces"), 0.9


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> Scores:
    """Right ones and cases by field: read by the command, scored by the mails' own scorer, whose table is printed."""
    folder = tmp_path_factory.mktemp("scores")
    command = [sys.executable, "-m", "intake.cli", "parse", "--json", *map(str, foreign.paths())]
    with (folder / "predictions").open("wb") as predictions:
        subprocess.run(command, check=True, stdout=predictions, cwd=foreign.ROOT)
    scorer = [
        *(sys.executable, foreign.FOLDER / "score.py", foreign.FOLDER / "manifest.jsonl", folder / "predictions"),
        *("--errors", "40", "--json", folder / "table"),
    ]
    told = subprocess.run(scorer, check=True, capture_output=True, text=True)
    print(f"\n{told.stdout}")
    table: Scores = json.loads((folder / "table").read_text())
    return table


@pytest.mark.parametrize("field", LINES)
def test_a_field_is_read_as_its_sources_expect(scores: Scores, field: str) -> None:
    """Contested expectations are counted apart, by the scorer."""
    right, cases = scores[field]
    assert right >= LINES[field] * cases


@pytest.mark.parametrize("field", MISSES)
def test_a_field_of_few_cases_misses_no_more_than_is_known(scores: Scores, field: str) -> None:
    """By count, since a share of so few says nothing."""
    right, cases = scores[field]
    assert cases - right <= MISSES[field]


def test_replies_are_divided_as_their_sources_expect(scores: Scores) -> None:
    """The three ways of stating it together."""
    right, cases = (sum(scores[field][which] for field in REPLIES) for which in (0, 1))
    assert right >= REPLIES_SHARE * cases


@pytest.mark.parametrize("path", foreign.paths(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_of_a_foreign_mail_is_lost(path: Path) -> None:
    """Every leaf part is accounted for, and every line of the text stands in exactly one division."""
    content = path.read_bytes()
    reading = read(RawMail(content=content, envelope=Envelope(door="corpus", received_at=NOON, history=True)))
    mail = reading.mail
    assert not lost(content, reading)
    assert not divided_wrongly(mail.text, (mail.new_text, mail.quoted, mail.signature))
