"""Scores findings against labelled mails: precision, recall and F1 of each field, over values.

A label set is a file of JSON lines: id, subject, body, html, sent_at, gold. Gold's `ambiguous` fields are not counted,
its `optional` values are neither right nor wrong.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

LISTS = (
    "usernames transaction_ids occurred_at amounts channels emails phones devices steps_tried secrets missing".split()
)
EXACT = "usernames transaction_ids occurred_at amounts channels emails phones category missing".split()

#: Bank or wallet → what else people call it.
CHANNELS = {
    "BCA": "bca mobile,m-bca,mybca,klikbca,bank central asia",
    "BRI": "brimo,bank rakyat indonesia",
    "BNI": "bni mobile,wondr",
    "Mandiri": "livin,livin mandiri,mandiri livin,mandiri emoney,mandiri e-money",
    "BSI": "bank syariah indonesia",
    "CIMB Niaga": "cimb,octo,cimb niaga octo,octo mobile",
    "Permata": "permatabank",
    "Jago": "gopay tabungan by jago",
    "SeaBank": "sea bank",
    "OCBC": "ocbc nisp",
    "Maybank": "maybank indonesia",
    "GoPay": "go-pay,go pay",
    "LinkAja": "link aja",
    "ShopeePay": "shopee pay,shoppepay,spay",
    "Virtual Account": "va,virtual akun",
    "BI-FAST": "bifast,bi fast",
    "Telkomsel": "pulsa telkomsel",
    "Touch 'n Go": "tng,touch n go,touchngo",
}
_CHANNELS = {alias: name for name, aliases in CHANNELS.items() for alias in (name.lower(), *aliases.split(","))}


@dataclass
class Count:
    """Of one field: gold values found, gold values, right predictions, predictions."""

    found: int = 0
    gold: int = 0
    right: int = 0
    predicted: int = 0

    def add(self, found: int, gold: int, right: int, predicted: int) -> None:
        self.found += found
        self.gold += gold
        self.right += right
        self.predicted += predicted

    @property
    def precision(self) -> float:
        return self.right / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass
class Score:
    """Of a whole set."""

    fields: dict[str, Count] = field(default_factory=lambda: {name: Count() for name in LISTS})
    categories: dict[str, Count] = field(default_factory=dict)
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)
    language: Count = field(default_factory=Count)
    missing: Count = field(default_factory=Count)
    exact: Count = field(default_factory=Count)
    wrong: list[str] = field(default_factory=list)

    @property
    def accuracy(self) -> float:
        counts = self.categories.values()
        return sum(each.found for each in counts) / max(1, sum(each.gold for each in counts))

    @property
    def macro(self) -> float:
        return sum(each.recall for each in self.categories.values()) / max(1, len(self.categories))

    def table(self, title: str) -> str:
        """The figures as lines of text."""
        lines = [
            f"== {title}: {self.exact.gold} mails",
            f"{'field':16}{'prec':>7}{'recall':>7}{'F1':>7}{'gold':>6}{'pred':>6}",
        ]
        for name, count in self.fields.items():
            lines.append(
                f"{name:16}{count.precision:7.3f}{count.recall:7.3f}{count.f1:7.3f}{count.gold:6}{count.predicted:6}"
            )
        lines.append(
            f"category {self.accuracy:.3f} (macro {self.macro:.3f}), language {self.language.recall:.3f}, "
            f"missing right {self.missing.recall:.3f}, exact reports {self.exact.recall:.3f}"
        )
        return "\n".join(lines)


def load(path: Path) -> list[dict[str, Any]]:
    """The labelled mails of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def score(items: Iterable[Mapping[str, Any]], predict: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Score:
    """Compare what is predicted of each mail with its labels."""
    total = Score()
    for item in items:
        predicted = predict(item)
        wrong = _lists(total, item["gold"], predicted) + _singles(total, item["gold"], predicted)
        total.exact.add(not set(wrong) & set(EXACT), 1, 0, 0)
        total.wrong += [
            f"{item['id']} {name}: gold {item['gold'].get(name)} predicted {predicted.get(name)}" for name in wrong
        ]
    return total


def _lists(total: Score, gold: Mapping[str, Any], predicted: Mapping[str, Any]) -> list[str]:
    wrong = []
    for name in LISTS:
        if name in gold.get("ambiguous", ()):
            continue
        counts = _matched(name, gold.get(name) or [], predicted.get(name) or [], gold.get("optional", {}).get(name, []))
        total.fields[name].add(*counts)
        right = counts[0] == counts[1] and counts[2] == counts[3]
        if name == "missing":
            total.missing.add(right, 1, 0, 0)
        if not right:
            wrong.append(name)
    return wrong


def _singles(total: Score, gold: Mapping[str, Any], predicted: Mapping[str, Any]) -> list[str]:
    wrong = []
    if "category" not in gold.get("ambiguous", ()):
        right = gold["category"] == predicted["category"]
        total.categories.setdefault(gold["category"], Count()).add(right, 1, 0, 0)
        if not right:
            total.confused[gold["category"], predicted["category"]] += 1
            wrong.append("category")
    if "language" not in gold.get("ambiguous", ()):
        right = gold["language"] == predicted["language"]
        total.language.add(right, 1, 0, 0)
        wrong += [] if right else ["language"]
    return wrong


def _matched(
    name: str, gold: Sequence[Any], found: Sequence[Any], optional: Sequence[Any]
) -> tuple[int, int, int, int]:
    if name == "occurred_at":
        return _matched_times(gold, found, optional)
    if name in _LOOSE:
        same = _LOOSE[name]
        counted = [
            each
            for each in dict.fromkeys(map(str, found))
            if any(same(value, each) for value in gold) or not any(same(value, each) for value in optional)
        ]
        right = sum(any(same(value, each) for value in gold) for each in counted)
        return sum(any(same(value, each) for each in counted) for value in gold), len(gold), right, len(counted)
    plain = _PLAIN.get(name, lambda value: str(value).strip().lower())
    wanted = {plain(value) for value in gold}
    given = {plain(value) for value in found} - ({plain(value) for value in optional} - wanted)
    return len(wanted & given), len(wanted), len(wanted & given), len(given)


def _matched_times(gold: Sequence[Any], found: Sequence[Any], optional: Sequence[str]) -> tuple[int, int, int, int]:
    """One prediction for one gold moment."""
    left, right, spare = list(gold), 0, 0
    for each in {(value["iso"], value["precision"]): value for value in found}.values():
        hit = next((moment for moment in left if _same_time(moment, each)), None)
        if hit is not None:
            left.remove(hit)
            right += 1
        elif not any(_same_time({"iso": o, "precision": "minute" if "T" in o else "day"}, each) for o in optional):
            spare += 1
    return right, len(gold), right, right + spare


def _same_time(gold: Mapping[str, str], found: Mapping[str, str]) -> bool:
    """The same instant to the minute, the same hour, or the same date, by the gold's precision."""
    if gold["precision"] in ("day", "part_of_day"):
        return date.fromisoformat(gold["iso"][:10]) == date.fromisoformat(found["iso"][:10])
    if "T" not in found["iso"] or found["precision"] in ("day", "part_of_day"):
        return False
    wanted, given = datetime.fromisoformat(gold["iso"]), datetime.fromisoformat(found["iso"])
    shape = "%Y%m%d%H%M" if gold["precision"] == "minute" else "%Y%m%d%H"
    given = given if given.tzinfo else given.replace(tzinfo=wanted.tzinfo)
    return wanted.astimezone(UTC).strftime(shape) == given.astimezone(UTC).strftime(shape)


def _identifier(value: Any) -> str:
    return re.sub(r"\s+", "", str(value)).lower().lstrip("#@").rstrip(".,;:")


def _channel(value: Any) -> str:
    name = re.sub(r"^(?:bank|rekening|rek) ", "", re.sub(r"\s+", " ", str(value).strip().lower()))
    return _CHANNELS.get(name, name)


def _amount(value: Any) -> str:
    return f"{value['currency']} {float(value['value']):.8f}"


def _same_device(gold: str, found: str) -> bool:
    one, other = (re.sub(r"[\W_]+", "", value.lower()) for value in (gold, found))
    return one == other or (min(len(one), len(other)) >= 4 and (one in other or other in one))


def _same_step(gold: str, found: str) -> bool:
    one, other = (set(re.findall(r"\w+", value.lower())) for value in (gold, found))
    shared = len(one & other)
    return one == other or (shared >= 2 and shared / min(len(one), len(other)) >= 0.6)


def _same_secret(gold: str, found: str) -> bool:
    return gold in found and len(found) <= len(gold) + 20


_LOOSE: Mapping[str, Callable[[str, str], bool]] = {
    "devices": _same_device,
    "steps_tried": _same_step,
    "secrets": _same_secret,
}
_PLAIN: Mapping[str, Callable[[Any], str]] = {
    "usernames": _identifier,
    "transaction_ids": _identifier,
    "channels": _channel,
    "amounts": _amount,
}
