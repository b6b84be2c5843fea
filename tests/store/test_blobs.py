"""Sealed files."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from store.blobs import ORPHAN_SECONDS, SEGMENT, BlobFolder
from store.errors import BlobDamaged
from store.keys import new_key

_NAME = "ab" * 32


def _sealed(folder: BlobFolder, content: bytes, key: bytes, name: str = _NAME) -> None:
    staged = folder.stage(content, key)
    folder.adopt([(staged.passing_name, name)])


@pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT])
def test_what_is_sealed_is_opened_again(tmp_path: Path, size: int) -> None:
    """Content of any size around the segments comes back as it was, and its digest is told."""
    folder, key, content = BlobFolder(tmp_path), new_key(), os.urandom(size)
    staged = folder.stage(content, key)
    folder.adopt([(staged.passing_name, _NAME)])
    assert folder.read(_NAME, key) == content
    assert (staged.size, staged.sha256) == (size, sha256(content).hexdigest())


def test_nothing_readable_lies_on_the_disk(tmp_path: Path) -> None:
    """The words of a mail stand in no file of the folder."""
    folder = BlobFolder(tmp_path)
    _sealed(folder, b"kata sandi saya rahasia" * 100, new_key())
    assert all(b"rahasia" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    """To erase a mail's key is to erase its files."""
    folder = BlobFolder(tmp_path)
    _sealed(folder, b"content", new_key())
    with pytest.raises(BlobDamaged):
        folder.read(_NAME, new_key())


@pytest.mark.parametrize("damage", ["flip", "cut a segment", "swap segments", "truncate", "remove", "empty"])
def test_damage_is_noticed(tmp_path: Path, damage: str) -> None:
    """A changed, shortened, re-ordered or missing file is told as damaged, never opened in part."""
    folder, key = BlobFolder(tmp_path), new_key()
    _sealed(folder, os.urandom(3 * SEGMENT), key)
    path = tmp_path / "files" / _NAME
    raw, head, step = path.read_bytes(), 11, SEGMENT + 16
    pieces = [raw[head + i * step : head + (i + 1) * step] for i in range(3)]
    harmed = {
        "flip": raw[:100] + bytes([raw[100] ^ 1]) + raw[101:],
        "cut a segment": raw[: head + 2 * step],
        "swap segments": raw[:head] + pieces[1] + pieces[0] + pieces[2],
        "truncate": raw[:-1],
        "empty": b"",
    }
    if damage == "remove":
        path.unlink()
    else:
        path.write_bytes(harmed[damage])
    with pytest.raises(BlobDamaged):
        folder.read(_NAME, key)


def test_a_name_is_never_a_path(tmp_path: Path) -> None:
    """What is no plain name is refused before a file is opened."""
    with pytest.raises(BlobDamaged):
        BlobFolder(tmp_path).read("../../etc/passwd", new_key())


def test_only_old_files_can_be_orphans(tmp_path: Path) -> None:
    """A blob that may belong to a running transaction is not named; an old staged file is removed."""
    folder, key = BlobFolder(tmp_path), new_key()
    _sealed(folder, b"x", key)
    left = folder.stage(b"y", key)
    now = (tmp_path / "files" / _NAME).stat().st_mtime
    assert list(folder.old_names(now=now)) == []
    assert list(folder.old_names(now=now + ORPHAN_SECONDS + 1)) == [_NAME]
    assert not (tmp_path / "tmp" / left.passing_name).exists()


def test_what_is_staged_can_be_opened_before_and_after_it_has_its_name(tmp_path: Path) -> None:
    """A letter is made of it before the commit, and again where that commit failed."""
    folder, key = BlobFolder(tmp_path), new_key()
    staged = folder.stage(b"gambar", key)
    assert folder.read_staged(staged.passing_name, "ab12", key) == b"gambar"
    folder.adopt([(staged.passing_name, "ab12")])
    assert folder.read_staged(staged.passing_name, "ab12", key) == b"gambar"
