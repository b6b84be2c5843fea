"""What the acknowledgement says, and what it never says."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest
from structlog.testing import capture_logs

from parsing.fields import declarations
from parsing.report import Finding
from replies import agent_words, guidance, language, letters, order_words, render, wording
from replies.acknowledge import Composed
from replies.errors import LetterUnreadable
from replies.settings import DeskSettings, Hours

LANGUAGES = ("id", "en")
NIGHT = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)  # 23.00 WIB


def bodies(composed: Composed) -> tuple[str, str]:
    message = cast("EmailMessage", email.message_from_bytes(composed.content, policy=email.policy.default))
    plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


def visible(html: str) -> str:
    """The HTML's words as a reader sees them, blanks folded."""
    words = re.sub(r"(?s)<style>.*?</style>|<title>.*?</title>|<[^>]+>", " ", html)
    return re.sub(r"\s+", " ", words.replace("&nbsp;", " "))


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_text_and_html_say_the_same(acknowledge: Callable[..., Composed], spoken: str) -> None:
    """Number, findings, files, what is missing and how to send it, when we answer, the safety line, the desk."""
    hour = {"id": "22.10 WIB", "en": "22:10 WIB"}[spoken]
    files = {"id": "1 gambar dan 2 berkas", "en": "1 picture and 2 files"}[spoken]
    secrets = {"id": "kata sandi, PIN, atau OTP", "en": "password, PIN or OTP"}[spoken]
    for body in map(visible, bodies(acknowledge(spoken, files=2))):
        for words in ("LKT-104231", "budi_99", "TRX-20261123-0042", hour, files, secrets, "bantuan@contoh.id"):
            assert words in body
        assert f"transaction_id/{spoken}" in body
        assert "How to send transaction_id." in body


def test_the_indonesian_letter_reads_as_people_write(acknowledge: Callable[..., Composed]) -> None:
    """Dates in words, hours with a dot, the zone by its own name."""
    text, _html = bodies(acknowledge("id"))
    assert "Senin, 23 November 2026, 22.10 WIB" in text
    assert "dalam 4 jam (jam layanan: setiap hari, 08.00–22.00 WIB)" in text
    assert "Satu hal lagi: transaction_id/id." in text
    assert text.rstrip().endswith("Tim Bantuan Contoh")


def test_the_english_letter_likewise(acknowledge: Callable[..., Composed]) -> None:
    """Hours with a colon."""
    text, _html = bodies(acknowledge("en"))
    assert "Monday, 23 November 2026, 22:10 WIB" in text
    assert "within 4 hours (we are here every day, 08:00–22:00 WIB)" in text


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_a_stranger_gets_no_findings_back(acknowledge: Callable[..., Composed], spoken: str) -> None:
    """Who has not authenticated might be anybody; counts and what is missing are no secrets."""
    for body in bodies(acknowledge(spoken, repeat_findings=False)):
        assert "budi_99" not in body
        assert "TRX-20261123-0042" not in body
        assert "LKT-104231" in body
        assert "transaction_id" in body


@pytest.mark.parametrize("missing", [(), ("username",), ("username", "occurred_at", "contact")])
def test_what_is_missing_is_asked_for_by_name(acknowledge: Callable[..., Composed], missing: tuple[str, ...]) -> None:
    """One as a sentence, several as a numbered list, none not at all."""
    text, html = bodies(acknowledge("id", missing=missing))
    for body in (text, html):
        assert body.count("How to send") == len(missing)
        assert ("Satu hal lagi" in body) == (len(missing) == 1)
    assert ("\n3. contact/id. How to send contact." in text) == (len(missing) == 3)


def test_outside_opening_hours_the_letter_says_when_we_are_back(acknowledge: Callable[..., Composed]) -> None:
    """At eleven at night "four hours" would be a promise that nobody keeps."""
    text, html = bodies(acknowledge("id", created_at=NIGHT))
    for body in (text, visible(html)):
        assert "Saat ini kami tutup; kami buka lagi Rabu, 25 November 2026, 08.00 WIB." in body
    assert "tutup" not in bodies(acknowledge("id"))[0]


