"""Whether an automatic letter may go to a mail's sender, and why not. Pure; every automatic letter asks here.

Three things forbid one: what the mail is (RFC 3834), who its sender is, and how much we have written already. The last
needs no header to be honest: see `loops.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from intake.identity.authenticate import SUSPICIOUS, UNVERIFIED
from parsing.mail import Nature, ParsedMail
from replies.addresses import sendable
from store.facts import Facts

#: What automatic senders are called: an answer to them reaches nobody, or a machine that answers back
#: (RFC 2142, 2 and 5; RFC 3834, 2). "info", "support" and the like are people at work and stay out of the list.
ROBOTS: Final = frozenset({
    "mailer-daemon", "postmaster", "noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "bounce", "bounces",
    "listserv", "majordomo", "abuse", "hostmaster", "webmaster", "root", "nobody",
})  # fmt: skip

#: Letters of all kinds to one address a day, for each acknowledgement that it may have: who reports and then answers or
#: asks gets two a matter, and whoever has many tickets open must not have three on each of them.
OF_ALL: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """What a desk has decided once and for all."""

    acknowledge: str  #: authenticated, known or all
    acknowledgements_an_hour: int  #: to one address
    acknowledgements_a_day: int
    domain_an_hour: int  #: to all addresses of one domain
    desk_an_hour: int  #: in all; above it they are held
    reopen_within: timedelta  #: a ticket that was closed for longer is not opened again
    hold_suspicious: bool  #: mail of suspicious senders is kept out of the agents' way


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """What is known of one mail beside its content."""

    identity: str  #: the verdict of `authenticate`
    failed: bool  #: the sender's domain says that the mail is not its own
    unknown: bool  #: the DNS did not answer, so that nobody can say
    null_sender: bool  #: the reverse-path was <>
    history: bool  #: it comes from an import, or from before our time
    from_ourselves: bool  #: its From is an address of one of our desks
    canary: bool = False  #: a mail that we sent to ourselves, see canary.py
    sent: bool = False  #: it lay in a mailbox's folder of sent mail
    own_letter: bool = False  #: and it is a letter of ours
    by_form: bool = False  #: a contact form that authenticated says that the sender wrote
    loop: bool = False  #: the exchange with the sender is one between machines (see loops.py)
    addressed: bool = False  #: its To or Cc names the desk
    replayed: bool = (
        False  #: its sender wrote it to others, for all that is proven: a signature stays good in any hands
    )
    signed: frozenset[str] | None = None  #: fields that the sender's signature covers; None where there is none
    hold: str = ""  #: why it has to be looked at before it becomes work (see store/holding.py); "" for no reason


def silence(mail: ParsedMail, facts: Facts, policy: Policy, around: Circumstances) -> str:
    """Why no automatic letter goes to this sender now, "" where one may."""
    return _no_answer(mail, around) or not_entitled(facts, policy, around) or _enough(facts, policy, loop=around.loop)


def never_unasked(address: str, facts: Facts, *, from_ourselves: bool, suspicious: bool) -> str:
    """Why this address gets no letter of our own accord, whenever; "" where it does."""
    reasons = (
        (from_ourselves, "our own address"),
        (not sendable(address), "no address to write to"),
        (address.lower().partition("@")[0] in ROBOTS, "a role that does not read"),
        (suspicious, "suspicious sender"),
        (facts.undeliverable, "letters to this address came back"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def not_now_unasked(facts: Facts, policy: Policy) -> str:
    """Why such a letter has to wait, "" where it may go: it never takes the place of what somebody waits for."""
    if breaker_open(facts, policy):
        return "the desk has written as much as it may within the hour"
    return _enough(facts, policy, loop=False)


def breaker_open(facts: Facts, policy: Policy) -> bool:
    """Whether the desk as a whole has acknowledged so much that further letters wait for an operator."""
    return facts.acknowledged_by_desk >= policy.desk_an_hour


def _no_answer(mail: ParsedMail, around: Circumstances) -> str:
    """Why a mail of this kind is never answered, "" where it is (RFC 3834, 2)."""
    address = mail.from_.address if mail.from_ else ""
    reasons = (
        (around.history, "history"),
        (mail.nature is not Nature.HUMAN, f"automatic: {mail.nature.value} ({mail.nature_why})"),
        (around.null_sender, "null reverse-path"),
        (around.from_ourselves, "our own address"),
        (not sendable(address), "no address to answer to"),
        (address.lower().partition("@")[0] in ROBOTS, "a role that does not read"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def not_entitled(facts: Facts, policy: Policy, around: Circumstances) -> str:
    """Why this sender gets nothing, whatever was sent before."""
    if around.identity == SUSPICIOUS:
        return "suspicious sender"
    unproven = around.identity == UNVERIFIED and not around.by_form
    if policy.acknowledge == "authenticated" and unproven:
        return "sender not authenticated"
    if policy.acknowledge == "known" and unproven and not facts.acquainted:
        return "sender not authenticated and not known"
    return "letters to this address came back" if facts.undeliverable else ""


def _enough(facts: Facts, policy: Policy, *, loop: bool) -> str:
    """Why it is enough for now."""
    reasons = (
        (facts.braked, "automatic letters to this sender have been stopped for a while"),
        (loop, "too many of our automatic letters were answered: a loop"),
        (facts.acknowledged_last_hour >= policy.acknowledgements_an_hour, "enough acknowledgements within the hour"),
        (facts.acknowledged_last_day >= policy.acknowledgements_a_day, "enough acknowledgements within the day"),
        (facts.written_last_day >= OF_ALL * policy.acknowledgements_a_day, "enough letters within the day"),
        (
            facts.acknowledged_to_domain >= policy.domain_an_hour,
            "enough acknowledgements to the domain within the hour",
        ),
    )
    return next((reason for holds, reason in reasons if holds), "")
