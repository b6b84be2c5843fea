"""An account of a mail: where each of its leaf parts, and each line between them, has gone.

Reading may show a part as words, hand it on as an attachment, or take it as a report. It may not drop it.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from parsing.claims.bounces import is_paperwork
from parsing.message.charsets import decode
from parsing.message.headers import split
from parsing.message.leaves import take
from parsing.message.mime import Part, Structure, walk
from parsing.reading import Reading

#: problems that say that lines stand outside of the parts, or among the headers
_TOLD = ("outside_parts", "header_block_too_large", "header_line_odd", "delimiter_damaged")
#: a word to readers without MIME
_PREAMBLE = re.compile(rb"MIME|multi-?part", re.IGNORECASE)
#: what holds other parts, and is replaced by them
_CONTAINERS = ("application/ms-tnef", "application/vnd.ms-tnef", "application/pkcs7-mime", "application/x-pkcs7-mime")
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff]")
_TAG = re.compile(r"<[^<>]*>?")
#: what may stand between leaves: delimiter lines, header fields and their folds, mbox separators
_BETWEEN = re.compile(rb"--|[!-9;-~]+[ \t]*:|[ \t]|>?From ")


def lost(content: bytes, reading: Reading) -> list[str]:
    """What of a mail can be found nowhere in its reading, in words; nothing, if all is well."""
    structure = walk(content, split(content))
    return [*_lost_leaves(content, structure, reading), *_lost_lines(content, structure)]


def _lost_leaves(content: bytes, structure: Structure, reading: Reading) -> Iterator[str]:
    mail = reading.mail
    leaves = take(content, structure).parts
    files = {file.sha256 for file in mail.attachments}
    seen = _squeezed(mail.text) + _squeezed(mail.html or "")
    shown_alternatives = {part.alternative for part, decoded in leaves if _is_shown(part, decoded, seen)} - {None}
    for part, decoded in leaves:
        if (
            hashlib.sha256(decoded).hexdigest() not in files
            and not is_paperwork(part)
            and part.alternative not in shown_alternatives
            and not _is_shown(part, decoded, seen)
            and not any(problem.code == "text_cut" for problem in mail.problems)
        ):
            yield f"a part: {part.type} at {part.start}:{part.end}"
    taken = {(part.start, part.end) for part, _ in leaves}
    for part in structure.parts:
        if (part.start, part.end) not in taken and not part.type.startswith(_CONTAINERS) and part.name != "winmail.dat":
            yield f"a part that was not taken: {part.type} at {part.start}:{part.end}"


def _is_shown(part: Part, decoded: bytes, seen: str) -> bool:
    text, _ = decode(decoded, part.parameters.get("charset"))
    if part.type == "text/enriched":  # its markup is dropped, and damage makes markup of words
        words = _TAG.sub(" ", text).split()
        return 2 * sum(word in seen for word in words) >= len(words)
    return part.type.startswith("text/") and all(_squeezed(line) in seen for line in text.splitlines())


def _lost_lines(content: bytes, structure: Structure) -> Iterator[str]:
    """Lines outside of all leaves that are neither header nor delimiter, unless the walk said that there are."""
    if any(problem.code in _TOLD for problem in (*split(content).problems, *structure.problems)):
        return
    position = split(content).body_start
    for part in sorted(structure.parts, key=lambda part: part.start):
        yield from _strange(content[position : part.start])
        position = max(position, part.end)
    yield from _strange(content[position:])


def _strange(between: bytes) -> Iterator[str]:
    if _PREAMBLE.search(between):
        return
    for line in between.split(b"\n"):  # a CR within a field ends no line
        if line.strip() and not _BETWEEN.match(line):
            yield f"a line: {line[:80]!r}"


def _squeezed(text: str) -> str:
    return "".join(_UNREADABLE.sub("\ufffd", text).split())


def divided_wrongly(whole: str, divisions: Iterable[str]) -> list[str]:
    """Lines of a text that do not stand exactly once in its divisions, or stand there in another order."""
    lines = _lines(whole)
    kept = [_lines(division) for division in divisions]
    all_kept = Counter(line for division in kept for line in division)
    wrong = [*(Counter(lines) - all_kept), *(all_kept - Counter(lines))]
    return wrong or [f"order: {division[0]}" for division in kept if not _is_in_order(division, lines)]


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n") if line.strip()]


def _is_in_order(division: list[str], lines: list[str]) -> bool:
    following = iter(lines)
    return all(line in following for line in division)
