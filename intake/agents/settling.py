"""What becomes of an answer that is held, or still here: its writer sends it, keeps it, discards it, takes it back."""

from __future__ import annotations

from intake.agents import answers as public
from intake.agents import orders
from intake.agents.errand import Errand, Refused
from intake.agents.results import Said
from parsing.body.commands import read_orders
from store import answers, rows
from store.models import Answer, Message


def held(errand: Errand, serial: int) -> Answer:
    """The agent's held answer of that serial, with 0 the newest. Raises Refused where there is none."""
    if serial:
        found = answers.find(errand.session, errand.ticket_id, serial)
    else:
        found = answers.latest(errand.session, errand.ticket_id, errand.agent.id, answers.HELD)
    if found is None or found.agent_id != errand.agent.id:
        raise Refused("refused.nothing_held")
    if found.state != answers.HELD:
        raise Refused(f"refused.already_{found.state}")
    return found


def send(errand: Errand, serial: int) -> list[Said]:
    """Let a held answer go, with the orders that came with it; what others have answered meanwhile is shown first."""
    row = held(errand, serial)
    what = public.stored(errand, row)
    public.check_way(errand, row.why)
    unseen = answers.unseen(errand.session, errand.ticket_id, row.serial, errand.agent.id)
    if unseen and public.COLLISION not in row.why.split(","):
        row.why = f"{row.why},{public.COLLISION}".strip(",")
        errand.session.add(row)
        errand.session.flush()
        public.show(errand, row, what.words, unseen)
        return []
    _done, ordered = orders.divided(read_orders(rows.one(errand.session, Message, row.message_id).text).orders)
    public.put_out(errand, row, what)
    return [("done.sent", {}), *orders.carry_out(errand, ordered)]


def keep(errand: Errand, serial: int) -> list[Said]:
    """Make a held answer a note."""
    row = held(errand, serial)
    answers.settle(errand.session, row, answers.NOTE, errand.agent.name, errand.work.now)
    return [("done.kept", {})]


def discard(errand: Errand, serial: int) -> list[Said]:
    """Throw a held answer away; its words stay on the record."""
    row = held(errand, serial)
    answers.settle(errand.session, row, answers.DISCARDED, errand.agent.name, errand.work.now)
    return [("done.discarded", {})]


def take_back(errand: Errand, serial: int) -> list[Said]:
    """Take back the answer of that serial while it is here, and show it; with 0, whatever the agent did last."""
    if not serial:
        return orders.undo(errand)
    row = answers.find(errand.session, errand.ticket_id, serial)
    if row is None or row.agent_id != errand.agent.id:
        raise Refused("refused.nothing_to_undo")
    if row.state == answers.OUT and not answers.take_back(errand.session, row, errand.agent.name, errand.work.now):
        raise Refused("refused.has_left")
    if row.state != answers.HELD:
        raise Refused(f"refused.already_{row.state}")
    public.show(errand, row, public.stored(errand, row).words)
    return []
