"""Banks, wallets and methods that money came from, went to, or was tried by.

Names that are also words ("dana" is money, "mandiri" is independent, "jago" is skilled) count where they are written as
names, or where something is paid by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from parsing.fields.lexicon import every_word
from parsing.fields.source import Circumstances, Source, first_words
from parsing.fields.vocabulary import spelled
from parsing.report import Finding

#: Name → what else people call it.
NAMES: Mapping[str, tuple[str, ...]] = {
    "BCA": ("bca mobile", "m-bca", "m bca", "mbca", "mybca", "klikbca", "klik bca", "bank central asia", "bca syariah", "flazz"),
    "BRI": ("brimo", "bri mo", "bank rakyat indonesia", "britama", "brilink"),
    "BNI": ("bni mobile", "bni mobile banking", "wondr", "wondr by bni", "bank negara indonesia", "taplus"),
    "Mandiri": ("livin", "livin mandiri", "livin by mandiri", "livin' by mandiri", "mandiri livin", "bank mandiri", "mandiri online", "mandiri e-money", "mandiri emoney"),
    "BSI": ("bank syariah indonesia", "bsi mobile", "byond", "byond by bsi"),
    "CIMB Niaga": ("cimb", "octo", "octo mobile", "octo clicks", "cimb niaga octo"),
    "Permata": ("permatabank", "bank permata", "permata bank", "permata mobile", "permatamobile x"),
    "Danamon": ("bank danamon", "d-bank", "d-bank pro"),
    "BTN": ("bank tabungan negara", "btn mobile", "bale by btn"),
    "BTPN": ("bank btpn", "btpn wow"),
    "Jenius": ("jenius by btpn",),
    "Jago": ("bank jago", "gopay tabungan by jago", "gopay tabungan"),
    "SeaBank": ("sea bank",),
    "Bank Jatim": ("jatim", "jconnect"),
    "Bank BJB": ("bjb",),
    "Bank DKI": ("jakone",),
    "Bank Jateng": (),
    "Bank Mega": (),
    "Bank Neo": ("bank neo commerce", "neobank", "neo bank", "neo commerce"),
    "Bank Muamalat": ("muamalat",),
    "Allo Bank": ("allobank",),
    "Blu": ("blu by bca", "blu bca"),
    "OCBC": ("ocbc nisp", "bank ocbc", "nyala ocbc"),
    "UOB": ("tmrw", "uob tmrw"),
    "Maybank": ("maybank indonesia", "maybank2u", "m2u", "mae", "bii"),
    "Panin": ("bank panin", "paninbank", "panin bank"),
    "HSBC": (),
    "DBS": ("digibank",),
    "Public Bank": ("pbe", "pbebank"),
    "RHB": ("rhb bank", "rhb now"),
    "Hong Leong": ("hong leong bank", "hlb"),
    "Bank Islam": ("bimb",),
    "AmBank": (),
    "BSN": (),
    "DANA": (),
    "OVO": (),
    "GoPay": ("go-pay", "go pay", "gopaylater"),
    "LinkAja": ("link aja", "link-aja"),
    "ShopeePay": ("shopee pay", "shoppepay", "shopepay", "shopeepay later", "spay"),
    "iSaku": ("i.saku",),
    "AstraPay": ("astra pay",),
    "Boost": ("boost ewallet",),
    "GrabPay": ("grab pay",),
    "Touch 'n Go": ("tng", "touch n go", "touch & go", "touch and go", "touchngo", "touch 'n go ewallet", "tng ewallet", "touch ’n go", "touch`n go"),
    "FPX": (),
    "DuitNow": ("duit now",),
    "QRIS": ("qr is", "kris qr"),
    "Virtual Account": ("virtual akun", "virtual acc", "va"),
    "BI-FAST": ("bifast", "bi fast"),
    "Alfamart": ("alfamidi", "alfa mart"),
    "ATM": ("mesin atm", "atm bersama", "atm link"),
    "Indomaret": ("indomart", "indo maret"),
    "Telkomsel": ("pulsa telkomsel",),
    "PayPal": ("pay pal",),
    "Visa": (),
    "Mastercard": ("master card",),
    "Wise": (),
    "Skrill": (),
    "Neteller": (),
}  # fmt: skip

#: Names that are words, too: what has to stand before them, unless they are written as names.
_WORDS = frozenset(
    {
        "dana",
        "mandiri",
        "permata",
        "jago",
        "visa",
        "boost",
        "wise",
        "blu",
        "mae",
        "va",
        "atm",
        "telkomsel",
        "jatim",
        "octo",
        "mega",
        "flazz",
    }
)
#: Of these, those that are no names even with a capital letter: "Dana" begins a sentence.
_NEVER_BY_LETTER = frozenset({"dana", "boost", "wise", "jatim"})
#: What has to stand before those that are more often something else: a phone company carries, a card is carried.
_ONLY_BEHIND = {
    "telkomsel": re.compile(rf"(?<!\w)(?:{spelled(every_word('airtime'))})[ \t]{{1,2}}$", re.IGNORECASE),
    "atm": re.compile(rf"(?<!\w)(?:{spelled(every_word('by_machine'))})[ \t]{{1,2}}$", re.IGNORECASE),
}
_BY = re.compile(rf"(?:^|[^\w])(?:{spelled(every_word('paid_by'))})[ \t:\"'(/]{{1,3}}$", re.IGNORECASE)
_SURELY_BY = re.compile(rf"(?<!\w)(?:{spelled(every_word('surely_by'))})[ \t]{{1,3}}$", re.IGNORECASE)
_AMOUNT_BEFORE = re.compile(r"\d[ \t]?(?:rb|ribu|k|jt|juta)?[ \t]{1,2}$", re.IGNORECASE)
_ENDS = re.compile(rf"[ \t]*(?:$|[,.;:)\n]|(?:{spelled(every_word('after_channel'))})\b)", re.IGNORECASE)
#: A sentence of one word: "depo 20rb. dana. id budi_1".
_ALONE_BEFORE, _ALONE_AFTER = re.compile(r"[.,;|/\n][ \t]*$"), re.compile(r"[ \t]*(?:[.,;|/\n]|$)")
_NOUN = re.compile(rf"[ \t]{{1,2}}(?:{spelled(every_word('money_is'))})\b", re.IGNORECASE)
_LIST = re.compile(r"(?:^|\n)[ \t]*(?:[-•*\d.)a-z]{0,3}[ \t]*)?(?:[A-Za-z]{2,12}[ \t/]{0,2}){1,3}:[ \t]*$")
_OTHERS = re.compile(
    rf"(?:{spelled(every_word('no_channel_before'))})[ \t]{{1,3}}(?:(?:bank|rekening|rek|akun|saldo)[ \t]{{1,2}})?$",
    re.IGNORECASE,
)
_MONEY = "dana"  #: few words before it make it a name: "dari dana saya" is money all the same
_REFERENCE = re.compile(r"\b(?:ref|reff|referensi|reference|rujukan|trx|rrn|transaksi)\.?[ \t:]{1,3}$", re.IGNORECASE)
_LOOK = 24  #: code points around a name that tell what it is
_NAMED, _WORD_NAMED = 0.9, 0.75


def find(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """The names, longest first at each place."""
    end = 0
    for place in source.anchors(_FIRST):
        match = _PATTERN.match(source.text, place) if place >= end else None
        if match is None:
            continue
        name = _CANONICAL[_squeezed(match[0])]
        word = match[0].lower() in _WORDS
        if (word and not _is_name(source, match)) or _OTHERS.search(source.original, max(0, place - _LOOK), place):
            continue
        end = match.end()
        yield source.finding("channels", name, match.span(), "channel_name", _WORD_NAMED if word else _NAMED)


def accounts(source: Source) -> Iterator[tuple[int, int]]:
    """Numbers of bank accounts: digits right behind a bank's name."""
    for place in source.anchors(_FIRST):
        match = _PATTERN.match(source.text, place)
        number = _ACCOUNT.match(source.text, match.end()) if match else None
        called = _REFERENCE.search(source.text, max(0, place - _LOOK), place)  #: "ref BNI 240991827"
        if number and not called and not number["value"].startswith(("08", "+")):
            yield number.span("value")


