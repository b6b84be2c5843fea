"""References of a deposit, withdrawal, transfer, order or payment: after a label, or in a shape that platforms use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from parsing.fields import channels
from parsing.fields.corrections import Bare
from parsing.fields.labelled import LISTED, Grammar, grammar, plain
from parsing.fields.lexicon import every_label, every_word
from parsing.fields.source import DIGITS, TAKEN, Circumstances, Origin, Source
from parsing.fields.tables import under
from parsing.fields.vocabulary import spelled
from parsing.report import Finding

_GROUPS = r"(?:[ \t]\d{3,8}(?![.:,/]?\d|\w))*(?:(?<=\d{3})[ \t]\d{1,2}(?![\w.:,/]|[ \t](?:rb|ribu|jt|juta|jam)\b))?"
#: A reference that is broken at its hyphen goes on in the next line; one in groups of digits, too.
_BROKEN = r"(?:(?<=[-/_])\n[ \t]{0,4}[A-Za-z0-9][A-Za-z0-9/_-]{0,40}|(?<=[ \t]\d{4})\n[ \t]{0,4}\d{1,8}(?:[ \t]\d{1,8}){0,4}(?![.:,/)]?\d|[\w.)])|(?<=[^\d]\d{4})(?:\n[ \t]{0,4}\d{3,8}(?=\s|$)){1,3}){0,2}"
_VALUE = rf"(?:[A-Za-z]{{2,5}}[ \t\n](?=\d))?[A-Za-z0-9][A-Za-z0-9/_#-]{{2,60}}(?:(?<=\d){_GROUPS})?{_BROKEN}(?![\w@]|[.,]\d)"
_BETWEEN = r"(?:[ \t]{1,2}[A-Za-z-]{2,15}){0,2}?"
_KNOWN = re.compile(
    r"(?<![A-Za-z0-9/#-])#?(?P<value>(?:TRX|TRXID|TX|TXN|DP|DEPO?|WD|WDR|INV|TRF|TF|ORD|ORDER|REF|PAY|TOPUP|TU|FT|MID)(?:\d[\dA-Z/_-]{4,40}|[-_/]\d[\dA-Z/_-]{2,40}))(?![\w@])"
)
_SHAPE = re.compile(
    r"(?<![A-Za-z0-9/#@.-])#?(?P<value>[A-Z]{2,6}[-_/]?(?=(?:[A-Z/_-]{0,8}\d){6})[\dA-Z][\dA-Z/_-]{5,40}|20\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{4,14})(?![\w@]|[.,]\d)"
)
#: In brackets behind what it is the reference of: "ke BCA Rp 350.000 (WDX-101)".
_IN_BRACKETS = re.compile(rf"(?<=[\w{TAKEN}] )\((?P<value>[A-Z]{{2,6}}[-/]\d{{3,}}[\dA-Z/-]{{0,30}})\)")
_NO_REFERENCE = re.compile(rf"(?:{spelled(every_word('no_reference'))})[ \t:]{{0,3}}$", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
#: What is called a number and cannot be a word, a sum or a plain number.
_CODED = re.compile(
    r"(?=[\d/_-]{0,20}[A-Z])(?=(?:[A-Z/_-]{0,20}\d){2})[A-Z0-9]{1,12}(?:[-/_][A-Z0-9]{1,20}){1,5}|(?=\d{0,20}[A-Z])(?=(?:[A-Z]{0,20}\d){4})[A-Z0-9]{7,32}"
)
_SIGNED = 0.97
_SPOKEN = 0.9
_NUMBERED_ONLY = 0.85
_BY_SHAPE = 0.75
_MIN_DIGITS = 3  #: fewer digits are a word, a bank or a version
_MIN_CODED = 2  #: digits beside capital letters, called a number: "kode TXJ-9A1"
_MIN_SPOKEN = 4  #: digits, where no sign stands between label and value
_ALIKE = 0.4  #: how much of a second reference is that of the first: "TRX-1001 dan TRX-1002"
_VERY_ALIKE = 0.7  #: behind a comma, where anything may stand
_DATE_LIKE = re.compile(r"(?:0?[1-9]|[12]\d|3[01])[/-](?:0?[1-9]|1[0-2])(?:[/-](?:\d{2}|\d{4}))?|\d{4}-\d{2}-\d{2}")
_CAMERA = re.compile(
    r"(?:IMG|VID|PXL|DSC|SCR|DOC|WA|PHOTO|IMAGE)[-_ ]?\d|.*-WA\d", re.IGNORECASE
)  #: names that phones give to pictures
_AMOUNT_LIKE = re.compile(r"(?:rp)?\d+(?:rb|ribu|k|jt|juta|x|an|idr|usd|rm)?", re.IGNORECASE)
_MONEY = re.compile(r"(?:rp\.?|idr|rm)[ \t]?\d", re.IGNORECASE)


def find(source: Source, circumstances: Circumstances) -> Iterator[Finding]:
    """References after their labels."""
    if source.origin is Origin.NAME:
        return
    for match in _grammar(circumstances.settings.labels.get("transaction_ids", ())).matches(source):
        start, raw = _trimmed(match)
        signed = bool(match["sign"] or match["dash"] or match["cell"])
        if not _is_reference(raw) or not (
            _is_signed(match["label"], raw) if signed else _is_spoken(match["label"], raw)
        ):
            continue
        yield _finding(source, start, raw, "transaction_label", _SIGNED if signed else _SPOKEN)
        yield from _further(source, raw, match.end())
    for start, end in under(source, _HEADING):
        raw = source.text[start:end]
        if _is_reference(raw) and _WHOLE.fullmatch(raw) and not (raw.isdecimal() and len(raw) < _MIN_SPOKEN):
            yield _finding(source, start, raw, "transaction_column", _SIGNED)


def find_numbered(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """References that are called a number and nothing else: "dengan nomor TRN-90021", "ID WD-88120"."""
    for match in _NUMBERED.matches(source) if source.origin is not Origin.NAME else ():
        raw = match["value"].rstrip("/_-")
        before = source.text[max(0, match.start() - _NEAR) : match.start()]
        coded = _KNOWN.fullmatch(raw) or (
            _CODED.fullmatch(raw) and (match["label"].lower() != "id" or _is_id_of_one(source, match, raw))
        )
        if coded and not match["loose"] and _is_reference(raw, _MIN_CODED) and not _NO_REFERENCE.search(before):
            yield _finding(source, match.start("value"), raw, "transaction_number", _NUMBERED_ONLY)
            yield from _further(source, raw, match.end())


def _is_id_of_one(source: Source, match: re.Match[str], raw: str) -> bool:
    """Whether "ID 55-TRK-1901" is a transaction's: a code of several pieces, where the account is called otherwise."""
    others = (other for other in _ACCOUNT.finditer(source.text) if not match.start() <= other.start() < match.end())
    return sum(map(str.isdecimal, raw)) >= _MIN_SPOKEN and bool(re.search(r"[-/]", raw)) and any(True for _ in others)


