"""Mails of other projects' test suites, where they are at hand beside this checkout. Nothing of them is kept here."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT.parent / "shared" / "corpus"

needed = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the foreign mails are not at hand: {FOLDER}")


def paths() -> list[Path]:
    """All of them; none where they are not at hand."""
    return sorted(path for path in (FOLDER / "mails").rglob("*") if path.is_file())
