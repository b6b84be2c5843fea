"""What kind of sender a mail has, on sets of our own: responders without marks, and people who sound like machines."""

from __future__ import annotations

import time

import pytest

from parsing.claims.phrases import LANGUAGES, Kind, find, fold, starts
from parsing.mail import Nature
from parsing.report import ReportSettings
from tests.automatic_mails import Sample, look_alikes, marked, out_of_office, strangers, unanswerable
from tests.parsing.conftest import mail, reading

#: Share of out-of-office mails that are told; what is missed is acknowledged once, and the brakes hold.
_TOLD = 0.95


def test_out_of_office_mails_are_told_by_their_words() -> None:
    """At least 95 % of 60 and more, in 15 languages and more, most of them without any mark."""
    samples = out_of_office()
    assert len(samples) >= 60
    assert len({sample.language for sample in samples}) >= 15
    missed = [sample.name for sample in samples if reading(sample.content).mail.nature is not Nature.AUTO_REPLY]
    assert len(missed) <= (1 - _TOLD) * len(samples), missed


def test_strangers_responders_are_told_without_any_mark() -> None:
    """At least 95 % of 200 and more: absences, receipts, departures and closed offices, in 30 languages and more."""
    samples = strangers()
    assert len(samples) >= 200
    assert len({sample.language for sample in samples}) >= 30
    missed = [sample.name for sample in samples if reading(sample.content).mail.nature is not Nature.AUTO_REPLY]
    assert len(missed) <= (1 - _TOLD) * len(samples), missed


def test_no_person_is_called_a_machine() -> None:
    """Not one of 300 and more who write about responders, bounces, leave and doors."""
    samples = look_alikes()
    assert len(samples) >= 300
    told = [(sample.name, reading(sample.content).mail) for sample in samples]
    assert not [(name, mail.nature_why) for name, mail in told if mail.nature is not Nature.HUMAN]


def test_what_must_not_be_answered_is_never_called_a_persons() -> None:
    """120 mails and more: out-of-office, lists, bounces, receipts, calendars, challenges, reports, no-reply."""
    samples = unanswerable()
    assert len(samples) >= 120
    told = [(sample.name, reading(sample.content, mail_from=sample.mail_from).mail.nature) for sample in samples]
    assert not [name for name, nature in told if nature is Nature.HUMAN]


@pytest.mark.parametrize("sample", marked(), ids=lambda sample: sample.name)
def test_marks_are_believed(sample: Sample) -> None:
    """A header that only machines write says what a mail is, and is named as the evidence."""
    told = reading(sample.content).mail
    assert (told.nature, bool(told.nature_why)) == (sample.nature, True)


@pytest.mark.parametrize(
    "marks",
    [
        "List-Id: <help.desk.example>\r\nPrecedence: list\r\nList-Unsubscribe: <mailto:x@desk.example>\r\n",
        "Mailing-list: list Help@desk.example; contact help+owners@desk.example\r\nX-Google-Group-Id: 1\r\n",
        "List-Post: <https://groups.example/a/desk.example/g/help/post>,\r\n <mailto:help@desk.example>\r\n",
    ],
)
def test_a_list_that_leads_to_the_desk_is_no_list(marks: str) -> None:
    """Customers write to a group that is a desk's address; a newsletter that comes by it is one all the same."""
    own = ReportSettings(lists=frozenset({"help@desk.example"}))
    content = marks.encode() + mail("Deposit saya belum masuk.", "Deposit")
    assert reading(content).mail.nature is Nature.BULK
    assert reading(content, settings=own).mail.nature is Nature.HUMAN
    assert reading(b"Feedback-ID: 1:campaign:toko\r\n" + content, settings=own).mail.nature is Nature.BULK
    others = marks.replace("help", "sales").replace("Help", "sales").encode()
    assert reading(others + mail("Halo", "Deposit"), settings=own).mail.nature is Nature.BULK


