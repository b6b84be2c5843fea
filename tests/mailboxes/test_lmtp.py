"""Mail from Postfix's own lmtp client: as many replies as it waits for, however many recipients."""

from __future__ import annotations

import random
import re
import smtplib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.models import Mail, Route
from tests.desk import Desk
from tests.servers import common, postfix

#: In Postfix's log: what became of a recipient, and how often its connection had been used.
_FATE = re.compile(
    r"/lmtp\[\d+\]: \w+: to=<(?P<to>[^>]+)>,(?P<alias> orig_to=<)?"
    r"(?:.*? conn_use=(?P<use>\d+),)?.* status=(?P<fate>\w+)"
)

_SETTINGS = """
lmtp_destination_recipient_limit = 50
lmtp_destination_concurrency_limit = 1
lmtp_connection_cache_destinations = static:all
lmtp_connection_reuse_time_limit = 3600s
lmtp_connection_reuse_count_limit = 0
connection_cache_ttl_limit = 3600s
virtual_alias_maps = inline:{{ {aliases} }}
lmtp_connection_cache_time_limit = 60s
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that Postfix's user may enter, as pytest's own is not."""
    with tempfile.TemporaryDirectory(prefix="loket-lmtp-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _mail(number: int) -> bytes:
    return f"Message-ID: <{number}@example.com>\r\nFrom: a@example.com\r\n\r\nUsername: budi_{number}\r\n".encode()


@pytest.mark.parametrize(
    "mails", [pytest.param(30, id="small"), pytest.param(1_000, id="whole", marks=[pytest.mark.battery])]
)
def test_postfix_and_the_desk_stay_in_step(open_folder: Path, tmp_path: Path, mails: int) -> None:
    """One to fifty recipients, known, unknown and twice: what is refused bounces, and nothing that was taken does."""
    place, dice = open_folder / "lmtp", random.Random(5)
    routes = {"desk.test": f"lmtp:unix:{place}", "example.com": "discard:"}
    aliases = ", ".join(f"{{ also{each}@desk.test = u{each}@desk.test }}" for each in range(50))
    with postfix.running(routes, _SETTINGS.format(aliases=aliases)) as server:
        desk = Desk(folder=tmp_path / "desk", more={"desks": _desks()}, intake={"lmtp": _lmtp(place)})
        desk.start()
        try:
            expected: dict[str, int] = {}
            with smtplib.SMTP("127.0.0.1", server.port) as client:
                for number in range(mails):
                    known = dice.sample(range(50), dice.randint(1, 40))
                    good = [f"u{each}@desk.test" for each in known]
                    twice = [
                        f"also{each}@desk.test" for each in known[: dice.randint(0, 8)]
                    ]  # Postfix asks for u… again
                    bad = [f"nobody{each}@desk.test" for each in range(dice.randint(0, 2))]
                    expected[f"{number}@example.com"] = len(good)
                    to = [*good, *twice, *bad]
                    client.sendmail("a@example.com", dice.sample(to, len(to)), _mail(number))
            desk.until(lambda: server.waiting() == 0, "Postfix's queue is empty", seconds=600)
            desk.until(lambda: len(desk.rows(Mail)) == mails, "all mails are taken", seconds=300)
            fates = list(_FATE.finditer(server.log()))
            wrong = [each[0] for each in fates if (each["fate"] == "sent") != each["to"].startswith("u")]
            uses = max(int(each["use"] or 1) for each in fates)
            twice_told = sum(1 for each in fates if each["alias"])
            told = f"{len(fates)} recipients, {twice_told} named twice: {len(wrong)} with a wrong fate"
            print(f"\n{mails} mails, {told}; {uses} on one connection")
            assert twice_told > mails
            assert wrong == []
            assert uses > mails * 0.9
            by_mail = {mail.id: mail.message_id for mail in desk.rows(Mail)}
            routes_of = dict.fromkeys(expected, 0)
            for route in desk.rows(Route):
                routes_of[by_mail[route.mail_id] or ""] += 1
            assert routes_of == expected
            assert desk.stop() == 0
        finally:
            desk.end()


def _desks() -> dict[str, dict[str, object]]:
    return {"help": {"addresses": [f"u{each}@desk.test" for each in range(50)], "acknowledge": "authenticated"}}


def _lmtp(place: Path) -> dict[str, object]:
    return {"listen": f"unix:{place}", "group": "postfix"}


@pytest.mark.parametrize(
    ("mails", "recipients"),
    [(40, 7), pytest.param(1_000, 5, marks=[pytest.mark.battery]), pytest.param(100, 50, marks=[pytest.mark.battery])],
)
def test_smtp_source_keeps_one_connection(tmp_path: Path, mails: int, recipients: int) -> None:
    """Postfix's load generator reads a reply for each recipient, and fails at the first that is missing."""
    port = common.free_port()
    addresses = ["u@desk.test", *(f"{number}u@desk.test" for number in range(2, recipients + 1))]  # as it makes them
    desks = {"help": {"addresses": addresses}}
    desk = Desk(folder=tmp_path / "desk", desks=desks, intake={"lmtp": {"listen": f"127.0.0.1:{port}"}})
    desk.start()
    try:
        source = common.program("smtp-source", "postfix")
        command = [source, "-L", "-d", "-s", "1", "-m", str(mails), "-r", str(recipients), "-l", "3000"]
        command += ["-f", "a@example.com", "-t", "u@desk.test", f"inet:127.0.0.1:{port}"]
        done = subprocess.run(command, capture_output=True, check=False, timeout=300)
        assert done.returncode == 0, done.stderr
        waiting = len(list((desk.folder / "spool" / "new").iterdir()))
        print(
            f"\n{mails} transactions of {recipients} recipients on one connection: no desync; {waiting} still spooled"
        )
        desk.until(desk.drained, "all is taken", seconds=300)
        assert desk.stop() == 0
    finally:
        desk.end()
