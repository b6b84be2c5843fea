"""The sender's own account name on the platform: only where a label says so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsing.fields import corrections
from parsing.fields.common import is_common
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


def find_instead(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """A name behind another that is denied, far from its label: "ID saya typo tadi, bukan budi88 tapi budi_88"."""
    for place in corrections.instead(source):
        match = _WHOLE.match(source.text, place)
        if match and is_name(match[0]) and _NAMING_IT.search(source.text, max(0, place - _FAR), place):
            yield source.finding("usernames", match[0], match.span(), "username_mended", _PLAIN_WORD)


def find_introduced(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """Who says who he is, without a label: "I'm kiwi_mike", "I go by ferret", "budi_99 is my username"."""
    for place in source.anchors(_INTRODUCING):
        match = _INTRODUCED.match(source.text, place)
        if match and is_name(match["value"]) and not _is_word(match["value"].rstrip("0123456789")):
            value, code = match["value"], bool(_CODE.search(match["value"]))
            surely = (
                match["surely"] is not None and value.islower() and bool(_ENDS_CLAUSE.match(source.text, match.end()))
            )
            if surely or (code and _SOME_LETTERS.search(value) and not _HYPHENED.fullmatch(value)):
                yield source.finding("usernames", value, match.span("value"), "username_introduced", _PLAIN_WORD)
    for place in source.anchors(_NAMING):
        match = (
            _BEHIND.search(source.text, max(0, place - _WINDOW), place)
            if _NAMING_IT.match(source.text, place)
            else None
        )
        if match and is_name(match["value"]) and _CODE.search(match["value"]) and _SOME_LETTERS.search(match["value"]):
            yield source.finding("usernames", match["value"], match.span("value"), "username_introduced", _PLAIN_WORD)


def find_underscored(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """Names that nothing tells but their shape, one or two: only account names are written with an underscore."""
    found = {match[0].lower(): match for match in _UNDERSCORED.finditer(source.text)} if "_" in source.text else {}
    if len(found) <= _PAIR:
        for match in found.values():
            yield source.finding("usernames", match[0], match.span(), "username_shape", _PLAIN_WORD)


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


def _is_word(stem: str) -> bool:
    """Whether what stands before a name's digits is a word: "saya masuk2"."""
    return stem.isalpha() and is_common(stem)


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
    if _CODE.search(value) and not _HYPHENED.fullmatch(value) and not _DOUBLED.fullmatch(value):
        return _SPOKEN
    if (
        match["below"]
        or (weak and not _owned(match))
        or _DOUBLED.fullmatch(value)
        or _VERB_FORM.fullmatch(value.lower())
    ):
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
    told = match.start("value") - match.end("label") > 3  # noqa: PLR2004 - " gw "
    mine = label.startswith("my ") or _MY.search(match.string[max(0, match.start() - 4) : match.start()])
    return not label.startswith(("ak", "ac")) and bool(told or mine)


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
_NAMING_IT = re.compile(rf"(?<!\w)(?:{spelled(_LABELS)})(?:nya|ku)?(?!\w)", re.IGNORECASE)
_MENDED = re.compile(
    rf"(?:{spelled(every_word('mended'))})(?:[ \t]{{0,2}}:)?[ \t]{{1,3}}[\"'“(@]{{0,2}}(?P<value>{_VALUE})",
    re.IGNORECASE,
)
_MENDING = first_words(every_word("mended"))

_MY = re.compile(r"\bmy $", re.IGNORECASE)
_SURELY, _SAYS = every_word("introduces_surely"), every_word("introduces")
_INTRODUCED = re.compile(
    rf"(?<!\w)(?:(?P<surely>{spelled(_SURELY)})|{spelled(_SAYS)})[ \t]{{1,2}}(?:of[ \t]|@)?[\"'“]?(?P<value>{_VALUE})",
    re.IGNORECASE,
)
_INTRODUCING = first_words((*_SURELY, *_SAYS))
_ENDS_CLAUSE = re.compile(r"[\"'”]?[ \t]*(?:[.,;:!?)\n]|$|(?:on|di)\b)")
_SOME_LETTERS = re.compile(r"[A-Za-z]{2}")
_WINDOW = 60  #: code points before a label in which the name may stand that it names
_BEHIND = re.compile(
    rf"(?<![\w@.-])(?P<value>{_VALUE})[\"'”)]?[ \t]{{1,2}}(?:{spelled((*every_word('being'), 'itu'))})[ \t]{{1,2}}(?:(?:my|our|the)[ \t]{{1,2}})?$",
    re.IGNORECASE,
)
_NAMING = first_words(_LABELS)

_PAIR = 2  #: own accounts; of more some are somebody else's
_UNDERSCORED = re.compile(
    r"(?<![\w@./\-#:=?&])(?!(?:img|vid|pxl|dsc|scr|doc|pic|photo|image|screenshot|rec|file|wa|err|error)_)"
    r"(?=[a-z0-9.]{0,20}[a-z])[a-z0-9.]{2,20}(?:_[a-z0-9.]{1,20}){1,3}(?<!\.)_?(?![\w@/\-=]|\.(?:jpe?g|png|pdf|mp4|heic)\b)",
    re.IGNORECASE,
)

_HANDLE = re.compile(r"(?<![\w@.])@(?P<value>[A-Za-z][A-Za-z0-9_.]{1,30}[A-Za-z0-9_])(?![\w@]|\.\w)")
_OTHERS_HANDLE = re.compile(
    rf"(?<!\w)(?:{spelled(every_word('others_handles'))})(?:[ \t]{{1,2}}\w{{1,10}})?[ \t:(]{{1,3}}$", re.IGNORECASE
)

#: A name without a label, after "yang benar".
BARE = Bare(shape=re.compile(_VALUE), accepts=is_name, alike=False)
