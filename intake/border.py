"""What the desk's border servers say of a mail, as far as it came through them: who sent it, and whether it is spam."""

from __future__ import annotations

from ipaddress import ip_address

from intake.desks import OpenDesk
from intake.identity import authenticate
from intake.identity.authenticate import Proof, Standing
from parsing.mail import Envelope, ParsedMail


def proven(desk: OpenDesk, mail: ParsedMail, envelope: Envelope, own: Proof) -> Proof:
    """Who vouches for the sender: the desk's border servers where it has any, else our own evaluation."""
    if not desk.trusted:
        return own
    if not by_relay(desk, envelope.client):
        return Proof(standing=Standing.NONE, told="it came past the border")
    return authenticate.by_border(mail, desk.trusted, desk.settings.authserv_received_above)


def calls_it_spam(desk: OpenDesk, mail: ParsedMail, envelope: Envelope) -> bool:
    """Whether the border calls a mail spam, by the field that the desk's settings name."""
    name, _, value = desk.settings.spam_header.partition(":")
    if not name or not by_relay(desk, envelope.client):
        return False
    return any(
        each.name == name.lower()
        and each.value.lower().startswith(value.strip().lower())
        and each.received_above <= desk.settings.authserv_received_above
        for each in mail.spam_fields
    )


def by_relay(desk: OpenDesk, client: str | None) -> bool:
    """Whether a mail came from where the desk's border servers are; what doors without a client fetch, they do."""
    if client is None:
        return True
    try:
        address = ip_address(client)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in desk.relays)
