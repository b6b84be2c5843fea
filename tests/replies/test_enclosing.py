"""The body of a mail, and what goes with it."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replies import enclosing
from replies.enclosing import File
from replies.errors import ComposeMismatch

TEXT, HTML = b"Halo\r\n", b"<p>Halo</p>\r\n"
PICTURE = File(name="p.jpg", type="image/jpeg", content=b"\xff\xd8\r\n--=_\0", content_id="p1@desk.test")


def _read(*files: File) -> EmailMessage:
    kind, content = enclosing.body(TEXT, HTML, files, "seed")
    whole = f"MIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n".encode() + content
    return email.message_from_bytes(whole, policy=email.policy.default)  # type: ignore[return-value]


def test_words_alone_are_told_twice() -> None:
    """As text and as HTML, the better one last (RFC 2046, 5.1.4)."""
    assert [part.get_content_type() for part in _read().walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_a_picture_stands_beside_the_html_that_shows_it() -> None:
    """RFC 2387; who reads only text is not bothered."""
    read = _read(PICTURE)
    kinds = [part.get_content_type() for part in read.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/jpeg"]
    (picture,) = [part for part in read.walk() if part.get_content_type() == "image/jpeg"]
    assert picture["Content-ID"] == "<p1@desk.test>"
    assert picture.get_content_disposition() == "inline"
    assert picture.get_content() == PICTURE.content


def test_a_file_stands_beside_everything() -> None:
    """With its own name, whatever letters it has."""
    read = _read(PICTURE, File(name='bukti "ü" 証.pdf', type="application/pdf", content=b""))
    assert read.get_content_type() == "multipart/mixed"
    (file,) = read.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ('bukti "ü" 証.pdf', "application/pdf")


@given(st.text(), st.text(), st.binary(max_size=300))
def test_no_name_and_no_type_breaks_out(name: str, kind: str, content: bytes) -> None:
    """Whatever a file is called, it is one part, and its bytes are its own."""
    read = _read(File(name=name, type=kind, content=content))
    (file,) = read.iter_attachments()
    assert file.get_payload(decode=True) == content
    assert len(list(read.walk())) == 5


@pytest.mark.parametrize("wrong", ["no at sign", "a@b>\r\nX: y", "a b@c"])
def test_what_is_no_content_id_is_refused(wrong: str) -> None:
    """It stands in a header."""
    with pytest.raises(ComposeMismatch):
        _read(File(name="p", type="image/png", content=b"x", content_id=wrong))


def test_a_name_of_many_signs_is_cut() -> None:
    """A hundred of them are twelve hundred characters, and a line has not so many."""
    read = _read(File(name="\N{WOMAN}" * 120, type="application/pdf", content=b"x"))
    (file,) = read.iter_attachments()
    assert set(file.get_filename() or "") == {"\N{WOMAN}"}
    assert max(map(len, read.as_bytes().split(b"\n"))) <= 998


@pytest.mark.parametrize("kind", ["message/rfc822", "message/delivery-status", "multipart/mixed"])
def test_a_mail_is_a_file_like_any_other(kind: str) -> None:
    """It is not read as a part of ours."""
    read = _read(File(name="a.eml", type=kind, content=b"From: x@evil.test\r\n\r\nx\r\n"))
    (file,) = read.iter_attachments()
    assert file.get_content_type() == "application/octet-stream"
