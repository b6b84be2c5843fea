"""What an agent is told of a mail's sender: "DMARC pass, 14th mail of this person, Reply-To differs". Pure."""

from __future__ import annotations

from collections.abc import Iterator

from intake.decision import authority
from intake.decision.authority import Credentials
from intake.identity.authenticate import VERIFIED, Proof
from parsing.mail import ParsedMail
from store.facts import MAX_COUNTED, Facts

#: Why the headers alone make a sender suspicious (see parsing/claims/identity.py), in words.
_FAULTS = {
    "no_from": "no From field",
    "several_from": "several From fields",
    "no_mailbox": "no address in From",
    "several_mailboxes": "several addresses in From",
    "name_is_another_address": "the name in From is another address",
    "hidden_characters": "hidden characters in From",
}

#: Ordinals that English does not end in th.
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def told(
    mail: ParsedMail, proof: Proof, facts: Facts, identity: str, *, resembled: str = "", wrong_token: bool = False
) -> str:
    """The whole sentence; `resembled` is the address that the sender's could be taken for."""
    warnings = _warnings(mail, proof, facts, identity, resembled, wrong_token)
    return ", ".join([*_of_sender(mail, proof, facts, identity), *warnings])


def _of_sender(mail: ParsedMail, proof: Proof, facts: Facts, identity: str) -> Iterator[str]:
    yield proof.told
    if mail.identity.suspicious:
        yield _FAULTS.get(mail.identity.why, "a fault in From")
    if mail.doubled:
        yield f"several {' and '.join(name.title() for name in mail.doubled)} fields"
    if mail.from_ is not None and mail.from_.address:
        yield _place_of(facts.mails_before, "of this person" if identity == VERIFIED else "in this name")
        own = mail.from_.address.lower()
        if any(each.address.lower() != own for each in mail.reply_to):
            yield "Reply-To differs"


def _warnings(
    mail: ParsedMail, proof: Proof, facts: Facts, identity: str, resembled: str, wrong_token: bool
) -> Iterator[str]:
    if resembled:
        yield likeness(resembled)
    if facts.agent is not None:
        why = authority.refusal(mail, _credentials(proof, facts, identity), None)
        yield f"claims to be agent {facts.agent.name}: {why}" if why else f"agent {facts.agent.name}"
    for account, number in facts.elsewhere:
        yield f"{account} was used from another address ({number})"
    if wrong_token:
        yield "a wrong reply token"


def likeness(resembled: str) -> str:
    """The warning for an address that could be taken for another."""
    return f"its address looks like {resembled} and is not"


def _credentials(proof: Proof, facts: Facts, identity: str) -> Credentials:
    return Credentials(
        agent=facts.agent,
        identity=identity,
        addressed=True,  # it has come to this desk; what it may do is asked where it wants to do something
        signed=proof.signed or None,
        token=None,
    )


def _place_of(before: int, whose: str) -> str:
    """Which mail of its sender's it is."""
    if before >= MAX_COUNTED:
        return f"one of more than {MAX_COUNTED} mails {whose}"
    return f"{_ordinal(before + 1)} mail {whose}" if before else "first mail"


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else _ENDINGS.get(number % 10, "th")
    return f"{number}{ending}"
