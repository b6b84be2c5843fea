"""Forecasts the letters of a day against what the mail server takes of us in one.

Past the limit a provider refuses until the next day; letters then wait, and customers with them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.engine import Engine

from replies.settings import SmarthostSettings
from store import outbox_control
from store.engine import looking

#: So many days are looked back at, so that each weekday counts.
DAYS = 7

#: Above this share of the limit one busy day is enough to be refused.
SHARE = 0.8

#: What is known of providers, in letters or recipients a day:
#: https://support.google.com/a/answer/166852 (Workspace; a private account has 500),
#: https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits
_LIMITS = {"smtp.gmail.com": 2_000, "smtp-relay.gmail.com": 10_000, "smtp.office365.com": 10_000}
_PRIVATE_GMAIL = 500


def limit_of(route: SmarthostSettings) -> int | None:
    """Letters a day that the server takes; None where nobody knows."""
    if route.daily_limit is not None:
        return route.daily_limit
    if route.host == "smtp.gmail.com" and (route.username or "").lower().endswith("@gmail.com"):
        return _PRIVATE_GMAIL
    return _LIMITS.get(route.host.lower())


def forecast(engine: Engine, route: SmarthostSettings, now: datetime) -> tuple[bool, str]:
    """Whether a busy day stays below the limit, and that in a sentence. Raises StoreUnreachable."""
    with looking(engine) as session:
        busiest = outbox_control.busiest_day(session, now - timedelta(days=DAYS))
    limit = limit_of(route)
    told = f"{busiest:,} on the busiest of the last {DAYS} days"
    if limit is None:
        return True, f"{told}; nothing is known of a limit at {route.host}, set daily_limit where there is one"
    if busiest <= limit * SHARE:
        return True, f"{told}; {route.host} takes {limit:,}"
    return False, (
        f"{told}, and {route.host} takes {limit:,}: letters will wait for the next day; "
        "take a relay with a higher limit, or let fewer senders be acknowledged"
    )
