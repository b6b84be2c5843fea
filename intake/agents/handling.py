"""What an agent's mail does: one function a kind of mail.

The mail is first kept as a note. Then its orders are carried out and its words sent, all or nothing: where one thing
cannot be done, none is, and the agent is told why and gets the words back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from sqlmodel import Session

from intake.agents import answers as public
from intake.agents import canned, customers, lists, orders, pending, questions, receipts, results, settling, starting
from intake.agents.errand import Errand, Refused, speech
from intake.agents.results import Said
from intake.decision.agent_mail import ByAgent
from intake.desks import is_ours
from intake.effects import filing
from intake.effects.work import Work
from parsing.body.commands import Orders, read_orders
from parsing.body.verbs import Verb
from replies.order_words import Phrases, Told
from store import absence, notices, people, rows, tickets
from store.facts import AgentFacts, Purpose
from store.models import Message, Ticket
from store.notices import Why

#: What an agent may ask without a ticket.
_WITHOUT_TICKET: Final = frozenset({*lists.ASKED, Verb.TRANSCRIPT})


def carry_out(session: Session, decision: ByAgent, work: Work) -> None:
    """Write down an agent's mail, and do what it says."""
    agent = decision.agent
    if agent is not None and decision.proven:
        absence.back(session, agent.id)  # who writes is here
    if decision.refused or agent is None or decision.purpose is None:
        _without_token(session, decision, work)
        return
    errand = _errand(session, decision, work, agent)
    found = errand.orders
    if found.faults:
        results.refused(errand, results.faults(errand.speech, found.faults), work.mail.spoken)
        _event(errand, "orders not understood", [each.line for each in found.faults])
    elif decision.purpose in _BY_ADDRESS:
        _attempt(errand, lambda: _by_address(errand, found))
    else:
        _attempt(errand, lambda: _orders_and_words(errand, found))


def _without_token(session: Session, decision: ByAgent, work: Work) -> None:
    """A mail that may not act, or that begins something."""
    if decision.rule == "agent_automatic":
        pending.file_automatic(session, decision, work)
    elif decision.refused or decision.agent is None:
        pending.keep(session, decision, work)
    else:
        _begin(session, decision, work, decision.agent)


def _begin(session: Session, decision: ByAgent, work: Work, agent: AgentFacts) -> None:
    """An agent's mail about no ticket: a question to the desk itself, or a new ticket."""
    found = read_orders(work.mail.spoken)
    bare = bool(found.orders) and not found.text.strip() and not work.mail.attachments
    if found.faults or (bare and any(each.verb is not Verb.CUSTOMER for each in found.orders)):
        filing.ledger_row(session, decision, work, None, "an agent's mail")
        _tell_at_once(session, work, agent, found)
    else:
        starting.start(session, decision, work, agent, found)


def _tell_at_once(session: Session, work: Work, agent: AgentFacts, found: Orders) -> None:
    """Answer what was asked; an order that is about a ticket cannot be carried out without one."""
    words = speech(session, work, agent)
    wrong = results.faults(words, found.faults)
    wrong += [
        words.say("refused.no_ticket", line=each.line) for each in found.orders if each.verb not in _WITHOUT_TICKET
    ]
    try:
        said = [] if wrong else _answers(session, work, agent, words, found)
    except Refused as refusal:
        wrong = [results.reason(words, refusal)]
    if wrong:
        told = Told(headline=words.say("heads.nothing_done"), lines=tuple(wrong), words=work.mail.spoken)
    else:
        told = Told(headline=words.say("heads.done"), lines=tuple(words.say(key, **values) for key, values in said))
    receipts.tell_without_ticket(session, work, agent, words, told)


def _answers(session: Session, work: Work, agent: AgentFacts, words: Phrases, found: Orders) -> list[Said]:
    asked = (lists.answer(session, work, agent, words, each.verb, each.value) for each in found.orders)
    return [line for listed in asked for line in listed]


def _errand(session: Session, decision: ByAgent, work: Work, agent: AgentFacts) -> Errand:
    """Keep the mail, as a note on its ticket."""
    ticket = rows.one(session, Ticket, decision.ticket_id)
    mail_id = filing.ledger_row(session, decision, work, ticket.id, "an agent's mail")
    return Errand(
        session=session,
        work=work,
        agent=agent,
        ticket=ticket,
        mail_id=mail_id,
        message_id=filing.add_note(session, work, ticket.id or 0, mail_id, sender_name=agent.name),
        purpose=decision.purpose or Purpose.NOTE,
        serial=decision.serial,
    )


