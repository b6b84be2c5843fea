"""`#open N REASON`: a sealed file of the ticket's, for the role: a copy that is sent once, and recorded."""

from __future__ import annotations

from sqlmodel import col, select

from intake.agents import receipts
from intake.agents.errand import Errand, Refused
from intake.agents.results import Said
from parsing.body import verbs
from replies.enclosing import MAX_BYTES, File
from replies.order_words import Told
from store import opening, outbox
from store.errors import BlobErased, BlobGuarded
from store.models import Attachment, Blob, Message


def open_file(errand: Errand, value: str) -> list[Said]:
    """Send the agent the file of that number; who, what and why is recorded."""
    number, reason = verbs.file_and_reason(value) or (0, "")
    file = _numbered(errand, number)
    if file.size > MAX_BYTES:
        raise Refused("refused.file_too_large", name=file.name)
    content = _content(errand, file, reason)
    speech = errand.speech
    told = Told(
        headline=speech.say("heads.file", name=file.name or file.type),
        lines=(speech.say("heads.file_recorded", name=errand.agent.name, reason=reason),),
    )
    enclosure = File(name=file.name, type=file.type, content=content)
    receipts.tell(errand, told, kind=outbox.SEALED, enclosures=[enclosure])
    return []


def _numbered(errand: Errand, number: int) -> Attachment:
    """The file that notices call by that number, within its mail: a sealed one before others, then the newest."""
    statement = (
        select(Attachment, Blob.guard)
        .join(Message, col(Message.id) == col(Attachment.message_id))
        .join(Blob, col(Blob.name) == col(Attachment.blob))
        .where(Message.ticket_id == errand.ticket_id, Message.direction == "in")
    )
    files = errand.session.exec(statement).all()
    wanted = [(bool(guard), file.id or 0, file) for file, guard in files if file.position == number - 1]
    if not wanted:
        raise Refused("refused.no_file", number=str(number), count=str(len(files)))
    return max(wanted, key=lambda each: each[:2])[2]


def _content(errand: Errand, file: Attachment, reason: str) -> bytes:
    try:
        return opening.open_for_agent(
            errand.session,
            errand.work.blobs,
            errand.work.desk.key,
            file.blob,
            by=errand.agent.name,
            role=errand.agent.role,
            reason=reason,
            now=errand.work.now,
        )
    except BlobGuarded as guarded:
        raise Refused("refused.file_guarded", name=file.name or file.type) from guarded
    except BlobErased as erased:
        raise Refused("refused.file_erased", name=file.name or file.type) from erased
