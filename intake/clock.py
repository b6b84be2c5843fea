"""The one place where the desk asks what time it is; everybody else is handed this function, and tests another."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware UTC."""
    return datetime.now(UTC)
