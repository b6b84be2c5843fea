"""Canned answers: what agents send often, with a ticket's fields in it.

templates/<language>/canned/NAME.txt, a site's own before ours. A field that the ticket does not have is no blank: the
answer is refused, unless the template asks whether the field is defined.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from jinja2 import TemplateError, UndefinedError

from replies import render
from replies.errors import LetterUnreadable

_FOLDER = "canned"
_UNDEFINED = re.compile(r"'([^']+)' is undefined")


class CannedOpen(Exception):
    """The ticket lacks what a canned answer wants; `what` names it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def names(overlay: Path | None, language: str) -> list[str]:
    """The canned answers that there are in a language."""
    folders = [folder / language / _FOLDER for folder in render.folders(overlay)]
    return sorted({path.stem for folder in folders if folder.is_dir() for path in folder.glob("*.txt")})


def canned(overlay: Path | None, language: str, name: str, values: Mapping[str, str]) -> str:
    """The words of one of `names`. Raises CannedOpen, LetterUnreadable where the template is faulty."""
    try:
        return render.environment(overlay).get_template(f"{language}/{_FOLDER}/{name}.txt").render(values).strip()
    except UndefinedError as error:
        found = _UNDEFINED.search(str(error))
        raise CannedOpen(found[1] if found else "?") from error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        detail = f"{language}/{_FOLDER}/{name}: {type(error).__name__}: {error}"
        raise LetterUnreadable(detail) from error
