"""Sends a mail to each address of a desk as answers are addressed, and waits for the running daemon to take it in.

That is the whole way of an answer: out by the mail server, back to ADDRESS+SOMETHING, and through a door.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

from sqlalchemy.engine import Engine

from intake import clock, desks
from intake.config import Settings
from intake.desks import OpenDesk
from intake.errors import ServerWrong
from intake.grants import Grants
from intake.watch.canary import Canaries
from replies import tokens
from store import keys, ledger
from store.engine import looking, open_store
from store.models import Route

#: What stands in the place of a token.
EXTENSION: Final = "probe"

#: Between looks for its return.
_PAUSE_SECONDS: Final = 0.5


def looks(settings: Settings, seconds: float) -> Iterator[tuple[str, Callable[[], str]]]:
    """One mail for each address, which has so many seconds to come back: its name, and the look; see ServerWrong."""
    if settings.replies.deliver != "smtp":
        return
    engine = open_store(settings.store_url)
    try:
        master = keys.read_master(settings.data / "secret.key")
        opened = desks.open_all(engine, settings.desks, master, settings.site, settings.intake.forms)
        smtp = settings.replies.smtp
        grants = Grants(settings, engine=engine, master=master, now=clock.now)
        login = grants.of(smtp.oauth, smtp.username)
        canaries = Canaries(opened.values(), route=smtp, tokens=login, engine=engine, now=clock.now)
        for desk in opened.values():
            for address in desk.settings.addresses:
                yield (
                    f"round trip of {address}",
                    lambda desk=desk, address=address: _round_trip(engine, canaries, desk, address, seconds),  # type: ignore[misc]
                )
    finally:
        engine.dispose()


def _round_trip(engine: Engine, canaries: Canaries, desk: OpenDesk, address: str, seconds: float) -> str:
    probe = tokens.address(address, EXTENSION, desk.settings.separator)
    begun = time.monotonic()
    message_id, trouble = canaries.send(desk, probe)
    if trouble:
        raise ServerWrong(f"a mail to {probe} could not be sent: {trouble}")
    while not (routes := _routes(engine, message_id)):
        if time.monotonic() - begun > seconds:
            raise ServerWrong(
                f"a mail to {probe} has not come back within {seconds:.0f} seconds: the daemon has to be running, and "
                f"mail to {address}{desk.settings.separator}ANYTHING has to reach it (Postfix: recipient_delimiter = "
                f"{desk.settings.separator}, or separator here); look among the mailbox's junk, and at the mail "
                "server's log"
            )
        time.sleep(_PAUSE_SECONDS)
    passed = time.monotonic() - begun
    told = [each.recipient for each in routes if each.recipient]
    if told and probe.lower() not in map(str.lower, told):
        raise ServerWrong(
            f"a mail to {probe} has come back to {', '.join(told)}: on the way the part behind "
            f"{desk.settings.separator} is cut off, and answers are known by what they answer alone; have the mail "
            "server leave the recipient as it is"
        )
    return f"a mail to {probe} has come back after {passed:.1f} seconds, by {routes[0].mailbox or routes[0].door}"


def _routes(engine: Engine, message_id: str) -> list[Route]:
    """The ways by which it has come back, so far."""
    with looking(engine) as session:
        return [
            route
            for mail in ledger.by_message_id(session, message_id)
            for route in ledger.routes(session, mail.id or 0)
        ]
