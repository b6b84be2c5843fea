"""`loket auth`: a person, or an administrator, allows a login; what the provider returns is kept, sealed."""

from __future__ import annotations

import time

import click

from intake import clock
from intake.cli import opened
from intake.config import Settings
from intake.grants import logins
from replies import consent
from replies.oauth import TokenSource
from replies.oauth_settings import OAuthSettings


@click.command()
@click.argument("provider")
@click.option("--user", help="The mailbox's user name, where the configuration names several.")
@click.pass_context
def auth(ctx: click.Context, provider: str, user: str | None) -> None:
    """Allow loket to use a mailbox: PROVIDER is a table under [oauth], as google or microsoft.

    Works whether or not there was a login before, and whether or not it still lives; a running daemon goes on with the
    new one at its next look.
    """
    found = opened.settings(ctx)
    if provider not in found.oauth:
        raise click.UsageError(f"there is no [oauth.{provider}] in the configuration")
    username = _user(found, provider, user)
    with opened.store(found) as engine:
        source = TokenSource(
            found.oauth[provider],
            username,
            engine=engine,
            master=opened.master(found),
            lock=found.data / "oauth.lock",
            now=clock.now,
        )
        _obtain(found.oauth[provider], source)
    click.echo(f"{username} may be read and sent for by loket now", err=True)


def _user(found: Settings, provider: str, user: str | None) -> str:
    users = sorted({username for name, username in logins(found) if name == provider})
    if user is None and len(users) == 1:
        return users[0]
    if user not in users:
        raise click.UsageError(f"which mailbox? --user takes one that uses oauth = {provider!r}: {', '.join(users)}")
    return user


def _obtain(settings: OAuthSettings, source: TokenSource) -> None:
    if settings.flow == "application":
        source.access(instead_of=source.access())
        return
    device = consent.announce(settings)
    if device is not None:
        click.echo(f"On any device, open {device.place} and enter {device.user_code}", err=True)
        source.grant(consent.wait(settings, device, time.sleep))
        return
    browser = consent.browse(settings, source.username)
    click.echo(
        f"Open this address in any browser, and allow it as {source.username}:\n\n{browser.address}\n\n"
        f"It ends at a page that cannot be shown. Paste its address ({consent.REDIRECT}?…) here.",
        err=True,
    )
    source.grant(consent.redeem(settings, browser, click.prompt("Address", err=True)))
