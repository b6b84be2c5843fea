"""The facts about a mail: what ties it to tickets, and who is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from store import (
    accounts,
    desks,
    keys,
    ledger,
    lookup,
    merging,
    outbox,
    participation,
    people,
    rows,
    states,
    tallies,
    tickets,
)
from store.candidates import MAX_REFERENCES, Invited
from store.engine import writing
from store.errors import MoveRefused
from store.exchange import ACKNOWLEDGEMENT, ANSWER
from store.facts import Exchange, Facts, OurLetter, Relation, Round
from store.lookup import Question
from store.models import Mail, Message, Participant, PersonAddress, Tally, Ticket
from store.tickets import NewTicket

_NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
_BUDI = "budi@example.com"


def _ticket(
    session: Session, desk_id: int, own: str | None, references: tuple[str, ...] = (), *, by: str = _BUDI
) -> int:
    ticket = tickets.open_ticket(
        session,
        NewTicket(
            desk_id=desk_id,
            prefix="LKT",
            subject="s",
            customer_subject="",
            category="other",
            language="id",
            person_id=people.remember(session, desk_id, f"{own}{by}", "", _NOW, verified=False),
            missing=(),
            created_at=_NOW,
            first_reply_due_at=None,
        ),
    )
    ticket_id = ticket.id or 0
    people.take_part(session, desk_id, ticket_id, by, "requester")
    tickets.add_thread_ids(session, desk_id, ticket_id, own, references)
    return ticket_id


def _desk(session: Session, name: str = "help") -> int:
    master = keys.new_key()
    return rows.add(session, desks.Desk(name=name, last_number=1, wrapped_key=keys.new_desk_key(master)))


def _question(desk_id: int, **changes: object) -> Question:
    asked = Question(
        desk_id=desk_id, ingest_key="k", message_id="new@x", sender=_BUDI, references=(), tokens=(), now=_NOW
    )
    return replace(asked, **changes)  # type: ignore[arg-type]  # the fields are named at each call


def _tokens(participant: Participant, role: str = "requester") -> list[Invited]:
    return [Invited(handle=participant.handle, role=role, addressed=True)]


def _ties(facts: Facts) -> list[tuple[int, Relation, bool]]:
    return [(each.ticket_id, each.relation, each.sender_takes_part) for each in facts.candidates]


def test_an_answer_finds_the_ticket_of_the_message_it_answers(engine: Engine) -> None:
    """A known msg-id among the references ties the mail to its ticket."""
    with writing(engine) as session:
        desk = _desk(session)
        ticket = _ticket(session, desk, "first@x")
        facts = lookup.facts(session, _question(desk, references=["unknown@x", "first@x"]))
    assert _ties(facts) == [(ticket, Relation.ANSWERS, True)]


def test_an_overtaken_mail_finds_the_ticket_of_its_answer(engine: Engine) -> None:
    """The answer came first: it refers to this mail's own Message-ID."""
    with writing(engine) as session:
        desk = _desk(session)
        ticket = _ticket(session, desk, "answer@x", ("new@x",))
        facts = lookup.facts(session, _question(desk))
    assert _ties(facts) == [(ticket, Relation.OVERTAKEN, True)]


def test_two_answers_to_a_mail_we_never_had_find_each_other(engine: Engine) -> None:
    """Both refer to the same unknown msg-id."""
    with writing(engine) as session:
        desk = _desk(session)
        ticket = _ticket(session, desk, "answer1@x", ("lost@x",))
        facts = lookup.facts(session, _question(desk, references=["lost@x"]))
    assert _ties(facts) == [(ticket, Relation.SIBLING, True)]


def test_a_message_id_used_twice_is_no_tie(engine: Engine) -> None:
    """Another mail with the same Message-ID is another mail, not its answer."""
    with writing(engine) as session:
        desk = _desk(session)
        _ticket(session, desk, "new@x")
        facts = lookup.facts(session, _question(desk))
    assert _ties(facts) == []


def test_who_does_not_take_part_is_told_so(engine: Engine) -> None:
    """The tie is found, the authority is not; the address is compared without case."""
    with writing(engine) as session:
        desk = _desk(session)
        ticket = _ticket(session, desk, "first@x")
        stranger = lookup.facts(session, _question(desk, sender="eve@evil.test", references=["first@x"]))
        shouted = lookup.facts(session, _question(desk, sender="BUDI@Example.com", references=["first@x"]))
    assert _ties(stranger) == [(ticket, Relation.ANSWERS, False)]
    assert _ties(shouted) == [(ticket, Relation.ANSWERS, True)]


