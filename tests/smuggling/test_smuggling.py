"""No second mail comes in behind a first one, whatever ends it, by which door, and in which pieces."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.smuggling.wire import (
    FALSE_ENDS,
    FIRST,
    SECOND,
    TRUE_END,
    WAYS,
    Doors,
    attempt,
    connected,
    everything,
    in_pieces,
    open_doors,
    say,
    trusting,
)

CHUNKS = (1, 2, 7, 4096)

#: Commands that an attacker in the middle puts behind STARTTLS, to be carried out as if said over TLS (CVE-2011-0411).
BEHIND = [
    SECOND,
    b"EHLO evil\r\n" + SECOND,
    b"NOOP\r\n" * 20,
    b"RSET\r\nQUIT\r\n",
    b"MAIL FROM:<evil@x.example>\r\n",
]


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    with open_doors(tmp_path) as opened:
        yield opened


@pytest.mark.battery
def test_eleven_false_ends_by_every_door_in_every_piece(doors: Doors) -> None:
    """Each is refused, and neither the first mail nor the second is taken."""
    cases = list(itertools.product(WAYS, FALSE_ENDS, CHUNKS))
    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(lambda case: attempt(doors, *case), cases))
    taken = doors.subjects()
    refused = sum(each.startswith(b"550 5.6.11") for each in told)
    print(f"smuggling: {len(cases)} attempts, {refused} refused, {len(taken)} mails taken")
    assert [case for case, each in zip(cases, told, strict=True) if not each.startswith(b"550 5.6.11")] == []
    assert [each for each in told if b"\r\n250" in each or b"\r\n354" in each] == []
    assert taken == []


def test_each_false_end_once(doors: Doors) -> None:
    """By a door and in pieces that change from one to the next."""
    cases = list(zip(FALSE_ENDS, itertools.cycle(WAYS), itertools.cycle(CHUNKS), strict=False))
    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(lambda case: attempt(doors, case[1], case[0], case[2]), cases))
    assert all(each.startswith(b"550 5.6.11") for each in told)
    assert doors.subjects() == []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("chunk", CHUNKS)
def test_the_true_end_ends_a_mail(doors: Doors, way: str, chunk: int) -> None:
    """In whichever pieces it comes."""
    told = attempt(doors, way, TRUE_END, chunk)
    assert told.startswith(b"250 2.6.0")
    assert b"first" in doors.subjects()


def test_a_client_that_waits_has_both_mails_taken(doors: Doors) -> None:
    """The control: the same second mail, said in turn."""
    for way in WAYS:
        with connected(doors, way) as connection:
            for line in (b"LHLO x" if way.startswith("lmtp") else b"EHLO x", *_transaction(FIRST + TRUE_END[:-2])):
                told = say(connection, line)
            assert told.startswith(b"250 2.6.0")
            for line in [*SECOND.split(b"\r\n")[:3], b"\r\n".join(SECOND.split(b"\r\n")[3:-1])]:
                told = say(connection, line)
            assert told.startswith(b"250 2.6.0")
    assert doors.subjects() == [b"first"] * len(WAYS) + [b"smuggled"] * len(WAYS)
    assert doors.senders() == {"a@example.com", "evil@x.example"}


@pytest.mark.parametrize("chunk", CHUNKS)
@pytest.mark.parametrize("behind", BEHIND, ids=range(len(BEHIND)))
def test_what_stands_behind_starttls_is_never_carried_out(doors: Doors, behind: bytes, chunk: int) -> None:
    """The connection ends, or the bytes spoil the handshake; a session over TLS never begins with them."""
    with connected(doors, "smtp") as connection:
        say(connection, b"EHLO x")
        in_pieces(connection, b"STARTTLS\r\n" + behind, chunk)
        told = _handshake(connection)
    assert told == b""
    assert doors.subjects() == []


def test_lmtp_has_no_starttls_to_stand_behind(doors: Doors) -> None:
    """Neither is it announced, nor known."""
    with connected(doors, "lmtp") as connection:
        assert b"STARTTLS" not in say(connection, b"LHLO x")
        assert say(connection, b"STARTTLS").startswith(b"500 5.5.1")


def _transaction(content: bytes) -> list[bytes]:
    return [b"MAIL FROM:<a@example.com>", b"RCPT TO:<help@desk.test>", b"DATA", content]


def _handshake(connection: socket.socket) -> bytes:
    """What the door says over TLS, if TLS comes about: nothing was asked there, so nothing may be answered."""
    try:
        with trusting().wrap_socket(connection) as secure:
            secure.settimeout(2)
            return everything(secure)
    except OSError:
        return b""
