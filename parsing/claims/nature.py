"""What kind of sender a mail has, by what its headers say, each with its evidence.

RFC 3834 (automatic responses), 3464 (delivery reports), 8098 (disposition notifications), 5965 (abuse reports), 2919
and 2369 (lists). Words are looked at in two places only, both of them strict: the subject of bounces that carry no
mark, and out-of-office subjects from a sender that also says by a header that it answers by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from parsing.mail import Nature
from parsing.message.front import Front
from parsing.message.headers import HeaderBlock
from parsing.message.mime import Structure

#: our own letters carry it, so that one that comes back is known
OWN_MARK = "x-loket-loop"

_REPORTS = {
    "delivery-status": Nature.BOUNCE,
    "disposition-notification": Nature.DISPOSITION,
    "feedback-report": Nature.FEEDBACK,
}
_PART_TYPES = {
    "message/delivery-status": Nature.BOUNCE,
    "message/global-delivery-status": Nature.BOUNCE,
    "message/disposition-notification": Nature.DISPOSITION,
    "message/feedback-report": Nature.FEEDBACK,
    "text/vnd.google.email-reaction+json": Nature.REACTION,
}
_RESPONDER_FIELDS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-autoreply-from",
    "x-mail-autoreply",
    "x-auto-reply-from",
)
_LIST_FIELDS = (
    "list-id",
    "list-unsubscribe",
    "list-post",
    "x-mailing-list",
    "mailing-list",
    "feedback-id",
    "x-campaign-id",
    "x-csa-complaints",
)
_ROBOTS = re.compile(r"(?:mailer-?daemon|mdaemon|postmaster|mail-?delivery|mail-?system)\b", re.IGNORECASE)
_NO_REPLY = re.compile(
    r"(?:no|do-?not|jangan)[-_.]?(?:reply|balas)\b|^bounces?[+-]|^notifications?@|^notify@", re.IGNORECASE
)
_BOUNCE_SUBJECT = re.compile(
    r"(?:undeliver(?:ed|able)|returned mail|returned to sender|delivery (?:status notification|failure|has failed|problem)|mail delivery (?:failed|failure|system)|"
    r"failure notice|delivery failed|non[- ]?deliver(?:y|able)|message delivery|could not (?:be )?deliver|unzustellbar|gagal (?:terkirim|dikirim))",
    re.IGNORECASE,
)
_AWAY_SUBJECT = re.compile(
    r"^\s*(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|autoreply|out of (?:the )?office|balasan otomatis|jawaban otomatis|balasan automatik|"
    r"automatische antwort|abwesenheit\w*|réponse automatique|respuesta automática|risposta automatica|resposta automática|automatisch antwoord)\b",
    re.IGNORECASE,
)

Evidence = tuple[Nature, str]


def nature(headers: HeaderBlock, structure: Structure, front: Front, subject: str, mail_from: str | None) -> Evidence:
    """The nature of a mail and the header that shows it ("" for human).

    Mail_from is the envelope's, None where unknown.
    """
    for rule in _RULES:
        found = rule(headers, structure)
        if found:
            return found
    return next(_by_sender(headers, front, subject, mail_from), (Nature.HUMAN, ""))


def _own(headers: HeaderBlock, _structure: Structure) -> Evidence | None:
    return (Nature.OWN_ECHO, OWN_MARK) if headers.count(OWN_MARK) else None


def _report(_headers: HeaderBlock, structure: Structure) -> Evidence | None:
    """A multipart/report by its type, or a report's part that stands somewhere in the mail."""
    if structure.type == "multipart/report":
        kind = structure.parameters.get("report-type", "").lower()
        if kind in _REPORTS:
            return _REPORTS[kind], "multipart/report"
    for part in structure.parts:
        if part.type in _PART_TYPES:
            return _PART_TYPES[part.type], part.type
    return None


def _failed(headers: HeaderBlock, _structure: Structure) -> Evidence | None:
    """Fields that only relays write into a report of theirs."""
    for name in ("x-failed-recipients", "x-bounce-reason"):
        if headers.count(name):
            return Nature.BOUNCE, name
    return None


def _challenge(headers: HeaderBlock, _structure: Structure) -> Evidence | None:
    for name in ("x-boxbe-challenge", "x-cr-hash", "x-challenge-response", "x-tmda-fingerprint"):
        if headers.count(name):
            return Nature.CHALLENGE, name
    return None


def _responder(headers: HeaderBlock) -> Evidence | None:
    """RFC 3834, 5, and what responders wrote before there was one."""
    submitted = headers.text("auto-submitted").split(";")[0].split("(")[0].strip()
    if submitted.startswith("auto-generated"):
        return Nature.BULK, "auto-submitted"
    if submitted and submitted != "no":
        return Nature.AUTO_REPLY, "auto-submitted"
    for name in _RESPONDER_FIELDS:
        if headers.count(name) and headers.text(name) not in ("no", "false"):
            return Nature.AUTO_REPLY, name
    if headers.text("precedence") in ("auto_reply", "auto-reply"):
        return Nature.AUTO_REPLY, "precedence"
    return None


def _bulk(headers: HeaderBlock) -> Evidence | None:
    if headers.text("precedence") in ("bulk", "list", "junk"):
        return Nature.BULK, "precedence"
    return next(((Nature.BULK, name) for name in _LIST_FIELDS if headers.count(name)), None)


_RULES: tuple[Callable[[HeaderBlock, Structure], Evidence | None], ...] = (_own, _report, _failed, _challenge)


def _by_sender(headers: HeaderBlock, front: Front, subject: str, mail_from: str | None) -> Iterator[Evidence]:
    """What the sender's address and the envelope tell, the sure signs first."""
    address = front.from_[0].address if front.from_ else ""
    null_sender = mail_from == "" or headers.text("return-path") == "<>"
    if _BOUNCE_SUBJECT.search(subject) and (null_sender or _ROBOTS.match(address)):
        yield Nature.BOUNCE, "subject"
    away = bool(_AWAY_SUBJECT.match(subject))
    responder = _responder(headers)
    if responder:
        yield (Nature.AUTO_REPLY, "subject") if away else responder
    if away and (null_sender or headers.count("x-auto-response-suppress") or headers.text("precedence")):
        yield Nature.AUTO_REPLY, "subject"
    if _ROBOTS.match(address):
        yield Nature.BOUNCE, "from"
    bulk = _bulk(headers)
    if bulk:
        yield bulk
    if null_sender:
        yield Nature.AUTO_REPLY, "return-path"
    if _NO_REPLY.search(address):
        yield Nature.BULK, "from"