def _budi_at(session: Session, ticket: int) -> Participant:
    return session.exec(select(Participant).where(Participant.ticket_id == ticket, Participant.address == _BUDI)).one()


def test_a_token_is_its_recipients_alone(engine: Engine) -> None:
    """The handle leads to the ticket; whether the sender is the one it was made for is told."""
    with writing(engine) as session:
        desk = _desk(session)
        ticket = _ticket(session, desk, "first@x")
        participant = _budi_at(session, ticket)
        own = lookup.facts(session, _question(desk, tokens=_tokens(participant)))
        people.take_part(session, desk, ticket, "eve@evil.test", "copied")
        other = lookup.facts(session, _question(desk, sender="eve@evil.test", tokens=_tokens(participant)))
    assert _ties(own) == [(ticket, Relation.TOKEN, True)]
    assert _ties(other) == [(ticket, Relation.TOKEN, False)]


def test_nothing_of_another_desk_is_seen(engine: Engine) -> None:
    """The same msg-ids, the same sender, the same key: at another desk they are unknown."""
    with writing(engine) as session:
        here, there = _desk(session, "here"), _desk(session, "there")
        ticket = _ticket(session, here, "first@x")
        participant = _budi_at(session, ticket)
        rows.add(session, Mail(desk_id=here, ingest_key="k", received_at=_NOW, state=ledger.DONE, rule="new"))
        facts = lookup.facts(session, _question(there, references=["first@x"], tokens=_tokens(participant)))
    assert facts == Facts()


def test_a_mail_that_was_here_before_is_told_first(engine: Engine) -> None:
    """For a repeat nothing else is looked up."""
    with writing(engine) as session:
        desk = _desk(session)
        mail = rows.add(session, Mail(desk_id=desk, ingest_key="k", received_at=_NOW, state=ledger.DONE, rule="new"))
        facts = lookup.facts(session, _question(desk))
    assert facts.earlier is not None
    assert (facts.earlier.mail_id, facts.earlier.state) == (mail, ledger.DONE)


def test_a_thousand_references_are_not_a_thousand_lookups(engine: Engine) -> None:
    """The first reference and the last ones count: the thread's root and the mail answered."""
    with writing(engine) as session:
        desk = _desk(session)
        root = _ticket(session, desk, "root@x")
        middle = _ticket(session, desk, "middle@x", by="siti@example.com")
        references = [
            "root@x",
            *(f"a{n}@x" for n in range(MAX_REFERENCES)),
            "middle@x",
            *(f"b{n}@x" for n in range(500)),
        ]
        facts = lookup.facts(session, _question(desk, references=references))
    assert root in [each.ticket_id for each in facts.candidates]
    assert middle not in [each.ticket_id for each in facts.candidates]


@pytest.mark.parametrize(("age", "hour", "day"), [(30, 1, 1), (90, 0, 1), (1500, 0, 0)])
def test_acknowledgements_are_counted_by_age(engine: Engine, age: int, hour: int, day: int) -> None:
    """A letter of so many minutes ago counts for the hour, for the day, or no more."""
    with writing(engine) as session:
        desk = _desk(session)
        outbox.queue(
            session,
            desk_id=desk,
            ticket_id=None,
            mail_id=None,
            kind=ACKNOWLEDGEMENT,
            message_id="ack@x",
            envelope_from="",
            recipients=[_BUDI],
            content=b"",
            now=_NOW - timedelta(minutes=age),
        )
        facts = lookup.facts(session, _question(desk, sender=_BUDI.upper()))
    assert (facts.acknowledged_last_hour, facts.acknowledged_last_day) == (hour, day)


def _letter(session: Session, desk: int, ticket: int | None, hours: float, kind: str = ACKNOWLEDGEMENT) -> None:
    """A letter to Budi of so many hours ago."""
    told = {"desk_id": desk, "ticket_id": ticket, "mail_id": None, "kind": kind, "message_id": f"l{hours}@x"}
    at = _NOW - timedelta(hours=hours)
    outbox.queue(session, **told, envelope_from="", recipients=[_BUDI], content=b"", now=at)  # type: ignore[arg-type]


