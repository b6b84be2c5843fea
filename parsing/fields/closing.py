"""The closing block that bears no mark: a name, then where its bearer works and can be reached.

Signatures with a mark or a formula are told in `parsing/body/signature.py`. Here stands what the finders must not read
as a report though it was shown as one: an office's number is no number that somebody registered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_MAX_LINES = 7  #: of such a block
_NAME = re.compile(r"[A-Z][\w.'’-]{0,20}(?:[ ][A-Z][\w.'’-]{0,20}){0,3},?")
#: A line of contact: "HP 0812…", "T: (021) …", an address of mail or of the web, a number alone.
_CONTACT = re.compile(
    r"(?:hp|no\.? ?hp|te?lp?|tele?[fp]on|phone|mobile|cell|m|t|p|f|e|wa|whatsapp|fax|email|e-mail|emel|web|website|ig|instagram|line|telegram)\b[ .:|]|"
    r"\+?[\d(][\d() .-]{7,20}$|\S+@\S+\.\S+$|(?:https?://|www\.)\S+$",
    re.IGNORECASE,
)
#: Where one works or lives, or when one wrote: no colon, and no number but a house's, a post code or a date.
_POST = re.compile(r"(?:\d{1,2} )?[^:=\d]{2,60}(?:\d{1,6}[^:=\d]{0,30}){0,3}")


def closing_block(lines: Sequence[str]) -> range:
    """The places of the lines of such a block at the end of a text; empty where there is none."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    start = end
    while start and lines[start - 1].strip() and end - start <= _MAX_LINES:
        start -= 1
    block = [line.strip()[:200] for line in lines[start:end]]
    told = any(line.strip() for line in lines[:start])
    return range(start, end) if told and 1 < len(block) <= _MAX_LINES and _is_closing(block) else range(0)


def _is_closing(block: Sequence[str]) -> bool:
    contacts = sum(bool(_CONTACT.match(line)) for line in block[1:])
    others = [line for line in block[1:] if not _CONTACT.match(line)]
    return bool(_NAME.fullmatch(block[0])) and contacts > 0 and all(_POST.fullmatch(line) for line in others)
