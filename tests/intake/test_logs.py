"""Log lines: for people or for programs, our own and the libraries' alike."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from intake import logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Other tests have their own logging."""
    handlers, level = logging.getLogger().handlers, logging.getLogger().level
    yield
    logging.getLogger().handlers = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


def test_lines_for_programs_are_json(capfd: pytest.CaptureFixture[str]) -> None:
    """One object a line, with time, level and logger; a trace is a part of it."""
    logs.configure(form="json", level="info")
    structlog.get_logger("intake.worker").info("mail taken", spool="x")
    logging.getLogger("some.library").warning("careful")
    try:
        int("the words of a mail")
    except ValueError:
        structlog.get_logger("intake.worker").exception("failed")
    first, second, third = map(json.loads, capfd.readouterr().err.splitlines())
    told = (first["event"], first["level"], first["logger"], first["spool"])
    assert told == ("mail taken", "info", "intake.worker", "x")
    assert first["timestamp"].endswith("Z")
    assert (second["event"], second["level"]) == ("careful", "warning")
    assert third["exception"].endswith("ValueError")
    assert "test_logs.py" in third["exception"]
    assert "the words of a mail" not in third["exception"].replace('int("the words of a mail")', "")


def test_lines_for_people_say_the_same(capfd: pytest.CaptureFixture[str]) -> None:
    """Without colours where nobody looks."""
    logs.configure(form="text", level="info")
    structlog.get_logger("intake.worker").info("mail taken", spool="x")
    line = capfd.readouterr().err
    assert "mail taken" in line
    assert "spool=x" in line
    assert "\x1b" not in line


def test_the_level_is_the_lowest_that_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    """And libraries that chatter are quieter still."""
    logs.configure(form="text", level="info")
    structlog.get_logger("intake.worker").debug("never")
    logging.getLogger("apscheduler.scheduler").info("never")
    assert capfd.readouterr().err == ""
