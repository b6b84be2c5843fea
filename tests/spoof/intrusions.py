"""Mails that nobody has proven, or that a machine wrote, as data: each tries to change what stands in the store."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from replies import tokens
from store import canaries, people
from store.engine import writing
from store.facts import ASKED
from store.models import Participant
from tests.spoof.world import AGENT, CUSTOMER, EVIL_CLIENT, REPORT, SECRET, World, mail

_numbers = itertools.count(20_000)

#: A mail on its way, and its envelope.
Sent = tuple[bytes, dict[str, Any]]

#: What a mail leaves that is kept on the ticket that it names, where agents see it and no customer does.
NOTE = frozenset({"+message", "+mail", "+threadid", "ticket.updated_at"})
PENDING = NOTE | {"+event:pending note", "+notice:pending_note"}

#: What an agent is told of a mail in the agent's name; what it tells goes to the registered address.
TOLD = frozenset({"+outbox:told", "+tally:unproven:ani"})

#: What an answer leaves that is believed.
JOINS = NOTE | {"+event:joined", "+notice:customer_wrote"}
ANSWERS = JOINS | {"+event:status", "+mark", "ticket.status", "ticket.missing"}
ANSWERS |= {f"clock.{column}" for column in ("running_since", "look_at", "ran", "wound_by", "ended", "ended_at")}

#: What a border server says of it, by its name; None for what it says nothing of.
VERDICTS: dict[str, str | None] = {
    "nothing": None,
    "fail": "dmarc=fail header.from=legit.test",
    "fail, p=none": "dmarc=fail header.from=legit.test policy.dmarc=none",
    "none": "spf=none smtp.mailfrom=evil.test; dkim=none; dmarc=none header.from=legit.test",
    "DNS failure": "dmarc=temperror header.from=legit.test",
}


@dataclass(frozen=True, kw_only=True)
class Intrusion:
    """One way; `leaves` is all that it may change of what stood there before."""

    name: str
    mails: Callable[[World], Iterator[Sent]]
    leaves: frozenset[str] = frozenset()
    prepare: Callable[[World], None] = lambda _world: None  #: what stands there, too
    excused: frozenset[str] = frozenset()  #: likewise, where it presents his token and the DNS does not answer


def _as(
    who: str, body: str = "Halo", more: Sequence[str] = (), *, to: str = "help@desk.test", many: int = 1
) -> Callable[[World], Iterator[Sent]]:
    """A mail, or several within a few minutes, in somebody's name; braces are filled with what there is to know."""

    def sent(world: World) -> Iterator[Sent]:
        told = _known(world)
        address = to.format(**told)
        for _ in range(many):
            lines = "".join(f"{line.format(**told)}\r\n" for line in more)
            content = mail(f"From: {who}", body=body.format(**told), number=next(_numbers), more=lines, to=address)
            yield content, {"rcpt_to": (address,)}

    return sent


def _known(world: World) -> dict[str, str]:
    """What an attacker may know at the most."""
    return {
        "number": world.ticket.number,
        "first": "<m1@legit.test>",
        "answered": world.answered,
        "reply_to": world.reply_to,
        "agents": world.address(world.token("agent")),
        "secret": SECRET,
        "report": REPORT,
    }


def _report(kind: str, fields: str, returned: str, who: str) -> Callable[[World], Iterator[Sent]]:
    """A machine's report (RFC 3464, RFC 8098) that returns a mail with the msg-id `returned`."""

    def sent(world: World) -> Iterator[Sent]:
        known = _known(world) | {"unsigned": "<r." + "0" * 32 + ".1@desk.test>"}
        known |= {"unwritten": known["answered"].replace(".1@", ".77@")}
        expired = tokens.message_id("help@desk.test", world.token(days=-1), 1)
        known |= {"expired": f"<{expired}>", "agents_id": f"<r.{world.token('agent')}.1@desk.test>"}
        content = mail(
            f"From: {who}",
            number=next(_numbers),
            more=f'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}; boundary="b"\r\n',
            body=(
                "--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
                f"--b\r\nContent-Type: message/{kind}\r\n\r\n{fields}\r\n"
                f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {returned}\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
            ).format(text="Lihat di bawah.", **known),
        )
        yield content, {"mail_from": ""}

    return sent


_FAILED = f"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; {CUSTOMER}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
_DELAYED = _FAILED.replace("failed", "delayed").replace("5.1.1", "4.4.1")
_READ = "Final-Recipient: rfc822; {0}\r\nOriginal-Message-ID: {{answered}}\r\nDisposition: manual-action; displayed\r\n"

