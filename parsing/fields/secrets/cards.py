"""Payment cards: numbers that Luhn's formula confirms (ISO/IEC 7812-1, annex B), and the date and code beside them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from parsing.fields.secrets.numbers import Number
from parsing.fields.secrets.span import Span, Text, openings
from parsing.fields.vocabulary import loosely_spelled, phrases

_CARD_WORDS, _EXPIRY_WORDS, _CODE_WORDS = (phrases("secrets", name) for name in ("card", "expiry", "cvv"))
_CARD_OPENINGS, _EXPIRY_OPENINGS, _CODE_OPENINGS = map(openings, (_CARD_WORDS, _EXPIRY_WORDS, _CODE_WORDS))
_CARD = re.compile(rf"(?<!\w)(?:{loosely_spelled(_CARD_WORDS)})(?!\w)", re.IGNORECASE)
_EXPIRY = re.compile(
    rf"(?:{loosely_spelled(_EXPIRY_WORDS)})(?:nya)?[ \t]{{0,3}}[:=]?[ \t]{{0,3}}(?P<value>(?:0?[1-9]|1[0-2])[ ]?[/\-][ ]?(?:20)?\d{{2}})(?![\w/])",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"[\s,;|/()]{1,4}(?P<value>(?:0[1-9]|1[0-2])/(?:20)?\d{2})(?![\w/])")
_CODE = re.compile(
    rf"(?:{loosely_spelled(_CODE_WORDS)})(?:nya)?(?:[ \t]{{1,2}}[a-z]{{2,10}}){{0,2}}[ \t]{{0,3}}[:=]?[ \t]{{0,3}}(?P<value>\d{{3,4}})(?!\w|[.,]\d)",
    re.IGNORECASE,
)
#: What has other numbers of that length: references, accounts, virtual accounts, identity cards.
_OTHERS = re.compile(
    r"(?:ref\w*|rujukan|trx\w*|transaksi|transaction|transfer|rek(?:ening)?|account|akun|akaun|va|virtual\s\w+|resi|sn|id|order|invoice|tiket|ticket|imei|token|nik|ktp|kk)"
    r"(?:nya)?(?:[ \t]{1,2}[a-z]{2,12}){0,2}(?:[ \t]{1,2}n(?:o|umber|omor)\.?)?[ \t]{0,2}[:=#.]?[ \t\n]{0,3}$",
    re.IGNORECASE,
)
_BEFORE = 48  #: code points in which a label stands before its number
_NEAR = 160  #: code points around a date within which the card has to be spoken of
_LENGTHS = {"3": (15, 16), "4": (13, 16, 19), "5": (16,), "6": (16, 17, 18, 19), "2": (16,)}  #: by first digit


def find(text: Text) -> Iterator[Span]:
    """Numbers, then the dates and codes beside a card."""
    written = text.written
    cards = [number for number in text.numbers if _is_card(written, number)]
    for number in cards:
        yield Span(kind="card", start=number.start, end=number.end)
        beside = _BESIDE.match(written, number.end)
        if beside:
            yield _span("expiry", beside)
    codes = [match for place in text.places(_CODE_OPENINGS) if (match := _CODE.match(written, place))]
    yield from (_span("cvv", match) for match in codes)
    spoken = sorted(
        [*(number.start for number in cards), *(match.start() for match in codes), *text.places(_CARD_OPENINGS)]
    )
    for place in text.places(_EXPIRY_OPENINGS):
        match = _EXPIRY.match(written, place)
        if match and _is_near(place, spoken):
            yield _span("expiry", match)


def _is_card(text: str, number: Number) -> bool:
    if len(number.digits) not in _LENGTHS.get(number.digits[0], ()) or len(set(number.digits)) == 1:
        return False
    before = text[max(0, number.start - _BEFORE) : number.start]
    if _OTHERS.search(before):
        return False
    return _luhn(number.digits) or bool(_CARD.search(before))  # with a slip of the finger it is a card's number still


def _luhn(digits: str) -> bool:
    total = sum(int(digit) for digit in digits[-1::-2])
    return (total + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])) % 10 == 0


def _is_near(place: int, spoken: Sequence[int]) -> bool:
    after = bisect_left(spoken, place - _NEAR)
    return after < len(spoken) and spoken[after] <= place + _NEAR


def _span(kind: str, match: re.Match[str]) -> Span:
    return Span(kind=kind, start=match.start("value"), end=match.end("value"))
