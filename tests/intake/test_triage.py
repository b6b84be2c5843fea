"""The decision about a mail: pure values in, a value out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.decision.answering import Circumstances, Policy
from intake.triage import (
    Acknowledge,
    Decision,
    Join,
    Open,
    Recover,
    Repeat,
    Silent,
    triage,
)
from parsing.mail import Address, Identity, Nature, ParsedMail
from parsing.report import Category, Report
from store.facts import Candidate, Earlier, Facts, Relation
from store.states import Move

_MAIL = ParsedMail(
    message_id="a@example.com",
    subject="Deposit belum masuk",
    from_=Address(name="Budi", address="budi@example.com"),
    to=(),
    cc=(),
    reply_to=(),
    delivered_to=(),
    date=None,
    in_reply_to=(),
    references=(),
    text="",
    html=None,
    new_text="",
    quoted="",
    signature="",
    language="id",
    identity=Identity(suspicious=False),
    authentication=(),
    nature=Nature.HUMAN,
    nature_why="",
    bounce=None,
    attachments=(),
    problems=(),
)
_REPORT = Report(category=Category.OTHER, language="id", findings=(), missing=())
_POLICY = Policy(
    acknowledge="all",
    acknowledgements_an_hour=3,
    acknowledgements_a_day=10,
    domain_an_hour=100,
    desk_an_hour=1000,
    reopen_within=timedelta(days=14),
    hold_suspicious=False,
)
_AROUND = Circumstances(
    identity="verified", failed=False, unknown=False, null_sender=False, history=False, from_ourselves=False
)


def _candidate(relation: Relation, *, takes_part: bool, ticket_id: int = 7) -> Candidate:
    return Candidate(
        ticket_id=ticket_id, number="LKT-104231", status="open", relation=relation, sender_takes_part=takes_part
    )


def _decide(
    *,
    mail: ParsedMail = _MAIL,
    report: Report = _REPORT,
    facts: Facts | None = None,
    policy: Policy = _POLICY,
    around: Circumstances = _AROUND,
) -> Decision:
    return triage(mail, report, facts or Facts(), policy, around)


def _reason(decision: Decision) -> str:
    assert isinstance(decision, Open)
    assert isinstance(decision.acknowledgement, Silent)
    return decision.acknowledgement.reason


def test_a_new_report_opens_a_ticket_and_is_acknowledged() -> None:
    """A mail that refers to nothing opens a ticket; its sender, who authenticated, sees the findings."""
    decision = _decide()
    assert isinstance(decision, Open)
    assert decision.acknowledgement == Acknowledge(to="budi@example.com", repeat_findings=True)


def test_the_same_mail_again_is_only_another_route() -> None:
    """A mail that the ledger has as done makes neither ticket nor letter."""
    facts = Facts(earlier=Earlier(mail_id=3, state="done", ticket_id=7))
    assert _decide(facts=facts) == Repeat(mail_id=3)


def test_a_mail_that_was_set_aside_is_recovered_into_its_ticket() -> None:
    """What is read at the second coming fills the minimal ticket, and is acknowledged like any other."""
    decision = _decide(facts=Facts(earlier=Earlier(mail_id=3, state="shunted", ticket_id=7)))
    assert isinstance(decision, Recover)
    assert (decision.mail_id, decision.ticket_id) == (3, 7)
    assert isinstance(decision.acknowledgement, Acknowledge)


@pytest.mark.parametrize("relation", list(Relation))
def test_a_participants_mail_joins_its_ticket(relation: Relation) -> None:
    """Every tie is enough for who takes part in the ticket."""
    decision = _decide(facts=Facts(candidates=(_candidate(relation, takes_part=True),)))
    assert isinstance(decision, Join)
    assert (decision.ticket_id, decision.move) == (7, Move.CUSTOMER_WROTE)


@pytest.mark.parametrize("relation", list(Relation))
def test_a_strangers_mail_opens_a_linked_ticket(relation: Relation) -> None:
    """No tie is enough for who does not take part, a token the least: it is a bearer's secret."""
    decision = _decide(facts=Facts(candidates=(_candidate(relation, takes_part=False),)))
    assert isinstance(decision, Open)
    assert decision.related == ((7, "claims_to_answer"),)


