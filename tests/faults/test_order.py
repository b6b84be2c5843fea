"""The order of the system calls around a 250, as the kernel saw them.

Seen to fail: with the fsync of the file left out of intake/spool.py, and with that of the folder.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.corpus_of_reports import reports
from tests.faults.conftest import SMALL_PICTURE, MakeDesk, send_until_taken
from tests.oracle import Ledger
from tests.servers import common

#: Of strace -f -y: who, when, the call with its descriptors' paths.
_LINE = re.compile(r"^\d+ +(?P<when>\d+\.\d+) (?P<call>.*)$")


@pytest.mark.parametrize(
    "count", [pytest.param(10, id="small"), pytest.param(100, id="whole", marks=[pytest.mark.battery])]
)
def test_write_fsync_rename_fsync_then_250(make_desk: MakeDesk, tmp_path: Path, count: int) -> None:
    """For every mail: write < fsync(file) < rename < fsync(folder) < 250."""
    trace = tmp_path / "trace"
    strace = [common.program("strace", "strace"), "-f", "-y", "-ttt", "-s", "200", "-o", str(trace)]
    calls = "write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,sendto,sendmsg,send"
    desk = make_desk(wrapper=[*strace, "-e", f"trace={calls}"])
    desk.start()
    send_until_taken(desk, list(reports(count, picture=SMALL_PICTURE, answers=False)), Ledger())
    desk.until(lambda: trace.read_text(errors="replace").count("250 2.6.0") >= count, "all replies are traced")
    desk.end()
    orders = _orders(trace.read_text(errors="replace"), str(desk.folder / "spool"))
    print(f"\n{sum(orders.values())} of {len(orders)} mails in order")
    assert len(orders) == count
    assert all(orders.values())


def _orders(trace: str, spool: str) -> dict[str, bool]:
    """For each mail that was answered with 250, whether the calls came in the right order."""
    calls = [match["call"] for line in trace.splitlines() if (match := _LINE.match(line))]
    names = {found[1] for call in calls if (found := re.search(r"250 2\.6\.0 (\S+\.mail) accepted", call))}
    return {name: _in_order(calls, spool, name) for name in names}


def _in_order(calls: list[str], spool: str, name: str) -> bool:
    """Each step is looked for behind the one before."""
    steps = [
        lambda call: call.startswith(("write(", "pwrite64(", "writev(")) and f"/tmp/{name}>" in call,
        lambda call: call.startswith("fsync(") and f"/tmp/{name}>" in call,
        lambda call: call.startswith("rename") and f"/tmp/{name}" in call and f"/new/{name}" in call,
        lambda call: call.startswith("fsync(") and f"{spool}/new>" in call,
        lambda call: f"250 2.6.0 {name} accepted" in call,
    ]
    place = 0
    for step in steps:
        found = next((index for index in range(place, len(calls)) if step(calls[index])), None)
        if found is None:
            return False
        place = found + 1
    last_write = max(index for index, call in enumerate(calls) if steps[0](call))
    first_sync = min(index for index, call in enumerate(calls) if steps[1](call))
    return last_write < first_sync
