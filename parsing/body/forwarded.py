"""What a mail that is attached to another one says, so that it can be read without opening it.

Only its head, its words and the names of its files: it stays one attachment, and what is attached to it in turn stays
inside.
"""

from __future__ import annotations

from parsing.body.words import gather, is_words
from parsing.message.encoded_words import text_of
from parsing.message.headers import split
from parsing.message.leaves import take
from parsing.message.mime import walk
from parsing.message.names import safe_name

MAX_READ = 20  #: attached mails of one mail that are read: a digest's reader opens the rest
_MAX_BYTES = 2 * 1024 * 1024  #: of an attached mail that is read for this; larger ones are pictures
_MAX_TEXT = 20_000  #: code points that are shown
_HEAD = ("From", "To", "Date", "Subject")


def told(content: bytes) -> str:
    """The head, the words and the file names of a mail, as text."""
    if len(content) > _MAX_BYTES:
        return ""
    headers = split(content)
    structure = walk(content, headers)
    parts = take(content, structure).parts
    body = gather([leaf for leaf in parts if is_words(leaf[0])])
    head = [f"{name}: {value}" for name in _HEAD if (value := text_of(headers.first(name.lower()), structure.charset))]
    files = [f"[{safe_name(part.name) or part.type}]" for part, _ in parts if not is_words(part)]
    return "\n".join([*head, "", body.text.strip("\n"), *files])[:_MAX_TEXT].strip("\n")
