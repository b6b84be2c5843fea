"""A ticket as its agents are told of it. Reads only."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from store.models import Mail, Message, Participant, Route

#: The kind of the letters that tell an agent of a ticket.
NOTICE = "notice"


def news(session: Session, ticket_id: int, told_id: int) -> Sequence[Message]:
    """What others than ourselves said on a ticket after the message of that key; the oldest first."""
    statement = select(Message).where(
        Message.ticket_id == ticket_id, Message.direction != "out", col(Message.id) > told_id
    )
    return session.exec(statement.order_by(col(Message.id))).all()


def requester(session: Session, ticket_id: int) -> str:
    """The address that an answer goes to; "" where there is none."""
    statement = (
        select(Participant.address)
        .where(Participant.ticket_id == ticket_id, Participant.role == "requester")
        .order_by(col(Participant.id))
    )
    return session.exec(statement).first() or ""


def written_to(session: Session, ticket_id: int) -> Sequence[str]:
    """The recipients by which a ticket's mails came, the first mail's first."""
    statement = (
        select(Route.recipient)
        .join(Mail, col(Mail.id) == col(Route.mail_id))
        .where(Mail.ticket_id == ticket_id, col(Route.recipient).is_not(None))
        .order_by(col(Route.id))
    )
    return [each for each in session.exec(statement).all() if each]