@pytest.mark.parametrize(
    ("zone", "abbreviation"), [("Asia/Jakarta", "WIB"), ("Asia/Makassar", "WITA"), ("Asia/Jayapura", "WIT")]
)
def test_a_desk_tells_its_own_time(acknowledge: Callable[..., Composed], zone: str, abbreviation: str) -> None:
    """In the abbreviation that its customers use."""
    elsewhere = DeskSettings(addresses=["bantuan@contoh.id"], timezone=zone)
    assert f"08.00–22.00 {abbreviation})" in bodies(acknowledge("id", desk=elsewhere))[0]


def test_several_channels_are_all_named(acknowledge: Callable[..., Composed]) -> None:
    """The customer has to know which contact is not a trap."""
    channels = DeskSettings(addresses=["a@contoh.id"], channels=["a@contoh.id", "+62 21 555 0100", "contoh.id/bantuan"])
    text, _html = bodies(acknowledge("id", desk=channels))
    assert "Saluran resmi kami hanya a@contoh.id, +62 21 555 0100 dan contoh.id/bantuan." in text


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_the_html_brings_nothing_from_outside(acknowledge: Callable[..., Composed], spoken: str) -> None:
    """No picture, no link, no font, no script: nothing to track, nothing to block, nothing to phish with."""
    _text, html = bodies(acknowledge(spoken))
    assert not re.search(r"(?i)https?:|//|<(img|a|link|script|iframe|object|form|svg)\b|url\(|@import|\bon\w+=", html)
    assert 'name="viewport"' in html
    assert "prefers-color-scheme: dark" in html


HOSTILE = (
    "Buy now at evil.example",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "https://evil.example/login",
    "www.evil.com",
    "evil.online",
    "budi\r\nBcc: victim@example.com",
    "a b",
    "x" * 65,
    "\u202egnp.exe",
    "'; DROP TABLE ticket; --",
    "",
)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["usernames", "transaction_ids", "error_messages", "subject", "steps_tried"])
def test_no_free_text_travels_under_our_name(acknowledge: Callable[..., Composed], field: str, text: str) -> None:
    """Even as a "finding", and even to an authenticated sender: only strict shapes are repeated."""
    hostile = Finding(field=field, value=text, raw=text, where="body", start=0, end=1, rule="x", confidence=1.0)
    wild_time = Finding(
        field="occurred_at",
        value={"iso": text, "precision": text, "text": text},
        raw=text,
        where="body",
        start=0,
        end=1,
        rule="x",
        confidence=1.0,
    )
    plain = acknowledge("id", findings=())
    assert acknowledge("id", findings=(hostile, wild_time)).content == plain.content


def test_the_subject_is_ours(acknowledge: Callable[..., Composed]) -> None:
    """Number and our words, so that clients keep a ticket together."""
    assert letters.subject("LKT-104231", "Deposit belum masuk") == "[LKT-104231] Deposit belum masuk"
    assert b"\r\nSubject: [LKT-104231] Deposit belum masuk\r\n" in acknowledge("id").content


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_what_the_subject_says_is_escaped_in_html(acknowledge: Callable[..., Composed], spoken: str) -> None:
    """Words come from settings and folders of the site; none can become markup."""
    assert "<b>" not in bodies(acknowledge(spoken, subject="<b>Deposit</b>"))[1]
    assert "&lt;b&gt;" in bodies(acknowledge(spoken, subject="<b>Deposit</b>"))[1]


# --- a site's own templates -------------------------------------------------------------------------------------------


@pytest.fixture
def overlay(tmp_path: Path) -> DeskSettings:
    (tmp_path / "id").mkdir()
    return DeskSettings(addresses=["bantuan@contoh.id"], templates=tmp_path)


def test_a_sites_own_template_comes_before_ours(acknowledge: Callable[..., Composed], overlay: DeskSettings) -> None:
    """File by file: what the site does not lay over stays ours."""
    assert overlay.templates is not None
    (overlay.templates / "id" / "received.txt").write_text("Nomor Anda {{ number }}.\n")
    text, html = bodies(acknowledge("id", desk=overlay))
    assert text.strip() == "Nomor Anda LKT-104231."
    assert "Laporan Anda sudah kami terima" in html


