"""Which lines at the end of somebody's words are a signature.

A delimiter, a list's footer, a device's tagline, a closing formula with a name, a name after a dash, or a lawyer's
paragraph. A formula without a name is thanks, and stays with the words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import re2

from parsing.body.boundaries import is_rule
from parsing.body.markers import CLOSING, TAGLINE, plain

_DELIMITER = re.compile(r"(?:--|—|––|__|—-|-—)\Z")
_ARMOUR_HEAD = 4  #: lines before the blank one; it names the digests
_MOST = 40  #: lines after a delimiter; signatures with all their lawyers are shorter, and more is somebody's report
_END = 30  #: lines at the end in which anything else is looked for
_CLOSING_LINES = 9  #: lines that may follow a formula: name, post, house, street, town, telephones, address
_CLOSING_WORDS = 9  #: of each of them
_NAME_WORDS = 5
_TAGLINE_LENGTH = 100  #: code points
_TAGLINE_WORDS = 7  #: of a device's name, with its article and its network
_DEVICE = re.compile(
    r"iphone|ipad|ipod|android|samsung|galaxy|xiaomi|redmi|poco|oppo|vivo|realme|huawei|honor|infinix|tecno|itel|asus|zenfone|lenovo|nokia|motorola|"
    r"pixel|oneplus|sony|xperia|windows|blackberry|\bmac\b|macbook|outlook|yahoo|gmail|\be?mail\b|surel|hotmail|proton|zoho|spark|mobile|\bhp\b|\bcell\b|handphone|"
    r"ponsel|telepon|telefon|phone|smartphone|tablet|mobil|cellulare|portable|handy|bimbit|boxer|tutanota|mailbird|thunderbird|aol|k-9|k9|devices?|perangkat|"
    r"airmail|nine|bluemail|sparrow|postbox|телефон|смартфон|手机|手機|携帯|스마트폰|휴대",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"(?:[-–—/~]\s{0,2})[^\W\d_][\w'’.]*(?:\s[^\W\d_][\w'’.]*){0,3}\Z")
_BULLET = re.compile(r"[-–—*•/~]\s?\S")
_LIST_FOOTER = re2.compile(
    r"(?i)mailing list|mailinglist|listinfo|unsubscribe|berhenti berlangganan|you received this message because|anda menerima (?:pesan|email) ini karena|"
    r"to post to this|list archive|groups\.google|milis"
)
_LEGAL = re2.compile(
    r"(?i)confidential|intended (?:only|solely|recipient|for)|privileged|disclaimer|notify the sender|received this (?:e-?mail|message|in error)|viruses|"
    r"rahasia|penerima yang dituju|pihak yang dituju|ditujukan (?:hanya|kepada|untuk)|penafian|bukan penerima|sulit dan|dipersonalisasi|lampirannya|"
    r"vertraulich|unbefugte|irrtümlich|confidentiel|destinataire|confidencial|destinatario|destinatário|riservat|vertrouwelijk|geadresseerde|poufn|"
    r"конфиденциальн|konfidentiel|fortrolig|gizli|before printing|sebelum mencetak|print this e-?mail|virus-free|bebas virus|avast|scanned by|dipindai oleh"
)
_LEGAL_WORDS = 8  #: fewer are no paragraph of a lawyer's
_CONTACT = re.compile(
    r"@|https?://|www\.|\+?\d[\d\s().-]{6,}|[|•·]|\b(?:tel|telp|phone|mobile|hp|wa|fax|cell|office)\b", re.IGNORECASE
)
_POSTSCRIPT = re.compile(r"p\.?\s?s\b|nb\b|catatan\b", re.IGNORECASE)


def signature_start(lines: Sequence[str]) -> int | None:
    """Where in these bare lines the signature begins, None where there is none; it reaches to their end."""
    end = len(lines)
    start: int | None = None
    for find in (_delimited, _footer, _legal):
        found = find(lines[:end])
        if found is not None:
            start = end = found
    for _ in range(3):  # a tagline under a closing under a lawyer: each may hide the next
        found = _last_words(lines[:end])
        if found is None:
            break
        start = end = found
    return start


def armour(lines: Sequence[str]) -> Iterator[int]:
    """The lines that OpenPGP puts around what it signs (RFC 9580, 6.2 and 7): nobody's words."""
    inside = False
    for index, line in enumerate(lines):
        if line.startswith("-----BEGIN PGP SIG"):
            inside = True
        if inside:
            yield index
        if line.startswith("-----END PGP SIGNATURE") or (inside and not line and _is_opened(lines, index)):
            inside = False


def _is_opened(lines: Sequence[str], index: int) -> bool:
    """Whether the blank line ends the head of a signed text."""
    near = range(max(0, index - _ARMOUR_HEAD), index)
    return any(lines[place].startswith("-----BEGIN PGP SIGNED MESSAGE") for place in near)


def is_tagline(line: str) -> bool:
    """Whether a bare line is a device's or an app's "sent from"."""
    if not line or len(line) > _TAGLINE_LENGTH:
        return False
    shown = line.strip("*_-–—<>[]()\"' ")
    match = TAGLINE.match(shown.rstrip(".!"))
    if not match:
        return False
    name = match[match.lastindex or 0]
    if len(name.split()) > _TAGLINE_WORDS + 2 * ("http" in name):
        return False
    return bool(_DEVICE.search(shown)) or (len(name.split()) <= 2 and "," not in name and not line.endswith("."))  # noqa: PLR2004 - "Foo Bar"