def _came(session: Session, desk: int, ticket: int, hours: float, answers_as: str, words: str) -> None:
    """A mail of Budi's of so many hours ago."""
    at = _NOW - timedelta(hours=hours)
    told = {"desk_id": desk, "sender": _BUDI, "received_at": at, "ticket_id": ticket}
    mail = Mail(**told, ingest_key=f"k{hours}", state=ledger.DONE, nature="human", rule="new", answers_as=answers_as)
    key = rows.add(session, mail)
    told = {"desk_id": desk, "ticket_id": ticket, "mail_id": key, "direction": "in", "received_at": at}
    rows.add(session, Message(**told, new_text=words))


def test_an_exchange_is_told_from_our_letters_and_what_followed(engine: Engine) -> None:
    """The last letter counts until a mail has followed it, a person's of ours too; what agents get is none."""
    with writing(engine) as session:
        desk = _desk(session)
        ticket = _ticket(session, desk, "first@x")
        assert lookup.facts(session, _question(desk)).exchange == Exchange()
        _came(session, desk, ticket, 200, "", "seminggu lebih")
        _came(session, desk, ticket, 4, "", "pertama")
        _letter(session, desk, ticket, 3)
        unanswered = lookup.facts(session, _question(desk)).exchange
        _came(session, desk, ticket, 2, "prompt", "kedua")
        _letter(session, desk, ticket, 1, ANSWER)
        answered = lookup.facts(session, _question(desk)).exchange
        _came(session, desk, ticket, 0.5, "", "ketiga")
        over = lookup.facts(session, _question(desk)).exchange
        people.add_agent(session, "Budi", "agent", [_BUDI], _NOW)
        agents = lookup.facts(session, _question(desk)).exchange
    assert unanswered == Exchange(letter=OurLetter(at=_NOW - timedelta(hours=3), ticket_id=ticket), said=("pertama",))
    rounds = (Round(at=_NOW - timedelta(hours=2), kind="prompt"),)
    persons = OurLetter(at=_NOW - timedelta(hours=1), ticket_id=ticket, automatic=False)
    assert answered == Exchange(letter=persons, rounds=rounds, said=("kedua", "pertama"))
    assert over == Exchange(rounds=rounds, said=("ketiga", "kedua", "pertama"))
    assert agents == Exchange()


def test_a_token_is_bound_to_its_role(engine: Engine) -> None:
    """A handle with another role than its participant has is nothing."""
    with writing(engine) as session:
        desk = _desk(session)
        participant = _budi_at(session, _ticket(session, desk, "first@x"))
        facts = lookup.facts(session, _question(desk, tokens=_tokens(participant, "copied")))
    assert _ties(facts) == []


def test_a_number_in_the_subject_is_the_weakest_tie(engine: Engine) -> None:
    """It is found, after whatever else ties the mail; a number of nobody's is nothing."""
    with writing(engine) as session:
        desk = _desk(session)
        first, second = _ticket(session, desk, "first@x"), _ticket(session, desk, "second@x")
        number = rows.one(session, Ticket, second).number
        facts = lookup.facts(session, _question(desk, references=["first@x"], numbers=(number, "LKT-999990")))
    assert _ties(facts) == [(first, Relation.ANSWERS, True), (second, Relation.NUMBER, True)]


def test_a_merged_ticket_leads_on_to_the_one_that_survives(engine: Engine) -> None:
    """By every tie, over several merges; who took part in the merged one still does."""
    with writing(engine) as session:
        desk = _desk(session)
        one, two, three = (_ticket(session, desk, f"{each}@x", by=f"{each}@example.com") for each in ("a", "b", "c"))
        merging.merge(session, one, two, "ani", _NOW)
        merging.merge(session, two, three, "ani", _NOW)
        facts = lookup.facts(session, _question(desk, sender="a@example.com", references=["a@x"]))
        stranger = lookup.facts(session, _question(desk, sender="eve@evil.test", references=["a@x"]))
        with pytest.raises(MoveRefused):
            merging.merge(session, three, three, "ani", _NOW)
        with pytest.raises(MoveRefused):
            merging.merge(session, three, one, "ani", _NOW)
    assert _ties(facts) == [(three, Relation.ANSWERS, True)]
    assert _ties(stranger) == [(three, Relation.ANSWERS, False)]


