"""Whether a mail says thank you and nothing else: then it is filed, and nobody's turn comes of it. Pure."""

from __future__ import annotations

import re
from typing import Final

from parsing.fields.lexicon import every_word
from parsing.mail import AttachmentKind, ParsedMail

#: "Terima kasih banyak ya kak atas bantuannya, sehat selalu": more words than a dozen say something else too.
MAX_WORDS: Final = 12

_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_THANKS = re.compile(r"\b(?:" + "|".join(map(re.escape, every_word("thanks"))) + r")\b")
_BESIDE = frozenset(every_word("beside_thanks"))

#: A picture in a signature says nothing.
_UNCOUNTED = frozenset({AttachmentKind.SIGNATURE})


def is_thanks(mail: ParsedMail) -> bool:
    """A short mail of thanks: no question, no number, no file, and no word that could mean something else."""
    text = " ".join(mail.new_text.lower().split())
    if len(text) > MAX_WORDS * 20 or "?" in text or any(character.isdigit() for character in text):
        return False
    if any(each.kind not in _UNCOUNTED for each in mail.attachments):
        return False
    rest, found = _THANKS.subn(" ", text)
    words = _WORD.findall(rest)
    return found > 0 and len(words) + found <= MAX_WORDS and _BESIDE.issuperset(words)
