"""Where a mail hands over to another one: separators, header blocks, forwards, and a desk's own mark.

Below a separator stands history; below a forward, what the sender wants us to read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsing.body.markers import FORWARDED, ORIGINAL, ROLES, Phrases, Role, plain, verbs

_FRAME_BEFORE, _FRAME_BEHIND = re.compile(r"[-_=*~—–─>\s]{2,}"), re.compile(r"[^\n]{2,100}?[-_=—–─]{3,}\Z")
_DRAWING = ("-", "_", "=", "—", "–", "─")  #: with which a line ends that has a frame behind it
_DRAWN = re.compile(r"[-#=_*~—–─]{2}|[─—–=]")
_RULE = re.compile(r"[-_=*~—–─]{3,}\Z|(?:[-_=*~—–─]\s){3,}[-_=*~—–─]\Z")
#: GroupWise: ">>> Budi 10/11/2026 10:15 >>>"
_ARROWED = re.compile(r">>> ?[^\n]{2,140}\d(?: ?[AP]M)? ?>>>\Z")
_FIRST_WORD = re.compile(r"[^\W_]+")
_LABEL = re.compile(r"[*_>|\s]{0,6}([^\W\d_][^:：\n]{0,28}?)[\s*_]{0,4}[:：][\s*_]{0,6}")
_ANSWER_ABOVE = re.compile(
    r"\b(?:balas\w*|tulis\w*|jawab\w*|repl\w+|respon\w*|write|type|answer|antwort\w*|répon\w+|escrib\w+|rispond\w+)\b[^\n]{0,40}"
    r"\b(?:di ?atas|above|oberhalb|über|au-dessus|encima|acima|sopra|boven)\b"
    r"|\b(?:riwayat|history)\b[^\n]{0,20}\b(?:di ?bawah|below)\b",
    re.IGNORECASE,
)
_LONGEST = 160  #: code points of a line that can be a separator
_HEADER_LINES = 16  #: of a quoted mail, with long lists of recipients wrapped and blank lines between
_WRAPPED = 4  #: lines over which the recipients may be wrapped
_ANSWERED = re.compile(
    r"[:：]\W{0,8}(?:re|aw|sv|antw|bls|bal|ref|rif|odp|vs|ynt|отв|回复|回覆|答复|返信)\s?[:：]|\[[^\]\n]{2,40}\]",
    re.IGNORECASE,
)
_MAIL_ROLES = {Role.FROM, Role.SENT, Role.DATE, Role.SUBJECT, Role.TO}
_NEAR = 3  #: lines below a forward's words in which its header begins

#: what a subject begins with when the mail is handed on
_FORWARDED_SUBJECT = re.compile(
    r"(?:fwd?|wg|tr|rv|enc|trs|trsk|terusan|vs|vb|doorst|i|ilt|pd|пер|転送|转发|轉寄|전달|fs|y|továbbítás|přep?)\s?[:：]",
    re.IGNORECASE,
)


def is_forwarded_subject(subject: str) -> bool:
    """Whether a subject says that the mail hands another one on."""
    return bool(_FORWARDED_SUBJECT.match(subject.strip()))


def is_prose(line: str) -> bool:
    """Whether a bare line can be none of what is told here: most lines are left after this look."""
    if not (line.isascii() and line[0].isalnum()) or ":" in line or line.endswith(_DRAWING):
        return False
    return not _may_begin_with(line, FORWARDED)


def is_rule(line: str) -> bool:
    """Whether a bare line is nothing but a drawn line."""
    return bool(_RULE.match(line))


def is_forward(lines: Sequence[str], index: int) -> bool:
    """Whether a forwarded mail begins at a line: its words between dashes, or above a header."""
    line = lines[index]
    if len(line) > _LONGEST or not _begins_with(line, FORWARDED):
        return False
    return _is_framed(line) or _has_header_below(lines, index)


def is_separator(lines: Sequence[str], index: int) -> bool:
    """Whether quoted history begins at a line: "-----Original Message-----" and its like, or a desk's own mark."""
    line = lines[index]
    if len(line) > _LONGEST:
        return False
    if is_reply_mark(line) or _ARROWED.match(line):
        return True
    framed = _is_framed(line)
    if not framed and not line.endswith((":", "：")):
        return False
    if _begins_with(line, ORIGINAL) and (framed or plain(line) in ORIGINAL):
        return framed or _has_header_below(lines, index)
    return bool(framed and verbs(line) and _has_header_below(lines, index))  # Lotus: "-----Budi/ACME wrote: -----"


def is_reply_mark(line: str) -> bool:
    """Whether a desk asked, between drawn lines, to be answered above this line."""
    return bool(_DRAWN.match(line) and _ANSWER_ABOVE.search(line))


def header_block(lines: Sequence[str], index: int) -> bool:
    """Whether the header of a quoted mail begins at a line.

    A sender and two more of date, recipient and subject; and one of them has to be a mail's own: "sent", an address,
    or an answer's subject. "Dari: BCA / Ke: DANA / Tanggal: …" is somebody's money.
    """
    if role_of(lines[index]) not in _MAIL_ROLES:
        return False
    seen, end = _header(lines, index)
    if end < len(lines) and lines[end] and lines[end - 1] and _LABEL.match(lines[end]):
        return False  # a form goes on
    told = {role for role, _ in seen} - {Role.CC, Role.OTHER}
    of_mail = any(
        role is Role.SENT or "@" in line or (role is Role.SUBJECT and _ANSWERED.search(line)) for role, line in seen
    )
    return Role.FROM in told and len(told) > 2 and of_mail  # noqa: PLR2004 - a sender and two more


def _header(lines: Sequence[str], index: int) -> tuple[list[tuple[Role, str]], int]:
    """The header lines from one on, each role once, and the line at which they end."""
    seen: dict[Role, str] = {}
    wraps, place = 0, index
    for place in range(index, min(index + _HEADER_LINES, len(lines))):
        line = lines[place]
        role = role_of(line)
        if role and role not in seen:
            seen[role], wraps = line, 0
        elif not line:
            if place > index and not lines[place - 1]:
                break  # a second blank line; one alone stands between two where line ends were doubled
        elif not lines[place - 1] or (wraps := wraps + 1) > _WRAPPED or _LABEL.match(line):
            break
    else:
        place += 1
    return list(seen.items()), place


def role_of(line: str) -> Role | None:
    """What a header line tells, by its label; None where it is none."""
    label = _LABEL.match(line) if ":" in line or "：" in line else None
    return ROLES.get(plain(label[1])) if label else None


def _is_framed(line: str) -> bool:
    """Whether a line has drawn signs before its words, or behind them."""
    return bool(_FRAME_BEFORE.match(line) or (line.endswith(_DRAWING) and _FRAME_BEHIND.match(line)))


def _begins_with(line: str, phrases: Phrases) -> bool:
    """Whether a line's words are one of the phrases, or begin with one; phrases have at most eight words."""
    if line.isascii() and not _may_begin_with(line, phrases):
        return False
    pieces = plain(line).split(" ")[:8]
    return any(" ".join(pieces[:count]) in phrases for count in range(1, len(pieces) + 1))


def _may_begin_with(line: str, phrases: Phrases) -> bool:
    """Whether the first word of a line in ASCII is one with which a phrase begins."""
    first = _FIRST_WORD.search(line)
    return first is not None and first[0].casefold() in phrases.first_words


def _has_header_below(lines: Sequence[str], index: int) -> bool:
    near = lines[index + 1 : index + 1 + _NEAR]
    return any(role_of(line.lstrip("> ")) in _MAIL_ROLES for line in near)