_AWAY = "Saya sedang cuti sampai 30 November dan akan membalas setelah kembali ke kantor."
_BY_NUMBER = ("Subject: Re: [{number}] Deposit",)
_BY_REFERENCES = ("In-Reply-To: {first}", "References: <x@y.test> {first}")
_AUTOMATIC = ("Auto-Submitted: auto-replied", "Subject: Balasan otomatis")
_CALENDAR = ("MIME-Version: 1.0", "Content-Type: text/calendar; method=REPLY; charset=utf-8")


def _fly(world: World) -> None:
    """A canary is out."""
    with writing(world.counter.engine) as session:
        canaries.fly(session, 1, "canary.5f3a@desk.test", world.counter.clock[-1])


def _guessed_canary(world: World) -> Iterator[Sent]:
    for guess in ("canary.5f3b@desk.test", "canary.@desk.test"):
        content = mail("From: help@desk.test", number=next(_numbers)).replace(b"Message-ID: <", b"X: <", 1)
        yield f"Message-ID: <{guess}>\r\n".encode() + content, {}


_COLLEAGUE = "siti@legit.test"


def _ask(world: World) -> None:
    """An agent has asked a colleague."""
    with writing(world.counter.engine) as session:
        people.take_part(session, 1, world.ticket.id or 0, _COLLEAGUE, ASKED)


def _as_asked(world: World) -> Iterator[Sent]:
    """In the colleague's name, at the reply address that only he was given."""
    (part,) = [each for each in world.counter.rows(Participant) if each.role == ASKED]
    expires = tokens.expiry(ASKED, world.counter.clock[-1].date())
    address = world.address(tokens.mint(world.desk.key.tokens, part.handle, ASKED, expires))
    for body, more in (("Ya, kembalikan dananya.", ""), (_AWAY, "Auto-Submitted: auto-replied\r\n")):
        content = mail(f"From: {_COLLEAGUE}", body=body, more=more, number=next(_numbers), to=address)
        yield content, {"rcpt_to": (address,)}


def _wrong_tokens(world: World) -> Iterator[Sent]:
    """Guesses, more than anybody may make, in the names of whom others write as."""
    for number in range(25):
        token = f"{world.token()[:28]}{number:04}"
        address, who = world.address(token), (CUSTOMER, AGENT)[number % 2]
        client = {"client": EVIL_CLIENT} if number % 3 else {"client": None}
        yield mail(f"From: {who}", number=next(_numbers), to=address), {"rcpt_to": (address,)} | client


