"""What is handed over: whole, to whom may have it, with the reason on record; and how people are found."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest

from intake.cli.command import run
from store import keys
from store.engine import open_store
from store.models import Access, Event, Letter, Ticket
from tests.intake.conftest import Counter, customer_mail, make_counter

_CONFIG = """
data = "{folder}"
[desks.help]
addresses = ["help@desk.test"]
acknowledge = "all"
[store]
url = "{url}"
"""

Loket = Callable[..., tuple[int, str, str]]

CARD = b"\x89PNG not really a card"


def mail_with_card() -> bytes:
    """A mail of Budi's with his identity card."""
    mail = EmailMessage()
    mail["From"] = "Budi <budi@example.com>"
    mail["To"] = "help@desk.test"
    mail["Subject"] = "Deposit belum masuk"
    mail["Message-ID"] = "<card@example.com>"
    mail["Date"] = "Tue, 24 Nov 2026 11:59:00 +0700"
    mail.set_content("Username: budi_99\nNo HP: 0812-3456-7890\nDeposit saya belum masuk. Terlampir foto KTP saya.\n")
    mail.add_attachment(CARD, maintype="image", subtype="png", filename="foto KTP.png")
    mail.add_attachment(b"%PDF-1.4 mutasi", maintype="application", subtype="pdf", filename="mutasi: *.pdf")
    mail.set_boundary("the-same-each-time")
    return mail.as_bytes()


def other_mail() -> bytes:
    """A mail of Siti's, with Budi in copy."""
    return customer_mail(
        "Username: siti_77\nTolong bantu juga.\n",
        From="Siti <siti@example.net>",
        Cc="budi@example.com",
        Subject="Akun terkunci",
        Message_ID="<siti@example.net>",
    )


@pytest.fixture
def counter(store_url: str, tmp_path: Path) -> Iterator[Counter]:
    """A desk to which Budi wrote, with his identity card, and Siti."""
    (tmp_path / "config.toml").write_text(_CONFIG.format(folder=tmp_path, url=store_url))
    keys.create_master(tmp_path / "secret.key")
    engine = open_store(store_url)
    counter = make_counter(engine, tmp_path, master=keys.read_master(tmp_path / "secret.key"))
    counter.take(mail_with_card())
    counter.take(other_mail(), mail_from="siti@example.net")
    yield counter
    engine.dispose()


@pytest.fixture
def loket(counter: Counter, capfd: pytest.CaptureFixture[str]) -> Loket:
    """Runs a command; gives its exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run(["--config", str(counter.folder / "config.toml"), *arguments])
        told = capfd.readouterr()
        return code, told.out, told.err

    return call


def unpacked(path: Path) -> Mapping[str, bytes]:
    """The files of an archive, by path."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_ticket_is_handed_over_whole_to_whom_may_have_it(loket: Loket, counter: Counter) -> None:
    """JSON as shown, the words, the mail as it came, the letter as it goes, the files, under harmless names."""
    loket("agent", "add", "Kiki", "kiki@desk.test", "--role", "kyc")
    number, place = counter.rows(Ticket)[0].number, counter.folder / "out.zip"
    before = json.loads(loket("ticket", "show", number, "--json")[1])
    code, _, err = loket("ticket", "export", number, "--to", str(place), "--reason", "a court asks", "--as", "Kiki")
    assert (code, err) == (0, "")
    files = unpacked(place)
    assert json.loads(files[f"{number}/ticket.json"]) == before
    assert files[f"{number}/mails/001.eml"] == mail_with_card()
    assert files[f"{number}/letters/001-received.eml"] == counter.rows(Letter)[0].content
    assert files[f"{number}/files/001-1-foto KTP.png"] == CARD
    assert files[f"{number}/files/001-2-mutasi_ _.pdf"] == b"%PDF-1.4 mutasi"
    words = files[f"{number}/conversation.txt"].decode()
    assert "Terlampir foto KTP saya." in words
    assert "11:59 WIB  wrote: Budi <budi@example.com>" in words
    assert "File: files/001-1-foto KTP.png" in words
    assert place.stat().st_mode & 0o777 == 0o600


def test_what_is_handed_over_is_on_record(loket: Loket, counter: Counter) -> None:
    """Each sealed file with who and why, and the ticket in one event."""
    loket("agent", "add", "Kiki", "kiki@desk.test", "--role", "kyc")
    number, place = counter.rows(Ticket)[0].number, str(counter.folder / "out.zip")
    loket("ticket", "export", number, "--to", place, "--reason", "a court asks", "--as", "Kiki")
    assert {(each.by, each.reason) for each in counter.rows(Access)} == {("Kiki", "a court asks")}
    assert len(counter.rows(Access)) == 3
    (event,) = [each for each in counter.rows(Event) if each.what == "exported"]
    assert (event.by, event.detail) == ("Kiki", {"reason": "a court asks", "files": 4, "left_out": 0})


