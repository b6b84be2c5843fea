"""Whether a mail asks to change an address, a number or an account that we reach or pay its sender by. Pure.

It is what a thief of an account asks for first, so agents are told, however honest it looks.
"""

from __future__ import annotations

import re
from typing import Final

from parsing.fields.lexicon import every_word
from parsing.mail import Nature, ParsedMail
from parsing.report import Report

#: Of a mail's words: a request stands at its beginning, and a longer text is not searched for one.
_LOOKED_AT: Final = 4000

_CHANGE = "|".join(map(re.escape, every_word("change")))
_CONTACT = "|".join(map(re.escape, every_word("contact_data")))
_REQUEST = re.compile(rf"\b(?:{_CHANGE})\b(?:[ \t]+[\w-]{{1,20}}){{0,4}}[ \t]+(?:{_CONTACT})\b")

#: Findings in these roles are one half of a change.
_ROLES: Final = frozenset({"old", "new"})


def asks_for_change(mail: ParsedMail, report: Report) -> bool:
    """Whether a person asks for that, in subject or text, or names an old and a new address or number."""
    if mail.nature is not Nature.HUMAN:
        return False
    text = " ".join(f"{mail.subject} {mail.new_text[:_LOOKED_AT]}".lower().split())
    named = any(each.role in _ROLES for each in report.findings if each.field in ("emails", "phones"))
    return named or _REQUEST.search(text) is not None
