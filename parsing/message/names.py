"""File names as people may see them: no paths, no tricks.

The stored name of a file is its hash; this one is only shown.
"""

from __future__ import annotations

import re
import unicodedata

_MAX_NAME = 120  #: code points; what fits a line and every file system
_MAX_EXTENSION = 16  #: beyond that it is no extension
_SEPARATORS = re.compile(r"[/\\]")
_SPACES = re.compile(r"\s+")
#: bidirectional controls, zero-width characters and other format characters disguise an extension
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")


def safe_name(name: str) -> str:
    """A display name without path, control, bidi or over-long pieces; "" where nothing remains."""
    if name.isascii() and name.isprintable() and len(name) <= _MAX_NAME and not _SEPARATORS.search(name):
        shown = name.strip()
    else:
        base = _SEPARATORS.split(name[: 8 * _MAX_NAME].rstrip("/\\"))[-1]
        kept = "".join(_visible(character) for character in unicodedata.normalize("NFC", base))
        shown = _SPACES.sub(" ", kept).strip()
    shown = shown.lstrip(" ").rstrip(" .")
    if _RESERVED.fullmatch(shown):
        shown = f"_{shown}"
    return _shortened(shown)


def extension(name: str) -> str:
    """The last extension in lower case without its dot, "" where none."""
    _, dot, last = unicodedata.normalize("NFKC", name).rpartition(".")
    return last.lower() if dot and len(last) <= _MAX_EXTENSION else ""


def _visible(character: str) -> str:
    if character in "\t\r\n":
        return " "
    return "" if unicodedata.category(character) in _HIDDEN_CATEGORIES else character


def _shortened(name: str) -> str:
    if len(name) <= _MAX_NAME:
        return name
    last = extension(name)
    tail = f"….{last}" if last else "…"
    return name[: _MAX_NAME - len(tail)] + tail
