"""How well reports are understood, measured on labelled mails: our own, and the shared set where it is there."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from parsing.fields.category import category
from parsing.fields.missing import names_ticket
from parsing.mail import Envelope, Nature, RawMail
from parsing.reading import Reading, read, to_json
from parsing.report import Category
from tests.extraction.scoring import Score, load, score

HERE = Path(__file__).parent
SHARED = Path(__file__).parents[3] / "shared" / "extraction" / "dev.jsonl"
STEPS = HERE / "steps.jsonl"  #: labelled for steps alone
SAYINGS = HERE / "sayings.jsonl"  #: a sentence or two of a report each, labelled for the category alone
OURS = sorted(path for path in HERE.glob("*.jsonl") if path not in (STEPS, SAYINGS))

#: F1 that a field has to reach.
LINES = {
    "usernames": 0.97,
    "transaction_ids": 0.97,
    "occurred_at": 0.95,
    "amounts": 0.97,
    "channels": 0.95,
    "emails": 0.97,
    "phones": 0.97,
    "devices": 0.85,
    "steps_tried": 0.75,
}
#: What of secrets has to be found, and how much of what is found has to be one.
SECRETS = (1.0, 0.95)
#: Of whole reports.
WHOLE = {"category": 0.92, "language": 0.97, "missing": 0.93, "exact": 0.80}


def _read(item: Mapping[str, Any]) -> Reading:
    """A labelled mail, read as a real one."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "Pelapor <pelapor@example.com>", "support@example.org"
    mail["Subject"] = item.get("subject") or ""
    mail["Date"] = format_datetime(datetime.fromisoformat(item["sent_at"]))
    mail["Message-ID"] = f"<{item['id']}@example.com>"
    if item.get("body") or not item.get("html"):
        mail.set_content(item.get("body") or "")
        if item.get("html"):
            mail.add_alternative(item["html"], subtype="html")
    else:
        mail.set_content(item["html"], subtype="html")
    envelope = Envelope(door="test", received_at=datetime.now(UTC), history=True)
    return read(RawMail(content=mail.as_bytes(), envelope=envelope))


def _predicted(item: Mapping[str, Any]) -> dict[str, Any]:
    """What reading makes of a labelled mail."""
    predicted: dict[str, Any] = to_json(_read(item), "")["report"]
    return predicted | {"secrets": [each["text"] for each in predicted["secrets"]]}


def _measured(items: list[dict[str, Any]], title: str) -> Score:
    """The score of a set, printed; LOKET_SHOW_WRONG=1 prints what was wrong, too."""
    total = score(items, _predicted)
    print(f"\n{total.table(title)}")
    if os.environ.get("LOKET_SHOW_WRONG"):
        print("\n".join(total.wrong))
    return total


def _holds(total: Score) -> None:
    reached = {
        "category": total.accuracy,
        "language": total.language.recall,
        "missing": total.missing.recall,
        "exact": total.exact.recall,
    } | {name: total.fields[name].f1 for name in LINES}
    below = {name: round(reached[name], 3) for name, line in (LINES | WHOLE).items() if reached[name] < line}
    assert below == {}
    secrets = total.fields["secrets"]
    assert secrets.recall >= SECRETS[0]
    assert secrets.precision >= SECRETS[1]


@pytest.mark.battery
def test_our_own_mails_are_understood() -> None:
    """All lines hold on the mails written for this project."""
    _holds(_measured([item for path in OURS for item in load(path)], "our own mails"))


@pytest.mark.battery
def test_no_report_is_taken_for_a_robots() -> None:
    """Whoever reports is a person, in whatever words: a robot's mail is not acknowledged."""
    reports = [item for path in OURS for item in load(path) if item["gold"]["category"] != Category.OTHER]
    assert [item["id"] for item in reports if _read(item).mail.nature is not Nature.HUMAN] == []


@pytest.mark.battery
def test_steps_are_found_in_any_phrase() -> None:
    """In sentences written to say the same things in other words; questions, wishes and failed deeds are none."""
    total = score(load(STEPS), _predicted)
    found = total.fields["steps_tried"]
    print(f"\nsteps alone, {found.gold}: precision {found.precision:.3f}, recall {found.recall:.3f}, F1 {found.f1:.3f}")
    assert found.f1 >= LINES["steps_tried"]


def test_a_sentence_tells_what_it_is_about() -> None:
    """In few words, as reviews and chats have them: nothing beside them tells the category."""
    sayings = load(SAYINGS)
    wrong = [
        (each["id"], each["category"], found, each["text"])
        for each in sayings
        if (found := category("", each["text"], ticket=names_ticket(each["text"], ())).category) != each["category"]
    ]
    print(f"\nsayings, {len(sayings)}: category {1 - len(wrong) / len(sayings):.3f}")
    assert len(wrong) <= len(sayings) * (1 - WHOLE["category"]), wrong


@pytest.mark.battery
@pytest.mark.skipif(not SHARED.exists(), reason="the shared set is not here: ../shared/extraction/dev.jsonl")
def test_the_shared_mails_are_understood() -> None:
    """And on those that others wrote."""
    _holds(_measured(load(SHARED), "the shared mails"))


def test_a_sample_of_our_own_mails_is_understood() -> None:
    """Every fourth, in the everyday run: what the category, the language and the missing follow from holds."""
    total = score([item for path in OURS for item in load(path)][::4], _predicted)
    assert total.accuracy >= WHOLE["category"]
    assert total.language.recall >= WHOLE["language"]
    assert total.missing.recall >= WHOLE["missing"]
    assert total.fields["secrets"].recall == SECRETS[0]


def test_our_own_set_is_large_and_broad() -> None:
    """At least 300 mails, 20 of every category, and 60 that report nothing and from which nothing is to be read."""
    labels = [item["gold"] for path in OURS for item in load(path)]
    sure = Counter(gold["category"] for gold in labels if "category" not in gold.get("ambiguous", ()))
    silent = [gold for gold in labels if gold["category"] == "other" and not any(gold[name] for name in LINES)]
    assert len(labels) >= 300
    assert {each.value: sure[each] for each in Category if sure[each] < 20} == {}
    assert len(silent) >= 60


def test_labels_are_sound() -> None:
    """Every id once, every value in its mail: a wrong label would teach the wrong rule."""
    items = [item for path in (*OURS, STEPS) for item in load(path)]
    assert len({item["text"] for item in load(SAYINGS)}) == len(load(SAYINGS))
    assert len({item["id"] for item in items}) == len(items)
    for item in items:
        page = re.sub(r"<[^<>]*>", "", item.get("html", ""))
        text = "".join(f"{item['subject']} {item['body']} {page}".split()).lower()
        for name in ("usernames", "transaction_ids", "emails", "devices", "secrets", "steps_tried"):
            for value in item["gold"].get(name, ()):
                assert "".join(value.split()).lower() in text, (item["id"], name, value)
