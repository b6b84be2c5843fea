"""The true ones pass: 210 answers in the manner of thirty mail clients find their ticket."""

from __future__ import annotations

import email
import email.policy
from collections import Counter as Tally
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from intake.identity.examining import Examiner
from replies.settings import DeskSettings
from store import migrate
from store.engine import open_store
from store.models import Letter, Mail, TicketLink
from tests.intake.conftest import Counter, make_counter
from tests.zone import Zone, domain, signed


@dataclass(frozen=True, kw_only=True)
class Client:
    """How a mail client answers."""

    name: str
    prefix: str = "Re: "
    to: str = "{address}"  #: the To line's form
    references: str = "both"  #: both, reply (In-Reply-To alone), chain (References alone), none
    fold: str = " "  #: between the msg-ids of References
    quote: str = "\r\n\r\nOn Tue, Nov 24, 2026 Support wrote:\r\n> Nomor tiket: {number}\r\n"


_OUTLOOK = (
    "\r\n\r\n-----Original Message-----\r\nFrom: Support\r\nSent: Tuesday\r\nSubject: [{number}]\r\n\r\nHalo,\r\n"
)
_ID_QUOTE = "\r\n\r\nPada tanggal Sel, 24 Nov 2026 Support menulis:\r\n> Nomor tiket: {number}\r\n"
_NAMED = '"Support" <{address}>'

CLIENTS = [
    Client(name="Gmail web", to="Support <{address}>"),
    Client(name="Gmail Android id", to="Support <{address}>", quote=_ID_QUOTE),
    Client(name="Gmail iOS", to=_NAMED, fold="\r\n "),
    Client(name="Apple Mail", to=_NAMED, references="both", fold="\r\n "),
    Client(name="iPhone Mail id", quote="\r\n\r\nDikirim dari iPhone saya\r\n\r\n> Support menulis:\r\n> {number}\r\n"),
    Client(
        name="iPhone Mail en",
        quote="\r\n\r\nSent from my iPhone\r\n\r\n> On 24 Nov 2026, Support wrote:\r\n> {number}\r\n",
    ),
    Client(name="Outlook Windows", prefix="RE: ", to=_NAMED, quote=_OUTLOOK, fold="\r\n\t"),
    Client(name="Outlook Windows id", prefix="BLS: ", to=_NAMED, quote=_OUTLOOK),
    Client(name="Outlook mobile", prefix="Re: ", quote="\r\n\r\nGet Outlook for Android\r\n" + _OUTLOOK),
    Client(
        name="Outlook.com",
        prefix="Re: ",
        to="Support <{address}>",
        quote="\r\n\r\n________________\r\nFrom: Support\r\n",
    ),
    Client(name="Exchange, no References", prefix="RE: ", references="reply", quote=_OUTLOOK),
    Client(name="Yahoo web id", prefix="Bls: ", quote=_ID_QUOTE),
    Client(name="Yahoo Android", prefix="Re: ", references="reply"),
    Client(
        name="Samsung Email",
        prefix="Re: ",
        references="chain",
        quote="\r\n\r\n-------- Pesan asli --------\r\nDari: Support\r\n",
    ),
    Client(name="Samsung Email, old", prefix="Re: ", references="none", quote=""),
    Client(name="Thunderbird", quote="\r\n\r\nOn 11/24/26 12:01, Support wrote:\r\n> {number}\r\n", fold="\r\n "),
    Client(name="Thunderbird de", prefix="AW: "),
    Client(name="K-9", quote="\r\n-- \r\nDikirim dari perangkat Android\r\n"),
    Client(name="FairEmail", references="both", fold="\r\n\t"),
    Client(name="ProtonMail", to=_NAMED, quote="\r\n\r\n------- Original Message -------\r\n> {number}\r\n"),
    Client(name="Spark", fold="\r\n "),
    Client(name="Zoho", prefix="Re: ", quote="\r\n\r\n---- On Tue, 24 Nov 2026 Support wrote ----\r\n"),
    Client(name="Roundcube", quote="\r\n\r\nOn 2026-11-24 12:01, Support wrote:\r\n> {number}\r\n"),
    Client(name="Horde", references="reply", quote="\r\n\r\nQuoting Support:\r\n> {number}\r\n"),
    Client(name="mutt", references="both", quote="\r\n> Nomor tiket: {number}\r\n"),
    Client(name="Lotus Notes", prefix="Re: ", references="none", quote="\r\n\r\nFrom: Support\r\nTo: budi\r\n"),
    Client(name="Xiaomi Mail", prefix="Re:", references="reply", quote=""),
    Client(name="QQ Mail", prefix="=?utf-8?B?5Zue5aSN77ya?= ", references="reply", to="Support <{address}>"),
    Client(name="Mail.ru", prefix="Re[2]: ", references="both"),
    Client(name="a gateway that lower-cases", prefix="re: ", to="{address}", references="none"),
]

