"""Mails of East and South-East Asia under labels that lie are read as they were written."""

from __future__ import annotations

import pytest

from tests.corpus.asian import mislabelled
from tests.parsing.conftest import reading

_SHARE = 0.9  #: of the mails; a few bytes may well be something else


@pytest.mark.parametrize("where", ["everyday", pytest.param("battery", marks=pytest.mark.battery)])
def test_mislabelled_mails_are_read_as_they_were_written(where: str) -> None:
    """At least 90 % of 40 and more, words and subject both; in the battery with the figure, and what is misread."""
    mails = list(mislabelled())
    wrong = [mail.name for mail in mails if not _is_right(mail.content, mail.subject, mail.text)]
    if where == "battery":
        print(f"\n  {len(mails) - len(wrong)} of {len(mails)} mislabelled mails read rightly", *wrong, sep="\n    ")
    assert len(mails) >= 40
    assert len(mails) - len(wrong) >= _SHARE * len(mails)


def test_a_lie_is_told() -> None:
    """Whoever decodes otherwise than the label says, says so."""
    for mail in mislabelled():
        codes = {problem.code for problem in reading(mail.content).mail.problems}
        assert bool(codes & {"charset_wrong", "charset_missing"}) is not mail.is_honest, mail.name


def _is_right(content: bytes, subject: str, text: str) -> bool:
    read = reading(content).mail
    return (read.subject, read.text.strip()) == (subject, text)
