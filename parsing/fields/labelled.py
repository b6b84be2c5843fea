"""Values that follow a label: the one grammar of usernames and transaction IDs.

label [owner] [up to three words before a sign] [sign or verb] value. All repetitions are bounded, so every pattern is
linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from parsing.fields.lexicon import every_word, spelled

_OWNER = r"(?:nya|ku)?(?:[ \t]+(?:saya|sy|aku|gue|gw|kami|anda|my|of mine))?"
_CORRECT = rf"(?:[ \t]+(?:{spelled(every_word('correct'))}))?"
_SIGN = r"(?:[ \t]*(?P<sign>[:=：]|->|=>)[ \t]*\n?|[ \t]+(?P<verb>adalah|yaitu|yakni|ialah|is|are|was|nya)[ \t]*:?[ \t]+|[ \t]+|[ \t]*\((?=[^()\n]{3,60}\)))"
_OPENING = r"[\"'“”‘’«(\[*_@#]{0,3}[@#]?"


def pattern(labels: Iterable[str], value: str, between: str = "") -> re.Pattern[str]:
    """A pattern with the groups label, sign, verb and value.

    Labels are plain words, spaces in them match any white space and dots.
    """
    spelled = "|".join(_spelled(label) for label in labels)
    return re.compile(
        rf"(?<![\w@.-])(?P<label>{spelled}){_OWNER}{_CORRECT}{between}{_SIGN}{_OPENING}(?P<value>{value})",
        re.IGNORECASE,
    )


def _spelled(label: str) -> str:
    """One label: "no ref" is also written "no. ref", "No.Ref" and "no-ref"."""
    return r"[ \t.\-_/]{1,3}".join(re.escape(word) for word in label.split())
