"""What is known of a mail when its nature is judged, with the questions that several rules ask of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from parsing.body.boundaries import header_block, is_forward, is_forwarded_subject
from parsing.claims.phrases import fold
from parsing.mail import Behalf, Nature
from parsing.message.front import Front
from parsing.message.headers import HeaderBlock
from parsing.message.mime import Structure

#: A nature, and what shows it: a header's name, or words of our own lists; never the mail's own.
Evidence = tuple[Nature, str]

_MAX_WORDS = 4_000  #: code points of the sender's words that are searched: responders are brief, and say so at once
_REPLY_PREFIX = re.compile(
    r"^\s*(?:re|aw|sv|antw|odp|r|vs|ref|bls|balas|回复|回覆|答复|返信)\s?(?:\[\d+\])?\s*[:：]", re.IGNORECASE
)
_QUOTED_SPEECH = re.compile(r"[\"“”«„「『][^\"“”»」』\n]{1,300}[\"“”»」』]")
_ROBOTS = re.compile(
    r"^\"?(?:mailer-?daemon|mail-?daemon|mdaemon|mail-?delivery[\w.-]{0,20}|mail\.delivery\.system|mail-?system)\"?$",
    re.IGNORECASE,
)
_ROBOT_NAMES = re.compile(
    r"mail delivery (?:sub)?system|mail(?:er)?[- ]daemon|mail delivery service|mail administrator|system administrator|^post ?master$|mail system|mail server",
    re.IGNORECASE,
)
_LIST_POST = re.compile(r"mailto:([^\s>?,]{3,320})")
_LIST = re.compile(r"\blist ([^\s;]{3,320})")
_LIST_ID = re.compile(r"<([^\s<>]{3,320})>")
_SUPPRESSED = re.compile(r"\b(?:all|oof|autoreply)\b")


@dataclass(frozen=True, kw_only=True)
class Told:
    """A mail as the rules see it."""

    headers: HeaderBlock
    structure: Structure
    front: Front
    behalf: Behalf | None  #: for whom it says it was sent
    subject: str
    text: str  #: all that an agent should read
    spoken: str  #: of it, the sender's own words
    mail_from: str | None  #: the envelope's, None where unknown
    own_lists: frozenset[str] = frozenset()  #: addresses, in lower case, of lists that lead to us

    @property
    def address(self) -> str:
        """The From address, "" where there is none."""
        return self.front.from_[0].address if self.front.from_ else ""

    @cached_property
    def has_null_sender(self) -> bool:
        """A reverse-path that takes no answers: the null one, or what some relays made of it."""
        path = self.headers.text("return-path").strip()
        return self.mail_from == "" or path == "<>" or path.lstrip("<").startswith("mailer-daemon")

    @cached_property
    def is_from_daemon(self) -> bool:
        """The sender's address is a mail system's."""
        return bool(_ROBOTS.match(self.address.rpartition("@")[0] or self.address))

    @cached_property
    def is_from_robot(self) -> bool:
        """The sender is a mail system, by address or by name; a postmaster may be a person at work."""
        name = self.front.from_[0].name if self.front.from_ else ""
        local = self.address.rpartition("@")[0].lower().strip('"\\')
        return self.is_from_daemon or local in ("postmaster", "system administrator") or bool(_ROBOT_NAMES.search(name))

    @cached_property
    def is_reply(self) -> bool:
        """Somebody's answer, by its subject."""
        return bool(_REPLY_PREFIX.match(self.subject))

    @cached_property
    def is_handed_on(self) -> bool:
        """Somebody's forward, by its subject."""
        return is_forwarded_subject(self.subject)

    @cached_property
    def answers(self) -> bool:
        """It refers to a mail that it answers."""
        return bool(self.headers.count("in-reply-to") or self.headers.count("references"))

    @cached_property
    def wants_no_answer(self) -> bool:
        """X-Auto-Response-Suppress asks that no responder answers (MS-OXCMAIL, 2.1.3.2.20)."""
        return bool(_SUPPRESSED.search(self.headers.text("x-auto-response-suppress")))

    @cached_property
    def came_by_own_list(self) -> bool:
        """It came by a list that leads to us, most often a Google Group as a desk's address (RFC 2369, 3.4; RFC 2919)."""
        if not self.own_lists:
            return False
        named = {*_LIST_POST.findall(self.headers.text("list-post")), *_LIST.findall(self.headers.text("mailing-list"))}
        ids = set(_LIST_ID.findall(self.headers.text("list-id")))
        return any(each in named or each.replace("@", ".") in ids for each in self.own_lists)

    @cached_property
    def folded_subject(self) -> str:
        """The subject, folded for phrases."""
        return fold(self.subject[:500])

    @cached_property
    def words(self) -> str:
        """The sender's own words, folded: without what is quoted, handed on, or set in quotation marks."""
        return fold(self.unquoted_text)

    @cached_property
    def unquoted_text(self) -> str:
        """The sender's own words as they stand, without what he sets in quotation marks."""
        return _QUOTED_SPEECH.sub(" ", self.own_text)

    @cached_property
    def own_text(self) -> str:
        """The sender's own words as they stand, up to a mail that is handed on below them."""
        lines = self.spoken[:_MAX_WORDS].split("\n")
        ends = (index for index in range(len(lines)) if is_forward(lines, index) or header_block(lines, index))
        return "\n".join(lines[: next(ends, len(lines))])
