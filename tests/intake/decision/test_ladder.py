"""Which ticket a mail joins, and why it joins none: the ladder, rung by rung."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.decision import ladder
from intake.decision.contact_change import asks_for_change
from intake.decision.ladder import Place, Sender
from intake.decision.thanks import is_thanks
from parsing.mail import Attachment, AttachmentKind, Nature, ParsedMail
from parsing.report import Category, Finding, Report
from store.facts import Candidate, Relation
from tests.intake.test_triage import _MAIL

_REPORT = Report(category=Category.OTHER, language="id", findings=(), missing=())
_WINDOW = timedelta(days=14)
_GOOD = Sender(identity="verified", failed=False)
_PLAIN = Sender(identity="unverified", failed=False)


def _candidate(relation: Relation = Relation.ANSWERS, **changes: object) -> Candidate:
    own = Candidate(ticket_id=7, number="LKT-104231", status="open", relation=relation, sender_takes_part=True)
    return replace(own, **changes)  # type: ignore[arg-type]  # the fields are named at each call


def _place(*candidates: Candidate, mail: ParsedMail = _MAIL, report: Report = _REPORT, sender: Sender = _GOOD) -> Place:
    return ladder.find(mail, report, candidates, sender, _WINDOW)


def _named(*values: str) -> Report:
    found = tuple(
        Finding(field="transaction_ids", value=value, raw=value, where="body", start=0, end=1, rule="r", confidence=1)
        for value in values
    )
    return replace(_REPORT, findings=found)


def _said(text: str) -> ParsedMail:
    return replace(_MAIL, text=text, new_text=text, subject="")


def test_a_participant_joins_by_any_tie() -> None:
    """And the strongest, which comes first, wins."""
    for relation in Relation:
        joined = _place(_candidate(relation), _candidate(Relation.NUMBER, ticket_id=9)).joins
        assert joined is not None
        assert joined.ticket_id == 7


@pytest.mark.parametrize(
    "sender", [Sender(identity="suspicious", failed=False), Sender(identity="unverified", failed=True)]
)
def test_who_fails_authentication_joins_nothing(sender: Sender) -> None:
    """Not even with the token of the one whose name he bears."""
    place = _place(_candidate(Relation.TOKEN), sender=sender)
    assert place == Place(joins=None, related=((7, "claims_to_answer"),))


def test_a_stranger_joins_nothing() -> None:
    """He gets a ticket of his own that says what it claims to belong to."""
    for relation in Relation:
        assert _place(_candidate(relation, sender_takes_part=False), sender=_PLAIN).joins is None


def test_a_new_address_at_a_good_token_is_proposed() -> None:
    """Somebody passed the address on, or writes from another one of his own: an agent says which."""
    forwarded = _candidate(Relation.TOKEN, sender_takes_part=False)
    assert _place(forwarded).proposed == (7,)
    assert _place(forwarded, sender=_PLAIN).proposed == ()
    assert _place(replace(forwarded, relation=Relation.ANSWERS)).proposed == ()


def test_an_alias_joins_only_where_it_authenticates() -> None:
    """Who may write under one's other name has to prove it."""
    alias = _candidate(sender_takes_part=False, alias_takes_part=True)
    assert _place(alias).joins == alias
    assert _place(alias, sender=_PLAIN).joins is None


def test_who_else_authenticates_has_to_now() -> None:
    """Anybody may write a name that usually is proven; while the DNS is away, its own token is enough."""
    away = replace(_PLAIN, unknown=True)
    for relation in Relation:
        candidate = _candidate(relation, sender_authenticates=True)
        assert _place(candidate, sender=_PLAIN).related == ((7, "unproven"),)
        assert (_place(candidate, sender=away).joins is not None) == (relation is Relation.TOKEN)


