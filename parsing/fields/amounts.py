"""Amounts of money: with a currency, with "rb" or "jt", in words, or after a word of paying."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from parsing.fields.lexicon import every_label, every_word
from parsing.fields.numbers import BEGINNINGS, SCALE_WORDS, SUFFIXES, WORDS, WRITTEN, parsed, spoken
from parsing.fields.source import DIGITS, Circumstances, Source, first_words
from parsing.fields.tables import under
from parsing.fields.vocabulary import spelled
from parsing.report import Finding, Value

#: What people write → ISO 4217, and the usual codes of the coins that platforms pay in.
_CURRENCIES: Mapping[str, str] = {
    "rp": "IDR", "idr": "IDR", "rupiah": "IDR", "rupiahs": "IDR", "perak": "IDR", "rm": "MYR", "myr": "MYR", "ringgit": "MYR", "usd": "USD",
    "us$": "USD", "$": "USD", "dollar": "USD", "dollars": "USD", "dolar": "USD", "sgd": "SGD", "s$": "SGD", "eur": "EUR", "€": "EUR",
    "euro": "EUR", "usdt": "USDT", "btc": "BTC", "eth": "ETH", "ltc": "LTC",
}  # fmt: skip
_CURRENCY, _SUFFIX, _PLAIN, _WORDS = 0.95, 0.9, 0.8, 0.85

_SIGN = r"(?P<sign>US\$|S\$|\$|€|rp|idr|rm|myr|usdt|usd|sgd|eur)"
_MULTIPLIER = rf"(?:[ \t]?(?P<times>{'|'.join(sorted(SUFFIXES, key=len, reverse=True))})(?![^\W\d]|-\w))"
_MORE = r"(?:[ \t]{0,2}(?P<more>\d{1,3})[ \t]?(?P<more_times>rb|ribu|k)(?!\w))?"
_NAME = (
    r"(?:[ \t]{0,2}(?P<name>rupiahs?|perak|ringgit|dollars?|dolar|idr|myr|rm|usdt|usd|sgd|eur|euro|btc|eth|ltc)(?!\w))"
)
_TAIL = r"(?:[ \t]?[.,][-–—]{1,2})?"
_SIGNED = re.compile(rf"(?<!\w){_SIGN}[ \t.:]{{0,3}}(?P<number>{WRITTEN}){_MULTIPLIER}?{_MORE}{_TAIL}", re.IGNORECASE)
_NUMBERED = re.compile(
    rf"(?<![\w/.,:#+-])(?P<number>{WRITTEN})(?:{_MULTIPLIER}{_MORE}|(?={_NAME.replace('?P<name>', '?:')})){_NAME}?",
    re.IGNORECASE,
)
_LABELS = every_label("amount")
_FIRST = first_words(_LABELS)
_LABELLED = re.compile(
    rf"(?<![\w-])(?:{spelled(_LABELS)})(?:nya)?(?:[ \t]{{1,2}}(?:{spelled(every_word('amount_link'))})\b){{0,3}}[ \t]{{0,3}}[:=]?[ \t]{{0,3}}\n?(?<=[\s:=])"
    rf"(?P<number>\d{{1,3}}(?:[.,]\d{{3}}){{1,4}}(?:[.,]\d{{2}})?|\d{{4,9}})(?![\w/-]|[.,:]\d){_TAIL}",
    re.IGNORECASE,
)
_HEADING = re.compile(rf"(?:{spelled(_LABELS)})(?:[ ]?\((?:rp|idr|rm|usd)\))?", re.IGNORECASE)
_CELL = re.compile(rf"(?P<number>{WRITTEN})(?:[.,]-)?")
_GROUPED = re.compile(r"(?<![\w/.,:#+-])(?P<number>[1-9]\d{0,2}(?:[.,]\d{3}){1,3})(?![\w/-]|[.,:]\d)(?:[.,]-)?")
_SPOKEN = re.compile(
    rf"(?P<words>(?:{'|'.join(sorted(WORDS, key=len, reverse=True))})(?:[ \t-](?:{'|'.join(sorted(WORDS, key=len, reverse=True))})\b){{0,8}})"
    rf"{_NAME}?(?!\w)",
    re.IGNORECASE,
)
#: "50.000 + 117 = 50.117": what was sent, after what it was added up from.
_TOTAL = re.compile(
    rf"[ \t]{{0,2}}\+[ \t]{{0,2}}(?:rp\.?[ \t]?)?\d[\d.]{{0,12}}[ \t]{{0,2}}=[ \t]{{0,2}}(?:rp\.?[ \t]?)?(?P<number>{WRITTEN})",
    re.IGNORECASE,
)
#: Between two sums, of which the second is the first with something added.
_ADDED_UP = re.compile(rf"=|\b(?:{spelled(every_word('added_up'))})\b", re.IGNORECASE)
_BEFORE, _AFTER = 44, 16  #: code points that tell what an amount is
_NOT_BEFORE = re.compile(
    rf"\b(?:(?:{spelled(every_word('no_amount_before'))})\b[^.,;\n\d]{{0,28}}"
    rf"|(?<!\w)(?:{spelled(every_word('no_amount_right_before'))})[ \t:]{{0,3}}(?:(?:rp|idr|rm)\.?[ \t]?)?)$",
    re.IGNORECASE,
)
_BOUGHT = re.compile(rf"\b(?:{spelled(every_word('bought'))})\b[^.,;\n\d]{{0,16}}$", re.IGNORECASE)
_NOT_AFTER = re.compile(rf"[ \t]{{0,2}}(?:{spelled(every_word('no_amount_after'))})\b", re.IGNORECASE)
_MAX = Decimal(10) ** 13


def find(source: Source, circumstances: Circumstances) -> Iterator[Finding]:
    """Amounts that say that they are money."""
    default = _default(source, circumstances)
    end = 0
    for place in source.anchors(_STARTS):
        if place < end:
            continue
        match, confidence = _at(source.text, place)
        if match is None:
            continue
        found = _read(source, match, default, confidence)
        if found is not None:
            end = match.end()
            yield found
            total = _TOTAL.match(source.text, end)
            summed = _read(source, total, default, confidence) if total else None
            if total is not None and summed is not None:
                end = total.end()
                yield summed
    yield from _in_columns(source, default)


def _in_columns(source: Source, default: str) -> Iterator[Finding]:
    """Bare numbers under a heading that says that they are money."""
    for start, end in under(source, _HEADING):
        match = _CELL.fullmatch(source.text, start, end)
        found = _read(source, match, default, _PLAIN) if match else None
        if found is not None:
            yield found


def find_grouped(source: Source, circumstances: Circumstances) -> Iterator[Finding]:
    """Numbers in groups of thousands, where nothing else is an amount."""
    default = _default(source, circumstances)
    for place in source.anchors(frozenset({DIGITS})):
        match = _GROUPED.match(source.text, place)
        found = _read(source, match, default, 0.6) if match else None
        if found is not None:
            yield found


def key(value: Value) -> str:
    """The same sum in the same currency is one amount."""
    return f"{value['currency']} {value['value']}" if isinstance(value, Mapping) else value


def settle(found: Sequence[Finding], sources: Sequence[Source]) -> list[Finding]:
    """A total counts, not what was added up to it: "50.000 + 117 = 50.117"."""
    texts = {source.where: source.original for source in sources}
    parts: set[int] = set()
    for one, other in pairwise(found):
        between = texts[one.where][one.end : other.start] if one.where == other.where else ""
        if 0 < len(between) <= 30 and _ADDED_UP.search(between):  # noqa: PLR2004
            parts.add(id(one))
    return [each for each in found if id(each) not in parts]


def _at(text: str, place: int) -> tuple[re.Match[str] | None, float]:
    """The amount that begins at an anchor."""
    start = place
    while start > 0 and text[start - 1] in "$€":
        start -= 1
    for pattern, confidence in ((_SIGNED, _CURRENCY), (_NUMBERED, _SUFFIX), (_LABELLED, _PLAIN), (_SPOKEN, _WORDS)):
        match = pattern.match(text, start)
        if match:
            return match, confidence
    return None, 0.0


def _read(source: Source, match: re.Match[str], default: str, confidence: float) -> Finding | None:
    groups = match.groupdict()
    value = _spoken(groups) if groups.get("words") else _written(groups)
    if value is None or not 0 < value < _MAX or _is_other(source.original, match):
        return None
    currency = _CURRENCIES[(groups.get("sign") or groups.get("name") or default).lower()]
    number = int(value) if value == value.to_integral_value() else float(value)
    start = match.start("number") if "number" in groups and not groups.get("sign") else match.start()
    start = match.start("words") if groups.get("words") else start
    rule = (
        "amount_words"
        if groups.get("words")
        else "amount_currency"
        if groups.get("sign") or groups.get("name")
        else "amount"
    )
    return source.finding("amounts", {"currency": currency, "value": number}, (start, match.end()), rule, confidence)


def _written(groups: Mapping[str, str | None]) -> Decimal | None:
    value = parsed(groups["number"] or "")
    if value is None:
        return None
    value *= SUFFIXES[(groups.get("times") or "").lower()] if groups.get("times") else 1
    if groups.get("more"):
        value += int(groups["more"] or 0) * 1_000
    return value


def _spoken(groups: Mapping[str, str | None]) -> Decimal | None:
    """A number in words is money where it has a currency, or thousands."""
    words = (groups["words"] or "").lower().replace("-", " ").split()
    if not groups.get("name") and not SCALE_WORDS & set(words):
        return None
    value = spoken(words)
    return None if value is None else Decimal(value)


def _is_other(text: str, match: re.Match[str]) -> bool:
    """Whether it is a limit, a fee, a prize: an amount, and not what was paid."""
    start = match.start()
    before, after = text[max(0, start - _BEFORE) : start], text[match.end() : match.end() + _AFTER]
    promised = _NOT_BEFORE.search(before) and not _BOUGHT.search(before)
    return bool(promised or _NOT_AFTER.match(after))


def _default(source: Source, circumstances: Circumstances) -> str:
    """The currency of an amount without one: that of the country, or the one that the mail names."""
    rupiah = "rupiah" in source.places or "rp" in source.places
    if not rupiah and ("ringgit" in source.places or ("rm" in source.places and _RINGGIT.search(source.text))):
        return "rm"
    return "rm" if circumstances.language == "ms" and not rupiah else "rp"


_RINGGIT = re.compile(r"(?<![\w.])RM[ ]?\d")
_STARTS = frozenset({DIGITS, "rp", "idr", "rm", "myr", "us", "s", "usdt", "usd", "sgd", "eur"}) | _FIRST | BEGINNINGS