def _further(source: Source, raw: str, end: int) -> Iterator[Finding]:
    """The other references of a list that begins with one: they look like it."""
    for match in _GRAMMAR.more(source, end, LISTED):
        other = match[0].rstrip("/_-")
        near = source.text[end : match.start()]
        alike = _ALIKE if "," not in near else _VERY_ALIKE
        if not _is_reference(other, _MIN_CODED) or SequenceMatcher(None, raw, other).ratio() < alike:
            return
        yield _finding(source, match.start(), other, "transaction_label", _SPOKEN)
        end = match.end()


def find_by_shape(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """References without a label, by the prefixes that platforms give them."""
    if DIGITS not in source.words:
        return
    for pattern, confidence in ((_KNOWN, _BY_SHAPE), (_SHAPE, _BY_SHAPE - 0.1), (_IN_BRACKETS, _BY_SHAPE - 0.1)):
        found = False
        for match in pattern.finditer(source.text):
            raw = match["value"].rstrip("/_-")
            before = source.text[max(0, match.start() - _NEAR) : match.start()]
            if _is_reference(raw) and not _NO_REFERENCE.search(before):
                found = True
                rule = "transaction_name" if source.origin is Origin.NAME else "transaction_shape"
                yield _finding(source, match.start("value"), raw, rule, confidence)
        if found:
            return


def settle(found: Sequence[Finding], sources: Sequence[Source]) -> list[Finding]:
    """Without those of which it is said that they went well, where another did not: "WD-100 sudah masuk"."""
    texts = {source.where: source.original for source in sources}
    left = [each for each in found if not _went_well(texts.get(each.where, ""), each)]
    return left or list(found)


def _went_well(text: str, finding: Finding) -> bool:
    start, end = finding.start, finding.end
    before = _SENTENCE.split(text[max(0, start - _SAID) : start])[-1]
    after = _SENTENCE.split(text[end : end + _SAID])[0]
    return bool(_WELL.search(f"{before} {after}")) and not _DENIED.search(f"{before} {after}")


def _trimmed(match: re.Match[str]) -> tuple[int, str]:
    """Where the value begins, without a word of the sentence or a bank before it: "ID transaksi nya 123", "ref BNI 77"."""
    start, raw = match.start("value"), match["value"].rstrip("/_-")
    prefix, blank, rest = raw.partition(" ")
    if blank and prefix.isalpha() and (not prefix.isupper() or prefix.lower() in _BANKS):
        return start + len(raw) - len(rest), rest
    return start, raw


def _is_reference(raw: str, least: int = _MIN_DIGITS) -> bool:
    digits = sum(character.isdigit() for character in raw)
    return digits >= least and not any((_DATE_LIKE.fullmatch(raw), _MONEY.match(raw), _CAMERA.match(raw)))


def _is_signed(label: str, raw: str) -> bool:
    """Whether what follows a label and a colon is its value: "deposit: 50000" is an amount."""
    return not (" ".join(label.lower().split()) in _SUMS and _AMOUNT_LIKE.fullmatch(raw) and len(raw) <= _MAX_SUM)


def _is_spoken(label: str, raw: str) -> bool:
    """Whether what follows a label without a sign is its value: "transfer 50000" is an amount, "ref 50000123" is none."""
    digits = sum(character.isdigit() for character in raw)
    if " ".join(label.lower().split()) in _WEAK:
        return not raw.isdecimal() and not _AMOUNT_LIKE.fullmatch(raw) and digits >= _MIN_SPOKEN and raw.upper() == raw
    return digits >= _MIN_SPOKEN or not _AMOUNT_LIKE.fullmatch(raw)


def _finding(source: Source, start: int, raw: str, rule: str, confidence: float) -> Finding:
    return source.finding("transaction_ids", _BLANKS.sub("", raw), (start, start + len(raw)), rule, confidence)


def _grammar(extra: tuple[str, ...]) -> Grammar:
    return _made(extra) if extra else _GRAMMAR


def _made(extra: tuple[str, ...]) -> Grammar:
    """A number of a transaction ("no ref"), a transaction's number ("trx id"), or the bare word ("ref")."""
    gap = r"[ \t.\-_/]{0,3}"
    number, noun = plain(every_word("number")), plain(every_label("transaction_id"))
    site = f"{plain(extra)}|" if extra else ""
    label = (
        rf"{site}(?:{number}){gap}(?:{noun})(?:{gap}(?:{noun}))?|(?:{noun})(?:{gap}(?:{noun}))?(?:{gap}(?:{number})\b)?"
    )
    glued = tuple(one + other for one in every_word("number") for other in every_label("transaction_id"))
    return grammar(
        rf"(?:{label})(?!\w)|(?:{label})(?=nya\b)",
        (*extra, *every_word("number"), *every_label("transaction_id"), *glued),
        _VALUE,
        _BETWEEN,
    )


_NEAR = 24  #: code points before a number that say what else it is
#: An account that is named: "akun: ollie", "username saya budi_88".
_ACCOUNT = re.compile(
    rf"(?<!\w)(?:{spelled(label for label in every_label('username') if label not in every_word('number'))})(?:nya|ku)?"
    r"(?:[ \t]{0,2}[:=][ \t]{0,2}\w|[ \t]{1,2}(?:saya |sy |is )?(?=[a-z.]{0,20}[_\d])[a-z][\w.]{3,})",
    re.IGNORECASE,
)
_SAID = 120  #: code points of its sentence on either side of a reference
_SENTENCE = re.compile(r"[.!?;]\s|\n")
_WELL = re.compile(rf"(?<!\w)(?:{spelled(every_word('went_well'))})(?!\w)", re.IGNORECASE)
_DENIED = re.compile(rf"(?<!\w)(?:{spelled((*every_word('not'), *every_word('denials')))})(?!\w)", re.IGNORECASE)
_BANKS = frozenset(name.lower() for name in channels.NAMES)
_MAX_SUM = 9  #: digits that a sum of money may have
_SUMS = frozenset(every_word("sums"))
_WEAK = frozenset(every_word("weak_transaction"))
_GRAMMAR = _made(())
_NUMBERED = grammar(
    rf"(?:{plain(every_word('number'))})(?!\w)|(?:{plain(every_word('number'))})(?=nya\b)", every_word("number"), _VALUE
)
_NUMBERS, _NOUNS = plain(every_word("number")), plain(every_label("transaction_id"))
_HEADING = re.compile(
    rf"(?:{_NUMBERS})[ .\-_/]{{0,3}}(?:{_NOUNS})|(?:{_NOUNS})[ .\-_/]{{0,3}}(?:{_NUMBERS})|ref|reff|referensi|reference",
    re.IGNORECASE,
)
_WHOLE = re.compile(_VALUE)

#: A reference without a label, after "yang benar": it looks like the one that it corrects.
BARE = Bare(shape=re.compile(_VALUE), accepts=_is_reference, alike=True)
