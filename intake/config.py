"""Reads the configuration: config.toml, then the environment over it, then secrets out of their files.

Each package declares its own settings; here they are only put together. What is wrong is told with the file, the key
and the remedy, all faults at once.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from intake.agent_settings import NoticeSettings, QueueSettings
from intake.agreeing import agree
from intake.errors import ConfigurationWrong
from intake.settings import AgentSettings, AlertSettings, IntakeSettings, Section, TimetableSettings
from intake.site_settings import SiteCategorySettings, SiteFieldSettings, declared
from parsing.report import ReportSettings
from parsing.site import Site
from replies.oauth_settings import OAuthSettings
from replies.settings import DeskSettings, RepliesSettings, SmarthostSettings
from store.settings import RetentionSettings

#: Where a configuration is looked for when nobody names one.
PLACES = (Path("config.toml"), Path("/etc/loket/config.toml"))

VARIABLE = "LOKET_CONFIG"
PREFIX = "LOKET_"

#: Keys that name a file with what belongs into the key without _file.
_SECRETS = frozenset({"password_file", "url_file", "client_secret_file", "key_file"})

#: Variables with our prefix that are no keys: see `store/crashpoints.py`, and VARIABLE.
_NO_KEYS = frozenset({VARIABLE, "LOKET_TEST", "LOKET_CRASH_AT"})


#: Seconds that a mail needs to be read after its mailbox was looked at, at the most.
POLL_GRACE = 30


class StoreSettings(Section):
    """Where tickets and sealed files are kept."""

    url: str = Field(default="", description="sqlite:///FILE or postgresql://USER@HOST/NAME; empty: loket.db in data")
    url_file: Path | None = Field(default=None, description="File that holds the URL, where it contains a password")
    migrate: bool = Field(default=True, description="Whether `run` brings the schema to this version")


class ParsingSettings(Section):
    """How reports are read."""

    timezone: str = Field(default="Asia/Jakarta", description="For times where neither the text nor the mail says one")
    labels: dict[str, list[str]] = Field(default_factory=dict, description="Further labels, by field")
    ocr: bool = Field(default=True, description="Whether pictures are read, where the ocr extra is installed")


class LogSettings(Section):
    """What the daemon tells of itself, on stderr."""

    format: Literal["text", "json"] = Field(default="text", description="Lines for people or for programs")
    level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="How much is told")


class Settings(BaseSettings):
    """The whole configuration."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter="__", hide_input_in_errors=True
    )

    data: Path = Field(
        default=Path("data"), description="The folder of the spool, the store, the sealed files, the key"
    )
    retention: RetentionSettings = Field(default_factory=RetentionSettings, description="How long a desk keeps what")
    log: LogSettings = Field(default_factory=LogSettings, description="Logging")
    fields: list[SiteFieldSettings] = Field(default_factory=list, description="Fields of the site's own")
    categories: list[SiteCategorySettings] = Field(default_factory=list, description="Categories of the site's own")
    store: StoreSettings = Field(default_factory=StoreSettings, description="The store")
    parsing: ParsingSettings = Field(default_factory=ParsingSettings, description="Reading")
    oauth: dict[str, OAuthSettings] = Field(default_factory=dict, description="Logins by OAuth2, by name")
    intake: IntakeSettings = Field(default_factory=IntakeSettings, description="Doors and limits")
    replies: RepliesSettings = Field(default_factory=RepliesSettings, description="How letters leave")
    desks: dict[str, DeskSettings] = Field(min_length=1, description="The desks, by name")
    agents: list[AgentSettings] = Field(default_factory=list, description="Agents of a store that has none yet")
    queues: list[QueueSettings] = Field(default_factory=list, description="Queues of tickets, the first that fits")
    notices: NoticeSettings = Field(default_factory=NoticeSettings, description="When agents are told what")
    alerts: AlertSettings = Field(default_factory=AlertSettings, description="What operators are told")
    timetable: TimetableSettings = Field(default_factory=TimetableSettings, description="Regular work")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment counts before the file, which comes in through the initialiser."""
        del settings_cls, dotenv_settings, file_secret_settings
        assert isinstance(env_settings, EnvSettingsSource)  # noqa: S101  # narrows for the type checker
        return env_settings, init_settings

    @model_validator(mode="before")
    @classmethod
    def _tables_know_their_names(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        named = values | {name: _named(values[name]) for name in ("desks", "oauth") if name in values}
        return _data_unfolded(named)

    @model_validator(mode="after")
    def _parts_agree(self) -> Settings:
        agree(self)
        return self

    @property
    def report_settings(self) -> ReportSettings:
        """What reading is told of the site."""
        told = [self.parsing.labels, *(form.fields for form in self.intake.forms)]
        labels = {field: tuple(word for each in told for word in each.get(field, ())) for one in told for field in one}
        forms = frozenset(form.address.lower() for form in self.intake.forms)
        lists = frozenset(each for desk in self.desks.values() for each in desk.written_to)
        return ReportSettings(timezone=self.parsing.timezone, labels=labels, site=self.site, lists=lists, forms=forms)

    @property
    def site(self) -> Site:
        """The site's own fields and categories."""
        return declared(self.fields, self.categories)

    @property
    def answer_holds(self) -> dict[str, timedelta]:
        """How long agents' answers can be taken back, by desk: a mail that takes one back has to come in time."""
        own, listening = self.replies.answer_hold_seconds, self.intake.smtp.places or self.intake.lmtp.places
        polled = {each.desk: 0.0 for each in self.intake.imap}
        for each in self.intake.imap:
            polled[each.desk] = max(polled[each.desk], each.poll_seconds + POLL_GRACE)
        return {
            name: timedelta(seconds=own if listening or not own else max(own, polled.get(name, 0)))
            for name in self.desks
        }

    @property
    def kept(self) -> dict[str, RetentionSettings]:
        """How long each desk keeps what."""
        return {name: desk.retention or self.retention for name, desk in self.desks.items()}

    @property
    def store_url(self) -> str:
        """The store's URL, the default one included."""
        return self.store.url or f"sqlite:///{self.default_store}"

    @property
    def default_store(self) -> Path:
        """Where the store is, unless its URL says otherwise."""
        return self.data / "loket.db"

    @property
    def alert_route(self) -> SmarthostSettings | None:
        """The mail server for what goes past the outbox; None where letters go into a folder, and no other is named."""
        return self.alerts.smtp or (self.replies.smtp if self.replies.deliver == "smtp" else None)

    @property
    def letters(self) -> Path:
        """The folder for letters that go to no smarthost."""
        return self.replies.folder or self.data / "letters"


