"""The configuration: the example is the manual, and what is wrong is told with its remedy."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from intake import config
from intake.config import Settings
from intake.errors import ConfigurationWrong
from tests import zone

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"

#: Not keys of the file: a desk's name is its table's.
_NOT_IN_FILE = {"desks.name", "oauth.name"}

#: Keys whose value is a table of the site's own making, by language or by field.
_TABLES = {"parsing.labels"} | {
    *("fields.names", "fields.questions", "fields.labels", "categories.subjects", "categories.phrases"),
}

#: A key's value in the example where the default is nothing.
_MINIMAL = '[desks.help]\naddresses = ["help@desk.test"]\n'


def _whole_example() -> dict[str, Any]:
    """The example with every default uncommented."""
    return tomllib.loads(re.sub(r"^#(?=[a-z\[])", "", EXAMPLE.read_text(), flags=re.MULTILINE))


def _model(annotation: Any) -> type[BaseModel] | None:
    candidates = [annotation, *get_args(annotation)]
    return next((each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)), None)


def _declared(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every key that the settings have, with its default."""
    for name, field in model.model_fields.items():
        inner = _model(field.annotation)
        key = f"{path}{name}"
        if inner is not None:
            yield from _declared(inner, f"{key}.")
        elif key not in _NOT_IN_FILE:
            yield key, field.get_default(call_default_factory=True)


def _written(values: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        key = "desks" if path == "desks." else f"{path}{name}"
        if path == "desks.":
            yield from _written(value, "desks.")
            continue
        if isinstance(value, Mapping) and value and key not in _TABLES:
            yield from (_named(value, key) if key in ("desks", "oauth") else _written(value, f"{key}."))
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            yield from _written(value[0], f"{key}.")
        else:
            yield key, value


def _named(tables: Mapping[str, Any], key: str) -> Iterator[tuple[str, Any]]:
    for table in tables.values():
        for name, value in table.items():
            first = value[0] if isinstance(value, list) and value else value
            tables = isinstance(first, Mapping) and first
            yield from _written(first, f"{key}.{name}.") if tables else [(f"{key}.{name}", value)]


def test_the_example_documents_every_key_and_no_other() -> None:
    """A setting that is not in the manual does not exist for an operator."""
    declared, written = dict(_declared(Settings)), dict(_written(_whole_example()))
    written["desks.dkim.key"] = written.pop("desks.dkim.key_file")  # the way in which nobody sees it
    assert set(written) - {"replies.smtp.password_file"} == set(declared)


def test_the_examples_defaults_are_the_defaults() -> None:
    """What a line that is commented out says is what holds."""
    written = dict(_written(_whole_example()))
    for key, default in _declared(Settings):
        if default is not PydanticUndefined and default is not None:
            value = written[key]
            assert (Path(value) if isinstance(default, Path) else value) == default, key


def test_every_key_of_the_example_has_prose() -> None:
    """Above each key, or above the group that it stands in, is a comment."""
    for block in EXAMPLE.read_text().split("\n\n"):
        if re.search(r"^#?[a-z_]+ = ", block, re.MULTILINE) and "[[agents]]" not in block:
            assert block.lstrip().startswith("# "), block


def test_the_example_is_a_configuration(tmp_path: Path) -> None:
    """As it stands, it can be used."""
    assert list(config.load(EXAMPLE).desks) == ["support"]


def _fault(tmp_path: Path, text: str) -> str:
    place = tmp_path / "config.toml"
    place.write_text(text)
    with pytest.raises(ConfigurationWrong) as caught:
        config.load(place)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("colour = 1\n" + _MINIMAL, ["colour", "no such key", "config.example.toml"]),
        (_MINIMAL + "adresses = []\n", ["desks.help.adresses", "no such key"]),
        ("[desks.help]\n", ["desks.help.addresses", "needed"]),
        ("desks = 3", ["desks"]),
        ("[desks.help\n", ["config.toml"]),
        (_MINIMAL + '[intake.smtp]\nlisten = "everywhere"\n', ["intake.smtp.listen"]),
        (_MINIMAL + '[intake.smtp]\ntls_listen = "0.0.0.0:465"\n', ["tls_certificate"]),
        (_MINIMAL + '[replies.smtp]\nhost = "mail.example.com"\ntls = "none"\n', ["allow_plain"]),
        (_MINIMAL + '[replies.smtp]\nusername = "x"\n', ["username and password"]),
        (_MINIMAL + "[replies]\nlease_seconds = 100\n", ["lease_seconds"]),
        (_MINIMAL + '[desks.other]\naddresses = ["Help@desk.test"]\nprefix = "OTH"\n', ["help@desk.test"]),
        (_MINIMAL + '[desks.other]\naddresses = ["other@desk.test"]\n', ["prefix LKT"]),
        (
            _MINIMAL + '[[intake.imap]]\nname = "a"\ndesk = "nobody"\nhost = "h"\nusername = "u"\n',
            ["there is no desk nobody"],
        ),
    ],
)
def test_a_fault_is_told_with_file_key_and_remedy(tmp_path: Path, text: str, told: list[str]) -> None:
    """So that it can be mended without reading our code."""
    message = _fault(tmp_path, text)
    assert "config.toml" in message
    for each in told:
        assert each in message


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Nobody likes to mend one a minute."""
    message = _fault(tmp_path, "colour = 1\n" + _MINIMAL + "[log]\nlevel = 'loud'\n")
    assert "colour" in message
    assert "log.level" in message


def test_no_secret_stands_in_a_fault(tmp_path: Path) -> None:
    """Faults end up in logs and in mails to colleagues."""
    assert "hunter2" not in _fault(tmp_path, _MINIMAL + "[replies.smtp]\npassword = 'hunter2'\n")


def test_the_environment_counts_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in LOKET_STORE__URL."""
    place = tmp_path / "config.toml"
    place.write_text(_MINIMAL + '[store]\nurl = "sqlite:///file.db"\n')
    monkeypatch.setenv("LOKET_STORE__URL", "sqlite:///environment.db")
    assert config.load(place).store_url == "sqlite:///environment.db"


