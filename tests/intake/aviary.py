"""A desk with several people, of whom one has words that stand nowhere else: whatever of hers is left is found."""

from __future__ import annotations

import email
import email.policy
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine
from sqlmodel import SQLModel

from intake.agent_settings import NoticeSettings
from intake.agents.mailing import Means
from intake.agents.post import Post
from intake.directory import Directory
from replies.folder import Folder
from replies.sender import Sender
from replies.settings import DeskSettings
from store import keys, parcels, participation, people, personal, rows, subjects
from store.engine import looking, open_store, writing
from store.models import Ticket
from tests.intake.agents.room import ANI, Room
from tests.intake.conftest import Counter, make_counter

KANARIA, SECOND = "kanaria.z@kenari-mail.test", "zubaidah@kenari-kedua.test"
SITI, WATI, BAYU = "siti@example.net", "wati@example.org", "bayu@example.org"

#: What tells of her: each stands somewhere before she is erased.
CANARIES = (
    "Kanaria Zubaidah",
    KANARIA,
    SECOND,
    "kenari_7781",
    "TRX-20261123-7781",
    "81277817781",
    "merpati balam jingga",
    "perkutut subjek",
    "tekukur berkas",
    "catatan kepodang",
    "jawaban jalak",
    "balasan murai",
    "kutilang sedang cuti",
    "k1@kenari-mail.test",
)

MX = "mx.desk.test"

CONFIG = """
data = "{folder}"
[desks.help]
addresses = ["help@desk.test"]
acknowledge = "all"
trusted_authserv_ids = ["mx.desk.test"]
[store]
url = "{url}"
"""


def make_aviary(url: str, folder: Path) -> Room:
    """The desk: her two tickets, hers and Siti's with both in it, Wati's, Bayu's; agents who know all of them."""
    (folder / "config.toml").write_text(CONFIG.format(folder=folder, url=url))
    keys.create_master(folder / "secret.key")
    engine = open_store(url)
    master = keys.read_master(folder / "secret.key")
    desk = DeskSettings(name="help", addresses=["help@desk.test"], acknowledge="all", trusted_authserv_ids=[MX])
    counter = make_counter(engine, folder, desk, master=master)
    with writing(engine) as session:
        people.add_agent(session, "Ani", "lead", [ANI], counter.clock[-1])
    room = Room(counter=counter)
    _others_write(room, "a")
    _she_writes(room)
    _she_takes_part(room)
    _others_write(room, "b")
    _take(room, BAYU, "Username: bayu_5\nAkun saya terkunci.\n", subject="Akun Bayu")
    room.agent("#cari Kanaria Zubaidah", sender=ANI)  # from a ticket that has nothing to do with her
    tell_agents(counter, desk)
    send(counter, folder)
    return room


def _she_writes(room: Room) -> None:
    """Two mails, an answer, a note, another address of hers, an absence."""
    words = "Username: kenari_7781\nNo HP: 0812-7781-7781\nID transaksi: TRX-20261123-7781\nmerpati balam jingga\n"
    told = {"From": f"Kanaria Zubaidah <{KANARIA}>", "Message-ID": "<k1@kenari-mail.test>"}
    files = [("tekukur berkas.pdf", "application/pdf", b"%PDF-1.4 gelatik isi")]
    _take(room, KANARIA, words, subject="perkutut subjek", headers=told, files=files)
    ticket = room.ticket
    room.agent("#catatan catatan kepodang", sender=ANI)
    room.agent("Halo Kanaria Zubaidah,\njawaban jalak\n", sender=ANI)
    with writing(room.counter.engine) as session:
        participation.admit(session, ticket, SECOND, "Ani", room.counter.clock[-1], same_person=True)
    _take(room, KANARIA, "Tambahan: merpati balam jingga lagi.\n", subject="perkutut subjek dua")
    absence = {"Auto-Submitted": "auto-replied", "References": "<nothing@kenari-mail.test>"}
    _take(room, KANARIA, "kutilang sedang cuti sampai besok.\n", subject="Otomatis", headers=absence)


def _she_takes_part(room: Room) -> None:
    """In Siti's ticket, who puts her in copy and quotes her."""
    headers = {"From": f"Siti <{SITI}>", "Cc": f"Kanaria Zubaidah <{KANARIA}>", "Message-ID": "<s1@example.net>"}
    files = [("mutasi siti.pdf", "application/pdf", b"%PDF-1.4 mutasi")]
    _take(room, SITI, "Username: siti_77\nAkun saya terkunci.\n", subject="Akun", headers=headers, files=files)
    with writing(room.counter.engine) as session:
        participation.admit(session, room.ticket, KANARIA, "Ani", room.counter.clock[-1])
    hers = {"From": f"Kanaria Zubaidah <{KANARIA}>", "In-Reply-To": "<s1@example.net>"}
    answer = _take(
        room, KANARIA, "balasan murai\n", subject="Re: Akun", headers=hers | {"References": "<s1@example.net>"}
    )
    quote = f"Setuju, terima kasih.\n\nOn Tue, Kanaria Zubaidah <{KANARIA}> wrote:\n> balasan murai\n"
    again = {"From": f"Siti <{SITI}>", "In-Reply-To": f"<{answer}>", "References": f"<s1@example.net> <{answer}>"}
    _take(room, SITI, quote, subject="Re: Akun", headers=again)