def locate(named: Path | None, environ: Mapping[str, str] = os.environ) -> Path:
    """The configuration file to read; ConfigurationWrong where there is none."""
    candidates = [named] if named else [Path(environ[VARIABLE])] if environ.get(VARIABLE) else list(PLACES)
    for path in candidates:
        if path.is_file():
            return path
    listed = ", ".join(str(path) for path in candidates)
    detail = f"no configuration at {listed}: `loket init` writes one"
    raise ConfigurationWrong(detail)


def load(path: Path) -> Settings:
    """Read and check a configuration file. Raises ConfigurationWrong with every fault in it."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        detail = f"{path}: {error}"
        raise ConfigurationWrong(detail) from error
    try:
        return Settings(**_with_secrets(values, path.parent))
    except ValidationError as error:
        raise ConfigurationWrong("\n".join(_faults(path, error))) from error


def unknown_variables(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Variables with our prefix that name no key: a misspelt one would be passed over in silence."""
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    return [
        name
        for name in environ
        if name.startswith(PREFIX) and name not in _NO_KEYS and name.split("__")[0].upper() not in known
    ]


def _named(tables: Any) -> Any:
    """Tables by name, each with its name in it."""
    if not isinstance(tables, dict):
        return tables
    return {name: table | {"name": name} if isinstance(table, dict) else table for name, table in tables.items()}


def _data_unfolded(values: dict[str, Any]) -> dict[str, Any]:
    """[data] with folder and retention in it says the same as data and [retention]."""
    table = values.get("data")
    if not isinstance(table, dict):
        return values
    given = {("data" if name == "folder" else name): value for name, value in table.items()}
    unknown = set(given) - {"data", "retention"}
    if unknown:
        raise ValueError(f"data: there is no key {', '.join(sorted(unknown))}; folder and retention are its keys")
    return {name: value for name, value in values.items() if name != "data"} | given


def _with_secrets(values: Any, folder: Path) -> Any:
    """Replace each `NAME_file` by the NAME that stands in that file.

    A relative path is looked for among systemd's credentials, then beside the configuration.
    """
    if isinstance(values, list):
        return [_with_secrets(each, folder) for each in values]
    if not isinstance(values, dict):
        return values
    read = {key: _with_secrets(value, folder) for key, value in values.items()}
    for key in [key for key in read if key in _SECRETS]:
        read[key.removesuffix("_file")] = _secret(key, str(read.pop(key)), folder)
    return read


def _secret(key: str, name: str, folder: Path) -> str:
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    places = [Path(credentials) / name] if credentials else []
    path = next((place for place in places if place.is_file()), folder / name)
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        detail = f"{key} = {path}: {error}"
        raise ConfigurationWrong(detail) from error


def _faults(path: Path, error: ValidationError) -> list[str]:
    """One line a fault: file, key, what is wrong, and what to do about it."""
    lines = []
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        key = ".".join(str(part) for part in fault["loc"]) or "(whole file)"
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            message = "there is no such key; see config.example.toml for all of them"
        elif fault["type"] == "missing":
            message = "this key is needed; config.example.toml tells what it is for"
        lines.append(f"{path}: {key}: {message}")
    return lines
