"""An agent's automatic answer to one of our letters says that the agent is away, and perhaps until when. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Final

from parsing.fields.deadlines import deadline

#: How long somebody is away who does not say: until about the next answer of the same kind.
UNSAID: Final = timedelta(days=3)

#: A date that is further ahead was misread, or is a new job.
LONGEST: Final = timedelta(days=60)

#: What stands before the day of coming back, or the last day of being away.
_BEFORE = re.compile(
    r"(?<!\w)(?:kembali(?: bekerja| masuk| ke kantor)?(?: pada)?|masuk (?:lagi|kembali)(?: pada)?|sampai(?: dengan)?"
    r"|hingga|s\.?/d|back(?: in the office)?(?: on)?|return(?:ing)?(?: to the office)?(?: on)?"
    r"|until|till|through|to)\s",
    re.IGNORECASE,
)
#: Of an automatic answer, in code points: the date stands at its beginning.
MAX_TEXT: Final = 4000

#: Words that a day is told in: "Senin, 7 Desember 2026".
_WORDS: Final = 5


def away_until(text: str, now: datetime, opening: time) -> datetime:
    """Until when its writer is away; `now` in the zone of the desk, whose day begins at `opening`."""
    for match in _BEFORE.finditer(text[:MAX_TEXT]):
        words = [each.strip(".;:!()") for each in re.split(r"[\s,]+", text[match.end() : match.end() + 80].strip())]
        for said in _days(words[:_WORDS]):
            found = deadline(said, now, opening)
            if found is not None and found <= now + LONGEST:
                return found
    return now + UNSAID


def _days(words: Sequence[str]) -> Iterator[str]:
    """What may be a day, the longest first: with the weekday before it and without; never a date cut off its year."""
    for count in range(len(words), 0, -1):
        for start in (0, 1):
            said, following = words[start : start + count], "".join(words[start + count : start + count + 1])
            if len(said) == count and not re.fullmatch(r"\d{4}", following):
                yield " ".join(said)
