"""What agents do to tickets, and take back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from store import attention, commands, desks, findings, keys, merging, people, rows, splitting, tickets, undoing, views
from store.engine import writing
from store.errors import MoveRefused, NoSuchRow
from store.models import Event, Message, Participant, Ticket
from store.states import Move
from store.tickets import NewTicket

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@dataclass
class Room:
    """A desk with two agents and a customer's ticket."""

    session: Session
    desk: int
    ani: int
    dewi: int

    def ticket(self, *texts: str) -> Ticket:
        """A ticket with so many mails of the customer's."""
        person = people.find(self.session, self.desk, "budi@example.com")
        key = (
            person.person_id
            if person
            else people.remember(self.session, self.desk, "budi@example.com", "Budi", NOW, verified=True)
        )
        ticket = tickets.open_ticket(
            self.session,
            NewTicket(
                desk_id=self.desk,
                prefix="LKT",
                subject="Deposit belum masuk",
                customer_subject="depo",
                category="deposit_missing",
                language="id",
                person_id=key,
                missing=("username", "transaction_id"),
                created_at=NOW,
                first_reply_due_at=None,
            ),
        )
        people.take_part(self.session, self.desk, ticket.id or 0, "budi@example.com", "requester")
        for number, text in enumerate(texts or ("halo",)):
            values = {"sender": "budi@example.com", "message_id": f"{ticket.id}.{number}@x", "text": text}
            message = rows.Draft(
                Message, desk_id=self.desk, ticket_id=ticket.id, direction="in", received_at=NOW, **values
            )
            tickets.add_message(self.session, message, ())
            tickets.add_thread_ids(self.session, self.desk, ticket.id or 0, values["message_id"])
        return rows.one(self.session, Ticket, ticket.id)

    def events(self, ticket: Ticket) -> list[str]:
        """What happened to a ticket."""
        statement = select(Event.what).where(Event.ticket_id == ticket.id).order_by(Event.id)  # type: ignore[arg-type]
        return list(self.session.exec(statement).all())


@pytest.fixture
def room(engine: Engine) -> Iterator[Room]:
    """Within one transaction."""
    with writing(engine) as session:
        opened = desks.ensure(session, ["help"], keys.new_key())
        ani = people.add_agent(session, "Ani", "agent", ["ani@desk.test"], NOW)
        dewi = people.add_agent(session, "Dewi", "agent", ["dewi@desk.test"], NOW)
        yield Room(session=session, desk=opened["help"][0], ani=ani, dewi=dewi)


def test_every_deed_changes_the_ticket_and_leaves_an_event(room: Room) -> None:
    """And what is so already is left alone: a link tapped twice works once."""
    ticket, session = room.ticket(), room.session
    key = ticket.id or 0
    for _twice in range(2):
        commands.assign(session, key, room.ani, "Ani", NOW)
        commands.prioritise(session, key, "high", "Ani", NOW)
        commands.tag(session, key, ["VIP", "refund"], [], "Ani", NOW)
        commands.wait(session, key, NOW + timedelta(days=1), "Ani", NOW)
        attention.turn(session, key, room.dewi, attention.WATCH, "Dewi", NOW)
    told = views.ticket(session, ticket)
    assert (told["assignee"], told["priority"], told["status"]) == ("Ani", "high", "waiting")
    assert (told["tags"], told["wait_until"]) == (["refund", "vip"], "2026-11-25T03:00:00+00:00")
    assert attention.of_ticket(session, key) == {room.dewi: "watch"}
    assert room.events(ticket) == ["assigned", "prioritised", "tagged", "status", "waits", "attention"]
    commands.close(session, key, "Ani", NOW)
    commands.close(session, key, "Ani", NOW)
    assert (ticket.status, ticket.wait_until) == ("closed", None)
    commands.reopen(session, key, "Ani", NOW)
    commands.move_to_queue(session, key, "finance", "Ani", NOW)
    assert (ticket.status, ticket.queue, ticket.assignee_id) == ("open", "finance", None)


def test_what_an_agent_says_of_a_field_counts(room: Room) -> None:
    """In the place of what was found and of what was said before; and it is missing no more."""
    ticket, session = room.ticket(), room.session
    key = ticket.id or 0
    commands.set_field(session, key, "usernames", "budi_99", "budi_99", "Ani", NOW)
    commands.set_field(session, key, "usernames", "budi_98", "budi_98", "Ani", NOW)
    assert [each.value for each in findings.standing(session, key)] == ["budi_98"]
    assert ticket.missing == ["transaction_id"]
    assert undoing.undo(session, key, "Ani", NOW) == "set"
    assert [each.value for each in findings.standing(session, key)] == ["budi_99"]
    assert undoing.undo(session, key, "Ani", NOW) == "set"
    assert ticket.missing == ["username", "transaction_id"]