def _others_write(room: Room, mark: str) -> None:
    told = {"From": f"Wati <{WATI}>", "Message-ID": f"<{mark}@example.org>"}
    words = f"Username: wati_{mark}\nSaldo saya kurang, mohon dicek {mark}.\n"
    _take(room, WATI, words, subject=f"Saldo {mark}", headers=told, files=[("w.pdf", "application/pdf", mark.encode())])


def _take(room: Room, sender: str, body: str, **more: Any) -> str:
    """Hand a mail in, with a boundary that is the same each time."""
    mail = EmailMessage()
    headers = dict(more.pop("headers", {}))
    named = headers.pop("From", sender)
    files, subject = more.pop("files", ()), more.pop("subject")
    mail.set_content(body)
    for name, kind, content in files:
        main, _, sub = kind.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    own = headers.pop("Message-ID", f"<{room.serial}.{random.Random(body).random()}@{sender.rpartition('@')[2]}>")
    told = {"From": named, "To": "help@desk.test", "Subject": subject, "Message-ID": own}
    for name, value in (told | {"Date": "Tue, 24 Nov 2026 12:00:00 +0700"} | headers).items():
        mail[name] = value
    room.serial += 1
    room.counter.later(seconds=1)
    verdict = f"Authentication-Results: {MX}; dmarc=pass header.from={sender.rpartition('@')[2]}\r\n"
    room.counter.take(verdict.encode() + mail.as_bytes(), mail_from=sender, rcpt_to=("help@desk.test",))
    return own.strip("<>")


def tell_agents(counter: Counter, desk: DeskSettings) -> None:
    """Notices, and the letters of the calendar, are written."""
    means = Means(
        desks={each.id: each for each in counter.desks.values()},
        queues={},
        folder=counter.blobs,
        directory=Directory([desk]),
        picture_bytes=1 << 20,
    )
    for _ in range(2):
        counter.later(hours=20)
        Post(NoticeSettings(), means, engine=counter.engine, now=lambda: counter.clock[-1]).carry_out()


def send(counter: Counter, folder: Path) -> None:
    """What is due goes into the folder for letters."""
    counter.later(minutes=5)
    sender = Sender(counter.engine, Folder(folder / "letters"), lambda: counter.clock[-1], random.Random(1))
    while sender.send_due():
        pass


def rows_of(engine: Engine) -> Iterator[tuple[str, str]]:
    """Every row of every table, as text; letters as who receives them reads them."""
    with engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            for row in connection.execute(table.select()).mappings():
                yield table.name, json.dumps({key: _readable(value) for key, value in row.items()}, default=str)


def _readable(value: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    if (
        not value.startswith((b"From:", b"Message-ID:", b"To:", b"Date:", b"MIME", b"DKIM"))
        and b"\nFrom:" not in value[:4000]
    ):
        return value.hex()
    return decoded(value)


def decoded(content: bytes) -> str:
    """A mail's headers and parts, without their encodings."""
    mail = email.message_from_bytes(content, policy=email.policy.default)
    parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(f"{name}: {value}" for name, value in mail.items()), *parts])


def found(engine: Engine, folder: Path, words: Sequence[str] = CANARIES) -> Mapping[str, set[str]]:
    """Where each of these words stands: tables, and files of the data folder."""
    places: dict[str, set[str]] = {word: set() for word in words}
    for name, text in rows_of(engine):
        for word in words:
            if word.lower() in text.lower():
                places[word].add(name)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        text = content + (decoded(content).encode() if path.suffix == ".eml" else b"")
        for word in words:
            if word.lower().encode() in text.lower():
                places[word].add(str(path.relative_to(folder)))
    return places


def held(engine: Engine, folder: Path, address: str) -> Any:
    """All that is held about somebody, with every file opened: what an export would write."""
    master = keys.read_master(folder / "secret.key")
    counter_blobs = folder / "blobs" / "files"
    with looking(engine) as session:
        (desk,) = subjects.desks(session, "help")
        subject = subjects.of_address(session, desk, address)
        if subject is None:
            return None
        key = keys.open_desk_key(master, desk.wrapped_key)
        told = [parcels.of_ticket(session, key, rows.one(session, Ticket, each)) for each in subject.own]
        told.append(parcels.without_ticket(session, key, desk.id or 0, desk.name, subject.addresses))
        files = [
            (counter_blobs / piece.sealed.blob).read_bytes() for each in told for piece in each.pieces if piece.sealed
        ]
        return personal.told(session, subject), told, files
