"""What the desk would do with a mail, and why, without doing it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Engine

from intake import desks
from intake.config import Settings
from intake.deciding import Decided, decide
from intake.directory import Directory
from intake.identity.examining import examiner
from intake.triage import Decision
from parsing.mail import Envelope, ParsedMail, RawMail
from parsing.pictures.looking import looker
from parsing.reading import read, report_json
from store import keys, migrate
from store.engine import looking, open_store


def explain(settings: Settings, desk: str, content: bytes, *, sender: str | None, now: datetime) -> dict[str, Any]:
    """Reading, findings, facts and decision for one mail at one desk.

    Where there is no store yet, the mail is the first one of an empty desk. `sender` is the envelope's, None where
    unknown.
    """
    envelope = Envelope(door="explain", received_at=now, mail_from=sender, desk=desk)
    raw = RawMail(content=content, envelope=envelope)
    reading = read(
        raw,
        settings.report_settings,
        looker(ocr=settings.parsing.ocr),
    )
    engine, master, known = _store(settings)
    try:
        open_desks = desks.open_all(engine, settings.desks, master, settings.site, settings.intake.forms)
        alone = not open_desks[desk].trusted
        examination = examiner(settings.intake).examine(raw, reading.mail, evaluate_sender=alone)
        with looking(engine) as session:
            decided = decide(
                session,
                open_desks[desk],
                Directory(settings.desks.values()),
                reading.mail,
                reading.report,
                reading.ingest_key,
                envelope,
                examination,
                now,
            )
    finally:
        engine.dispose()
    report = report_json(reading.report)
    return {
        "mail": _read(decided.mail, decided),
        "report": {name: report[name] for name in ("category", "category_why", "language", "missing")},
        "findings": report["findings"],
        "facts": asdict(decided.facts) | {"store": "as it stands" if known else "there is none yet"},
        "decision": _told(decided.decision) | {"brake": decided.judgement.loop},
    }


def _read(mail: ParsedMail, decided: Decided) -> dict[str, Any]:
    return {
        "from": mail.from_.address if mail.from_ else None,
        "subject": mail.subject,
        "nature": mail.nature.value,
        "nature_why": mail.nature_why,
        "language": mail.language,
        "identity": decided.identity,
        "identity_why": decided.identity_why,
        "attachments": [f"{each.name or '(no name)'}: {each.type}, {each.kind.value}" for each in mail.attachments],
        "problems": [problem.code for problem in mail.problems],
    }


def _store(settings: Settings) -> tuple[Engine, bytes, bool]:
    """The desk's store and key, or an empty one in memory."""
    if settings.store.url or settings.default_store.exists():
        engine = open_store(settings.store_url)
        migrate.require_current(engine)
        return engine, keys.read_master(settings.data / "secret.key"), True
    engine = open_store("sqlite://")
    migrate.upgrade(engine)
    return engine, keys.new_key(), False


def _told(decision: Decision) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": type(decision).__name__.lower()} | asdict(decision)
    outcome = getattr(decision, "acknowledgement", None)
    if outcome is not None:
        told["acknowledgement"] = {"kind": type(outcome).__name__.lower()} | asdict(outcome)
    return told
