"""What agents are told about their own mails, in each language."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from parsing.body.verbs import Verb
from replies.errors import LetterUnreadable
from replies.order_words import phrases


def _wants(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_language_says_the_same_things() -> None:
    """The same phrases, each with the same values; and every verb is explained."""
    ours, theirs = phrases("id").texts, phrases("en").texts
    assert {key: _wants(text) for key, text in ours.items()} == {key: _wants(text) for key, text in theirs.items()}
    assert {key.partition(".")[2] for key in ours if key.startswith("verbs.")} >= {verb.value for verb in Verb}


def test_a_site_replaces_phrases_one_by_one(tmp_path: Path) -> None:
    """The others stay ours."""
    (tmp_path / "id").mkdir()
    (tmp_path / "id" / "orders.toml").write_text('[done]\nclosed = "Beres."\n')
    laid_over = phrases("id", tmp_path)
    assert laid_over.say("done.closed") == "Beres."
    assert laid_over.say("done.reopened") == phrases("id").say("done.reopened")


@pytest.mark.parametrize("text", ["[done]\nclosed = ", 'closed = "x"\n'])
def test_a_faulty_file_is_told_with_its_name(tmp_path: Path, text: str) -> None:
    """And so is a phrase that is not there."""
    (tmp_path / "id").mkdir()
    (tmp_path / "id" / "orders.toml").write_text(text)
    with pytest.raises(LetterUnreadable, match=r"orders\.toml"):
        phrases("id", tmp_path)
    with pytest.raises(LetterUnreadable, match=r"done\.absent"):
        phrases("en").say("done.absent")