def _is_name(source: Source, match: re.Match[str]) -> bool:
    """Whether a word is meant as a name here."""
    text, start, end, written = source.original, match.start(), match.end(), match[0]
    before, after = text[max(0, start - _LOOK) : start], text[end : end + _LOOK]
    if written.lower() in _ONLY_BEHIND:
        return bool(_ONLY_BEHIND[written.lower()].search(before))
    if written.isupper() and not (_last_word(before).isupper() or _first_word(after).isupper()):
        return True
    by = bool((_SURELY_BY if written.lower() == _MONEY else _BY).search(before))
    if not by and _NOUN.match(after):
        return False
    if _ALONE_BEFORE.search(before) and _ALONE_AFTER.match(after):
        return True
    if by or _BY.search(before) or (_AMOUNT_BEFORE.search(before) and _ENDS.match(after)) or _LIST.search(before):
        return True
    return written[0].isupper() and written.lower() not in _NEVER_BY_LETTER and bool(re.search(r"\w[ \t]+$", before))


def _first_word(text: str) -> str:
    """The first word that is longer than a bank's name, which is always in capitals."""
    return next((word for word in re.findall(r"[A-Za-z]+", text) if len(word) > 3), "")  # noqa: PLR2004


def _last_word(text: str) -> str:
    """The last one, likewise."""
    return _first_word(text[::-1])[::-1]


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text.lower())


_CANONICAL = {alias: name for name, aliases in NAMES.items() for alias in (name.lower(), *aliases)}
_LONGEST = sorted(_CANONICAL, key=lambda alias: (-len(alias), alias))
_PATTERN = re.compile(rf"(?<![\w@.-])(?:{spelled(_LONGEST)})(?![\w@]|[.-]\w|'\w)", re.IGNORECASE)
_FIRST = first_words(_LONGEST)
_ACCOUNT = re.compile(
    rf"[ \t:]{{1,3}}(?:(?:{spelled((*every_word('number'), *every_word('others_digits')))})\.?[ \t:]{{1,2}}){{0,2}}"
    r"(?P<value>\d[\d-]{7,19}(?:[ ]\d{2,8}){0,3})(?![\w@/]|[.,]\d)",
    re.IGNORECASE,
)