def test_each_undo_takes_back_the_deed_before(room: Room) -> None:
    """Until nothing is left of this agent's; another's deeds are not touched."""
    ticket, session = room.ticket(), room.session
    key = ticket.id or 0
    other = room.ticket()
    commands.prioritise(session, key, "urgent", "Dewi", NOW)
    before = views.ticket(session, ticket)
    commands.assign(session, key, room.ani, "Ani", NOW)
    commands.tag(session, key, ["vip"], [], "Ani", NOW)
    commands.link(session, key, other.id or 0, "Ani", NOW)
    commands.categorise(session, key, "login", "Tidak bisa masuk", "Ani", NOW)
    commands.move_to_queue(session, key, "finance", "Ani", NOW)
    commands.wait(session, key, NOW + timedelta(days=1), "Ani", NOW)
    commands.close(session, key, "Ani", NOW)
    done = []
    while what := undoing.undo(session, key, "Ani", NOW):
        done.append(what)
    assert done == ["status", "waits", "status", "queued", "assigned", "categorised", "linked", "tagged", "assigned"]
    changed = {"events", "updated_at"}
    after = views.ticket(session, ticket)
    assert {name: value for name, value in after.items() if name not in changed} == {
        name: value for name, value in before.items() if name not in changed
    }
    assert undoing.undo(session, key, "Dewi", NOW + timedelta(days=2)) == ""
    assert undoing.undo(session, key, "Dewi", NOW) == "prioritised"


def test_what_a_customer_moved_is_not_an_agents_to_take_back(room: Room) -> None:
    """Nor what the program did."""
    ticket, session = room.ticket(), room.session
    tickets.move(session, ticket.id or 0, Move.WE_ANSWERED, "Ani", NOW)
    assert undoing.undo(session, ticket.id or 0, "Ani", NOW) == ""


def test_a_merge_can_be_taken_back(room: Room) -> None:
    """The ticket stands again as it stood."""
    ticket, other, session = room.ticket(), room.ticket(), room.session
    merging.merge(session, ticket.id or 0, other.id or 0, "Ani", NOW)
    assert (ticket.status, ticket.merged_into_id) == ("closed", other.id)
    assert undoing.undo(session, ticket.id or 0, "Ani", NOW) == "merged"
    assert (ticket.status, ticket.merged_into_id) == ("open", None)


def test_a_second_matter_gets_a_ticket_of_its_own(room: Room) -> None:
    """With its customer and its thread; the last message never leaves, and it can be taken back."""
    ticket, session = room.ticket("depo belum masuk", "dan kenapa akun saya diblokir?"), room.session
    other = splitting.split(session, ticket.id or 0, None, "Ani", NOW)
    assert other.number.startswith("LKT-")
    told = views.ticket(session, other)
    assert [each["text"] for each in told["messages"]] == ["dan kenapa akun saya diblokir?"]
    assert told["customer"]["address"] == "budi@example.com"
    assert told["related"] == [{"number": ticket.number, "why": "split"}]
    parts = session.exec(select(Participant).where(Participant.ticket_id == other.id)).all()
    assert [each.address for each in parts] == ["budi@example.com"]
    with pytest.raises(MoveRefused):
        splitting.split(session, ticket.id or 0, None, "Ani", NOW)
    assert undoing.undo(session, ticket.id or 0, "Ani", NOW) == "split"
    assert len(views.ticket(session, ticket)["messages"]) == 2
    assert (other.status, other.merged_into_id) == ("closed", ticket.id)


def test_a_ticket_goes_to_nobody_who_has_left(room: Room) -> None:
    """Nor to a stranger, nor is it linked to what is not there."""
    ticket, session = room.ticket(), room.session
    people.remove_agent(session, "Dewi")
    with pytest.raises(NoSuchRow):
        commands.assign(session, ticket.id or 0, room.dewi, "Ani", NOW)
    with pytest.raises(NoSuchRow):
        commands.link(session, ticket.id or 0, 999, "Ani", NOW)
    with pytest.raises(NoSuchRow):
        commands.close(session, 999, "Ani", NOW)


def test_a_held_ticket_is_neither_opened_nor_put_aside(room: Room) -> None:
    """It is released or refused first."""
    ticket, session = room.ticket(), room.session
    ticket.status = "held"
    session.add(ticket)
    session.flush()
    with pytest.raises(MoveRefused):
        commands.reopen(session, ticket.id or 0, "Ani", NOW)
    with pytest.raises(MoveRefused):
        commands.wait(session, ticket.id or 0, None, "Ani", NOW)


def test_a_note_is_kept_inside(room: Room) -> None:
    """A message of the ticket that is neither in nor out."""
    ticket, session = room.ticket(), room.session
    commands.note(session, ticket.id or 0, "cek ke keuangan", "Ani", NOW)
    last = views.ticket(session, ticket)["messages"][-1]
    assert (last["direction"], last["new_text"], last["from"]["name"]) == ("note", "cek ke keuangan", "Ani")


def test_a_ticket_bears_so_many_tags_at_the_most(room: Room) -> None:
    """More sort nothing."""
    ticket, session = room.ticket(), room.session
    commands.tag(session, ticket.id or 0, [f"t{number}" for number in range(50)], [], "Ani", NOW)
    assert len(commands.tags(session, ticket.id or 0)) == commands.MAX_TAGS
