"""The sender's own account name on the platform: only where a label says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsing.fields.corrections import Bare
from parsing.fields.labelled import Grammar, grammar, plain
from parsing.fields.lexicon import LEXICON, every_label, every_word
from parsing.fields.source import Circumstances, Source, first_words
from parsing.fields.tables import under
from parsing.fields.vocabulary import spelled
from parsing.report import Finding

_VALUE = r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{1,30}[A-Za-z0-9_]|[A-Za-z0-9_])(?![\w@]|[.-]\w)"
_SIGNED = 0.95  #: "username: budi_99"
_SPOKEN = 0.9  #: "dengan username budi_99"
_PLAIN_WORD = 0.6  #: "username budi": may be a word of the sentence
_NOT_NAMES = frozenset({"idr", "usd", "rm", "myr", "rp"}).union(*(language.not_names for language in LEXICON.values()))
_WEAK_LABELS = frozenset(every_word("weak_username"))
_SIGNED_LABELS = frozenset(every_word("signed_username"))
_CODE = re.compile(r"[0-9_]|\w[.-]\w|[a-z][A-Z]")
_AMOUNT = re.compile(
    r"(?:rp|rm|idr|usd)?\d+(?:[.,]\d+)?(?:rb|ribu|k|jt|juta|x|an)?|\d{1,2}[.:]\d{2}|\d{1,2}-\d{1,2}(?:-\d{2,4})?",
    re.IGNORECASE,
)
_VERB_FORM = re.compile(r"(?:di|ter|ber|mem|men|meng|ke|se|pen)[a-z]{4,}|[a-z]+(?:nya|kan|lah)|un[a-z]+ed|[a-z]+ing")
_MIN_LENGTH = 3  #: no platform allows shorter names
_MIN_DIGITS = 4  #: an ID of digits alone has more


def find(source: Source, circumstances: Circumstances) -> Iterator[Finding]:
    """Account names after their labels."""
    for match in _grammar(circumstances.settings.labels.get("usernames", ())).matches(source):
        confidence = _confidence(match)
        if not confidence:
            continue
        yield _finding(source, match, confidence)
        for further in _GRAMMAR.more(source, match.end()):
            if not _CODE.search(further[0]) or _AMOUNT.fullmatch(further[0]):
                break
            yield _finding(source, further, confidence)
    for start, end in under(source, _HEADING):
        if is_name(source.text[start:end]) and _WHOLE.fullmatch(source.text, start, end):
            yield source.finding("usernames", source.text[start:end], (start, end), "username_column", _SIGNED)


def find_mended(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """A name without a label of its own: "salah tulis username, saya tulis budi88, harusnya budi_88"."""
    for place in source.anchors(_MENDING):
        match = _MENDED.match(source.text, place)
        if (
            match
            and is_name(match["value"])
            and _CODE.search(match["value"])
            and _NAMED.search(source.text, max(0, place - _FAR), place)
        ):
            yield source.finding("usernames", match["value"], match.span("value"), "username_mended", _PLAIN_WORD)


def find_handle(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """The only "@name" of a text that has no label, where it is nobody else's."""
    if source.text.count("@") == 1 and source.where != "subject":
        match = _HANDLE.search(source.text)
        if (
            match
            and is_name(match["value"])
            and not _OTHERS_HANDLE.search(source.text, max(0, match.start() - _NEAR), match.start())
        ):
            yield source.finding("usernames", match["value"], match.span("value"), "username_handle", _PLAIN_WORD)


def is_name(raw: str) -> bool:
    """Whether a word can be an account's name, wherever it stands."""
    return len(raw) >= _MIN_LENGTH and raw.lower() not in _NOT_NAMES and not _AMOUNT.fullmatch(raw)


def _finding(source: Source, match: re.Match[str], confidence: float) -> Finding:
    span = match.span("value") if "value" in match.re.groupindex else match.span()
    return source.finding("usernames", source.text[span[0] : span[1]], span, "username_label", confidence)


