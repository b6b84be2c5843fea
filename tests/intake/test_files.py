"""The door for mail that lies in files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from intake.doors import files

MAIL = b"From: a@example.com\nSubject: one\n\nhalo\n"


def _found(*paths: Path) -> list[tuple[str, bytes]]:
    return [(found.origin, found.content) for found in files.mails(paths)]


def test_an_eml_is_one_mail_byte_for_byte(tmp_path: Path) -> None:
    """Nothing is changed, not even what looks like an mbox's quoting."""
    path = tmp_path / "a.eml"
    path.write_bytes(MAIL + b"\n>From me\r\n\n\n")
    assert _found(path) == [(str(path), path.read_bytes())]


def test_a_maildir_is_its_new_and_cur(tmp_path: Path) -> None:
    """What is still being delivered, and what the server keeps there for itself, is no mail; folders in it count."""
    for name in (
        "new/1.a",
        "cur/2.b:2,S",
        "tmp/3.c",
        "dovecot.index",
        "cur/.hidden",
        ".Old/cur/4.d",
        ".Old/maildirfolder",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    assert sorted(content for _, content in _found(tmp_path)) == [b".Old/cur/4.d", b"cur/2.b:2,S", b"new/1.a"]
    assert files.count([tmp_path]) == 3


def test_a_mail_in_a_maildir_may_begin_like_an_mbox(tmp_path: Path) -> None:
    """A file of a Maildir is one mail whatever its first line is."""
    path = tmp_path / "cur" / "1"
    path.parent.mkdir()
    path.write_bytes(b"From a@b Thu Jan  1 00:00:00 1970\n" + MAIL)
    assert _found(tmp_path) == [(str(path), path.read_bytes())]


@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_an_mbox_is_divided_at_its_from_lines(tmp_path: Path, ends: bytes) -> None:
    """Behind an empty line only, with a year in it; the empty line belongs to the mbox, one > to the quoting."""
    first = b"Subject: one\n\nFrom here on\n>From the start\n>>From twice\n".replace(b"\n", ends)
    second = b"Subject: two\n\nFrom\n\nFrom now on, nothing\n".replace(b"\n", ends)
    path = tmp_path / "archive"
    path.write_bytes(
        b"".join(
            [
                b"From MAILER-DAEMON Thu Jan  1 00:00:00 1970" + ends,
                first + ends,
                b"From  Fri Jan  2 00:00:00 2026" + ends,
                second + ends,
                b"From 1699@xxx Mon Nov 02 15:04:05 +0000 2026" + ends,
                b"Subject: three" + ends,
            ]
        )
    )
    unquoted = first.replace(b">From the", b"From the").replace(b">>From", b">From")
    assert _found(path) == [
        (f"{path}#1", unquoted),
        (f"{path}#2", second),
        (f"{path}#3", b"Subject: three" + ends),
    ]


def test_what_cannot_be_read_is_told_and_stops_nothing(tmp_path: Path) -> None:
    """A missing file, a folder named like a mail, a name that is no text; then the good one all the same."""
    good, strange = tmp_path / "z.eml", tmp_path / os.fsdecode(b"\xff.eml")
    good.write_bytes(MAIL)
    strange.write_bytes(MAIL)
    dangling = tmp_path / "b.eml"
    dangling.symlink_to(tmp_path / "nowhere")
    found = list(files.mails([tmp_path / "missing.eml", tmp_path]))
    assert [(each.trouble, each.content) for each in found] == [
        ("No such file or directory", b""),
        ("No such file or directory", b""),
        ("", MAIL),
        ("", MAIL),
    ]
    assert all(each.origin.encode() for each in found)


def test_a_file_that_is_far_too_large_is_told_without_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone or in an mbox; the mails around it are found."""
    monkeypatch.setattr(files, "LARGEST", 100)
    eml, mbox = tmp_path / "a.eml", tmp_path / "b.mbox"
    eml.write_bytes(b"x" * 101)
    line = b"From a@b Thu Jan  1 00:00:00 1970\n"
    mbox.write_bytes(line + MAIL + b"\n" + line + b"y\n" * 60 + b"\n" + line + MAIL)
    found = list(files.mails([tmp_path]))
    assert [bool(each.trouble) for each in found] == [True, False, True, False]
    assert [each.content for each in found if not each.trouble] == [MAIL, MAIL]


def test_mails_are_given_one_at_a_time(tmp_path: Path) -> None:
    """The second is not looked for before the first has been taken."""
    mbox = tmp_path / "a.mbox"
    line = b"From a@b Thu Jan  1 00:00:00 1970\n"
    mbox.write_bytes(line + MAIL + b"\n" + line + MAIL)
    found = files.mails([mbox, tmp_path / "missing"])
    assert next(found).content == MAIL
    mbox.unlink()
    assert [each.trouble for each in found] == ["", "No such file or directory"]
