"""Bounces written for people: which addresses they name as failed, in the words of any relay.

No maker's form is known by name. Relays differ in their sentences, but all do one of four things, and we look for them
in this order: they announce a list ("The following addresses failed:") whose lines begin with an address; they set an
address in angle brackets before a colon; they name it in the sentence that says what went wrong; or it stands alone on
a line. Only the reporter's own words are looked at, never the returned message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from parsing.claims.bounces.status import addresses_in, code_in, is_delay, one_line
from parsing.claims.phrases import Kind, find, fold
from parsing.mail import FailedRecipient

_MAX_RECIPIENTS = 200
_REASON_LINES = 6  #: a reason is a line or two; what follows is the relay's advice
#: an address with which a line begins, and what follows it
_ENTRY = re.compile(
    r"^[\s>*\"'•|-]{0,40}(<)?(?:mailto:|smtp[:=])?([^\s<>()\[\],;:\"|]{1,128}@[\w.\-]{1,255})[>\"']{0,3}(.{0,400})$",
    re.IGNORECASE,
)
#: X.400 names of old Exchange servers that hold the address
_X400 = re.compile(r"(?:dda:)?smtp=([^;\s]{1,128}@[^;\s]{1,255});", re.IGNORECASE)
#: after an address that begins a line of a list: nothing, or what went wrong, but no further sentence
_AFTER_ENTRY = re.compile(r"^\s*$|^\s*[:,;(\-–]|^\.{2,}|^\s+(?:on|\.\.\.|\()|^\t|^\s{2,}|^\s*<")
_FORMER = re.compile(
    r"(?:generated|expanded|forwarded|originally addressed|addressed)\s+(?:from|to):?\s*<?([^\s<>()]{1,128}@[\w.\-]{1,255})",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:recipient|address|user(?:id|name)?|account|mailbox|error-for|destinat\w{2,8}|empfänger|adresse|penerima|alamat|rcpt to)\s{0,3}\)?\s{0,3}[:=]",
    re.IGNORECASE,
)
#: who can be asked, who wrote, where to complain: never who failed
_BYSTANDER = re.compile(
    r"contact|assist|help|question|administrator|sent by|(?:message|mail) from|from:|sender|reply|abuse|hubungi|kontakt|send (?:mail|e-?mail)|report",
    re.IGNORECASE,
)
_SESSION_LOG = re.compile(r"transcript|session log|technical details|nameserver error", re.IGNORECASE)
_BARE_NAME = re.compile(r"^[ \t]{1,16}([\w.+-]{2,64})$")
_COMPLAINT = re.compile(r"\b[45]\d\d[ -]|\b[45]\.\d\.\d{1,3}\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """A line of the reporter's words, with what is asked of it more than once."""

    text: str
    folded: str  #: with the line before it, so that a phrase wrapped over both is found
    entry: re.Match[str] | None
    announces: Kind | None  #: a phrase of failure or delay stands in it


@dataclass(kw_only=True, slots=True)
class _Found:
    """Addresses with the line that names each, and whether its reporter goes on trying, where its list says so."""

    lines: dict[str, tuple[int, bool | None]] = field(default_factory=dict)

    def add(self, addresses: Iterable[str], index: int, *, delay: bool | None = None) -> None:
        for address in addresses:
            if len(self.lines) < _MAX_RECIPIENTS and not any(address.lower() == known.lower() for known in self.lines):
                self.lines[address] = index, delay


def failures(words: list[str], subject: str, bystanders: frozenset[str], domain: str) -> tuple[FailedRecipient, ...]:
    """The recipients that a report's own words name.

    Bystanders are addresses (lower case) that cannot have failed: the reporter's and ours. Domain is the reporter's,
    for old relays that name their users without one.
    """
    lines = _look_at(words)
    delay = is_delay(fold(f"{subject} . {' '.join(words)}"))
    found = next((found for found in _by_strength(lines, bystanders, domain) if found.lines), _Found())
    return tuple(
        _recipient(lines, address, index, delay=delay if listed is None else listed, alone=len(found.lines) == 1)
        for address, (index, listed) in found.lines.items()
    )


def _look_at(words: list[str]) -> list[_Line]:
    lines: list[_Line] = []
    before = ""
    for text in words:
        folded = fold(text)
        both = before + folded.lstrip() if before else folded
        lines.append(_Line(text=text, folded=both, entry=_entry(text), announces=_announces(folded, both)))
        before = folded
    return lines


def _entry(text: str) -> re.Match[str] | None:
    match = _ENTRY.match(text) if "@" in text else None
    return match if match and _AFTER_ENTRY.match(match[3]) else None


