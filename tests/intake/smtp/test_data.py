"""The reader of DATA, byte for byte: line ends, the end of the mail, limits; the same however the bytes are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.doors.smtp.data import DataReader, Refusal
from tests.smuggling.wire import FALSE_ENDS, SECOND


def _read(wire: bytes, cuts: list[int] | None = None, **limits: int) -> tuple[bytes, DataReader]:
    """Feed bytes in pieces; gives what was handed out, and the reader."""
    reader = DataReader(**({"max_size": 10_000_000, "max_received": 50} | limits))
    out, start = b"", 0
    for cut in [*sorted({cut for cut in cuts or [] if cut < len(wire)}), len(wire)]:
        if reader.ended:
            reader.rest += wire[start:cut]
        else:
            out += reader.feed(wire[start:cut])
        start = cut
    return out, reader


@pytest.mark.parametrize(
    ("wire", "content"),
    [
        (b"a\r\n.\r\n", b"a\r\n"),
        (b".\r\n", b""),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"a\r\n..b\r\n.\r\n", b"a\r\n.b\r\n"),
        (b"a\r\n...\r\n.\r\n", b"a\r\n..\r\n"),
        (b"a\nb\r\n.\r\n", b"a\r\nb\r\n"),
        (b"\n\n\na\r\n.\r\n", b"\r\n\r\n\r\na\r\n"),
        (b"\xff\xfe\x80\r\n.\r\n", b"\xff\xfe\x80\r\n"),
        (b"x" * 100_000 + b"\r\n.\r\n", b"x" * 100_000 + b"\r\n"),
        (b"a .\r\nb. \r\n.\r\n", b"a .\r\nb. \r\n"),
    ],
)
def test_a_mail_comes_through_without_its_stuffing(wire: bytes, content: bytes) -> None:
    """RFC 5321, 4.5.2; a bare LF becomes CR LF; a line may be as long as it likes."""
    out, reader = _read(wire)
    assert (out, reader.refusal, reader.ended, reader.rest) == (content, None, True, b"")


@pytest.mark.parametrize("every", [1, 2, 3, 5, 7, 1000])
@pytest.mark.parametrize("end", FALSE_ENDS, ids=repr)
def test_no_false_end_ends_a_mail(end: bytes, every: int) -> None:
    """The second mail is never executed as commands, and the first is refused, whatever the portions."""
    wire = b"Subject: a\r\n\r\nbody" + end + SECOND
    _, reader = _read(wire, list(range(0, len(wire), every)))
    assert reader.refusal in {Refusal.LINE_ENDS, Refusal.NUL}
    assert reader.ended
    assert reader.rest == (SECOND if end.endswith(b"\r\n.\r\n") else b"")  # a true end; the conversation is over


def test_what_is_pipelined_behind_the_end_is_given_back() -> None:
    """It is the next command, never part of this mail."""
    out, reader = _read(b"a\r\n.\r\nQUIT\r\n")
    assert (out, reader.rest) == (b"a\r\n", b"QUIT\r\n")


@given(
    st.lists(st.sampled_from([b"a", b".", b"\r\n", b"\n", b"\r", b"\0", b"..", b"Received: x\r\n"]), max_size=40),
    st.lists(st.integers(0, 120), max_size=12),
)
def test_it_does_not_matter_how_the_bytes_are_cut(pieces: list[bytes], cuts: list[int]) -> None:
    """One portion or many: the same content, refused or not, the same rest."""
    wire = b"".join(pieces) + b"\r\n.\r\nNOOP\r\n"
    whole, alone = _read(wire)
    cut, reader = _read(wire, cuts)
    refused = alone.refusal is not None
    assert (reader.refusal is not None, reader.ended, reader.rest) == (refused, alone.ended, alone.rest)
    if alone.refusal is None:
        assert cut == whole


@given(st.binary(max_size=300))
def test_every_body_survives_the_wire(body: bytes) -> None:
    """What a client stuffs, we give back, as long as its line ends are clean."""
    clean = body.replace(b"\0", b"").replace(b"\r", b"").replace(b"\n", b"\r\n") + b"\r\n"
    stuffed = (b"\r\n" + clean).replace(b"\r\n.", b"\r\n..")[2:]
    out, reader = _read(stuffed + b".\r\n")
    assert (out, reader.refusal) == (clean, None)


def test_the_size_is_counted_as_it_comes() -> None:
    """A SIZE= that lies does not help; what is refused is swallowed to its end."""
    _, reader = _read(b"x" * 5000 + b"\r\n.\r\nNOOP\r\n", list(range(0, 5000, 100)), max_size=1000)
    assert (reader.refusal, reader.ended, reader.rest) == (Refusal.TOO_BIG, True, b"NOOP\r\n")


@pytest.mark.parametrize(("count", "refused"), [(50, False), (51, True)])
def test_a_mail_that_goes_in_circles_is_refused(count: int, refused: bool) -> None:
    """RFC 5321, 6.3. Only the header counts, in any case of letters, and however it is cut."""
    wire = b"RECEIVED: from a\r\n" * count + b"\r\n" + b"Received: from b\r\n" * 100 + b".\r\n"
    for every in (1, 7, 10_000):
        _, reader = _read(wire, list(range(0, len(wire), every)))
        assert (reader.refusal is Refusal.LOOP) == refused