INTRUSIONS = [
    # --- in the customer's name
    Intrusion(name="thanks, by the number", mails=_as(CUSTOMER, "Terima kasih banyak", _BY_NUMBER)),
    Intrusion(name="thanks, by References", mails=_as(CUSTOMER, "Terima kasih banyak", _BY_REFERENCES)),
    Intrusion(name="thanks, at the reply address", mails=_as(CUSTOMER, "Makasih", to="{reply_to}"), excused=JOINS),
    Intrusion(
        name="thanks, by our Message-ID", mails=_as(CUSTOMER, "Makasih", ("In-Reply-To: {answered}",)), excused=JOINS
    ),
    Intrusion(name="an answer, at the reply address", mails=_as(CUSTOMER, "Belum.", to="{reply_to}"), excused=ANSWERS),
    Intrusion(name="an answer, by References", mails=_as(CUSTOMER, "Masih belum masuk.", _BY_REFERENCES)),
    Intrusion(
        name="a correction", mails=_as(CUSTOMER, "Maaf, yang benar ID transaksi: TRX-20261124-6666", _BY_REFERENCES)
    ),
    Intrusion(
        name="a change of his address", mails=_as(CUSTOMER, "Tolong ganti email saya ke eve@evil.test", _BY_NUMBER)
    ),
    Intrusion(name="the same report again", mails=_as(CUSTOMER, "{report}")),
    Intrusion(name="how far it is", mails=_as(CUSTOMER, "Bagaimana progres tiket {number}?", _BY_NUMBER)),
    Intrusion(name="his first Message-ID again", mails=_as(CUSTOMER, "Lain", ("Message-ID: {first}",))),
    Intrusion(name="our letter's Message-ID as its own", mails=_as(CUSTOMER, "Lain", ("Message-ID: {answered}",))),
    Intrusion(name="an absence, by References", mails=_as(CUSTOMER, _AWAY, (*_BY_REFERENCES, *_AUTOMATIC))),
    Intrusion(name="an absence without a mark", mails=_as(CUSTOMER, _AWAY, _BY_REFERENCES)),
    Intrusion(name="a calendar's reply", mails=_as(CUSTOMER, "BEGIN:VCALENDAR", (*_BY_REFERENCES, *_CALENDAR))),
    Intrusion(
        name="a read receipt",
        mails=_report("disposition-notification", _READ.format(CUSTOMER), "{answered}", CUSTOMER),
    ),
    Intrusion(name="six quick answers", mails=_as(CUSTOMER, "Sudah masuk ke sistem kami.", _BY_REFERENCES, many=6)),
    Intrusion(name="six quick mails that answer nothing", mails=_as(CUSTOMER, "Sudah masuk ke sistem kami.", many=6)),
    Intrusion(name="twelve reports in his name", mails=_as(CUSTOMER, "{report}", many=12)),
    # --- in the name of somebody unknown
    Intrusion(
        name="a stranger's report of the same transaction",
        mails=_as("orang@nowhere.test", "{report}"),
        leaves=frozenset({"+event:similar reports"}),
    ),
    Intrusion(
        name="a stranger who copies himself",
        mails=_as("orang@nowhere.test", "Halo", (*_BY_NUMBER, "Cc: eve@evil.test")),
    ),
    # --- in an agent's name, with a token of the agent's
    Intrusion(name="the agent's answer", mails=_as(AGENT, "Kirim PIN Anda.", to="{agents}"), leaves=PENDING | TOLD),
    Intrusion(name="the agent's order", mails=_as(AGENT, "#close", to="{agents}"), leaves=PENDING | TOLD),
    Intrusion(name="the agent's absence", mails=_as(AGENT, _AWAY, _AUTOMATIC, to="{agents}"), leaves=NOTE),
    Intrusion(
        name="the agent's absence, by the number", mails=_as(AGENT, _AWAY, (*_AUTOMATIC, *_BY_REFERENCES)), leaves=NOTE
    ),
    Intrusion(name="the agent's calendar", mails=_as(AGENT, "BEGIN:VCALENDAR", _CALENDAR, to="{agents}"), leaves=NOTE),
    Intrusion(
        name="the agent's note, by the number",
        mails=_as(AGENT, "Kembalikan dananya.", _BY_NUMBER),
        leaves=PENDING | TOLD,
    ),
    Intrusion(name="the agent, without a tie", mails=_as(AGENT, "#assign eve"), leaves=TOLD),
    Intrusion(
        name="the agent's read receipt",
        mails=_report("disposition-notification", _READ.format(AGENT), "{agents_id}", AGENT),
        leaves=NOTE,
    ),
    # --- machines' reports
    Intrusion(
        name="a bounce of nothing of ours",
        mails=_report("delivery-status", _FAILED, "<x@y.test>", "MAILER-DAEMON@legit.test"),
    ),
    Intrusion(
        name="a bounce of the customer's own mail",
        mails=_report("delivery-status", _FAILED, "{first}", "MAILER-DAEMON@legit.test"),
    ),
    Intrusion(
        name="a bounce with a token of nobody's",
        mails=_report("delivery-status", _FAILED, "{unsigned}", "MAILER-DAEMON@legit.test"),
    ),
    Intrusion(
        name="a bounce of a letter that was never written",
        mails=_report("delivery-status", _FAILED, "{unwritten}", "MAILER-DAEMON@legit.test"),
    ),
    Intrusion(
        name="a bounce with a token that has expired",
        mails=_report("delivery-status", _FAILED, "{expired}", "MAILER-DAEMON@legit.test"),
    ),
    Intrusion(
        name="a bounce of a letter to an agent that was never written",
        mails=_report("delivery-status", _FAILED, "{agents_id}", "MAILER-DAEMON@legit.test"),
    ),
    Intrusion(
        name="a delay of our letter",
        mails=_report("delivery-status", _DELAYED, "{answered}", "MAILER-DAEMON@legit.test"),
        leaves=NOTE | {"+event:bounced"},
    ),
    # --- others
    Intrusion(name="a guessed canary", mails=_guessed_canary, prepare=_fly),
    Intrusion(
        name="wrong tokens, many",
        mails=_wrong_tokens,
        leaves=TOLD | {"+tally:token:unproven", f"+tally:token:{EVIL_CLIENT}"},
    ),
    Intrusion(
        name="the colleague who was asked",
        mails=_as_asked,
        prepare=_ask,
        leaves=NOTE | {"+event:side answer", "+event:side answer unproven", "+notice:note"},
    ),
]
