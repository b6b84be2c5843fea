"""The language of a text by its function words: a vote among Indonesian, Malay and English, in chat spelling too.

Further languages are told by a later version; where the vote is empty or even, there is no answer.
"""

from __future__ import annotations

import re
from collections import Counter

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_LOOKED_AT = 4_000  #: code points; function words are frequent, more text tells no more
_SHARE_OF_MIXED = 0.25  #: a second language with a quarter of the words makes a report mixed

_INDONESIAN = frozenset(
    "saya sy aku gue gw kami kita anda kamu yang yg dan di ke dari dr ini itu tidak tdk gak ga nggak ngga enggak belum blm sudah sdh udah udh dah bisa bs "
    "ada untuk utk dengan dgn pada karena krn tapi tetapi atau juga jg lagi lg masih akan sampai sampe kenapa kok bagaimana gimana mohon tolong tlg "
    "terima kasih makasih halo min kak pak bu nya saja aja kalau kalo klo jika oleh hari jam kemarin kmrn tadi uang rekening masuk akun saldo sejak "
    "padahal sekarang skrg baru banyak lalu setelah sebelum seperti kapan berapa apa siapa mau minta dalam lewat pakai pake".split()
)
_MALAY_ONLY = frozenset(
    "saya tak dah macam nak boleh kerana sebab awak encik puan cik wang duit semalam esok telefon bimbit akaun nombor emel sila bagaimanapun "
    "ialah mahu pihak tuan kenapa bila cuba buat masih belum tolong terima kasih tetapi hari ini tidak dapat yang saya sudah untuk dengan kepada dalam "
    "pengeluaran daftar masuk kata laluan pukul petang pagi malam lagi sampai".split()
)
_MALAY_MARKS = frozenset(
    "akaun nombor emel tak nak awak encik puan cik duit wang kerana laluan boleh telefon bimbit macam esok ialah mahu petang menghubungi pihak "
    "sila pengesahan dihantar diterima dikreditkan".split()
)
_INDONESIAN_MARKS = frozenset(
    "akun nomor email surel gak ga nggak ngga enggak bisa uang rekening karena kalau kalo handphone hp udah udh blm sdh gue gw min kak kirim sandi kemarin kmrn "
    "mohon tidak bisa yg dgn sy".split()
)
_ENGLISH = frozenset(
    "i the a an and or my me we you your is are was were be been have has had do does did not no it its this that to of in on at for from with by but "
    "can could cannot can't will would please what when why how if so there after before since still yet never any get got i'm i've don't didn't".split()
)


def counts(text: str) -> Counter[str]:
    """How many words of the text speak for each language."""
    words = _WORD.findall(text[:_LOOKED_AT].lower())
    votes: Counter[str] = Counter()
    for word in words:
        votes["id"] += word in _INDONESIAN
        votes["en"] += word in _ENGLISH
        votes["ms"] += word in _MALAY_ONLY
        votes["ms-mark"] += word in _MALAY_MARKS
        votes["id-mark"] += word in _INDONESIAN_MARKS
    return votes


def language(text: str) -> str | None:
    """The language as ISO 639-1, None where too few words tell."""
    found, _ = _judge(text)
    return found


def report_language(text: str) -> str:
    """id, en, ms, or mixed where a second one carries a quarter of the words; id where nothing can be told."""
    found, second = _judge(text)
    if found is None:
        return "id"
    return "mixed" if second >= _SHARE_OF_MIXED else found


def _judge(text: str) -> tuple[str | None, float]:
    """The language, and the share of the other family (English beside Malay and Indonesian, or the other way round)."""
    votes = counts(text)
    archipelago = "ms" if votes["ms-mark"] > votes["id-mark"] else "id"
    local, english = max(votes["id"], votes["ms"]), votes["en"]
    if not local and not english:
        return None, 0.0
    share = min(local, english) / (local + english)
    return (archipelago if local >= english else "en"), share
