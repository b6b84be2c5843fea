"""`sh tests/run.sh bench`: how fast the counter is, beside a sink that stores nothing and beside fsync alone.

Everything in one run, so that ratios mean something on a shared machine. It measures and prints; nothing is asserted.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func
from sqlmodel import select

from store.engine import looking
from store.models import Letter, Mail
from tests.corpus_of_reports import reports
from tests.desk import ROOT, Desk
from tests.servers import common

MAILS = 500
CONNECTIONS = (1, 8, 32)
ROUNDS = 3  #: of each measurement; the middle one counts, since the machine has other things to do too
BIG, BIG_BYTES = 20, 30 << 20


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What the client measured."""

    rate: float  #: mails a second, from the first byte to the last 250
    waits: list[float]  #: seconds from dot to 250


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory(prefix="loket-bench-") as name:
        folder = Path(name)
        sets = [_corpus(folder / f"set{number}", number) for number in range(len(CONNECTIONS) * ROUNDS + ROUNDS)]
        size = sum(path.stat().st_size for path in sets[0].iterdir()) / MAILS
        print(
            f"{MAILS} mails of {size / 1000:.0f} kB on average; {os.cpu_count()} cores; the middle of {ROUNDS} rounds\n"
        )
        sink = {count: _middle([_plain(sets[0], count) for _ in range(ROUNDS)]) for count in CONNECTIONS}
        print(f"{'fsync alone (write, fsync, rename, fsync of the folder)':58} {_fsync(folder, int(size)):7.0f}/s\n")
        _accepting(folder, sets, sink)
        _whole_way(folder, sets[-ROUNDS:], sink)
        _big_ones(folder)


def _accepting(folder: Path, sets: list[Path], sink: dict[int, Sent]) -> None:
    print(f"{'accepting':14} {'sink':>9} {'loket':>9} {'ratio':>7}   dot to 250: p50, p95, p99")
    for index, count in enumerate(CONNECTIONS):
        runs = []
        for round_ in range(ROUNDS):
            with _desk(folder / f"accept-{count}-{round_}") as desk:
                runs.append(_send(desk.port, count, sets[index * ROUNDS + round_]))
        ours = _middle(runs)
        cuts = statistics.quantiles(ours.waits, n=100)
        print(
            f"{count:3} connections {sink[count].rate:7.0f}/s {ours.rate:7.0f}/s {ours.rate / sink[count].rate:6.2f}x"
            f"   {cuts[49] * 1000:.1f}, {cuts[94] * 1000:.1f}, {cuts[98] * 1000:.1f} ms"
        )
    print()


def _whole_way(folder: Path, sets: list[Path], sink: dict[int, Sent]) -> None:
    rates, peaks = [], ""
    for round_, mails in enumerate(sets):
        with _desk(folder / f"whole-{round_}") as desk:
            began = time.perf_counter()
            _send(desk.port, 8, mails)
            _wait_for_tickets(desk)
            rates.append(MAILS / (time.perf_counter() - began))
            peaks = _peaks(desk)
    rate = statistics.median(rates)
    print(f"first byte to last ticket and queued acknowledgement       {rate:7.0f}/s")
    for count in CONNECTIONS:
        print(f"  beside the sink at {count:2} connections {rate / sink[count].rate:25.2f}x")
    print(f"peak memory: {peaks}\n")


def _big_ones(folder: Path) -> None:
    place = folder / "big"
    place.mkdir()
    line = b"x" * 70 + b"\r\n"
    for number in range(BIG):
        head = f"From: a@bench.example\r\nMessage-ID: <big{number}@bench.example>\r\n\r\n".encode()
        (place / f"{number:03}").write_bytes(head + line * (BIG_BYTES // len(line)))
    with _desk(folder / "big-desk") as desk:
        _send(desk.port, BIG, place)
        print(f"peak memory with {BIG} mails of {BIG_BYTES >> 20} MB in flight: {_peaks(desk)}")


def _corpus(folder: Path, seed: int) -> Path:
    folder.mkdir()
    for report in reports(MAILS, seed=seed):
        (folder / f"{report.number:05}").write_bytes(report.content.replace(b"\r\n.", b"\r\n.."))
    return folder


def _middle(runs: list[Sent]) -> Sent:
    return sorted(runs, key=lambda run: run.rate)[len(runs) // 2]


def _send(port: int, connections: int, mails: Path) -> Sent:
    answer = subprocess.run(
        [sys.executable, "-m", "tests.bench.client", str(port), str(connections), str(mails)],
        capture_output=True,
        check=True,
        cwd=ROOT,
        timeout=600,
    )
    told = json.loads(answer.stdout)
    if told["failures"]:
        raise RuntimeError(told["failures"][0])
    return Sent(rate=len(told["waits"]) / told["seconds"], waits=told["waits"])


def _plain(mails: Path, connections: int) -> Sent:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.plain_sink"], stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        try:
            assert process.stdout is not None
            return _send(int(process.stdout.readline()), connections, mails)
        finally:
            process.kill()


def _fsync(folder: Path, size: int) -> float:
    """How many files of that size the disk makes durable in a second, one after the other."""
    content, place = os.urandom(size), folder / "fsync"
    place.mkdir()
    began = time.perf_counter()
    for number in range(MAILS):
        path = place / f"{number}.tmp"
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path.rename(place / f"{number}")
        descriptor = os.open(place, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
    return MAILS / (time.perf_counter() - began)


@contextmanager
def _desk(folder: Path) -> Iterator[Desk]:
    desk = Desk(folder=folder)
    desk.start()
    try:
        yield desk
    finally:
        desk.end()


def _wait_for_tickets(desk: Desk) -> None:
    engine = desk.engine
    mails, letters = select(func.count()).select_from(Mail), select(func.count()).select_from(Letter)

    def done() -> bool:
        with looking(engine) as session:
            return session.exec(mails).one() >= MAILS and session.exec(letters).one() > 0

    common.until(done, "the last ticket", seconds=300)
    engine.dispose()


def _peaks(desk: Desk) -> str:
    """The most memory that each process has had."""
    assert desk.process is not None
    told = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
            if os.getsid(int(status.parent.name)) != desk.process.pid:
                continue
        except OSError:
            continue
        peak = int(next(line for line in text.splitlines() if line.startswith("VmHWM")).split()[1]) // 1024
        own = int(status.parent.name) == desk.process.pid
        told.append((not own, f"{'daemon' if own else 'child'} {peak} MiB"))
    return ", ".join(text for _, text in sorted(told))


if __name__ == "__main__":
    main()