@pytest.mark.parametrize(
    ("address", "alias"),
    [
        ("budi+toko@example.com", True),
        ("Budi@Example.COM", False),
        ("budi.lain@example.com", False),
        ("budi@example.com.evil.test", False),
    ],
)
def test_another_address_of_the_same_mailbox_is_told_apart(engine: Engine, address: str, *, alias: bool) -> None:
    """An extension leads to the same mailbox; a name that only looks alike does not."""
    with writing(engine) as session:
        desk = _desk(session)
        _ticket(session, desk, "first@x")
        (candidate,) = lookup.facts(session, _question(desk, sender=address, references=["first@x"])).candidates
    assert candidate.alias_takes_part == alias


def test_an_address_that_an_agent_named_the_customers_is_an_alias(engine: Engine) -> None:
    """Until then it is a stranger's."""
    with writing(engine) as session:
        desk = _desk(session)
        ticket = _ticket(session, desk, "first@x")
        asked = _question(desk, sender="budi@kantor.test", references=["first@x"])
        assert not lookup.facts(session, asked).candidates[0].alias_takes_part
        row = rows.one(session, Ticket, ticket)
        rows.add(session, PersonAddress(desk_id=desk, person_id=row.person_id or 0, address=_BUDI))
        participation.admit(session, row, "budi@kantor.test", "ani", _NOW, same_person=True)
        second = _ticket(session, desk, "second@x")
        asked = _question(desk, sender="budi@kantor.test", references=["second@x"])
        (candidate,) = lookup.facts(session, asked).candidates
    assert (candidate.ticket_id, candidate.sender_takes_part, candidate.alias_takes_part) == (second, False, True)


def test_google_knows_no_dots() -> None:
    """And two domains."""
    assert people.mailbox("Budi.San.Toso+x@googlemail.com") == people.mailbox("budisantoso@gmail.com")
    assert people.mailbox("budi.santoso@example.com") != people.mailbox("budisantoso@example.com")


def test_how_long_a_ticket_has_been_closed(engine: Engine) -> None:
    """So that triage can tell a late answer; an open one has not been."""
    with writing(engine) as session:
        desk = _desk(session)
        ticket = _ticket(session, desk, "first@x")
        later = _question(desk, references=["first@x"], now=_NOW + timedelta(days=20))
        assert lookup.facts(session, later).candidates[0].closed_for is None
        tickets.move(session, ticket, states.Move.CLOSE, "ani", _NOW)
        assert lookup.facts(session, later).candidates[0].closed_for == timedelta(days=20)


def test_an_account_that_another_address_wrote_about_is_told(engine: Engine) -> None:
    """With the ticket where it did; one's own use is nothing to tell."""
    with writing(engine) as session:
        desk = _desk(session)
        ticket = _ticket(session, desk, "first@x")
        number = rows.one(session, Ticket, ticket).number
        accounts.note(session, desk, ["Budi_99"], "eve@evil.test", ticket, _NOW)
        accounts.note(session, desk, ["budi_99"], "eve@evil.test", ticket, _NOW)
        told = lookup.facts(session, _question(desk, accounts=["budi_99", "siti_1"])).elsewhere
        own = lookup.facts(session, _question(desk, sender="eve@evil.test", accounts=["budi_99"])).elsewhere
    assert told == (("budi_99", number),)
    assert own == ()


def test_tallies_count_an_hour_and_survive(engine: Engine) -> None:
    """By name and desk, in slices of ten minutes; what a wrong clock counted is forgotten when it is right again."""
    with writing(engine) as session:
        here, there = _desk(session, "here"), _desk(session, "there")
        for minutes in (0, 5, 30, 59):
            tallies.add(session, here, ["a", "b"], _NOW - timedelta(minutes=minutes))
        tallies.add(session, here, ["a"], _NOW - timedelta(minutes=80), 7)
    with writing(engine) as session:
        assert tallies.counts(session, here, ["a", "b", "c"], _NOW) == {"a": 4, "b": 4, "c": 0}
        assert tallies.counts(session, there, ["a"], _NOW) == {"a": 0}
        tallies.forget(session, _NOW + timedelta(hours=3))
        assert session.exec(select(Tally)).all() == []
        tallies.add(session, here, ["a"], _NOW + timedelta(days=400))
        tallies.forget(session, _NOW)
        assert tallies.counts(session, here, ["a"], _NOW) == {"a": 0}