def _orders_and_words(errand: Errand, found: Orders) -> list[Said]:
    """A mail to an answer or a note address: its orders, then its words."""
    if customers.agrees(errand):
        return customers.confirm(errand)
    given = {order.verb: order.value for order in found.orders}
    first, rest = orders.divided(found.orders)
    said = orders.carry_out(errand, first)
    what = canned.filled(errand, public.written(errand), given.get(Verb.TEMPLATE, ""))
    if Verb.ASK in given:
        questions.ask(errand, given[Verb.ASK], what)
    elif Verb.NOTE in given or errand.purpose is Purpose.NOTE:
        said += _note(errand, [*(each.value for each in found.orders if each.verb is Verb.NOTE), what.words])
    elif what.words.strip() or what.files or not found.orders:
        row = public.answer(errand, what, preview=canned.is_preview(given.get(Verb.TEMPLATE, "")))
        if row.why:
            return []  # the other orders wait with it
    said += orders.carry_out(errand, rest)
    if Verb.SEND in given:
        said += settling.send(errand, 0)
    if Verb.DISCARD in given:
        said += settling.discard(errand, 0)
    if Verb.TRANSCRIPT in given and not said:
        return [("done.nothing", {})]
    return said if any(map(results.is_report, given)) or said == _leaks(errand) else []


def _leaks(errand: Errand) -> list[Said]:
    """Who else the agent's own client has sent a note to: we keep it inside, and cannot call it back."""
    if errand.purpose is not Purpose.NOTE:
        return []
    named = [each.address.lower() for each in (*errand.work.mail.to, *errand.work.mail.cc)]
    outside = [
        each
        for each in dict.fromkeys(named)
        if not is_ours(errand.work.desk, each) and people.agent_at(errand.session, each) is None
    ]
    return [("done.leaked", {"addresses": ", ".join(outside)})] if outside else []


def _note(errand: Errand, texts: Sequence[str]) -> list[Said]:
    """The words stay inside; what cannot be kept there is told."""
    message = rows.one(errand.session, Message, errand.message_id)
    message.new_text = "\n".join(text for text in texts if text.strip())
    errand.session.add(message)
    errand.session.flush()
    detail = {"message": errand.message_id}
    tickets.add_event(errand.session, errand.ticket_id, errand.work.now, "note", errand.agent.name, detail)
    if errand.ticket.assignee_id not in (None, errand.agent.id):
        notices.want(errand.session, errand.ticket_id, Why.NOTE, errand.work.now, to=errand.ticket.assignee_id)
    return _leaks(errand)


def _by_address(errand: Errand, found: Orders) -> list[Said]:
    """A mail to an address that is a verb; further orders are carried out too, and whatever words it has are a note."""
    said = [*_BY_ADDRESS[errand.purpose](errand), *orders.carry_out(errand, found.orders)]
    words = public.written(errand).words
    if words.strip():
        _note(errand, [words])
    return said


def _attempt(errand: Errand, deed: Callable[[], list[Said]]) -> None:
    """All or nothing; what was to be reported is."""
    try:
        with rows.undoable(errand.session):
            said = deed()
    except Refused as refusal:
        why = results.reason(errand.speech, refusal)
        results.refused(errand, [why], errand.work.mail.spoken)
        _event(errand, "orders not carried out", [why])
        return
    if said:
        results.transcript(errand, said)


def _event(errand: Errand, what: str, why: Sequence[str]) -> None:
    detail = {"why": "; ".join(why)}
    tickets.add_event(errand.session, errand.ticket_id, errand.work.now, what, errand.agent.name, detail)


def _silent(verb: Verb) -> Callable[[Errand], list[Said]]:
    """An order without a value, of which nothing has to be told."""

    def deed(errand: Errand) -> list[Said]:
        orders.carry_out(errand, [orders.plain(verb)])
        return []

    return deed


def _help(errand: Errand) -> list[Said]:
    return orders.carry_out(errand, [orders.plain(Verb.HELP)])


_BY_ADDRESS: Final[dict[Purpose, Callable[[Errand], list[Said]]]] = {
    Purpose.CLOSE: _silent(Verb.CLOSE),
    Purpose.OPEN: _silent(Verb.OPEN),
    Purpose.TAKE: _silent(Verb.TAKE),
    Purpose.WAIT: _silent(Verb.WAIT),
    Purpose.WATCH: _silent(Verb.WATCH),
    Purpose.MUTE: _silent(Verb.MUTE),
    Purpose.HELP: _help,
    Purpose.CONFIRM: customers.confirm,
    Purpose.UNDO: lambda errand: settling.take_back(errand, errand.serial),
    Purpose.SEND: lambda errand: settling.send(errand, errand.serial),
    Purpose.KEEP: lambda errand: settling.keep(errand, errand.serial),
    Purpose.DISCARD: lambda errand: settling.discard(errand, errand.serial),
}
