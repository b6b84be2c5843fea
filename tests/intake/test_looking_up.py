"""What every mail asks of the store costs the same however much the store holds."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from intake import clock
from store import people
from store.engine import writing
from tests.intake.conftest import Counter, customer_mail

#: Of these there are as many as people work here, or as are counted at the most.
_SMALL = ("agent", "agentaddress", "desk", "counted")

#: Steps of a plan that look at a whole table, or at all rows of a desk.
_WHOLE = re.compile(r"SCAN (?![0-9]|CONSTANT)(?P<scanned>\w+)|SEARCH (?P<searched>\w+) USING .*\(desk_id=\?\)$")


def _mail(number: int, **headers: str) -> bytes:
    body = f"Username: budi_{number}\nID transaksi: TRX-2026-{number:05}\nDeposit belum masuk sejak jam 10.00 WIB.\n"
    return customer_mail(body, Message_ID=f"<{number}@example.com>", **headers)


def _plans(engine: Engine, asked: set[str]) -> dict[str, list[str]]:
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        return {each: [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {each}")] for each in sorted(asked)}


def test_nothing_is_looked_for_in_a_whole_table(counter: Counter) -> None:
    """A new report, one like it, an answer and a customer who writes again: SQLite has an index for each question."""
    engine, asked = counter.engine, set[str]()
    if engine.dialect.name != "sqlite":
        return  # PostgreSQL chooses by what the tables hold, and these are empty

    def note(connection: Any, *_: Any) -> None:
        connection.set_trace_callback(lambda text: asked.add(text) if text.startswith("SELECT") else None)

    with writing(engine) as session:
        people.add_agent(session, "Rina", "agent", ["rina@desk.test"], clock.now())
    engine.dispose()
    event.listen(engine, "connect", note)
    counter.take(_mail(1), _mail(2, From="Siti <siti@example.net>"))
    counter.take(_mail(3, In_Reply_To="<1@example.com>", References="<1@example.com>"), _mail(4))
    event.remove(engine, "connect", note)
    whole = [
        (step, each)
        for each, steps in _plans(engine, asked).items()
        for step in steps
        if (found := _WHOLE.search(step)) and (found["scanned"] or found["searched"]) not in _SMALL
    ]
    assert len(asked) > 20
    assert whole == []
