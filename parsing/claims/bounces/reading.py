"""One bounce read: its report, else its words, else the library; and which message came back."""

from __future__ import annotations

from parsing.claims.bounces import fallback, free_form, report, returned
from parsing.claims.bounces.status import addresses_in, is_delay
from parsing.claims.phrases import fold
from parsing.mail import Bounce, FailedRecipient
from parsing.message.charsets import decode
from parsing.message.encoded_words import text_of
from parsing.message.front import Front
from parsing.message.headers import HeaderBlock, split
from parsing.message.mime import Part, walk
from parsing.message.transfer import undo


def read_bounce(parts: list[tuple[Part, bytes]], headers: HeaderBlock, front: Front, subject: str, text: str) -> Bounce:
    """Read a mail that is a bounce: its parts with their decoded bytes, its header, subject and text."""
    parts = _unwrapped(parts)
    words = returned.own_words(text)
    machine = _machine_readable(parts, text)
    found = report.recipients(machine, delay=is_delay(fold(f"{subject} {' '.join(words)}"))) if machine else ()
    if not (machine and _reached_everybody(machine, found)):
        spoken = in_words(words, front, subject) if not found or _lacks_reason(found) else ()
        found = (
            _with_reasons(found, spoken)
            if found
            else spoken or _named_in_header(headers) or _by_library(words, front, subject)
        )
    return Bounce(
        recipients=found,
        original_message_id=returned.original_message_id(parts, headers, text, machine),
    )


def in_words(words: list[str], front: Front, subject: str) -> tuple[FailedRecipient, ...]:
    """The recipients that a report's own words name."""
    sender = front.from_[0].address if front.from_ else ""
    ours = {address.address.lower() for address in (*front.from_, *front.to, *front.cc)}
    return free_form.failures(words, subject, frozenset(ours), sender.rpartition("@")[2])


def _unwrapped(parts: list[tuple[Part, bytes]]) -> list[tuple[Part, bytes]]:
    """The parts of a bounce that a scanner on the way put whole into a mail of its own; else the parts as they are."""
    if any(report.is_report(part) or report.is_refusal(part) for part, _ in parts):
        return parts
    for part, content in parts:
        if part.type == "message/rfc822":
            structure = walk(content, split(content))
            if structure.type == "multipart/report":
                return [(inner, undo(content[inner.start : inner.end], inner.encoding)[0]) for inner in structure.parts]
    return parts


def _machine_readable(parts: list[tuple[Part, bytes]], text: str) -> str:
    """The report's fields: of its own part, or of a text that a damaged mail made of it."""
    for is_wanted in (report.is_report, report.is_refusal):
        decoded = [decode(content, part.parameters.get("charset"))[0] for part, content in parts if is_wanted(part)]
        if decoded:
            return "\n\n".join(decoded).replace("\r\n", "\n")
    return text[: returned.MAX_TEXT] if report.looks_like_report(text[: returned.MAX_TEXT]) else ""


def _reached_everybody(machine: str, found: tuple[FailedRecipient, ...]) -> bool:
    """A report that names nobody as failed and somebody as reached: its words name no failure either."""
    return not found and report.names_reached(machine)


def _lacks_reason(found: tuple[FailedRecipient, ...]) -> bool:
    return any(not recipient.reason for recipient in found)


def _with_reasons(
    found: tuple[FailedRecipient, ...], spoken: tuple[FailedRecipient, ...]
) -> tuple[FailedRecipient, ...]:
    """The report's recipients, their reasons from the words where the report gives none."""
    reasons = {recipient.address.lower(): recipient.reason for recipient in spoken}
    return tuple(
        recipient
        if recipient.reason
        else FailedRecipient(
            address=recipient.address,
            status=recipient.status,
            permanent=recipient.permanent,
            reason=reasons.get(recipient.address.lower(), ""),
        )
        for recipient in found
    )


def _named_in_header(headers: HeaderBlock) -> tuple[FailedRecipient, ...]:
    """X-Failed-Recipients, which Exim and Google write."""
    named = addresses_in(text_of(b", ".join(headers.all("x-failed-recipients"))))
    return tuple(
        FailedRecipient(address=address, status="", permanent=True, reason="") for address in dict.fromkeys(named)
    )


def _by_library(words: list[str], front: Front, subject: str) -> tuple[FailedRecipient, ...]:
    sender = front.from_[0].address if front.from_ else ""
    return fallback.failures(words, subject, sender)
