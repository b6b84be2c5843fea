"""An agent's orders carried out, by the functions that the command line calls too. All or nothing: see `handling.py`.

Each returns what a transcript tells of it, and raises Refused where it cannot be done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Final

from sqlmodel import col, select

from intake.agents import answers as public
from intake.agents import customers, lists, results, sealed
from intake.agents.errand import Errand, Refused
from intake.agents.results import Said
from parsing.body import verbs
from parsing.body.commands import Order
from parsing.body.verbs import PRIORITIES, Verb
from parsing.fields import by_hand, deadlines
from parsing.report import ReportSettings
from replies import targets
from store import (
    answers,
    attention,
    commands,
    holding,
    incidents,
    merging,
    notices,
    people,
    rows,
    splitting,
    tickets,
    undoing,
)
from store.errors import MoveRefused, NoSuchRow
from store.models import Agent, Ticket
from store.notices import Why

_NOBODY: Final = frozenset({"queue", "antrean", "antrian", "nobody", "none", "-"})
_ENDS: Final = frozenset({"end", "over", "selesai", "akhir", "berakhir"})
_CUSTOMER: Final = frozenset({"", "customer", "pelanggan", "client", "user", "balasan", "reply"})


def carry_out(errand: Errand, orders: Sequence[Order]) -> list[Said]:
    """Carry out orders in their order, but those that say what the words are (see `handling.py`)."""
    said: list[Said] = []
    for order in orders:
        deed = _DEEDS.get(order.verb)
        if deed is not None:
            try:
                said += deed(errand, order.value)
            except NoSuchRow as missing:
                raise Refused("refused.no_such", line=order.line) from missing
            except MoveRefused as impossible:
                raise Refused("refused.impossible", line=order.line) from impossible
    return said


def _close(errand: Errand, _value: str) -> list[Said]:
    commands.close(errand.session, errand.ticket_id, errand.agent.name, errand.work.now)
    return [("done.closed", {})]


def _open(errand: Errand, value: str) -> list[Said]:
    if value:
        return sealed.open_file(errand, value)
    commands.reopen(errand.session, errand.ticket_id, errand.agent.name, errand.work.now)
    return [("done.reopened", {})]


def _wait(errand: Errand, value: str) -> list[Said]:
    desk = errand.work.desk.settings
    until = None
    if value.lower() not in _CUSTOMER:
        until = deadlines.deadline(value, errand.work.now.astimezone(desk.zone), desk.hours.open)
        if until is None:
            raise Refused("refused.no_day", value=value)
    instant = until.astimezone(UTC) if until else None
    commands.wait(errand.session, errand.ticket_id, instant, errand.agent.name, errand.work.now)
    return [("done.waits", {"until": f"{until:%Y-%m-%d %H:%M}" if until else errand.speech.say("done.customer")})]


def _take(errand: Errand, _value: str) -> list[Said]:
    commands.assign(errand.session, errand.ticket_id, errand.agent.id, errand.agent.name, errand.work.now)
    return [("done.assigned", {"name": errand.agent.name})]


def _assign(errand: Errand, value: str) -> list[Said]:
    wanted = value.strip().removeprefix("@").strip()
    if wanted.lower() in _NOBODY:
        commands.assign(errand.session, errand.ticket_id, None, errand.agent.name, errand.work.now)
        return [("done.unassigned", {})]
    agent = _agent(errand, wanted)
    commands.assign(errand.session, errand.ticket_id, agent.id, errand.agent.name, errand.work.now)
    if agent.id != errand.agent.id:
        notices.want(errand.session, errand.ticket_id, Why.ASSIGNED, errand.work.now, to=agent.id)
    return [("done.assigned", {"name": agent.name})]


def _agent(errand: Errand, wanted: str) -> Agent:
    """The agent of that name, of that beginning of a name if it is one's alone, or at that address."""
    address = verbs.address_in(wanted)
    at = people.agent_at(errand.session, address) if address else None
    listed = errand.session.exec(select(Agent).where(col(Agent.active)).order_by(col(Agent.id))).all()
    named = [each for each in listed if each.name.lower() == wanted.lower() or (at and each.id == at.id)]
    begin = [each for each in listed if wanted and each.name.lower().startswith(wanted.lower())]
    found = named or begin
    if len(found) != 1:
        raise Refused("refused.no_agent", name=wanted, meant=results.nearest(wanted, [each.name for each in listed]))
    return found[0]