#: What happens to an answer on its way, or by its writer.
VARIATIONS = (
    "plain",
    "case folded",
    "plus part lost",
    "changed subject",
    "another alias",
    "wrapped References",
    "number in small letters",
)

_CUSTOMERS = [f"c{number}@legit.test" for number in range(5)]


@dataclass
class Asked:
    """A customer's ticket."""

    customer: str
    ticket_id: int
    number: str
    reply_to: str
    message_id: str
    asked: str  #: the Message-ID of the first mail


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Counter, list[Asked]]]:
    """Five customers, each with a ticket that was acknowledged."""
    folder: Path = tmp_path_factory.mktemp("honest")
    engine = open_store(f"sqlite:///{folder / 'loket.db'}")
    migrate.upgrade(engine)
    zone = Zone()
    domain(zone, "legit.test")
    examiner = Examiner(resolver=zone, scanner=None)
    counter = make_counter(engine, folder, DeskSettings(name="help", addresses=["help@desk.test"]), examiner=examiner)
    tickets = []
    for number, customer in enumerate(_CUSTOMERS):
        counter.later(minutes=30)
        counter.take(
            _mail(customer, "help@desk.test", "Deposit belum masuk", f"first{number}@legit.test", "", "Tolong.")
        )
        letter = email.message_from_bytes(counter.rows(Letter)[-1].content, policy=email.policy.default)
        told = {
            "reply_to": letter["Reply-To"],
            "message_id": letter["Message-ID"],
            "asked": f"<first{number}@legit.test>",
        }
        subject = letter["Subject"].partition("]")[0].strip("[")
        tickets.append(Asked(customer=customer, ticket_id=number + 1, number=subject, **told))
    yield counter, tickets
    engine.dispose()


def _mail(sender: str, to: str, subject: str, message_id: str, more: str, body: str) -> bytes:
    head = f"From: Pelanggan <{sender}>\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{message_id}>\r\n"
    head += f"Date: Tue, 24 Nov 2026 12:05:00 +0700\r\n{more}\r\n"
    return signed(f"{head}{body}\r\n".encode(), "legit.test")


def _answer(client: Client, variation: str, asked: Asked, serial: int) -> tuple[bytes, str]:
    """One answer, and the recipient that its envelope names."""
    address = asked.reply_to
    if variation == "case folded":
        address = address.upper()
    if variation == "plus part lost":
        address = "help@desk.test"
    subject = "pertanyaan lagi" if variation == "changed subject" else f"{client.prefix}[{asked.number}] Laporan Anda"
    if variation == "number in small letters":
        address, subject = "help@desk.test", f"tanya {asked.number.lower()}"
    sender = asked.customer.replace("@", "+hp@") if variation == "another alias" else asked.customer
    fold = "\r\n " if variation == "wrapped References" else client.fold
    more = ""
    if client.references in ("both", "reply"):
        more += f"In-Reply-To: {asked.message_id}\r\n"
    if client.references in ("both", "chain"):
        more += f"References: {asked.asked}{fold}{asked.message_id}\r\n"
    body = f"Jawaban nomor {serial}: sudah saya coba.{client.quote.format(number=asked.number)}"
    content = _mail(sender, client.to.format(address=address), subject, f"a{serial}@legit.test", more, body)
    return content, address


@pytest.mark.battery
def test_honest_answers_join(desk: tuple[Counter, list[Asked]]) -> None:
    """Ninety-nine of a hundred at least; and what does not is linked to where it belongs."""
    counter, tickets = desk
    joined: Tally[str] = Tally()
    serial = 0
    for client in CLIENTS:
        for variation in VARIATIONS:
            asked = tickets[serial % len(tickets)]
            serial += 1
            counter.later(minutes=4)
            content, address = _answer(client, variation, asked, serial)
            counter.take(content, client="203.0.113.7", mail_from="x@relay.test", rcpt_to=(address,))
            mail = counter.rows(Mail)[-1]
            right = mail.ticket_id == asked.ticket_id
            joined[mail.rule if right else "not joined"] += 1
            if not right:
                links = {(each.ticket_id, each.other_id) for each in counter.rows(TicketLink)}
                assert (mail.ticket_id, asked.ticket_id) in links, (client.name, variation, mail.rule)
    total = sum(joined.values())
    print(f"\nhonest answers: {total - joined['not joined']} of {total} joined; {dict(joined)}")
    assert total >= 200
    assert joined["not joined"] <= total // 100
