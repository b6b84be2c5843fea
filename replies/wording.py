"""The files of a language's words, templates/<language>/*.toml: a site's own entries are laid over loket's one by one.

What the words are for, and whether they are whole, is the business of the module that each file belongs to.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import structlog

from replies import render
from replies.errors import LetterUnreadable

Words = TypeVar("Words")

_log = structlog.get_logger(__name__)


def read(code: str, name: str, overlay: Path | None) -> dict[str, Any]:
    """What stands in a language's file of that name. Raises LetterUnreadable where there is none, or no TOML."""
    found = [path for folder in reversed(render.folders(overlay)) if (path := folder / code / name).is_file()]
    if not found:
        detail = f"{code}/{name}"
        raise LetterUnreadable(detail)
    words: dict[str, Any] = {}
    for path in found:
        try:
            words = _over(words, tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            detail = f"{path}: {error}"
            raise LetterUnreadable(detail) from error
    return words


def laid_over(load: Callable[[str, Path | None], Words], code: str, overlay: Path | None) -> Words:
    """What a loader makes of a language with the overlay; without it where that is faulty, as the log then says.

    Raises LetterUnreadable where not even loket's own can be read.
    """
    try:
        return load(code, overlay)
    except LetterUnreadable as error:
        if overlay is None:
            raise
        _log.error("words of the overlay are faulty; loket's own are used", language=code, error=str(error))
        return load(code, None)


def _over(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Tables entry by entry, all else as a whole."""
    merged = dict(ours)
    for key, value in theirs.items():
        below = merged.get(key)
        merged[key] = _over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged
