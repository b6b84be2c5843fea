"""A field's value as a person gives it by hand: `#set username=budi_99`, `loket ticket set LKT-104231 "waktu=kemarin 22.10"`.

The field is named as in JSON, as letters call it, or by one of its labels, in any language; its value is read by the
field's own finders, so that what is set has the shape of what is found.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from parsing.fields import site
from parsing.fields.declarations import FIELDS
from parsing.fields.lexicon import LEXICON
from parsing.fields.search import FieldDeclaration, search
from parsing.fields.source import Circumstances, Source
from parsing.report import ReportSettings
from parsing.site import Site

#: Fields whose values are words as they stand; the others have a shape, and what has not that shape is refused.
_FREE: Final = frozenset({"usernames", "devices", "error_messages", "steps_tried", "channels", "links"})

#: Fields that need a word before the value, to be known by it, where their own labels do not do.
_LED_BY: Final = {"occurred_at": "waktu: ", "registered_at": "daftar: ", "amounts": "jumlah: "}

#: What agents call fields beside what letters and customers call them.
_ALSO: Final = {
    "hp": "phones", "nohp": "phones", "telp": "phones", "telepon": "phones", "wa": "phones",
    "bank": "channels", "dompet": "channels", "trx": "transaction_ids", "idtrx": "transaction_ids",
    "tanggal": "occurred_at", "jam": "occurred_at", "when": "occurred_at", "date": "occurred_at",
}  # fmt: skip

#: Of a value: nobody types more.
_LONGEST: Final = 300


def field_named(name: str, declared: Site) -> str | None:
    """The field that is called so; None where none is."""
    wanted = _plain(name)
    if wanted in _ALSO:
        return _ALSO[wanted]
    for field in (*site.declarations(declared), *FIELDS):
        if wanted in (_plain(field.name), _plain(field.word)):
            return field.name
    for own in declared.fields:
        if wanted in {_plain(text) for _, text in own.names}:
            return own.name
    for exact in (True, False):
        for each in FIELDS:
            for language in LEXICON.values():
                names = {_plain(language.names.get(each.word, ""))}
                names |= set() if exact else {_plain(label) for label in language.labels.get(each.word, ())}
                if wanted in names:
                    return each.name
    return None


def value_of(field: str, text: str, settings: ReportSettings, now: datetime) -> Any:
    """The value that a text says for a field, `now` being when it is said; None where it has not the field's shape."""
    said = " ".join(text.split())
    if not said or len(said) > _LONGEST:
        return None
    declaration = _declared(field, settings.site)
    around = Circumstances(sent_at=now, received_at=now, history=False, language="id", settings=settings)
    for lead in dict.fromkeys((*_leads(declaration), "")):
        line = f"{lead}{said}\n"
        found = search((declaration,), [Source.of("body", line, line)], around)
        values = [each.value for each in found if each.field == field]
        if values and (field not in _FREE or values[0] == said):
            return dict(values[0]) if not isinstance(values[0], str) else values[0]
    return said if field in _FREE else None


def _declared(field: str, declared: Site) -> FieldDeclaration:
    return next(each for each in (*site.declarations(declared), *FIELDS) if each.name == field)


def _leads(declaration: FieldDeclaration) -> list[str]:
    """What may stand before the value so that the finders know it."""
    labels = [label for language in LEXICON.values() for label in language.labels.get(declaration.word, ())[:1]]
    return [_LED_BY.get(declaration.name, ""), *(f"{label}: " for label in labels), f"{declaration.name}: "]


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
