"""Template and values → words. Templates are code of the operator's: sandboxed, and laid over loket's own.

Undefined names are errors, HTML is escaped, text is not. A faulty template of the overlay does not stop letters: it is
logged, and loket's own takes its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import structlog
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

import replies
from replies.errors import LetterUnreadable

_log = structlog.get_logger(__name__)


def folders(overlay: Path | None) -> list[Path]:
    """Where templates are looked for, in order: a site's own, then loket's, in a checkout as in site-packages."""
    ours = Path(replies.__file__).parent.parent / "templates"
    return [ours] if overlay is None else [overlay, ours]


@cache
def environment(overlay: Path | None) -> ImmutableSandboxedEnvironment:
    """The templates' surroundings; compiled once, so a changed template counts from the next start or reload."""
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folders(overlay)),
        undefined=StrictUndefined,
        autoescape=_is_html,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def letter(overlay: Path | None, language: str, name: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """A letter's text and HTML. Raises LetterUnreadable where not even loket's own template gives one."""
    try:
        return _both(overlay, language, name, values)
    except LetterUnreadable as error:
        if overlay is None:
            raise
        _log.error("a template of the overlay is faulty; loket's own is used", template=name, error=str(error))
        return _both(None, language, name, values)


def _both(overlay: Path | None, language: str, name: str, values: Mapping[str, Any]) -> tuple[str, str]:
    write: Callable[[str], str] = lambda ending: (  # noqa: E731  # two uses, one line
        environment(overlay).get_template(f"{language}/{name}.{ending}").render(values)
    )
    try:
        return write("txt"), write("html")
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        detail = f"{language}/{name}: {type(error).__name__}: {error}"
        raise LetterUnreadable(detail) from error


def check(overlay: Path | None) -> None:
    """Raises LetterUnreadable where a template cannot be compiled, the overlay's or ours."""
    surroundings = environment(overlay)
    for name in surroundings.list_templates(extensions=["txt", "html"]):
        try:
            surroundings.get_template(name)
        except (TemplateError, ValueError) as error:
            detail = f"{name}: {type(error).__name__}: {error}"
            raise LetterUnreadable(detail) from error


def _is_html(name: str | None) -> bool:
    return name is not None and name.endswith(".html")
