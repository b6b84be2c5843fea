"""Devices, systems, browsers and versions of the app, in the sender's own words; not an intruder's.

These are names of products: the same in every language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from parsing.fields.lexicon import every_word
from parsing.fields.source import Circumstances, Source, first_words
from parsing.fields.vocabulary import spelled
from parsing.report import Finding

_GAP = r"(?:[ \t]{1,2})"
#: Brands whose name alone tells a device, and those whose name is a word as well.
_BRANDS = "samsung|xiaomi|redmi|poco|oppo|vivo|realme|infinix|itel|tecno|iphone|ipad|ipod|huawei|asus|zenfone|nokia|sony xperia|xperia|lenovo|advan|evercoss|oneplus|one plus|google pixel|macbook|thinkpad|imac|motorola|moto|nexus|axioo|meizu|zte|blackberry|chromebook|ideapad|vivobook|rog phone|black shark|sharp aquos|lg"
_WORDLIKE = "galaxy|honor|mito|acer|pixel|mi|dell|hp pavilion|nothing phone|surface"
_SERIES = "galaxy|redmi|note|hot|smart|spark|pova|camon|reno|find|nova|mate|narzo|zero|xperia|phone|tab|book|pad|civi|ace|moto|vision|macbook|thinkpad|zenfone|vivobook|ideapad|pavilion|legion|rog|nord|go|core|prime|zoom"
_SUFFIX = "pro|max|plus|ultra|lite|mini|air|se|fe|neo|play|gt|edge|fold|flip|prime|power|speed|4g|5g|nfc|xr|xs|x|c|s|i|youth|zoom|\\+"
_CODE = r"(?:[a-z]{1,3}[-]?)?\d{1,4}[a-z]{0,2}\+?"
#: After a number these make it a count: "oppo 2 hari".
_NO_UNITS = r"(?![ \t]{0,2}(?:hari|jam|menit|kali|x|rb|ribu|juta|jt|k|bulan|tahun|minggu|unit|buah|gb|mb|days?|hours?|times|weeks?|months?)\b)(?![.,:/]\d|[\w@])"
_MODEL = rf"(?:{_GAP}(?:{_SERIES})\b|{_GAP}?[ \t]?(?:{_CODE}){_NO_UNITS}|{_GAP}(?:{_SUFFIX})(?![\w@]))"
_NAMES = "lollipop|marshmallow|marshmellow|nougat|oreo|kitkat|jelly bean|pie"
_VERSION = r"\d{1,3}(?:\.\d{1,4}){0,3}"
_SYSTEMS = (
    rf"(?:hp{_GAP})?android(?:{_GAP}go(?:{_GAP}edition)?)?(?:{_GAP}(?:versi|version|os|v)\.?)?{_GAP}?(?:{_VERSION}|{_NAMES})",
    rf"(?:ios|ipados|miui|coloros|harmonyos|harmony os|one ui|oneui|hyperos|funtouch(?: os)?|realme ui|chromeos|chrome os){_GAP}?(?:{_VERSION})?",
    rf"windows(?:{_GAP}(?:{_VERSION}|xp|vista|me))",
    rf"(?:macos|mac os(?: x)?|os x)(?:{_GAP}(?:{_VERSION}|sonoma|ventura|monterey|big sur|catalina|sequoia|mojave))?",
    rf"(?:ubuntu|debian|fedora|linux mint|linux)(?:{_GAP}{_VERSION})?",
)
_BROWSERS = rf"(?:(?:google{_GAP})?chrome|safari|(?:mozilla{_GAP})?firefox|mozilla|opera(?:{_GAP}(?:mini|gx|touch))?|(?:microsoft{_GAP}|ms{_GAP})?edge|brave|uc ?browser|samsung internet|mi browser|duckduckgo|vivaldi|internet explorer)(?:{_GAP}(?:versi{_GAP}|version{_GAP}|v)?{_VERSION})?"
_APP = rf"(?:(?:app|aplikasi|apk|apps){_GAP})?(?:versi|version|ver|v)\.?(?:{_GAP}(?:app|aplikasi|apk|terbaru))?{_GAP}?:?{_GAP}?\d{{1,3}}(?:\.\d{{1,5}}){{1,3}}|(?:app|aplikasi|apk){_GAP}\d{{1,3}}(?:\.\d{{1,5}}){{2,3}}"
_PATTERN = re.compile(
    rf"(?<![\w.@/-])(?:(?P<system>{'|'.join(_SYSTEMS)})|(?P<browser>{_BROWSERS})|(?P<app>{_APP})"
    rf"|(?P<brand>{_BRANDS})(?P<model>{_MODEL}{{0,5}})|(?P<word>{_WORDLIKE})(?:{_MODEL}{{1,5}})|(?P<bare>android|windows))(?![\w@]|[./-]\w)",
    re.IGNORECASE,
)
_FIRST = first_words(
    [
        *_BRANDS.split("|"), *_WORDLIKE.split("|"),
        *"hp android ios ipados miui coloros harmonyos harmony one oneui hyperos funtouch chromeos windows macos mac os ubuntu debian fedora linux".split(),
        *"google chrome safari mozilla firefox opera microsoft ms edge brave uc ucbrowser samsung mi duckduckgo vivaldi internet".split(),
        *"app aplikasi apk apps versi version ver v".split(),
    ]
)  # fmt: skip
#: Browsers whose names are words: only with a version, in capitals, or where one says what one uses.
_WORDS = re.compile(r"(?:opera|edge|brave)$", re.IGNORECASE)
_USED = re.compile(rf"\b(?:{spelled(every_word('used_on'))})[ \t]{{1,2}}$", re.IGNORECASE)
#: Of a stranger's sign-in; "saya" before it does not help: "saya dapat notif login dari …".
_INTRUDER = re.compile(
    rf"(?:{spelled(every_word('intruder'))})[^.!?\n]{{0,50}}\b(?:{spelled(every_word('intruding'))})\b[^.!?\n]{{0,40}}$",
    re.IGNORECASE,
)
#: Behind which the sender speaks of his own: "login dari oppo padahal hp saya samsung".
_OWN = re.compile(rf"(?<!\w)(?:{spelled(every_word('turn'))})\s", re.IGNORECASE)
_OLD = re.compile(rf"^[ \t]{{1,2}}(?:{spelled(every_word('other_device'))})\b", re.IGNORECASE)
_BEFORE = 110  #: code points in which a stranger is spoken of
_CONFIDENT, _BARE = 0.9, 0.7


def find(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """Devices, in their order."""
    end = 0
    for place in source.anchors(_FIRST):
        match = _PATTERN.match(source.text, place) if place >= end else None
        if match is None or not _is_meant(source.text, match):
            continue
        end = match.end()
        raw = source.original[place:end]
        yield source.finding(
            "devices", raw, (place, end), f"device_{match.lastgroup}", _BARE if match["bare"] else _CONFIDENT
        )


def key(value: object) -> str:
    """Equal for the same device however it is spelled."""
    return "".join(character for character in str(value).lower() if character.isalnum())


def _is_meant(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - _BEFORE) : match.start()]
    if match["bare"] and (_OLD.match(text[match.end() : match.end() + 8]) or not _USED.search(before)):
        return False
    if _WORDS.match(match[0]) and match[0][0].islower() and not _USED.search(before):
        return False
    if match["brand"] and match["brand"].lower() in ("lg", "moto") and not match["model"]:
        return False
    return not _INTRUDER.search(_OWN.split(before)[-1])
