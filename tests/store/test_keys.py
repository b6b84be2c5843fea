"""Keys: what opens what."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from store import keys
from store.errors import KeyMismatch, KeyMissing


def _desk_key() -> keys.DeskKey:
    master = keys.new_key()
    return keys.open_desk_key(master, keys.new_desk_key(master))


def test_a_master_key_is_read_back_and_nobody_else_reads_it(tmp_path: Path) -> None:
    """The file has mode 0600 and holds 256 bits."""
    path = tmp_path / "secret.key"
    keys.create_master(path)
    assert len(keys.read_master(path)) == keys.KEY_BYTES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_master_key_is_never_overwritten(tmp_path: Path) -> None:
    """A second `create_master` at the same place fails and leaves the first key."""
    path = tmp_path / "secret.key"
    keys.create_master(path)
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        keys.create_master(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [None, "", "not hex", "abcd"])
def test_what_is_no_master_key_is_missing(tmp_path: Path, content: str | None) -> None:
    """A missing, empty, garbled or short key file is told as a missing key."""
    path = tmp_path / "secret.key"
    if content is not None:
        path.write_text(content)
    with pytest.raises(KeyMissing):
        keys.read_master(path)


def test_a_mail_key_opens_only_at_its_desk() -> None:
    """What one desk wrapped, another desk cannot open."""
    here, there, key = _desk_key(), _desk_key(), keys.new_key()
    assert here.unwrap(here.wrap(key)) == key
    with pytest.raises(KeyMismatch):
        there.unwrap(here.wrap(key))


def test_a_desk_opens_only_under_its_master() -> None:
    """Another master key is noticed, not used."""
    with pytest.raises(KeyMismatch):
        keys.open_desk_key(keys.new_key(), keys.new_desk_key(keys.new_key()))


def test_digests_are_equal_within_a_desk_alone() -> None:
    """Equal content has one digest at one desk and another at the next; its parts cannot be shifted."""
    here, there = _desk_key(), _desk_key()
    assert here.digest("content", "x") == here.digest("content", "x")
    assert here.digest("content", "x") != there.digest("content", "x")
    assert here.digest("ab", "c") != here.digest("a", "bc")
