"""The week's numbers for whoever leads a desk: as words, as a picture that says the same, and as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from replies import agent_words, chart, language, render, wording
from replies.agent_words import AgentWords
from replies.defang import defanged
from replies.enclosing import File
from replies.letters import Letter
from replies.settings import DeskSettings
from store.figures import Figures

#: The picture's name in the letter.
_PICTURE: Final = "week"

#: What a spreadsheet takes for a formula: a customer's words are words.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

_HEAD: Final = (
    "kind", "name", "opened", "answered", "first_answer_minutes", "first_answer_late_minutes", "closed",
    "resolution_minutes", "reopened",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Weekly:
    """The letter, and what goes with it."""

    letter: Letter
    files: Sequence[File]


def weekly(desk: DeskSettings, spoken: str, first: date, found: Figures, names: Mapping[str, str]) -> Weekly:
    """The letter of the week that began on a day; `names` are the categories' in its language."""
    speech, words = (
        wording.laid_over(language.load, spoken, desk.templates),
        wording.laid_over(agent_words.load, spoken, desk.templates),
    )
    title = words["weekly"]["subject"].format(desk=desk.display_name, day=speech.day(first))
    days = [(speech.weekdays[day.weekday()], count) for day, count in found.days]
    parts = [(words["weekly"][kind], _named(kind, bars, names)) for kind, bars in found.by.items() if bars]
    cid = f"{_PICTURE}.{first:%Y%m%d}@{desk.addresses[0].rpartition('@')[2].lower()}"
    values = {
        "language": spoken,
        "subject": title,
        "title": title,
        "total": words["weekly"]["total"].format(sum(count for _, count in days)),
        "queues": [_queue(each, words) for each in _queues(found)],
        "days": days,
        "parts": parts,
        "cid": cid,
    }
    text, html = render.letter(desk.templates, spoken, "weekly", values)
    short = [(name[:3], count) for name, count in days]
    picture = File(name="week.png", type="image/png", content=chart.week(short, parts), content_id=cid)
    table = File(name=f"{desk.name}-{first:%Y-%m-%d}.csv", type="text/csv", content=_csv(found))
    return Weekly(letter=Letter(subject=title, text=text, html=html), files=[picture, table])


def _queues(found: Figures) -> Sequence[Mapping[str, object]]:
    return [
        {
            "queue": each.queue,
            "opened": each.opened,
            "answered": each.answered,
            "first": each.first_answer,
            "late": each.first_answer_late,
            "closed": each.closed,
            "resolution": each.resolution,
            "reopened": each.reopened,
        }
        for each in found.queues
    ]


def _queue(each: Mapping[str, object], words: AgentWords) -> Mapping[str, str]:
    """One queue's numbers in words; a span that nobody knows is a dash."""
    told = {key: value for key, value in each.items() if key not in ("first", "late", "resolution")}
    spans = {key: _span(each[key], words) for key in ("first", "late", "resolution")}
    name = str(each["queue"]) or words["weekly"]["no_queue"]
    return {"name": name, "told": words["weekly"]["queue"].format(**told, **spans)}


def _span(span: object, words: AgentWords) -> str:
    if not isinstance(span, timedelta):
        return "-"
    minutes = span / timedelta(minutes=1)
    for name, size, most in (("minutes", 1, 90), ("hours", 60, 48 * 60)):
        if minutes < most:
            return words["spans"][name].format(round(minutes / size))
    return words["spans"]["days"].format(round(minutes / 1440))


def _named(kind: str, bars: Sequence[tuple[str, int]], names: Mapping[str, str]) -> list[tuple[str, int]]:
    return [(names.get(name, name) if kind == "category" else defanged(name)[:60], count) for name, count in bars]


def _csv(found: Figures) -> bytes:
    """The table, in one shape for all kinds of lines; in UTF-8 with the mark that spreadsheets want."""
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(_HEAD)
    for each in found.queues:
        spans = (each.first_answer, each.first_answer_late, each.resolution)
        first, late, resolution = (round(span / timedelta(minutes=1)) if span is not None else "" for span in spans)
        numbers = (each.opened, each.answered, first, late, each.closed, resolution, each.reopened)
        table.writerow(["queue", _cell(each.queue), *numbers])
    table.writerows(["day", day.isoformat(), count] for day, count in found.days)
    table.writerows([kind, _cell(name), count] for kind, bars in found.by.items() for name, count in bars)
    return file.getvalue().encode("utf-8-sig", "replace")


def _cell(words: str) -> str:
    return f"'{words}" if words.startswith(_FORMULA) else words