def _delimited(lines: Sequence[str]) -> int | None:
    """The first "-- " that has not too much below it."""
    for index, line in enumerate(lines):
        if line and len(line) < 4 and _DELIMITER.match(line):  # noqa: PLR2004 - the longest has two signs
            below = [text for text in lines[index + 1 :] if text]
            if below and len(below) <= _MOST:
                return index
    return None


def _footer(lines: Sequence[str]) -> int | None:
    """A drawn line, or a paragraph's first line, below which a list speaks of itself."""
    last = max(0, len(lines) - _END)
    if not _LIST_FOOTER.search("\n".join(lines[last:])):
        return None
    for index in range(last, len(lines)):
        line = lines[index]
        opens = is_rule(line) or (line and (index == 0 or not lines[index - 1]))
        if opens and any(_LIST_FOOTER.search(text) for text in lines[index : index + 3]):
            return index
    return None


def _legal(lines: Sequence[str]) -> int | None:
    """The first paragraph at the end that has two of a lawyer's words in it."""
    last = max(0, len(lines) - _END)
    start = None
    if not _LEGAL.search(" ".join(lines[last:])):
        return None
    for first, stop in _paragraphs(lines, last):
        words = " ".join(lines[first:stop])[:2_000]
        terms = {match[0].lower() for match in _LEGAL.finditer(words)}
        if terms and (len(terms) > 1 or start is not None) and len(words.split()) >= _LEGAL_WORDS:
            start = first if start is None else start
        elif start is not None and not _is_decoration(words):
            start = None
    if start is not None and start > 0 and _is_decoration(lines[start - 1]):
        start -= 1
    return start


def _is_decoration(words: str) -> bool:
    return is_rule(words) or is_tagline(words) or (len(words.split()) <= _NAME_WORDS and not words.endswith("?"))


def _paragraphs(lines: Sequence[str], first: int) -> list[tuple[int, int]]:
    """The paragraphs from a line on, as spans of lines."""
    spans: list[tuple[int, int]] = []
    opened: int | None = None
    for index in range(first, len(lines) + 1):
        filled = index < len(lines) and bool(lines[index])
        if filled and opened is None:
            opened = index
        elif not filled and opened is not None:
            spans.append((opened, index))
            opened = None
    return spans


def _last_words(lines: Sequence[str]) -> int | None:
    """A tagline, a closing with a name, or a signed name as the last that is said."""
    filled = [index for index in range(max(0, len(lines) - _END), len(lines)) if lines[index]]
    if not filled:
        return None
    last = filled[-1]
    if is_tagline(lines[last]):
        return _with_rule_above(lines, last)
    if len(filled) > 1 and is_tagline(" ".join((lines[filled[-2]], lines[last]))):
        return filled[-2]
    if _is_signed(lines, last):
        return last
    return _closing(lines, filled[-1 - _CLOSING_LINES :])


def _with_rule_above(lines: Sequence[str], index: int) -> int:
    above = index - 1
    while above >= 0 and not lines[above]:
        above -= 1
    return above if above >= 0 and is_rule(lines[above]) else index


def _is_signed(lines: Sequence[str], index: int) -> bool:
    """Whether a line is "- Budi" or "/Budi" under a blank line, and no list's last item."""
    line = lines[index]
    if index == 0 or lines[index - 1] or not _SIGNED.match(line) or not any(sign.isupper() for sign in line):
        return False
    above = next((text for text in reversed(lines[:index]) if text), "")
    return not _BULLET.match(above)


def _closing(lines: Sequence[str], filled: list[int]) -> int | None:
    """The first formula among the last lines below which nothing but a name and its particulars stands."""
    for place, index in enumerate(filled):
        below = [lines[other] for other in filled[place + 1 :]]
        if _is_formula(lines[index]) and below and _is_name(below[0]) and all(map(_is_particular, below)):
            return index
        if not below and _is_formula_with_name(lines[index]):
            return index
    return None


def _is_formula(line: str) -> bool:
    return len(line) < _TAGLINE_LENGTH and not line.endswith("?") and plain(line) in CLOSING


def _is_formula_with_name(line: str) -> bool:
    """Whether a line is "Salam, Budi"."""
    formula, comma, name = line.partition(",")
    return bool(comma) and plain(formula) in CLOSING and _is_name(name.strip()) and name.strip()[:1].isupper()


def _is_name(line: str) -> bool:
    """A few words, most of them written as names are; scripts without capitals, and a lone word, are believed."""
    words = line.split()
    if not 0 < len(words) <= _NAME_WORDS or line.endswith(("?", ":")) or not any(sign.isalpha() for sign in line):
        return False
    return len(words) == 1 or not any(sign.islower() for sign in line) or _capitals(words) >= len(words) / 2


def _capitals(words: list[str]) -> int:
    return sum(not word.strip("(\"'")[:1].islower() for word in words)


def _is_particular(line: str) -> bool:
    """A name, a post, an address, a telephone number; not a sentence, not a question, not a postscript."""
    words = line.split()
    if line.endswith("?") or _POSTSCRIPT.match(line) or len(words) > 2 * _CLOSING_WORDS:
        return False
    if _CONTACT.search(line) or is_rule(line):
        return True
    return len(words) <= _CLOSING_WORDS and (len(words) == 1 or 2 * _capitals(words) >= len(words))