@pytest.mark.parametrize(
    "faulty",
    ["{{ nothing_of_that_name }}", "{% if %}", "{{ number.__class__.__mro__ }}", "{{ 1 / 0 }}", "{% include 'none' %}"],
)
def test_a_faulty_template_of_the_sites_stops_no_letter(
    acknowledge: Callable[..., Composed], overlay: DeskSettings, faulty: str
) -> None:
    """Ours takes its place, and the log says so."""
    assert overlay.templates is not None
    (overlay.templates / "id" / "received.txt").write_text(faulty)
    with capture_logs() as logs:
        text, _html = bodies(acknowledge("id", desk=overlay))
    assert "Laporan Anda sudah kami terima" in text
    assert [entry["log_level"] for entry in logs] == ["error"]


def test_a_sites_own_advice_replaces_ours_entry_by_entry(
    acknowledge: Callable[..., Composed], overlay: DeskSettings
) -> None:
    """The tips of one category, the place of an item in one wallet; all else stays ours."""
    assert overlay.templates is not None
    advice = '[tips]\ndeposit_missing = ["Tunggu sepuluh menit."]\n[where.transaction_id]\nDANA = "Tanya kasir."\n'
    (overlay.templates / "id" / "guidance.toml").write_text(advice)
    text, _html = bodies(acknowledge("id", desk=overlay))
    assert "Tunggu sepuluh menit." in text
    assert "Simpan bukti" not in text
    merged = guidance.load("id", overlay.templates)
    assert merged.where["transaction_id"]["DANA"] == "Tanya kasir."
    assert merged.where["transaction_id"]["OVO"] == guidance.load("id").where["transaction_id"]["OVO"]
    assert merged.tips["login"] == guidance.load("id").tips["login"]


@pytest.mark.parametrize(
    ("name", "faulty"),
    [
        ("guidance.toml", '[tips]\nlogin = "not a list"\n'),
        ("guidance.toml", "[tips"),
        ("guidance.toml", "[colour]\nred = []\n"),
        ("language.toml", 'no_such_word = "x"\n'),
        ("language.toml", "= 1"),
    ],
)
def test_faulty_words_of_the_sites_stop_no_letter(
    acknowledge: Callable[..., Composed], overlay: DeskSettings, name: str, faulty: str
) -> None:
    """Ours take their place, the log says so, and `check` names the file."""
    assert overlay.templates is not None
    (overlay.templates / "id" / name).write_text(faulty)
    with capture_logs() as logs:
        text, _html = bodies(acknowledge("id", desk=overlay))
    assert "Laporan Anda sudah kami terima" in text
    assert "error" in [entry["log_level"] for entry in logs]
    with pytest.raises(LetterUnreadable, match=name):
        (guidance if name == "guidance.toml" else language).load("id", overlay.templates)


@pytest.mark.parametrize(
    ("name", "load"),
    [("agents.toml", agent_words.load), ("orders.toml", order_words.phrases)],
    ids=["agents", "orders"],
)
def test_faulty_words_to_agents_of_the_sites_stop_no_letter(
    overlay: DeskSettings, name: str, load: Callable[[str, Path | None], object]
) -> None:
    """Not a table where one should be, or no TOML: ours take their place, and `check` names the file."""
    assert overlay.templates is not None
    for fault in ('heads = "no table"\nwhy = 1\n', "[heads"):
        load.cache_clear()  # type: ignore[attr-defined]
        (overlay.templates / "id" / name).write_text(fault)
        assert wording.laid_over(load, "id", overlay.templates) == load("id", None)
        with pytest.raises(LetterUnreadable, match=name):
            load("id", overlay.templates)


def test_a_sites_own_words_are_laid_over_ours_one_by_one(overlay: DeskSettings) -> None:
    """So that a word which a later version adds is there without the site's doing."""
    assert overlay.templates is not None
    (overlay.templates / "id" / "language.toml").write_text('months = ["Jan", "Feb"]\n')
    assert language.load("id", overlay.templates).months == ("Jan", "Feb")
    assert language.load("id", overlay.templates).weekdays == language.load("id").weekdays


