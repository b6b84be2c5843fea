"""Mails damaged at random: none crashes its reader, none hangs it, and of none a part is lost."""

from __future__ import annotations

import json
import signal
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from parsing.mail import Envelope, RawMail
from parsing.message.headers import readable
from parsing.reading import read, to_json
from tests.corpus.accounting import lost
from tests.corpus.golden import NOON
from tests.corpus.mutations import mutated, seeds

SAMPLE, MANY = 200, 10_000
HANG = 20  #: seconds after which a mail is held to hang
P99 = 0.2  #: seconds of processor time


def test_a_few_damaged_mails_are_read() -> None:
    """In the everyday run; the battery takes ten thousand others."""
    _read_all(range(SAMPLE))


@pytest.mark.battery
def test_ten_thousand_damaged_mails_are_read() -> None:
    """With their times; a failure names the number and the mail that it was made of."""
    times = _read_all(range(SAMPLE, SAMPLE + MANY))
    cuts = statistics.quantiles(times, n=100)
    p50, p99, most = (1000 * seconds for seconds in (cuts[49], cuts[98], max(times)))
    print(f"\n{MANY} mails: p50 {p50:.1f} ms, p99 {p99:.1f} ms, at most {most:.0f} ms")
    assert cuts[98] < P99


def _read_all(numbers: range) -> list[float]:
    among = seeds()
    times, wrong = [], []
    with _alarm():
        for number in numbers:
            name, content = mutated(number, among)
            began = time.process_time()
            try:
                told = _one(content)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
                told = [f"{type(error).__name__}: {error}"]
            times.append(time.process_time() - began)
            wrong += [f"{number} ({name}): {each}" for each in told]
    assert not wrong, "\n".join([f"{len(wrong)} findings", *wrong[:20]])
    return times


def _one(content: bytes) -> list[str]:
    signal.setitimer(signal.ITIMER_REAL, HANG)
    reading = read(RawMail(content=content, envelope=Envelope(door="corpus", received_at=NOON)))
    json.dumps(to_json(reading, "x.eml"), ensure_ascii=False).encode()
    return lost(readable(content)[0], reading)


@contextmanager
def _alarm() -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise TimeoutError("it hangs")

    before = signal.signal(signal.SIGALRM, ring)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
