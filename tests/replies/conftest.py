"""A desk, a ticket, and the fields' words, as the letters' tests need them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from parsing.report import Finding, Value
from replies.acknowledge import Answered, Composed, prepare
from replies.letters import TicketView
from replies.settings import DeskSettings
from store.keys import TokenKey

KEY = TokenKey(id=0, secret=b"k" * 32)
NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # 12.00 WIB on a Tuesday

SUBJECTS = {"id": "Deposit belum masuk", "en": "Deposit not received"}


@dataclass(frozen=True)
class FakeWords:
    """The words of parsing/fields/words/, in one word each."""

    language: str

    def field_name(self, item: str, /) -> str:
        return f"{item}/{self.language}"

    def question(self, item: str, /) -> str:
        return f"How to send {item}."


def finding(field: str, value: Value, raw: str = "raw words") -> Finding:
    return Finding(field=field, value=value, raw=raw, where="body", start=0, end=1, rule="label", confidence=1.0)


USUAL = (
    finding("usernames", "budi_99"),
    finding("transaction_ids", "TRX-20261123-0042"),
    finding("occurred_at", {"iso": "2026-11-23T22:10:00+07:00", "precision": "minute", "text": "jm 10.10 mlm"}),
)


@pytest.fixture
def desk() -> DeskSettings:
    return DeskSettings(name="contoh", addresses=["bantuan@contoh.id"], display_name="Contoh")


@pytest.fixture
def view() -> Callable[..., TicketView]:
    """Makes a ticket's view; anything may be told otherwise."""

    def make(language: str = "id", **more: Any) -> TicketView:
        values: dict[str, Any] = {
            "number": "LKT-104231",
            "subject": SUBJECTS[language],
            "language": language,
            "category": "deposit_missing",
            "created_at": NOON,
            "findings": USUAL,
            "pictures": 1,
            "missing": ("transaction_id",),
        }
        return TicketView(**(values | more))

    return make


@pytest.fixture
def acknowledge(desk: DeskSettings, view: Callable[..., TicketView]) -> Callable[..., Composed]:
    """Prepares an acknowledgement; what the customer's mail said may be told otherwise."""

    def make(language: str = "id", *, repeat_findings: bool = True, answered: Any = None, **more: Any) -> Composed:
        told = {"sender": "budi@example.com", "desk_address": "bantuan@contoh.id", "message_id": "abc@mail.example"}
        return prepare(
            more.pop("desk", desk),
            view(language, **more),
            Answered(**(told | (answered or {}))),
            token_key=KEY,
            handle=12345,
            sequence=1,
            words=FakeWords(language),
            repeat_findings=repeat_findings,
            now=NOON,
        )

    return make
