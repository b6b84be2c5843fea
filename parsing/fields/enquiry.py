"""Whether a mail asks how far a report has come, and which ticket numbers stand in it.

A question is told by a word of asking near a word of progress or of tickets; a report that only tells of a problem has
none. Numbers are told by the desk's prefix, mistyped ones too: it is the check digit that says which they are.
"""

from __future__ import annotations

import re

from parsing.fields.vocabulary import loosely_spelled, phrases

#: Code points that are looked at: a question stands at the beginning.
_LOOKED_AT = 2_000

#: Words that may stand between what is asked and what is asked about.
_NEAR = r"(?:\W+\w+){0,6}?\W+"

_ASKING, _PROGRESS, _NUMBER, _WHOLE = (phrases("enquiry", name) for name in ("asking", "progress", "number", "whole"))
_QUESTION = re.compile(
    rf"(?<!\w)(?:(?:{loosely_spelled(_ASKING)}){_NEAR}(?:{loosely_spelled(_PROGRESS)})|(?:{loosely_spelled(_PROGRESS)}){_NEAR}(?:{loosely_spelled(_ASKING)})"
    rf"|(?:{loosely_spelled(_ASKING)}){_NEAR}(?:{loosely_spelled(_NUMBER)})|(?:{loosely_spelled(_WHOLE)}))(?!\w)",
    re.IGNORECASE,
)

#: Of a ticket number's digits; see store/numbers.py.
_DIGITS = r"\d{5,12}"


def asks_for_status(subject: str, text: str) -> bool:
    """Whether a mail's new words ask for the progress or the number of a report."""
    return bool(_QUESTION.search(f"{subject}\n{text}"[:_LOOKED_AT]))


def ticket_numbers(prefix: str, *texts: str) -> tuple[str, ...]:
    """What looks like a ticket number of this desk, in its usual form, in the order of the texts."""
    pattern = re.compile(rf"(?<![A-Za-z0-9]){re.escape(prefix)}[\s.\-_#]{{0,2}}({_DIGITS})(?!\d)", re.IGNORECASE)
    found = (match[1] for text in texts for match in pattern.finditer(text[:_LOOKED_AT]))
    return tuple(dict.fromkeys(f"{prefix}-{digits}" for digits in found))
