"""Attributions: "On Tue, 10 Nov 2026 at 10:00 Budi <budi@example.com> wrote:", in any order, wrapped over lines.

A shape alone never makes one: a date, a time or an address has to stand in it, and where it names no writer in
brackets, more than one of these or a quote below it. Only "Budi wrote:" right above a quote needs nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsing.body.markers import ON, WROTE_WORDS, verbs

_LINES = 4  #: over which the longest attributions (two addresses, two names) are wrapped at 70 columns
_MOST = 600  #: code points of one; names and addresses of a dozen people would not fit, and nobody writes so
_FRAME = re.compile(r"[-_=*~>—–\s]{2,}")
_ENDS = re.compile(r"[:：]\W{0,4}\Z")
_ADDRESS = re.compile(r"[\w.+%=-]{1,64}@[\w-]{1,63}\.\w")
_BRACKETED = re.compile(
    r"[<(\[]\s?(?:mailto:)?[^\s<>()\[\]@]{1,64}(?:@|\(at\)| at )[^\s<>()\[\]]{1,100}\s?(?:[>)\]]|<mailto:)"
)
_TAIL = re.compile(r"[<(\[]\s?(?:mailto:)?[^\s<>()\[\]@]{1,64}@[^\s<>()\[\]]{1,100}\s?[>)\]][>)\]]?[^\n]{0,20}\Z")
_DATE = re.compile(
    r"(?<!\d)(?:19|20|25)\d{2}(?!\d)|(?<!\d)\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)|(?<!\d)\d{1,2}\. ?\d{1,2}\. ?\d{4}"
)
_TIME = re.compile(r"(?<!\d)\d{1,2}[:.h]\d{2}(?!\d)|\d{1,2}\s?(?:am|pm|時|时|點|点|시)(?!\w)", re.IGNORECASE)
_DATED = re.compile(r"(?:[^\d\s]{1,14}\s{0,2}(?:[^\d\s]{1,14}[.,]?\s{1,2})?)?\d{1,4}[\d./,:\- 年년월月]")
_NAMED = re.compile(r"""["'„“«]?[^\n<>()\[\]:@]{0,60}["'”“»]?,?\s?[<(\[](?:mailto:)?[^\s<>@]{1,64}@""")
_TAIL_LENGTH = 60  #: code points at a line's end in which its verb stands
_TAIL_BEFORE_VERB = re.compile(r"@[^\s<>()\[\]]{1,100}\s?[>)\]]\s?[^\W\d]{2,12}(?:\s[^\W\d]{2,12})?\s?[:：]\Z")
_SHORT = 9  #: words of a name, a verb, a date and a time
_NAME_WORDS = 5  #: of a name after the verb, as German and Swedish have it
_SENTENCE = re.compile(r"[.!?;:][\"')\]]?\Z")
_ABBREVIATED = re.compile(r"\b(?:[ap]\.m|[^\W\d]{2,4}|\d)\.\Z")
_SIGNS_BEHIND = " \t*_\"')(a/:>"  #: what may follow an attribution's verb, as far as it is ASCII
_LONGEST_VERB = 24  #: code points, and more than any has
_WORD = re.compile(r"\w+")
_AFTER_VERB = re.compile(r"[\s*_\"'»”)(аa/]*[:：]?[\s*_\"'>]*\Z")


def attribution_ending(lines: Sequence[str], end: int, floor: int, *, quoted_below: bool) -> int | None:
    """The line at which the attribution begins whose last line is `end`; None where there is none.

    Lines are bare; those before `floor` are spoken for. A quote below it lets less evidence do.
    """
    if not may_end(lines[end]) and not (end > floor and _FRAME.match(lines[end - 1])):
        return None
    found, strongest = None, 0
    for start in range(end, max(floor, end - _LINES + 1) - 1, -1):
        if start < end and (not lines[start] or _ends_a_sentence(lines[start])):
            break
        joined = " ".join(lines[start : end + 1])
        if len(joined) > _MOST:
            break
        strength = _opens(lines[start]) or (start == end and quoted_below)
        if strength <= 1 and start < end and (start == floor or not lines[start - 1]) and _NAMED.match(joined):
            strength = 4  # a writer at the beginning of a paragraph, and the rest wrapped
        better = strength > strongest or (strength == strongest and bool(_DATE.search(lines[start])))
        if strength and better and _is_attribution(joined, strength, quoted_below=quoted_below):
            found, strongest = start, strength
    return found


def may_end(line: str) -> bool:
    """Whether an attribution may end with this line: with a colon, its verb or a frame of dashes."""
    return bool(_ENDS.search(line) or _FRAME.match(line)) or _ends_with_verb(line)


def _ends_a_sentence(line: str) -> bool:
    return bool(_SENTENCE.search(line)) and not _ABBREVIATED.search(line)


def _opens(line: str) -> int:
    """How much a line looks like the beginning of an attribution: 3 a word for it, 2 a date, 1 a name, 0 nothing."""
    core = _unframed(line)
    if ON.match(core):
        return 3
    if _DATED.match(core):
        return 2
    return 1 if _NAMED.match(core) else 0


def _unframed(line: str) -> str:
    frame = _FRAME.match(line)
    return line[frame.end() :] if frame else line.lstrip("*_>\"'")


def _ends_with_verb(words: str) -> bool:
    tail = words[-_TAIL_LENGTH:]
    if tail.isascii():  # most lines are left here: their last word, whatever signs stand behind it, is no such verb
        last = len(tail.rstrip(_SIGNS_BEHIND)) - _LONGEST_VERB
        if WROTE_WORDS.isdisjoint(_WORD.findall(tail[max(last, 0) :].lower())):
            return False
    return any(_AFTER_VERB.match(tail, end) for end in verbs(tail))


def _is_attribution(joined: str, strength: int, *, quoted_below: bool) -> bool:
    """Weigh the evidence: dates, times and addresses, the verb and where it stands."""
    dated, timed = bool(_DATE.search(joined)), bool(_TIME.search(joined))
    bracketed = bool(_BRACKETED.search(joined))
    places = verbs(joined)
    if not (dated or timed or bracketed or _ADDRESS.search(joined)):
        return quoted_below and bool(places) and _is_short(joined, max(places))
    framed = bool(_FRAME.match(joined))
    if not places:
        at_its_end = strength > 1 and bool(_TAIL.search(joined))  # "10.11.2026, 14:41, Budi <budi@example.com>:"
        named = bracketed and (dated or timed) and (framed or at_its_end)
        opened = strength > 1
        return named or (quoted_below and (opened or bracketed) and dated + timed + bracketed + opened > 1)
    if framed or (quoted_below and (strength > 1 or _AFTER_VERB.match(joined, max(places)))):
        return True
    if (bracketed or (quoted_below and dated and len(joined.split()) <= _SHORT)) and (dated or timed):
        return True
    return (dated or bracketed) and _names_its_writer(joined, max(places), strength)


def _is_short(joined: str, after_verb: int) -> bool:
    """Whether it is "Budi wrote:" right above a quote: no more than a name and the verb."""
    return bool(_AFTER_VERB.match(joined, after_verb)) and len(joined.split()) <= _NAME_WORDS + 1


def _names_its_writer(joined: str, after_verb: int, strength: int) -> bool:
    """The verb stands at the end, or no more than a name between it and a colon."""
    rest = joined[after_verb:]
    if _AFTER_VERB.match(rest):
        return strength > 1 or bool(_TAIL_BEFORE_VERB.search(joined))
    return strength > 1 and len(rest.split()) <= _NAME_WORDS and "," not in rest and bool(_ENDS.search(rest))