def _announces(folded: str, both: str) -> Kind | None:
    for kind in (Kind.BOUNCE_FAILED, Kind.BOUNCE_DELAYED):
        if find(kind, folded) or find(kind, both):
            return kind
    return None


def _by_strength(lines: list[_Line], bystanders: frozenset[str], domain: str) -> Iterator[_Found]:
    """What each way of naming finds, the surest first."""
    yield _listed(lines, bystanders)
    yield _in_sentences(lines, bystanders, neighbours=False)
    yield _in_sentences(lines, bystanders, neighbours=True)
    yield _alone(lines, bystanders)
    if domain:
        yield _without_domain(lines, domain)


def _listed(lines: list[_Line], bystanders: frozenset[str]) -> _Found:
    found = _Found()
    announced: Kind | None = None
    for index, line in enumerate(lines):
        if _SESSION_LOG.search(line.text):
            announced = None
        elif line.entry and (announced or (line.entry[1] and line.entry[3].startswith(":"))):
            delay = True if announced is Kind.BOUNCE_DELAYED and _is_transient(lines, index) else None
            found.add(_of_entry(lines, index, bystanders), index, delay=delay)
        elif announced and (match := _X400.search(line.text)):
            found.add([match[1]], index)
        elif line.announces:
            announced = line.announces
    return found


def _is_transient(lines: list[_Line], index: int) -> bool:
    """Whether the nearest announcement above a line is one of delay; a mail may hold lists of both kinds."""
    above = next(line for line in reversed(lines[:index]) if line.announces)
    return not find(Kind.BOUNCE_FAILED, above.folded)


def _of_entry(lines: list[_Line], index: int, bystanders: frozenset[str]) -> list[str]:
    """The address of an entry, or the one that it was made of, which is whom we wrote to."""
    text = lines[index].text
    following = lines[index + 1].text if index + 1 < len(lines) else ""
    former = _FORMER.search(text) or (_FORMER.search(following) if following.lstrip().startswith("(") else None)
    if former:
        return list(addresses_in(former[1]))
    addresses = list(addresses_in(text))
    several = not _BYSTANDER.search(text) and text.strip(" \t<>,;").count(" ") < len(addresses)
    return [address for address in addresses[: None if several else 1] if address.lower() not in bystanders]


def _in_sentences(lines: list[_Line], bystanders: frozenset[str], *, neighbours: bool) -> _Found:
    """Addresses in a line that says what went wrong, or next to one."""
    found = _Found()
    for index, line in enumerate(lines):
        addresses = [address for address in addresses_in(line.text) if address.lower() not in bystanders]
        if not addresses or (_BYSTANDER.search(line.text) and not _LABEL.search(line.text)):
            continue
        says = line.announces or _LABEL.search(line.text) or _FORMER.search(line.text)
        if says or (neighbours and any(near.announces for near in lines[max(index - 2, 0) : index + 4])):
            found.add(addresses, index)
    return found


def _alone(lines: list[_Line], bystanders: frozenset[str]) -> _Found:
    found = _Found()
    for index, line in enumerate(lines):
        if line.entry:
            found.add((address for address in addresses_in(line.text) if address.lower() not in bystanders), index)
    return found


def _without_domain(lines: list[_Line], domain: str) -> _Found:
    found = _Found()
    announced = False
    for index, line in enumerate(lines):
        match = _BARE_NAME.match(line.text)
        if announced and match:
            found.add([f"{match[1]}@{domain}"], index)
        announced = announced or (bool(line.announces) and line.text.rstrip().endswith(":"))
    return found


def _recipient(lines: list[_Line], address: str, index: int, *, delay: bool, alone: bool) -> FailedRecipient:
    reason = _reason(lines, index)
    complaint = next((line.text for line in lines if _COMPLAINT.search(line.text)), "") if alone else ""
    return FailedRecipient(
        address=address,
        status=code_in(reason) or code_in(complaint),
        permanent=not delay,
        reason=one_line(reason or complaint),
    )


def _reason(lines: list[_Line], index: int) -> str:
    """What stands behind an entry's address and in the lines under it, up to a blank one or the next entry."""
    entry = lines[index].entry
    if entry is None:
        return lines[index].text
    pieces = [entry[3].strip(" \t:;,-–")]
    for line in lines[index + 1 : index + 1 + _REASON_LINES]:
        if line.entry or not line.text.strip():
            break
        pieces.append(line.text)
    return " ".join(piece for piece in pieces if piece)
