"""What reading costs, beside what others take for less: one run over the foreign mails, by room, in ms of CPU.

Figures of one run compare; those of two runs do not, on a machine that others use. So nothing is asserted of a time:
the table says whether the limit holds.
"""

from __future__ import annotations

import email
import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from types import FunctionType

import mailparser
import pytest

from parsing import reading
from parsing.mail import Envelope, RawMail
from tests.corpus import foreign
from tests.corpus.golden import NOON

pytestmark = [pytest.mark.battery, foreign.needed]

ROUNDS = 3  #: of which the best counts: what disturbs a round makes it longer, never shorter
LIMIT = 2.0  #: times the CPU of mail-parser on the same mails
ROOMS = ("message", "body", "claims", "fields")
SHOWN = 14  #: functions in the table, the dearest first


def test_reading_costs_at_most_twice_what_a_parser_does() -> None:
    """Pictures are not looked at, everything else is done."""
    contents = [path.read_bytes() for path in foreign.paths()]
    spent: list[Counter[str]] = [_by_function(contents) for _ in range(ROUNDS)]
    everybody = {"mail-parser": _parse, "email (compat32)": _compat32, "read()": _read}
    rounds = [{name: _cost(work, contents) for name, work in everybody.items()} for _ in range(ROUNDS)]
    best = {name: min(each[name] for each in rounds) for name in everybody}
    functions = min(spent, key=lambda each: each.total())
    _print(len(contents), best, functions)
    assert {name.split(".")[0] for name in functions} == set(ROOMS)


def _cost(work: Callable[[bytes], object], contents: list[bytes]) -> float:
    """Seconds of CPU for all mails."""
    gc.collect()
    gc.freeze()  # what this process holds beside is not looked through: a child that reads mail holds none of it
    began = time.process_time()
    try:
        for content in contents:
            work(content)
        return time.process_time() - began
    finally:
        gc.unfreeze()


def _parse(content: bytes) -> None:
    with suppress(Exception):  # whatever it cannot read costs what it cost until then
        mailparser.parse_from_bytes(content)


def _compat32(content: bytes) -> None:
    email.message_from_bytes(content)


def _read(content: bytes) -> None:
    reading.read(RawMail(content=content, envelope=Envelope(door="corpus", received_at=NOON)))


def _by_function(contents: list[bytes]) -> Counter[str]:
    """Seconds by "room.function", of all functions of the rooms that reading calls."""
    spent: Counter[str] = Counter()
    with _clocked(spent):
        _cost(_read, contents)
    return spent


@contextmanager
def _clocked(spent: Counter[str]) -> Iterator[None]:
    """Every function that `parsing.reading` has from a room tells how long it took."""
    with pytest.MonkeyPatch.context() as patch:
        for name, function in list(vars(reading).items()):
            room = getattr(function, "__module__", "").removeprefix("parsing.").split(".")[0]
            if isinstance(function, FunctionType) and room in ROOMS:
                patch.setattr(reading, name, _timed(function, f"{room}.{name}", spent))
        yield


def _timed(function: Callable[..., object], name: str, spent: Counter[str]) -> Callable[..., object]:
    @wraps(function)
    def timed(*arguments: object, **named: object) -> object:
        began = time.process_time()
        try:
            return function(*arguments, **named)
        finally:
            spent[name] += time.process_time() - began  # type: ignore[assignment]  # a Counter counts seconds as well

    return timed


def _print(mails: int, best: dict[str, float], functions: Counter[str]) -> None:
    total, yardstick = best["read()"], best["mail-parser"]
    print(f"\n{mails} mails, ms of CPU in all, the best of {ROUNDS} rounds")
    for name, seconds in best.items():
        print(f"  {name:<18}{1000 * seconds:8.0f}   {seconds / yardstick:5.2f} x mail-parser")
    ratio = total / yardstick
    print(f"  at most {LIMIT} x: {'ok' if ratio <= LIMIT else 'over'}")
    rooms: Counter[str] = Counter()
    for name, seconds in functions.items():
        rooms[name.split(".")[0]] += seconds  # type: ignore[assignment]
    for name, seconds in [(room, rooms[room]) for room in ROOMS] + functions.most_common(SHOWN):
        print(f"  {name:<28}{1000 * seconds:8.0f}   {100 * seconds / total:5.1f} % of read()")
