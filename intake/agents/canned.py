"""`#template NAME`: an answer that stands ready, with the ticket's fields; what the agent wrote stands below it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from intake.agents import results
from intake.agents.answers import Written
from intake.agents.errand import Errand, Refused
from parsing.fields.declarations import FIELDS
from replies import canned, findings, language, wording
from replies.canned import CannedOpen
from store import findings as standing

_PREVIEW: Final = frozenset({"preview", "pratinjau", "lihat"})
_WORDS: Final = {field.name: field.word for field in FIELDS}


def is_preview(value: str) -> bool:
    """Whether the agent wants to see the answer before it leaves."""
    return bool(_PREVIEW.intersection(value.lower().split()[1:]))


def filled(errand: Errand, what: Written, value: str) -> Written:
    """The answer with the canned one above it; as it is where none is named. Raises Refused."""
    wanted = value.lower().split()[:1]
    if not wanted:
        return what
    desk, spoken = errand.work.desk.settings, errand.ticket.language
    known = canned.names(desk.templates, spoken)
    if wanted[0] not in known:
        raise Refused("refused.no_template", name=wanted[0], meant=results.nearest(wanted[0], known))
    try:
        words = canned.canned(desk.templates, spoken, wanted[0], _values(errand))
    except CannedOpen as missing:
        name = errand.work.desk.words(spoken).field_name(missing.what)
        raise Refused("refused.template_open", name=wanted[0], what=name) from missing
    return replace(what, words="\n\n".join(filter(None, (words, what.words.strip()))))


def _values(errand: Errand) -> dict[str, str]:
    """The ticket's number, and its fields as letters tell them, each by its word: username, amount, transaction_id."""
    desk, spoken = errand.work.desk, errand.ticket.language
    words, speech = desk.words(spoken), wording.laid_over(language.load, spoken, desk.settings.templates)
    values = {"number": errand.ticket.number}
    for each in standing.standing(errand.session, errand.ticket_id):
        if each.field not in _WORDS and isinstance(each.value, str):
            values.setdefault(each.field, each.value)  # of the site's own
        for _label, text in findings.told((each,), words, speech, desk.settings.zone):
            values.setdefault(_WORDS.get(each.field, each.field), text)
    return values