def test_an_autocompleted_address_opens_a_new_ticket() -> None:
    """New matter, no history: the mail client had the old address at hand."""
    old = _candidate(Relation.TOKEN, addressed=True, transaction_ids=frozenset({"TRX-1"}))
    assert _place(old, report=_named("TRX-2")).related == ((7, "other_transaction"),)
    for fine in (
        _place(old, report=_named("TRX-1", "TRX-2")),
        _place(old),
        _place(old, report=_named("TRX-2"), mail=replace(_MAIL, in_reply_to=("x@desk.test",))),
        _place(old, report=_named("TRX-2"), mail=replace(_MAIL, quoted="> Nomor tiket: LKT-104231")),
        _place(replace(old, transaction_ids=frozenset()), report=_named("TRX-2")),
        _place(replace(old, addressed=False), report=_named("TRX-2")),
    ):
        assert fine.joins is not None


@pytest.mark.parametrize(("days", "joins"), [(0, True), (13, True), (15, False)])
def test_a_late_answer_opens_a_ticket_that_goes_on(days: int, *, joins: bool) -> None:
    """Within the window the old one is opened again."""
    place = _place(_candidate(Relation.TOKEN, status="closed", closed_for=timedelta(days=days)))
    assert (place.joins is not None) == joins
    assert place.related == (() if joins else ((7, "continues"),))


def test_thanks_and_machines_do_not_open_late_tickets() -> None:
    """They are filed where they belong."""
    closed = _candidate(Relation.TOKEN, status="closed", closed_for=timedelta(days=300))
    assert _place(closed, mail=_said("Terima kasih banyak!")).joins == closed
    assert _place(closed, mail=replace(_MAIL, nature=Nature.AUTO_REPLY)).joins == closed


@pytest.mark.parametrize(
    "text",
    [
        "Terima kasih", "terima kasih banyak ya kak 🙏", "Makasih min, sudah masuk.", "Trims atas bantuannya",
        "Thanks a lot!", "Thank you so much for your help", "ok makasih",
        "Alhamdulillah sudah masuk, terima kasih kak", "TERIMA KASIH",
    ],
)  # fmt: skip
def test_a_word_of_thanks_is_told(text: str) -> None:
    """In Indonesian and in English, with what is said beside it."""
    assert is_thanks(_said(text))


@pytest.mark.parametrize(
    "text",
    [
        "Terima kasih, tapi belum masuk", "Terima kasih. Kapan selesai?", "Makasih, ID transaksinya TRX-1", "",
        "Halo", "Sudah masuk", "Thanks, but it still fails", "terima kasih " * 20, "Belum dibalas. Terima kasih",
        "Makasih kak, saya mau tanya soal bonus",
        "Saldo saya hilang, terima kasih",
    ],
)  # fmt: skip
def test_thanks_with_something_else_is_more_than_thanks(text: str) -> None:
    """A question, a number, a doubt: it is the desk's turn."""
    assert not is_thanks(_said(text))


def test_thanks_with_a_picture_is_more_than_thanks() -> None:
    """The picture says something; the logo of a signature does not."""
    picture = Attachment(
        name="a.png", type="image/png", declared_type="image/png", size=1, sha256="", inline=False, content_id=None,
        kind=AttachmentKind.SCREENSHOT,
    )  # fmt: skip
    assert not is_thanks(replace(_said("Terima kasih"), attachments=(picture,)))
    assert is_thanks(replace(_said("Terima kasih"), attachments=(replace(picture, kind=AttachmentKind.SIGNATURE),)))


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Mohon ganti nomor HP saya yang terdaftar", True),
        ("tolong ubah alamat email akun saya", True),
        ("Saya mau mengganti no rekening", True),
        ("Please change my registered email to x", True),
        ("update bank account please", True),
        ("Deposit saya belum masuk, email saya budi@example.com", False),
        ("Ganti password tidak bisa", False),
        ("Saya sudah coba ganti browser", False),
        ("", False),
    ],
)
def test_a_request_to_change_contact_data_is_told(text: str, *, asks: bool) -> None:
    """It is what a thief asks for first."""
    assert asks_for_change(_said(text), _REPORT) == asks


def test_an_old_and_a_new_number_are_a_change() -> None:
    """Whatever words stand around them."""
    new = Finding(
        field="phones", value="+628", raw="", where="body", start=0, end=0, rule="r", confidence=1, role="new"
    )
    assert asks_for_change(_said(""), replace(_REPORT, findings=(new,)))
    assert not asks_for_change(replace(_said(""), nature=Nature.BULK), replace(_REPORT, findings=(new,)))
