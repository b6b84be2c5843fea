"""What the parts of a configuration have to agree on: each fault is a ValueError that names the key.

What one part alone can tell of itself stands with its class.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from intake.agent_settings import check_queues
from intake.site_settings import check_together
from parsing.report import Category

if TYPE_CHECKING:
    from intake.config import Settings


def agree(settings: Settings) -> None:
    """Raises ValueError at the first thing that two parts see differently."""
    for fault in _faults(settings):
        raise ValueError(fault)
    check_queues(settings.queues, settings.desks)
    check_together(settings.fields, settings.categories)


def _faults(settings: Settings) -> Iterator[str]:
    yield from _desks_that_are_not_apart(settings)
    yield from _desks_that_are_not_there(settings)
    yield from _categories_that_are_not_there(settings)
    yield from _logins_that_are_not_there(settings)
    if settings.alerts.addresses and settings.alert_route is None:
        yield 'alerts.addresses needs alerts.smtp, or replies.deliver = "smtp"'
    if settings.alerts.canary_minutes and settings.replies.deliver != "smtp":
        yield 'alerts.canary_minutes needs replies.deliver = "smtp"'
    names = [account.name for account in settings.intake.imap]
    if len(set(names)) != len(names):
        yield "intake.imap: two accounts have the same name"


def _desks_that_are_not_apart(settings: Settings) -> Iterator[str]:
    seen: dict[str, str] = {}
    for name, desk in settings.desks.items():
        for key in [f"prefix {desk.prefix}", *(f"address {address.lower()}" for address in desk.addresses)]:
            if key in seen:
                yield f"desks {seen[key]} and {name} both have {key}"
            seen[key] = name


def _desks_that_are_not_there(settings: Settings) -> Iterator[str]:
    for form in settings.intake.forms:
        if form.desk is not None and form.desk not in settings.desks:
            yield f"intake.forms {form.address}: there is no desk {form.desk}"
    for account in settings.intake.imap:
        if account.desk not in settings.desks:
            yield f"intake.imap {account.name}: there is no desk {account.desk}"


def _categories_that_are_not_there(settings: Settings) -> Iterator[str]:
    known = {*Category, *(each.name for each in settings.categories)}
    for name, desk in settings.desks.items():
        for category in sorted({each for target in desk.targets for each in target.categories} - known):
            yield f"desks.{name}.targets: there is no category {category}"


def _logins_that_are_not_there(settings: Settings) -> Iterator[str]:
    for user in (*settings.intake.imap, settings.replies.smtp, settings.alerts.smtp):
        if user is not None and user.oauth and user.oauth not in settings.oauth:
            yield f"oauth = {user.oauth}: there is no [oauth.{user.oauth}]"