def test_a_misspelt_variable_is_noticed() -> None:
    """It would be passed over in silence."""
    assert config.unknown_variables({"LOKET_STOER__URL": "x", "LOKET_STORE__URL": "x", "HOME": "/"}) == [
        "LOKET_STOER__URL"
    ]


def test_secrets_come_out_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside the configuration, or out of systemd's credentials, which count first."""
    place, credentials = tmp_path / "config.toml", tmp_path / "credentials"
    credentials.mkdir()
    (tmp_path / "smtp-password").write_text("beside\n")
    place.write_text(_MINIMAL + '[replies.smtp]\nusername = "u"\npassword_file = "smtp-password"\n')
    password = config.load(place).replies.smtp.password
    assert password is not None
    assert password.get_secret_value() == "beside"
    (credentials / "smtp-password").write_text("credential\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    password = config.load(place).replies.smtp.password
    assert password is not None
    assert password.get_secret_value() == "credential"


def test_a_key_to_sign_with_is_read_from_its_file(tmp_path: Path) -> None:
    """One table is one key, several are several; of a key that is wrong the fault is told, and nothing of the key."""
    (tmp_path / "dkim.pem").write_bytes(zone.key()[0])
    table = '[{0}desks.help.dkim{1}]\ndomain = "desk.test"\nkey_file = "dkim.pem"\n'
    place = tmp_path / "config.toml"
    for text, count in ((table.format("", ""), 1), (table.format("[", "]") * 2, 2)):
        place.write_text(_MINIMAL + text)
        assert [each.domain for each in config.load(place).desks["help"].dkim] == ["desk.test"] * count
    (tmp_path / "dkim.pem").write_text("hunter2")
    fault = _fault(tmp_path, _MINIMAL + table.format("", ""))
    assert "desks.help.dkim.0.key: the DKIM key is neither PEM nor base64" in fault
    assert "hunter2" not in fault


def test_a_missing_secret_is_told(tmp_path: Path) -> None:
    """With the path that was looked at."""
    text = _MINIMAL + '[replies.smtp]\nusername = "u"\npassword_file = "nowhere"\n'
    assert str(tmp_path / "nowhere") in _fault(tmp_path, text)


def test_the_configuration_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By name, by variable, in the working folder; else the way out is told."""
    place = tmp_path / "config.toml"
    place.write_text(_MINIMAL)
    assert config.locate(place, {}) == place
    assert config.locate(None, {"LOKET_CONFIG": str(place)}) == place
    monkeypatch.chdir(tmp_path)
    assert config.locate(None, {}) == Path("config.toml")
    with pytest.raises(ConfigurationWrong, match="loket init"):
        config.locate(tmp_path / "elsewhere.toml", {})


def test_an_answer_is_held_until_the_mail_that_takes_it_back_can_have_come(tmp_path: Path) -> None:
    """Longer where mail comes by polling alone; not at all where it is not to be held."""
    desks = '[desks.a]\naddresses = ["a@a.test"]\n[desks.b]\naddresses = ["b@b.test"]\nprefix = "B"\n'
    box = '[[intake.imap]]\nname = "b"\ndesk = "b"\nhost = "127.0.0.1"\nusername = "b"\npassword = "x"\n'
    box += "poll_seconds = 120\n"
    door = '[intake.smtp]\nlisten = "127.0.0.1:0"\n'

    def holds(text: str) -> list[float]:
        (tmp_path / "config.toml").write_text(text)
        return [each.total_seconds() for each in config.load(tmp_path / "config.toml").answer_holds.values()]

    assert holds(desks + box) == [45, 150]
    assert holds(desks + box + door) == [45, 45]
    assert holds(desks + box + "[replies]\nanswer_hold_seconds = 0\n") == [0, 0]


def test_data_may_be_a_table_with_its_retention(tmp_path: Path) -> None:
    """Which says the same as the two keys; a desk may have its own terms."""
    place = tmp_path / "config.toml"
    table = f'[data]\nfolder = "{tmp_path}"\n[data.retention]\nclosed_days = 400\n'
    own = '[desks.loud]\naddresses = ["loud@desk.test"]\nprefix = "LD"\n[desks.loud.retention]\nheld_days = 30\n'
    place.write_text(table + _MINIMAL + own)
    found = config.load(place)
    assert found.data == tmp_path
    assert [(each.closed_days, each.held_days) for each in found.kept.values()] == [(400, 0), (0, 30)]
    assert "no key colour" in _fault(tmp_path, '[data]\nfolder = "x"\ncolour = 1\n' + _MINIMAL)
