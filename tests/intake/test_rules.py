"""`loket rules`: a site's declarations tried on their examples, and on the mail that there is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from intake.cli.command import run
from store import keys
from store.models import Access, Finding
from tests.intake.conftest import customer_mail, make_counter

Loket = Callable[..., tuple[int, str, str]]

_DESK = """
data = "{folder}"
[desks.help]
addresses = ["help@desk.test"]
acknowledge = "all"
[store]
url = "{url}"
"""
_FIELD = r"""
[[fields]]
name = "table_number"
names = { id = "Nomor meja" }
questions = { id = "Tertera di atas meja." }
labels = { id = ["nomor meja", "meja"] }
pattern = '[A-Z]?\d{1,3}'
normaliser = "upper"
examples = [{ text = "Kami di meja b12.", value = "B12" }]
"""


@pytest.fixture
def place(engine: Engine, store_url: str, tmp_path: Path) -> Path:
    """A desk that took two mails before its site had rules: one tells of a table, one of a password too."""
    keys.create_master(tmp_path / "secret.key")
    counter = make_counter(engine, tmp_path, master=keys.read_master(tmp_path / "secret.key"))
    counter.take(
        customer_mail("Username: budi_99\nDeposit belum masuk, saya di meja b12.\n"),
        customer_mail("Meja c3, password: Kucing#99 ditolak\n", Message_ID="<2@example.com>"),
    )
    (tmp_path / "config.toml").write_text(_DESK.format(folder=tmp_path, url=store_url) + _FIELD)
    return tmp_path


@pytest.fixture
def loket(place: Path, capfd: pytest.CaptureFixture[str]) -> Loket:
    """Runs a command; gives its exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run(["--config", str(place / "config.toml"), *arguments])
        told = capfd.readouterr()
        return code, told.out, told.err

    return call


def test_rules_are_tried_on_their_examples(loket: Loket) -> None:
    """And those that hold are listed."""
    code, out, _ = loket("rules", "test", "--json")
    assert code == 0
    assert json.loads(out) == {"kind": "field", "name": "table_number", "examples": 1, "counter_examples": 0}


def test_a_rule_that_fails_its_example_is_told_with_file_key_and_remedy(loket: Loket, place: Path) -> None:
    """No command works with it."""
    path = place / "config.toml"
    path.write_text(path.read_text().replace('value = "B12"', 'value = "B13"'))
    code, _, told = loket("rules", "test")
    assert code == 2
    assert all(part in told for part in ("config.toml", "table_number", "examples[0]", "mend pattern or labels"))


def test_a_replay_shows_what_would_change_and_changes_nothing(loket: Loket, engine: Engine) -> None:
    """What is guarded stays closed to who has no role for it."""
    code, out, told = loket("rules", "replay", "--since", "4000w", "--json")
    (change,) = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert change["changes"] == {"table_number": {"gone": [], "new": ["B12"]}}
    assert "1 mails read, 1 would change, 1 stayed closed" in told
    assert "table_number" not in _fields(engine)


def test_each_opening_is_recorded(loket: Loket, engine: Engine) -> None:
    """Whoever looks at stored mail leaves a trace."""
    loket("rules", "replay", "--since", "4000w")
    with Session(engine) as session:
        assert [each.reason for each in session.exec(select(Access)).all()] == ["rules replay"]


@pytest.mark.parametrize("span", ["30", "soon", "30m", "-1d"])
def test_a_span_that_is_none_is_refused(loket: Loket, span: str) -> None:
    """With what to write instead."""
    code, _, told = loket("rules", "replay", f"--since={span}")
    assert code == 2
    assert "write 12h, 30d or 4w" in told


def _fields(engine: Engine) -> set[str]:
    with Session(engine) as session:
        return {each.field for each in session.exec(select(Finding)).all()}