def test_who_may_not_open_what_is_guarded_gets_the_rest_and_a_line_that_says_so(loket: Loket, counter: Counter) -> None:
    """The identity card stays out, and the mail that holds it; nobody is recorded as having opened them."""
    number, place = counter.rows(Ticket)[0].number, counter.folder / "out.zip"
    code, _, err = loket("ticket", "export", number, "--to", str(place), "--reason", "a complaint")
    assert code == 0
    assert f"left out: {number}/files/001-1-foto KTP.png: an identity document" in err
    assert f"left out: {number}/mails/001.eml" in err
    files = unpacked(place)
    assert f"{number}/files/001-2-mutasi_ _.pdf" in files
    assert not [name for name in files if "KTP" in name or name.endswith("mails/001.eml")]
    assert files["left_out.txt"].decode().count("\n") == 2
    assert "KTP.png (left out: an identity document" in files[f"{number}/conversation.txt"].decode()
    assert len(counter.rows(Access)) == 1


def test_nothing_is_overwritten_and_nothing_half_is_left(loket: Loket, counter: Counter) -> None:
    """A file that is there stays as it is; a number that is wrong, or an unknown agent, makes none."""
    number, place = counter.rows(Ticket)[0].number, counter.folder / "out.zip"
    place.write_text("mine")
    assert loket("ticket", "export", number, "--to", str(place), "--reason", "x")[0] == 2
    assert place.read_text() == "mine"
    fresh = counter.folder / "fresh.zip"
    assert loket("ticket", "export", "LKT-999999", "--to", str(fresh), "--reason", "x")[0] == 1
    assert loket("ticket", "export", number, "--to", str(fresh), "--reason", "x", "--as", "Nobody")[0] == 1
    assert loket("ticket", "export", number, "--to", str(fresh), "--reason", " ")[0] == 2
    assert loket("ticket", "export", number, "--to", str(fresh))[0] == 2
    assert not fresh.exists()
    assert not counter.rows(Access)


def test_a_damaged_file_is_left_out_and_told(loket: Loket, counter: Counter) -> None:
    """The rest is handed over all the same."""
    counter.take(customer_mail(Message_ID="<whole@example.com>"))
    raw = json.loads(loket("mail", "show", "3", "--json")[1])["raw"]
    (counter.folder / "blobs" / "files" / raw).unlink()
    number, place = counter.rows(Ticket)[-1].number, counter.folder / "out.zip"
    code, _, err = loket("ticket", "export", number, "--to", str(place), "--reason", "x")
    assert code == 0
    assert "mails/001.eml: it is missing or was changed" in err
    assert f"{number}/conversation.txt" in unpacked(place)


@pytest.mark.parametrize(
    "words", [["budi@"], ["Budi"], ["BUDI_99"], ["+6281234567890"], ["0812-3456"], ["example.com", "budi"]]
)
def test_people_are_found_by_what_is_known_of_them(loket: Loket, counter: Counter, words: list[str]) -> None:
    """Address, name, username, phone in any writing; every word has to fit."""
    (line,) = map(json.loads, loket("person", "find", *words, "--json")[1].splitlines())
    assert (line["desk"], line["name"], line["addresses"]) == ("help", "Budi", ["budi@example.com"])
    assert line["tickets"] == [counter.rows(Ticket)[0].number]
    assert line["first_at"] == line["last_at"]
    assert line["mails"] == 1


def test_who_only_takes_part_is_found_too_and_nobody_else(loket: Loket, counter: Counter) -> None:
    """By the address alone: nothing more is known."""
    number = counter.rows(Ticket)[1].number
    loket("ticket", "admit", number, "wati@example.org")
    (line,) = map(json.loads, loket("person", "find", "wati", "--json")[1].splitlines())
    assert (line["addresses"], line["name"], line["last_at"]) == (["wati@example.org"], "", None)
    assert loket("person", "find", "siti", "budi", "--json")[1] == ""
    assert "siti@example.net" in loket("person", "find", "siti")[1]


def test_everything_held_about_a_person_is_handed_over(loket: Loket, counter: Counter) -> None:
    """Own tickets whole; of other people's the person's part alone."""
    loket("agent", "add", "Kiki", "kiki@desk.test", "--role", "kyc")
    own, others = (each.number for each in counter.rows(Ticket))
    place = counter.folder / "budi.zip"
    code, _, err = loket(
        "person", "export", "BUDI@example.com", "--to", str(place), "--reason", "he asks", "--as", "Kiki"
    )
    assert (code, err) == (0, "")
    files = unpacked(place)
    told = json.loads(files["help/person.json"])
    assert (told["addresses"], told["names"], told["tickets"]) == (["budi@example.com"], ["Budi"], [own])
    assert [each["account"] for each in told["accounts"]] == ["budi_99"]
    assert [(each["message_id"], each["ticket"]) for each in told["mails"]] == [("card@example.com", own)]
    assert [(each["kind"], each["to"]) for each in told["letters"]] == [("received", "budi@example.com")]
    assert files[f"help/tickets/{own}/mails/001.eml"] == mail_with_card()
    assert files[f"help/tickets/{own}/files/001-1-foto KTP.png"] == CARD
    assert json.loads(files[f"help/part_in/{others}/ticket.json"])["messages"] == []
    assert b"siti_77" not in b"".join(files.values())


def test_of_who_is_not_known_nothing_is_handed_over(loket: Loket, counter: Counter) -> None:
    """And no empty file is left."""
    place = counter.folder / "none.zip"
    assert loket("person", "export", "none@example.com", "--to", str(place), "--reason", "x")[0] == 1
    assert not place.exists()