def _tag(errand: Errand, value: str) -> list[Said]:
    on, off = verbs.tags_in(value)
    commands.tag(errand.session, errand.ticket_id, on, off, errand.agent.name, errand.work.now)
    return [("done.tagged", {"tags": ", ".join(commands.tags(errand.session, errand.ticket_id)) or "-"})]


def _priority(errand: Errand, value: str) -> list[Said]:
    priority = PRIORITIES[value.lower()]
    commands.prioritise(errand.session, errand.ticket_id, priority, errand.agent.name, errand.work.now)
    return [("done.prioritised", {"priority": errand.speech.name("priority", priority)})]


def _queue(errand: Errand, value: str) -> list[Said]:
    known = {each.name.lower(): each.name for each in errand.work.desk.queues}
    queue = known.get(value.lower())
    if queue is None:
        raise Refused("refused.no_queue", name=value, meant=results.nearest(value, known.values()))
    commands.move_to_queue(errand.session, errand.ticket_id, queue, errand.agent.name, errand.work.now)
    return [("done.queued", {"queue": queue})]


def _merge(errand: Errand, value: str) -> list[Said]:
    other = _ticket(errand, value)
    merging.merge(errand.session, errand.ticket_id, other.id or 0, errand.agent.name, errand.work.now)
    return [("done.merged", {"number": other.number})]


def _split(errand: Errand, _value: str) -> list[Said]:
    other = splitting.split(errand.session, errand.ticket_id, None, errand.agent.name, errand.work.now)
    return [("done.split", {"number": other.number})]


def _link(errand: Errand, value: str) -> list[Said]:
    other = _ticket(errand, value)
    commands.link(errand.session, errand.ticket_id, other.id or 0, errand.agent.name, errand.work.now)
    return [("done.linked", {"number": other.number})]


def _ticket(errand: Errand, value: str) -> Ticket:
    """The desk's ticket of that number; its prefix may be left out."""
    wanted = verbs.ticket_in(value)
    number = wanted if "-" in wanted else f"{errand.work.desk.settings.prefix}-{wanted}"
    return tickets.by_number(errand.session, errand.work.desk.id, number)


def _set(errand: Errand, value: str) -> list[Said]:
    name, said = verbs.pair(value) or ("", "")
    site, desk = errand.work.desk.site, errand.work.desk.settings
    if name.lower() in ("category", "kategori"):
        return _categorise(errand, said)
    field = by_hand.field_named(name, site)
    if field is None:
        known = errand.work.desk.words(errand.ticket.language).names.values()
        raise Refused("refused.no_field", name=name, meant=results.nearest(name, known))
    settings = ReportSettings(timezone=desk.timezone, site=site)
    found = by_hand.value_of(field, said, settings, errand.work.now.astimezone(desk.zone))
    if found is None:
        raise Refused("refused.unfit", name=name, value=said)
    commands.set_field(errand.session, errand.ticket_id, field, found, said, errand.agent.name, errand.work.now)
    return [("done.set", {"name": name, "value": said})]


def _categorise(errand: Errand, said: str) -> list[Said]:
    words = errand.work.desk.words(errand.ticket.language)
    by_name = {str(key): str(key) for key in words.subjects} | {
        subject.lower(): str(key) for key, subject in words.subjects.items()
    }
    category = by_name.get(said.lower().replace(" ", "_")) or by_name.get(said.lower())
    if category is None:
        raise Refused("refused.no_category", name=said, meant=results.nearest(said, map(str, words.subjects)))
    subject = words.category_subject(category)
    commands.categorise(errand.session, errand.ticket_id, category, subject, errand.agent.name, errand.work.now)
    return [("done.set", {"name": "category", "value": subject})]


def _customer(errand: Errand, value: str) -> list[Said]:
    address = (verbs.address_in(value) or "").lower()
    customers.set_customer(errand, address, "")
    return [("done.customer_set", {"address": address})]