def test_a_template_that_cannot_be_compiled_is_found_before_it_is_needed(overlay: DeskSettings) -> None:
    """By `check`, by its name."""
    render.check(None)
    assert overlay.templates is not None
    (overlay.templates / "id" / "status.html").write_text("{% if %}")
    with pytest.raises(LetterUnreadable, match=r"id/status\.html"):
        render.check(overlay.templates)


def test_a_language_without_a_folder_is_an_error_by_name() -> None:
    """Raised where the letter is decided, not when it is sent."""
    with pytest.raises(LetterUnreadable, match=r"xx/language\.toml"):
        language.load("xx")
    with pytest.raises(LetterUnreadable, match="xx/received"):
        render.letter(None, "xx", "received", {})


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_a_language_folder_is_complete(spoken: str) -> None:
    """Every letter in both forms, and every word that letters are put together with."""
    [ours] = render.folders(None)
    names = (
        "received",
        "complete",
        "duplicate",
        "secret",
        "status",
        "notice",
        "agenda",
        "weekly",
        "closing",
        "answer",
        "told",
        "question",
    )
    wanted = {f"{name}.{form}" for name in names for form in ("txt", "html")} | {
        "language.toml",
        "guidance.toml",
        "agents.toml",
        "orders.toml",
        "canned",
    }
    assert {path.name for path in (ours / spoken).iterdir()} == wanted
    words = language.load(spoken)
    assert (len(words.weekdays), len(words.months)) == (7, 12)


@pytest.mark.parametrize(
    ("spoken", "offered", "chosen"),
    [
        ("id", ["id", "en"], "id"),
        ("ms", ["id", "en"], "id"),
        ("jv", ["en", "id"], "id"),
        ("ms", ["ms", "en"], "en"),
        ("de", ["id", "en"], "en"),
        ("de", ["id"], "id"),
        (None, ["id", "en"], "id"),
    ],
)
def test_the_letters_language_is_one_that_its_reader_reads(spoken: str | None, offered: list[str], chosen: str) -> None:
    """Malay, Javanese and Sundanese speakers get Indonesian, others English, and who says nothing the desk's first."""
    assert language.of_letters(spoken, offered) == chosen


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (Hours(), "setiap hari, 08.00–22.00 WIB"),
        (Hours(days=["mon", "tue", "wed", "thu", "fri"]), "Senin–Jumat, 08.00–22.00 WIB"),
        (Hours(days=["sat", "mon"]), "Senin dan Sabtu, 08.00–22.00 WIB"),
        (Hours(open="00:00", close="00:00"), "setiap hari, 24 jam"),  # type: ignore[arg-type]
    ],
)
def test_opening_hours_are_told_in_a_phrase(hours: Hours, told: str) -> None:
    """As on a door."""
    assert language.load("id").opening(hours, "WIB") == told


@pytest.mark.parametrize(
    ("spoken", "day", "asked"),
    [("id", "Selasa, 1 Desember 2026", "ID transaksi"), ("en", "Tuesday, 1 December 2026", "Transaction ID")],
)
def test_the_warning_says_what_to_do_and_until_when(spoken: str, day: str, asked: str) -> None:
    """The same in text and in HTML: the number, the day, what we still need, for how long an answer opens it again."""
    view = letters.TicketView(
        number="LKT-104231",
        subject="Deposit belum masuk",
        language=spoken,
        category="deposit_missing",
        created_at=NIGHT,
        missing=("transaction_id",),
    )
    desk = DeskSettings(name="help", addresses=["bantuan@contoh.id"], reopen_days=10)
    closes = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
    letter = letters.closing(desk, view, closes, words=declarations.words(spoken))
    for body in (re.sub(r"\s+", " ", letter.text), visible(letter.html)):
        assert body.count(day) >= 2
        for said in ("LKT-104231", asked, "10", "bantuan@contoh.id"):
            assert said in body
