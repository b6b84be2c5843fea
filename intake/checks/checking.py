"""Looks at a desk's surroundings before they matter: folders, key, store, templates, and on request every server."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from intake import clock, config
from intake.checks import checking_online, forecast, probing
from intake.config import Settings
from intake.errors import ServerWrong
from intake.identity.resolver import Resolver
from intake.spool import disk_shortage
from parsing.pictures import tesseract
from replies import addresses, agent_words, dkim_keys, guidance, language, order_words, render
from replies.errors import RepliesError
from replies.settings import DeskSettings
from store import keys, migrate
from store.engine import open_store, ping
from store.errors import StoreError


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What was looked at, and how it was found."""

    what: str
    well: bool
    told: str


def check(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    online: bool,
    resolver: Resolver | None = None,
    probe_seconds: float = 0,
) -> Iterator[Result]:
    """Everything there is to look at, one thing after the other; in the real DNS unless another is given.

    `probe_seconds` is for how long a mail to ourselves may be on its way; none is sent without.
    """
    yield _environment(environ)
    yield _tried("data folder", lambda: _data(settings))
    yield _tried("secret key", lambda: _key(settings.data / "secret.key"))
    yield _tried("store", lambda: _store(settings))
    for name, desk in settings.desks.items():
        yield _tried(f"letters of {name}", lambda desk=desk: _letters(desk.languages, desk.templates))  # type: ignore[misc]
        if desk.dkim or settings.replies.deliver == "smtp":
            yield _signatures(name, desk)
    yield from _kept(settings)
    if settings.replies.deliver == "folder":
        yield _tried("letters' folder", lambda: _folder(settings.letters))
    yield _pictures(settings)
    yield _doors(settings)
    if settings.replies.deliver == "smtp":
        yield _forecast(settings)
    if online:
        for what, look in checking_online.looks(settings, resolver):
            yield _tried(what, look)
    if probe_seconds:
        for what, look in probing.looks(settings, probe_seconds):
            yield _tried(what, look)


def _signatures(name: str, desk: DeskSettings) -> Result:
    """Whether letters are signed, and what the DNS has to publish for that."""
    keys = [(each, dkim_keys.read(each.key.get_secret_value())) for each in desk.dkim]
    bare = [each for each in desk.addresses if not any(addresses.is_at(each, key.domain) for key, _ in keys)]
    lines = "".join(f"\n      {dkim_keys.zone_line(key, each.selector, each.domain)}" for each, key in keys)
    published = f"{', '.join(dkim_keys.told(key) for _, key in keys)}; to be published:{lines}"
    told, well = published, True
    if not keys:
        told = f"not signed here: see to it that the mail server signs, or set [desks.{name}.dkim]"
    elif bare:
        told, well = f"letters from {', '.join(bare)} are not signed: add a key of that domain. {published}", False
    elif all(dkim_keys.algorithm(key) == "ed25519-sha256" for _, key in keys):
        told, well = f"many receivers know rsa alone: add a key of that kind. {published}", False
    return Result(what=f"signatures of {name}", well=well, told=told)


def _kept(settings: Settings) -> Iterator[Result]:
    """For how long each desk that erases by age keeps what, and whether that can be meant."""
    for name, kept in settings.kept.items():
        reopen, closed, held = settings.desks[name].reopen_days, kept.closed_days, kept.held_days
        if not closed and not held:
            continue
        told, well = f"closed tickets {closed or 'for ever'}, held and refused ones {held or 'for ever'} (days)", True
        if 0 < closed <= reopen:
            told, well = f"closed_days = {closed}: longer than reopen_days = {reopen}, or answers find nothing", False
        elif closed and held > closed:
            told, well = f"held_days = {held}: refused tickets go after closed_days = {closed} all the same", False
        yield Result(what=f"retention of {name}", well=well, told=told)


def _pictures(settings: Settings) -> Result:
    found = tesseract.find()
    if not settings.parsing.ocr:
        told = "kept and shown, not read: parsing.ocr is off"
    elif found is None:
        told = (
            'kept and shown, not read: pip install "loket[ocr]", and the system\'s tesseract-ocr-ind, tesseract-ocr-eng'
        )
    else:
        told = f"read, in {', '.join(found[1])}"
    return Result(what="pictures", well=True, told=told)


def _tried(what: str, look: Callable[[], str]) -> Result:
    try:
        return Result(what=what, well=True, told=look())
    except (StoreError, RepliesError, ServerWrong, OSError) as error:
        return Result(what=what, well=False, told=str(error) or type(error).__name__)


def _environment(environ: Mapping[str, str]) -> Result:
    unknown = config.unknown_variables(environ)
    told = f"{', '.join(unknown)}: no such key; rename or unset it" if unknown else "no variable is misspelt"
    return Result(what="environment", well=not unknown, told=told)


def _folder(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(0, f"{folder} cannot be written by this user: change its owner")
    return str(folder)


def _data(settings: Settings) -> str:
    told = _folder(settings.data)
    if shortage := disk_shortage(settings.data, settings.intake.limits.max_mail_size):
        raise ServerWrong(f"no mail is taken: {shortage}; make room")
    return told


def _key(path: Path) -> str:
    keys.read_master(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise PermissionError(0, f"others can read {path}: chmod 600 {path}")
    return f"{path}; is there a copy in a safe place?"


def _store(settings: Settings) -> str:
    engine = open_store(settings.store_url)
    try:
        ping(engine)
        if migrate.current(engine) is None:
            return "empty; `run` or `migrate` makes its tables"
        if not settings.store.migrate:
            migrate.require_current(engine)
        return f"schema {migrate.current(engine)}"
    finally:
        engine.dispose()


def _forecast(settings: Settings) -> Result:
    engine = open_store(settings.store_url)
    try:
        migrate.require_current(engine)
        well, told = forecast.forecast(engine, settings.replies.smtp, clock.now())
    except StoreError:
        well, told = True, "nothing is known yet"  # the store is looked at above
    finally:
        engine.dispose()
    return Result(what="letters a day", well=well, told=told)


def _letters(languages: list[str], overlay: Path | None) -> str:
    for code in languages:
        language.load(code, overlay)
        guidance.load(code, overlay)
        agent_words.load(code, overlay)
        order_words.phrases(code, overlay)
    render.check(overlay)
    return ", ".join(languages)


def _doors(settings: Settings) -> Result:
    smtp = settings.intake.smtp
    names = [f"smtp {place}" for place in (smtp.listen, smtp.tls_listen) if place]
    names += [f"lmtp {settings.intake.lmtp.listen}"] if settings.intake.lmtp.listen else []
    names += [f"imap {account.name}" for account in settings.intake.imap]
    if not names:
        told = "only `loket deliver` brings mail; for others set intake.smtp.listen or add [[intake.imap]]"
        return Result(what="doors", well=True, told=told)
    return Result(what="doors", well=True, told=", ".join(names))
