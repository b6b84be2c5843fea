"""The kinds of columns that the tables share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer, Text
from sqlmodel import Field

# SQLite gives a rowid alias, and so an automatic key, only to a column of type INTEGER.
_Key = BigInteger().with_variant(Integer, "sqlite")


def key() -> Any:
    """An automatic integer key."""
    return Field(default=None, primary_key=True, sa_type=_Key)


def ref(target: str, *, index: bool = False, nullable: bool = False) -> Any:
    """A reference to another table's integer key."""
    default = None if nullable else ...
    return Field(default, foreign_key=target, index=index, sa_type=_Key, nullable=nullable)


def text(*, nullable: bool = False) -> Any:
    """Text of any length; empty, or null where that differs from empty."""
    return Field(default=None if nullable else "", sa_type=Text, nullable=nullable)


def json_object() -> Any:
    """A JSON object; empty by default."""
    return Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