def _confidence(match: re.Match[str]) -> float:
    """How sure it is that the word after the label is a name, 0.0 where it is not."""
    value = match["value"]
    signed = bool(match["sign"] or match["dash"] or (match["cell"] and _ENDS_LINE.match(match.string, match.end())))
    weak = re.sub(r"\s+", " ", match["label"].lower()) in _WEAK_LABELS
    if " ".join(match["label"].lower().split()) in _SIGNED_LABELS and not (signed and _CODE.search(value)):
        return 0.0
    if _is_no_name(value, signed=signed, weak=weak) or (match["loose"] and not _is_code(value)):
        return 0.0
    if signed:
        return _SIGNED
    if _CODE.search(value) and not _HYPHENED.fullmatch(value) and not (weak and _DOUBLED.fullmatch(value)):
        return _SPOKEN
    if match["below"] or (weak and not _owned(match)) or _VERB_FORM.fullmatch(value.lower()):
        return 0.0
    return _SPOKEN if match["verb"] and not weak else _PLAIN_WORD


def _is_no_name(value: str, *, signed: bool, weak: bool) -> bool:
    """Whether it is too short, a word that follows labels, a sum, or a telephone number that is only called an account."""
    number = value.isdecimal() and (signed or len(value) >= _MIN_DIGITS)
    return (
        len(value) < _MIN_LENGTH
        or value.lower() in _NOT_NAMES
        or bool(_AMOUNT.fullmatch(value) and not number)
        or bool(weak and _MOBILE.fullmatch(value))
    )


def _is_code(value: str) -> bool:
    """Whether it is a name even far from its label: no word of a sentence, and no telephone number."""
    return bool(_CODE.search(value)) and not _MOBILE.fullmatch(value)


def _owned(match: re.Match[str]) -> bool:
    """Whether an ID is called the sender's own: "id gue bagas"; "akun saya hilang" is no name."""
    label = match["label"].lower()
    return not label.startswith(("ak", "ac")) and match.start("value") - match.end("label") > 3  # noqa: PLR2004 - " gw "


def _grammar(extra: tuple[str, ...]) -> Grammar:
    """The grammar with a site's own labels."""
    if not extra:
        return _GRAMMAR
    labels = (*extra, *_LABELS)
    return grammar(plain(labels), labels, _VALUE)


_DOUBLED = re.compile(r"[a-z]{3,}2(?:nya|an|kan|lah)?")  #: "tiba2", "masuk2": a word said twice
_ENDS_LINE = re.compile(r"[ ]*(?:\n|$)")  #: behind the last cell of a row; else the label is one heading among others
_MOBILE = re.compile(r"(?:\+?62|0)-?8[\d.-]{8,14}")
_HYPHENED = re.compile(r"([a-z]+)-\1[a-z]*|[a-z]+-[a-z]+", re.IGNORECASE)  #: "tiba-tiba", "e-mail": words, not names
_LABELS = every_label("username")
_STRONG = [label for label in _LABELS if label not in _WEAK_LABELS]
_GRAMMAR = grammar(plain(_LABELS), _LABELS, _VALUE)
_HEADING, _WHOLE = re.compile(plain(_STRONG), re.IGNORECASE), re.compile(_VALUE)

_NEAR = 30  #: code points before a handle that tell whose it is
_FAR = 120  #: code points between the label and the mended name
_NAMED = re.compile(rf"(?<!\w)(?:{spelled(_STRONG)})(?:nya|ku)?(?!\w)", re.IGNORECASE)
_MENDED = re.compile(
    rf"(?:{spelled(every_word('mended'))})(?:[ \t]{{0,2}}:)?[ \t]{{1,3}}[\"'“(@]{{0,2}}(?P<value>{_VALUE})",
    re.IGNORECASE,
)
_MENDING = first_words(every_word("mended"))

_HANDLE = re.compile(r"(?<![\w@.])@(?P<value>[A-Za-z][A-Za-z0-9_.]{1,30}[A-Za-z0-9_])(?![\w@]|\.\w)")
_OTHERS_HANDLE = re.compile(
    rf"(?<!\w)(?:{spelled(every_word('others_handles'))})(?:[ \t]{{1,2}}\w{{1,10}})?[ \t:(]{{1,3}}$", re.IGNORECASE
)

#: A name without a label, after "yang benar".
BARE = Bare(shape=re.compile(_VALUE), accepts=is_name, alike=False)