def test_a_suspicious_sender_joins_nothing() -> None:
    """A From with a defect is nobody's, so it takes part in no ticket; nothing is answered either."""
    facts = Facts(candidates=(_candidate(Relation.TOKEN, takes_part=True),))
    decision = _decide(facts=facts, around=replace(_AROUND, identity="suspicious"))
    assert _reason(decision) == "suspicious sender"


def test_the_strongest_tie_wins() -> None:
    """Of several tickets the first candidate counts, which is the one with the strongest tie."""
    facts = Facts(
        candidates=(
            _candidate(Relation.TOKEN, takes_part=True, ticket_id=1),
            _candidate(Relation.SIBLING, takes_part=True, ticket_id=2),
        )
    )
    decision = _decide(facts=facts)
    assert isinstance(decision, Join)
    assert decision.ticket_id == 1


@pytest.mark.parametrize("nature", [each for each in Nature if each is not Nature.HUMAN])
def test_automatic_mail_is_never_answered(nature: Nature) -> None:
    """Whatever machine wrote it: a ticket, and silence."""
    mail = replace(_MAIL, nature=nature, nature_why="Auto-Submitted")
    assert _reason(_decide(mail=mail)).startswith(f"automatic: {nature.value}")


def test_automatic_mail_is_nobodys_turn() -> None:
    """An out-of-office answer joins its ticket without opening it again."""
    facts = Facts(candidates=(_candidate(Relation.ANSWERS, takes_part=True),))
    decision = _decide(mail=replace(_MAIL, nature=Nature.AUTO_REPLY, nature_why="x"), facts=facts)
    assert isinstance(decision, Join)
    assert decision.move == Move.AUTOMAT_WROTE


@pytest.mark.parametrize(
    ("around", "reason"),
    [
        (replace(_AROUND, history=True), "history"),
        (replace(_AROUND, null_sender=True), "null reverse-path"),
        (replace(_AROUND, from_ourselves=True), "our own address"),
    ],
)
def test_circumstances_that_forbid_an_answer(around: Circumstances, reason: str) -> None:
    """Imports, the null reverse-path and our own addresses get no letter."""
    assert _reason(_decide(around=around)) == reason


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("noreply@example.com", "a role that does not read"),
        ("MAILER-DAEMON@example.com", "a role that does not read"),
        ("", "no address to answer to"),
        ("budi", "no address to answer to"),
        ("budi@ex ample.com", "no address to answer to"),
        ('"a\r\nBcc: x@y"@example.com', "no address to answer to"),
    ],
)
def test_addresses_that_get_no_answer(address: str, reason: str) -> None:
    """Robots do not read, and what is no address is not written to."""
    assert _reason(_decide(mail=replace(_MAIL, from_=Address(name="", address=address)))) == reason


@pytest.mark.parametrize(
    ("acknowledge", "identity", "known", "answered"),
    [
        ("authenticated", "verified", False, True),
        ("authenticated", "unverified", True, False),
        ("known", "verified", False, True),
        ("known", "unverified", True, True),
        ("known", "unverified", False, False),
        ("all", "unverified", False, True),
    ],
)
def test_who_is_acknowledged(acknowledge: str, identity: str, *, known: bool, answered: bool) -> None:
    """The desk's policy says whose word is enough; findings are repeated to the authenticated alone."""
    decision = _decide(
        facts=Facts(acquainted=known),
        policy=replace(_POLICY, acknowledge=acknowledge),
        around=replace(_AROUND, identity=identity),
    )
    assert isinstance(decision, Open)
    outcome = decision.acknowledgement
    assert isinstance(outcome, Acknowledge) == answered
    if isinstance(outcome, Acknowledge):
        assert outcome.repeat_findings == (identity == "verified")


@pytest.mark.parametrize(("hour", "day", "answered"), [(2, 9, True), (3, 3, False), (0, 10, False)])
def test_acknowledgements_are_rationed(hour: int, day: int, *, answered: bool) -> None:
    """At the ceiling of the hour or of the day the ticket is opened in silence."""
    decision = _decide(facts=Facts(acknowledged_last_hour=hour, acknowledged_last_day=day))
    assert isinstance(decision, Open)
    assert isinstance(decision.acknowledgement, Acknowledge) == answered
