"""Which desk an address belongs to."""

from __future__ import annotations

import pytest

from intake.directory import Directory
from replies.settings import DeskSettings

_DIRECTORY = Directory(
    [
        DeskSettings(name="help", addresses=["help@desk.test", "bantuan@desk.test"], prefix="HLP"),
        DeskSettings(name="pay", addresses=["pay@desk.test"], prefix="PAY", separator="-"),
    ]
)


@pytest.mark.parametrize(
    ("address", "desk"),
    [
        ("help@desk.test", "help"),
        ("HELP@Desk.Test", "help"),
        ("<bantuan@desk.test>", "help"),
        ("help+0123456789@desk.test", "help"),
        ("pay-0123456789@desk.test", "pay"),
        ("help-x@desk.test", None),
        ("pay+x@desk.test", None),
        ("helper@desk.test", None),
        ("help@other.test", None),
        ("help", None),
        ("", None),
    ],
)
def test_an_address_finds_its_desk(address: str, desk: str | None) -> None:
    """Case does not matter, an extension only behind the desk's own separator."""
    found = _DIRECTORY.desk_of(address)
    assert (found.name if found else None) == desk
    assert _DIRECTORY.knows(address) == (desk is not None)