def _incident(errand: Errand, value: str) -> list[Said]:
    """Begin one under a name that customers are told, or end the one that the ticket is of."""
    if value.strip().lower() in _ENDS:
        ended = incidents.end(errand.session, errand.ticket_id, errand.agent.name, errand.work.now)
        return [("done.incident_ended", {"name": ended.name})]
    try:
        begun = incidents.begin(errand.session, errand.ticket_id, value, errand.agent.name, errand.work.now)
    except MoveRefused as refused:
        raise Refused("refused.no_incident", why=str(refused)) from refused
    own = rows.one(errand.session, Ticket, begun.ticket_id)
    reached = len(incidents.reached(errand.session, begun.ticket_id))
    return [("done.incident", {"name": begun.name, "number": own.number, "count": str(reached)})]


def _watch(errand: Errand, _value: str) -> list[Said]:
    kind, agent = attention.WATCH, errand.agent
    attention.turn(errand.session, errand.ticket_id, agent.id, kind, agent.name, errand.work.now)
    return [("done.watched", {})]


def _mute(errand: Errand, _value: str) -> list[Said]:
    kind, agent = attention.MUTE, errand.agent
    attention.turn(errand.session, errand.ticket_id, agent.id, kind, agent.name, errand.work.now)
    return [("done.muted", {})]


def undo(errand: Errand) -> list[Said]:
    """Take back what the agent did last; an answer that comes back is shown."""
    what = undoing.undo(errand.session, errand.ticket_id, errand.agent.name, errand.work.now)
    if not what:
        raise Refused("refused.nothing_to_undo")
    row = answers.latest(errand.session, errand.ticket_id, errand.agent.id, answers.HELD)
    if what == undoing.ANSWER and row is not None:
        public.show(errand, row, public.stored(errand, row).words)
        return []
    return [("done.undone", {"what": errand.speech.name("deeds", what)})]


def _undo(errand: Errand, _value: str) -> list[Said]:
    return undo(errand)


def _release(errand: Errand, _value: str) -> list[Said]:
    ticket, desk = errand.ticket, errand.work.desk.settings
    due = targets.first_reply_due(desk, ticket.category, ticket.priority, errand.work.now)
    holding.release(errand.session, errand.ticket_id, errand.agent.name, due, errand.work.now)
    return [("done.released", {})]


def _refuse(errand: Errand, value: str) -> list[Said]:
    reasons = {each.value: each for each in holding.Refusal}
    why = reasons.get(value.lower().replace(" ", "_"))
    if why is None:
        raise Refused("refused.no_reason", value=value, known=", ".join(reasons))
    holding.refuse(errand.session, errand.ticket_id, why, errand.agent.name, errand.work.now)
    return [("done.refused", {})]


def _report(verb: Verb) -> Callable[[Errand, str], list[Said]]:
    return lambda errand, value: lists.answer(errand.session, errand.work, errand.agent, errand.speech, verb, value)


#: What the words may need: a field of a template, somebody to answer, a ticket that may be answered.
_BEFORE_WORDS: Final = frozenset({Verb.SET, Verb.CUSTOMER, Verb.RELEASE})

_DEEDS: Final[dict[Verb, Callable[[Errand, str], list[Said]]]] = {
    Verb.CLOSE: _close,
    Verb.OPEN: _open,
    Verb.WAIT: _wait,
    Verb.TAKE: _take,
    Verb.ASSIGN: _assign,
    Verb.TAG: _tag,
    Verb.PRIORITY: _priority,
    Verb.QUEUE: _queue,
    Verb.MERGE: _merge,
    Verb.SPLIT: _split,
    Verb.LINK: _link,
    Verb.SET: _set,
    Verb.CUSTOMER: _customer,
    Verb.INCIDENT: _incident,
    Verb.WATCH: _watch,
    Verb.MUTE: _mute,
    Verb.UNDO: _undo,
    Verb.RELEASE: _release,
    Verb.REFUSE: _refuse,
    **{verb: _report(verb) for verb in lists.ASKED},
}


def divided(orders: Sequence[Order]) -> tuple[list[Order], list[Order]]:
    """What is carried out before the words leave, since they may need it, and what after them."""
    first = [each for each in orders if each.verb in _BEFORE_WORDS]
    return first, [each for each in orders if each.verb not in _BEFORE_WORDS]


def plain(verb: Verb) -> Order:
    """An order without a value, as an address gives it."""
    return Order(verb=verb, value="", line=f"#{verb}")
