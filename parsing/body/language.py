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


_VOTERS = {
    "id": _INDONESIAN,
    "en": _ENGLISH,
    "ms": _MALAY_ONLY,
    "ms-mark": _MALAY_MARKS,
    "id-mark": _INDONESIAN_MARKS,
}


def language(text: str) -> tuple[str | None, bool]:
    """The language as ISO 639-1, None where too few words tell; and whether a second one has a quarter of the words.

    English stands on one side, Indonesian and Malay on the other.
    """
    votes = _counts(text)
    archipelago = "ms" if votes["ms-mark"] > votes["id-mark"] else "id"
    local, english = max(votes["id"], votes["ms"]), votes["en"]
    if not local and not english:
        return None, False
    share = min(local, english) / (local + english)
    return (archipelago if local >= english else "en"), share >= _SHARE_OF_MIXED


def _counts(text: str) -> dict[str, int]:
    """How many words of the text speak for each language."""
    words = Counter(_WORD.findall(text[:_LOOKED_AT].lower()))
    return {name: sum(words[word] for word in words.keys() & voters) for name, voters in _VOTERS.items()}