@pytest.mark.parametrize("value", ["1.us-east-1.Abc/d=:AmazonSES", "32179581:SG"])
def test_what_a_relay_writes_into_everybodys_mail_says_nothing(value: str) -> None:
    """Amazon SES and SendGrid mark what people send too; of a sender's own Feedback-ID that is not so."""
    content = mail("Deposit saya belum masuk.", "Deposit")
    assert reading(f"Feedback-ID: {value}\r\n".encode() + content).mail.nature is Nature.HUMAN
    assert reading(b"Feedback-ID: 1:campaign:toko\r\n" + content).mail.nature is Nature.BULK


def test_what_is_told_has_its_evidence() -> None:
    """A header's name or our own words, never the mail's; a person has none."""
    for sample in [*out_of_office(), *strangers()]:
        told = reading(sample.content).mail
        assert bool(told.nature_why) == (told.nature is not Nature.HUMAN)


def test_every_language_has_the_words_of_a_responder() -> None:
    """No language's file lacks a kind of words, and none holds a kind that nobody looks for."""
    for language, words in LANGUAGES.items():
        for table in ("away", "responder"):
            needed = {kind.split(".")[1] for kind in Kind if kind.startswith(f"{table}.")}
            assert set(words[table]) == needed, (language, table)
        for table, keys in words.items():
            assert all(f"{table}.{key}" in set(Kind) for key in keys), (language, table)
            assert all(phrase.count("…") <= 1 for phrases in keys.values() for phrase in phrases), (language, table)
            assert all(fold(phrase).strip() for phrases in keys.values() for phrase in phrases), (language, table)


def test_a_gap_in_a_phrase_stands_for_a_few_words() -> None:
    """Up to three, which are not told as evidence: they are the mail's own."""
    assert find(Kind.UNREAD, fold("This mailbox is not closely monitored."), "en") == "not … monitored"
    assert find(Kind.UNREAD, fold("not one of all the four words monitored"), "en") is None


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("I am ON\nannual   leave", "on annual leave"),
        ("Ich bin außer Haus", "ausser haus"),
        ("réponse d’absence", None),
        ("Étant ABSENTE  du bureau", "absente du bureau"),
        ("ขณะนี้ลาพักร้อนถึงวันศุกร์", fold("ลาพักร้อน").strip()),
        ("currently unavailability", None),
    ],
)
def test_phrases_are_found_however_they_are_written(text: str, phrase: str | None) -> None:
    """Case, accents and line ends do not matter; half a word is none, where words are divided by spaces."""
    assert find(Kind.ABSENCE, fold(text)) == phrase


def test_the_longest_prefix_is_taken() -> None:
    """So that what follows it is the subject that was answered."""
    assert starts(Kind.AWAY_PREFIX, fold("Out of office autoreply: x")) == "out of office autoreply"


@pytest.mark.parametrize(
    "text",
    [
        "I am out of the office " * 40_000,
        "a@b " * 200_000,
        "<a@b>:\n" * 100_000,
        "could not be delivered to\n" * 50_000,
        '"' * 1_000_000,
        "-" * 1_000_000,
        "message-id " * 90_000,
        "From: " * 160_000,
    ],
    ids=lambda text: text[:12].strip(),
)
@pytest.mark.parametrize("sender", ["Carla <carla@mail.example>", "Mail Delivery System <mailer-daemon@mx.example>"])
def test_no_text_costs_time(text: str, sender: str) -> None:
    """A megabyte of what the rules look for is judged like any other."""
    content = mail(text, "Automatic reply: Undelivered Mail").replace(b"Budi <budi@example.com>", sender.encode())
    start = time.process_time()
    reading(content)
    assert time.process_time() - start < 4


@pytest.mark.parametrize(
    "text",
    [
        "akun sy dinonaktifkan oleh sistem, ada tulisan hubungi cs. no hp 0878 4400 9911",
        "Someone transferred money out of my account yesterday evening without my permission. my id: 20114477",
        "Sudah menghubungi bank, kata petugasnya uang sudah keluar.",
        "Pencairan dana yang kami ajukan 5 Januari belum kami terima pada rekening kami.",
    ],
)
def test_a_customer_who_reports_is_no_responder(text: str) -> None:
    """Though an account that was closed, a reference that was received and a date may stand in a responder's words."""
    assert reading(mail(text)).mail.nature is Nature.HUMAN
