"""A desk with agents, and a customer's ticket."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from tests.intake.agents.room import Room, make_room


@pytest.fixture
def room(engine: Engine, tmp_path: Path) -> Room:
    """With a ticket of the customer's, acknowledged."""
    room = make_room(engine, tmp_path)
    room.customer()
    room.deliver()
    return room
