"""A further language is a folder of words: nothing else has to be told of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from parsing.fields.vocabulary import LANGUAGES, told_in

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "parsing" / "fields" / "words"

#: English → Lojban-like words that stand in no other language.
_RENAMED = {
    "words.toml": {'"username", "user name"': '"cmeneska", "username", "user name"', '"Username"': '"Cmeneska"'},
    "concepts.toml": {'deposit = "deposit,': 'deposit = "jdini setca,', 'neg = "not,': 'neg = "nacai,'},
}
_COMMON = """
[common]
words = "mi do gau nacai setca jdini klama cmeneska fasnu kukte"
marks = ""
loans = ""
prefixes = []
suffixes = []
"""

_READ = """
import json, sys
from datetime import UTC, datetime
from parsing.fields.lexicon import words
from parsing.mail import Envelope, RawMail
from parsing.reading import read, report_json
mail = RawMail(content=sys.stdin.buffer.read(), envelope=Envelope(door="test", received_at=datetime.now(UTC)))
told = report_json(read(mail).report)
print(json.dumps(told | {"question": words("xx").question("username"), "name": words("xx").field_name("username")}))
"""


@pytest.fixture
def with_a_language(tmp_path: Path) -> Path:
    """Loket's reading with a folder more: that of English, in which a few words are another language's."""
    shutil.copytree(ROOT / "parsing", tmp_path / "parsing", ignore=shutil.ignore_patterns("__pycache__"))
    folder = tmp_path / "parsing" / "fields" / "words" / "xx"
    shutil.copytree(WORDS / "en", folder)
    for name, changes in _RENAMED.items():
        text = (folder / name).read_text()
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        (folder / name).write_text(text)
    (folder / "common.toml").write_text(_COMMON)
    return tmp_path


def test_a_folder_is_a_language(with_a_language: Path) -> None:
    """Its mail is told by its everyday words, its labels and ideas are understood, its letters have its names."""
    mail = b"From: a@example.com\r\nSubject: \r\n\r\nmi do gau klama: jdini setca nacai arrived. cmeneska: budi_99\r\n"
    environment = os.environ | {"PYTHONPATH": str(with_a_language)}
    command = [sys.executable, "-c", _READ]
    ran = subprocess.run(command, input=mail, capture_output=True, env=environment, cwd=with_a_language, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    told = json.loads(ran.stdout)
    assert told["language"] == "xx"
    assert told["usernames"] == ["budi_99"]
    assert told["category"] == "deposit_missing"
    assert told["name"] == "Cmeneska"
    assert told["question"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_languages_folder_holds_what_it_may(language: str) -> None:
    """No file of another name is passed over in silence; a language of letters has them all."""
    names = {path.name for path in (WORDS / language).iterdir()}
    whole = {path.name for path in (WORDS / "en").iterdir()}
    assert names <= whole
    assert names == whole or "words.toml" not in names


#: What a language need not have, since its grammar has no such thing: Indonesian verbs have no past.
_OF_ITS_GRAMMAR = {"steps": {"past"}, "spelling": None}


@pytest.mark.parametrize("kind", sorted(path.stem for path in (WORDS / "en").iterdir()))
def test_a_language_of_letters_has_words_for_everything(kind: str) -> None:
    """Whatever Indonesian or English can say, every language with letters can say too; the others borrow."""
    own = _OF_ITS_GRAMMAR.get(kind, set())
    if own is None:
        return
    whole = [language for language in LANGUAGES if told_in(language, "words")]
    assert {"id", "en"} <= set(whole)
    said = {language: _names(told_in(language, kind)) - own for language in whole}
    everything = set().union(*said.values())
    assert {language: sorted(everything - names) for language, names in said.items() if everything - names} == {}
    for language in set(LANGUAGES) - set(whole):
        assert _names(told_in(language, kind)) <= everything | own


def _names(told: Mapping[str, Any]) -> set[str]:
    """What a file has words for: the keys of its tables, but not what a table of the calendar maps to phrases."""
    tables = [told, *(entry for name, entry in told.items() if isinstance(entry, dict) and name != "calendar")]
    clock = told.get("calendar", {}).get("clock", {})
    return {name for entries in (*tables, told.get("calendar", {}), clock) for name in entries}
