"""Alerts in the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy.engine import Engine

from store import alerts
from store.engine import looking, writing

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


def _raise(engine: Engine, key: str, sentence: str = "it is broken", minutes: int = 0) -> bool:
    with writing(engine) as session:
        return alerts.raise_(session, key, sentence, NOON + timedelta(minutes=minutes))


def _clear(engine: Engine, key: str, minutes: int = 60) -> bool:
    with writing(engine) as session:
        return alerts.clear(session, key, NOON + timedelta(minutes=minutes))


def _untold(engine: Engine) -> list[tuple[str, bool]]:
    with looking(engine) as session:
        return [(each.key, each.cleared_at is not None) for each in alerts.untold(session)]


def _tell(engine: Engine) -> None:
    with writing(engine) as session:
        for each in alerts.untold(session):
            alerts.told(session, each.id or 0, recovery=each.cleared_at is not None, now=NOON)


def test_an_incident_is_one_however_often_it_is_raised(engine: Engine) -> None:
    """Only the first time is news; the sentence is the newest."""
    assert _raise(engine, "door:smtp", "first")
    assert not _raise(engine, "door:smtp", "second", minutes=5)
    assert _raise(engine, "door:imap")
    with looking(engine) as session:
        smtp, imap = alerts.current(session)
    assert (smtp.sentence, smtp.raised_at, smtp.seen_at) == ("second", NOON, NOON + timedelta(minutes=5))
    assert imap.key == "door:imap"


def test_an_incident_is_told_once_and_its_end_once(engine: Engine) -> None:
    """In between there is silence."""
    _raise(engine, "a")
    assert _untold(engine) == [("a", False)]
    _tell(engine)
    _raise(engine, "a")
    assert _untold(engine) == []
    assert _clear(engine, "a")
    assert _untold(engine) == [("a", True)]
    _tell(engine)
    assert _untold(engine) == []
    assert not _clear(engine, "a")


def test_what_was_over_before_anybody_heard_of_it_is_not_told(engine: Engine) -> None:
    """A hiccup wakes nobody."""
    _raise(engine, "a")
    _clear(engine, "a")
    assert _untold(engine) == []


def test_the_same_trouble_later_is_a_new_incident(engine: Engine) -> None:
    """It is told anew."""
    _raise(engine, "a")
    _tell(engine)
    _clear(engine, "a")
    _tell(engine)
    assert _raise(engine, "a", minutes=90)
    assert _untold(engine) == [("a", False)]


def test_a_long_sentence_is_cut(engine: Engine) -> None:
    """It stands in a mail and in a line of status."""
    _raise(engine, "a", "x" * 10_000)
    with looking(engine) as session:
        assert len(alerts.current(session)[0].sentence) == alerts.MAX_SENTENCE
