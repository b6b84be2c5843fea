"""A mail's files as rows of its message."""

from __future__ import annotations

from intake.work import Work
from store import rows
from store.models import Attachment


def attachments(work: Work) -> list[rows.Draft]:
    """The rows of a mail's files, each with the copies that may be shown of it; `message_id` is yet to be filled in."""
    seen = {each.number: each for each in work.pictures}
    copies = _copies(work)
    return [
        rows.Draft(
            Attachment,
            message_id=0,
            position=position,
            blob=file.name,
            name=attachment.name,
            type=attachment.type,
            declared_type=attachment.declared_type,
            size=attachment.size,
            sha256=attachment.sha256,
            inline=attachment.inline,
            content_id=attachment.content_id,
            kind=attachment.kind.value,
            likeness=seen[position].likeness if position in seen else "",
            unread=seen[position].problem if position in seen else "",
            large=copies.get(position, (None, None))[0],
            small=copies.get(position, (None, None))[1],
        )
        for position, (attachment, file) in enumerate(zip(work.mail.attachments, work.files[1:], strict=False))
    ]


def _copies(work: Work) -> dict[int, tuple[str, str]]:
    """The sealed files of the pictures that may be shown, large and small, by the attachment's number."""
    names = iter([file.name for file in work.files[1 + len(work.mail.attachments) :]])
    return {each.number: (next(names), next(names)) for each in work.pictures if each.shown}
