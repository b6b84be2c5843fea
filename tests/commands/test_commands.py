"""Commands read as meant, whatever a client does to them; and customers' lines never."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parsing.body.commands import read_orders
from parsing.mail import Envelope, RawMail
from parsing.reading import read
from store import commands, migrate
from store.engine import looking, open_store
from tests.commands.variants import Variant, all_of_them
from tests.intake.agents.room import BUDI, Room, make_room

VARIANTS = all_of_them()
_ENVELOPE = Envelope(door="test", received_at=datetime(2026, 11, 24, 5, 0, tzinfo=UTC))


def _fault(variant: Variant) -> str:
    """How a variant is read otherwise than meant; "" where it is not."""
    found = read_orders(read(RawMail(content=variant.content, envelope=_ENVELOPE)).mail.spoken)
    orders = tuple((each.verb.value, each.value) for each in found.orders)
    faults = tuple(each.why.value for each in found.faults)
    text = "" if found.faults and not variant.text else " ".join(found.text.split())
    seen = (orders, faults, text, len(found.stray))
    meant = (variant.orders, variant.faults, variant.text, variant.stray)
    return "" if seen == meant else f"{variant.name}: {seen} instead of {meant}"


def test_a_sample_is_read_as_meant() -> None:
    """Every seventh."""
    assert [fault for variant in VARIANTS[::7] if (fault := _fault(variant))] == []


@pytest.mark.battery
def test_all_are_read_as_meant() -> None:
    """Every one."""
    faults = [fault for variant in VARIANTS if (fault := _fault(variant))]
    print(f"\ncommands: {len(VARIANTS)} variants, {len(VARIANTS) - len(faults)} read as meant")
    print("\n".join(faults))
    assert len(VARIANTS) >= 200
    assert not faults


def _as_customer(room: Room, variant: Variant, number: int) -> None:
    """The same words, from the customer, to the customer's own reply address."""
    sent = email.message_from_bytes(variant.content, policy=email.policy.default)
    for name in ("From", "To", "Message-ID", "Subject", "Date"):
        del sent[name]
    to = str(room.received[BUDI][0]["Reply-To"])
    room.take(BUDI, to, mail=sent, subject=f"Re: {number}")  # type: ignore[arg-type]


def _customers(room: Room, variants: list[Variant]) -> None:
    for number, variant in enumerate(variants):
        _as_customer(room, variant, number)
    room.deliver(minutes=1)
    with looking(room.counter.engine) as session:
        tags = commands.tags(session, room.ticket.id or 0)
    ticket = room.ticket
    assert (ticket.status, ticket.assignee_id, ticket.priority, ticket.queue, tags) == (
        "open",
        None,
        "normal",
        None,
        [],
    )
    assert len(room.messages("in")) == len(variants) + 1
    assert not room.messages("note")
    assert not room.answers


def test_a_sample_of_customers_lines_are_words(room: Room) -> None:
    """Every fortieth, through the whole desk."""
    _customers(room, VARIANTS[::40])


@pytest.mark.battery
def test_customers_lines_never_count(tmp_path: Path) -> None:
    """All of them, through the whole desk: they are kept as words, and nothing is done."""
    engine = open_store(f"sqlite:///{tmp_path}/loket.db")
    migrate.upgrade(engine)
    room = make_room(engine, tmp_path)
    room.customer()
    room.deliver()
    _customers(room, VARIANTS)
    print(f"\ncommands: {len(VARIANTS)} mails of a customer, none obeyed")
    engine.dispose()
