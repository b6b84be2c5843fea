"""Signed addresses for an agent on a ticket: where a reply goes, and what a tap on a link does.

`support+close.TOKEN@desk`: the word before the token is for people, the token says what counts. It is good for this
agent, this ticket and this purpose, and for nobody whose mail does not prove that the agent wrote it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from replies import tokens
from replies.addresses import MAX_LOCAL_PART
from store.facts import AGENT, Purpose
from store.keys import TokenKey


@dataclass(frozen=True, kw_only=True, slots=True)
class AgentAddresses:
    """What is needed to make them."""

    desk_address: str
    separator: str
    key: TokenKey
    handle: int  #: of the agent as a participant: see people.agents_part
    today: date  #: in the desk's time zone
    subject: str  #: of the ticket's letters, so that the mails of links stay with them

    def to(self, purpose: Purpose, serial: int = 0) -> str:
        """The address for a purpose; `serial` is the newest answer that the agent sees, or the one that is meant."""
        token = self.token(purpose, serial)
        plain = tokens.address(self.desk_address, token, self.separator)
        told = tokens.address(self.desk_address, f"{purpose.value}.{token}", self.separator)
        return told if len(told.rpartition("@")[0]) <= MAX_LOCAL_PART else plain

    def link(self, purpose: Purpose, serial: int = 0, *, body: str = "") -> str:
        """A mailto link: one tap, and sending, is one deed."""
        words = f"&body={quote(body)}" if body else ""
        return f"mailto:{quote(self.to(purpose, serial), safe='@')}?subject={quote(f'Re: {self.subject}')}{words}"

    def token(self, purpose: Purpose, serial: int = 0) -> str:
        """The token alone, for a Message-ID."""
        return tokens.mint_agents(self.key, self.handle, purpose, serial, tokens.expiry(AGENT, self.today))
