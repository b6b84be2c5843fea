"""A desk, ready for work: its settings, its row, its key, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network, ip_network

from sqlalchemy.engine import Engine

from intake.agent_settings import QueueSettings
from intake.decision.answering import Policy
from intake.settings import FormSettings
from parsing.fields.lexicon import Words
from parsing.fields.site import site_words
from parsing.site import Site
from replies import tokens
from replies.settings import DeskSettings
from store import desks as rows
from store.agent_tokens import Shown
from store.blobs import Staged
from store.candidates import Invited
from store.engine import writing
from store.facts import AGENT, ASKED
from store.keys import DeskKey
from store.tickets import SealedFile

#: How a configuration names Authentication-Results without an authserv-id, as Exchange Online writes them.
NAMELESS = "(none)"


#: Long enough to see the mistake and tap, short enough that nobody waits for it.
ANSWER_HOLD = timedelta(seconds=45)


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenDesk:
    """A desk whose key has been opened."""

    id: int
    settings: DeskSettings
    key: DeskKey
    policy: Policy
    trusted: frozenset[str]  #: authserv-ids, lower case; "" for a field that names none
    relays: tuple[IPv4Network | IPv6Network, ...]  #: from which these are believed
    site: Site  #: the site's own fields and categories
    forms: tuple[FormSettings, ...] = ()  #: contact forms whose mail counts as their visitors'
    answer_hold: timedelta = ANSWER_HOLD  #: how long an agent's answer can be taken back
    queues: tuple[QueueSettings, ...] = ()  #: in the order in which a new ticket is offered to them

    def words(self, language: str) -> Words:
        """What letters in a language call fields and categories, the site's own included."""
        return site_words(language, self.site)


def open_all(
    engine: Engine,
    settings: Mapping[str, DeskSettings],
    master: bytes,
    site: Site | None = None,
    forms: Sequence[FormSettings] = (),
    holds: Mapping[str, timedelta] | None = None,
    queues: Sequence[QueueSettings] = (),
) -> dict[str, OpenDesk]:
    """Open every desk, by name; new ones get their row and key. Raises KeyMismatch for another store's master key.

    `holds` says how long agents' answers can be taken back, by desk.
    """
    with writing(engine) as session:
        opened = rows.ensure(session, list(settings), master)
    return {
        name: OpenDesk(
            id=opened[name][0],
            settings=desk,
            key=opened[name][1],
            policy=Policy(
                acknowledge=desk.acknowledge,
                acknowledgements_an_hour=desk.acks_per_sender_hour,
                acknowledgements_a_day=desk.acks_per_sender_day,
                domain_an_hour=desk.acks_per_domain_hour,
                desk_an_hour=desk.acks_per_hour,
                reopen_within=timedelta(days=desk.reopen_days),
                hold_suspicious=desk.suspicious == "hold",
            ),
            trusted=frozenset("" if each == NAMELESS else each.lower() for each in desk.trusted_authserv_ids),
            relays=tuple(map(ip_network, desk.trusted_relays)),
            site=site or Site(),
            forms=tuple(forms),
            answer_hold=(holds or {}).get(name, ANSWER_HOLD),
            queues=tuple(each for each in queues if each.desk in ("", name)),
        )
        for name, desk in settings.items()
    }


def seal_names(
    desk: OpenDesk, key: bytes, staged: Sequence[Staged], guards: Mapping[int, str] | None = None
) -> list[SealedFile]:
    """The lasting names of one mail's sealed files: a keyed hash of the key, the place and the content.

    The key is part of it, so that a second copy of the same mail never writes over the first one's files. `guards`
    says which places only few may open, and why.
    """
    fingerprint = sha256(key).hexdigest()
    return [
        SealedFile(
            name=desk.key.digest("blob", fingerprint, str(position), file.sha256),
            content_digest=desk.key.digest("content", file.sha256),
            size=file.size,
            guard=(guards or {}).get(position, ""),
        )
        for position, file in enumerate(staged)
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Presented:
    """The reply tokens that a mail presents."""

    invited: tuple[Invited, ...]  #: good ones
    wrong: int  #: that are none of this desk's, though they stand where only ours do
    agents: tuple[Shown, ...] = ()  #: agents', expired ones too
    asked: tuple[int, ...] = ()  #: handles of those whom agents have asked


def presented(desk: OpenDesk, addressed: Iterable[str], references: Iterable[str], now: datetime) -> Presented:
    """The tokens in addresses that a mail came to, and in msg-ids that it answers.

    Agents' tokens are theirs alone, and invite no customer.
    """
    own = [address for address in addressed if is_ours(desk, address)]
    invited, agents, asked, wrong = [], [], [], 0
    for texts, is_address in ((own, True), (references, False)):
        for candidate in tokens.find(texts):
            token = tokens.read(desk.key.token_keys, candidate)
            wrong += token is None and is_address
            if token is None:
                continue
            good = token.expires >= now.date()
            if token.role == AGENT:
                agents.append(_shown(token, good=good, addressed=is_address))
            elif good and token.role == ASKED:
                asked.append(token.handle)
            elif good:
                invited.append(Invited(handle=token.handle, role=token.role, addressed=is_address))
    return Presented(invited=tuple(invited), wrong=wrong, agents=tuple(agents), asked=tuple(asked))


def _shown(token: tokens.Token, *, good: bool, addressed: bool) -> Shown:
    return Shown(handle=token.handle, purpose=token.purpose, serial=token.serial, good=good, addressed=addressed)


def is_ours(desk: OpenDesk, address: str) -> bool:
    """Whether an address is one of the desk's, with or without an extension."""
    local, _, host = address.lower().rpartition("@")
    base = local.partition(desk.settings.separator)[0]
    return f"{base}@{host}" in {each.lower() for each in desk.settings.addresses}
