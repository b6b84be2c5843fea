"""A site's own fields and categories: by settings alone, they are found, asked for and told like loket's own."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from intake import config
from intake.config import Settings
from intake.errors import ConfigurationWrong
from replies.settings import DeskSettings
from store import views
from store.engine import looking
from store.models import Letter, Ticket
from tests.intake.conftest import Counter, customer_mail, make_counter

_SITE = r"""
[desks.help]
addresses = ["help@desk.test"]

[[fields]]
name = "table_number"
names = { id = "Nomor meja", en = "Table number" }
questions = { id = "Tertera di atas meja dan pada struk.", en = "It stands on the table and on the receipt." }
labels = { id = ["nomor meja", "meja no", "meja"], en = ["table number", "table"] }
pattern = '[A-Z]?\d{1,3}'
normaliser = "upper"
examples = [{ text = "Kami di meja no b12.", value = "B12" }, { text = "Table number: 7", value = "7" }]
counter_examples = ["mejanya kotor", "pesan meja untuk 2026 orang"]
categories = ["order_wrong"]

[[categories]]
name = "order_wrong"
subjects = { id = "Pesanan salah", en = "Wrong order" }
phrases = { id = ["pesanan salah", "salah antar", "tertukar"], en = ["wrong order", "not what i ordered"] }
examples = ["Pesanan saya salah antar, harusnya nasi goreng."]
counter_examples = ["Deposit saya belum masuk."]
"""


def _settings(folder: Path, text: str = _SITE) -> Settings:
    path = folder / "config.toml"
    path.write_text(text)
    return config.load(path)


@pytest.fixture
def counter(engine: Engine, tmp_path: Path) -> Counter:
    """A desk of a restaurant."""
    desk = DeskSettings(name="help", addresses=["help@desk.test"], acknowledge="all")
    return make_counter(engine, tmp_path, desk, site=_settings(tmp_path).site)


def _told(counter: Counter) -> str:
    (letter,) = counter.rows(Letter)
    body = message_from_bytes(letter.content, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_field_of_the_sites_own_is_found_and_kept(counter: Counter) -> None:
    """After its label, in its form, with its evidence; nothing is asked for then."""
    counter.take(customer_mail("Halo, pesanan saya salah antar. Kami di meja no b12.\n", Subject="Pesanan salah"))
    (ticket,) = counter.rows(Ticket)
    assert (ticket.category, ticket.subject, ticket.missing) == ("order_wrong", "Pesanan salah", [])
    with looking(counter.engine) as session:
        (found,) = views.ticket(session, ticket)["fields"]["table_number"]
    assert (found["value"], found["raw"], found["where"]) == ("B12", "b12", "body")


@pytest.mark.parametrize(
    ("body", "subject", "name", "question"),
    [
        ("Halo, pesanan saya salah antar, tolong dicek ya.\n", "Pesanan salah", "Nomor meja", "Tertera di atas meja"),
        ("Hello, this is not what I ordered, please help.\n", "Wrong order", "Table number", "It stands on the table"),
    ],
    ids=["id", "en"],
)
def test_it_is_asked_for_in_the_senders_language(
    counter: Counter, body: str, subject: str, name: str, question: str
) -> None:
    """Where its category needs it and it is missing; the letter bears the category's subject."""
    counter.take(customer_mail(body, Subject="?"))
    (ticket,) = counter.rows(Ticket)
    assert (ticket.subject, ticket.missing) == (subject, ["table_number"])
    told = _told(counter)
    assert name.lower() in told.lower()
    assert question in told


def test_the_answer_brings_it(counter: Counter) -> None:
    """What was missing is no longer."""
    counter.take(customer_mail("Halo, pesanan saya salah antar, tolong dicek ya.\n", Subject="?"))
    counter.take(
        customer_mail("Meja 7\n", Subject="Re: ?", Message_ID="<2@example.com>", In_Reply_To="<1@example.com>")
    )
    (ticket,) = counter.rows(Ticket)
    assert ticket.missing == []


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('value = "B12"', 'value = "C12"', "examples[0]: in 'Kami di meja no b12.' it finds B12, not 'C12'"),
        ('counter_examples = ["mejanya kotor"', 'counter_examples = ["meja 4"', "counter_examples[0]"),
        ("\\d{1,3}", "(?=x)", "RE2 has no look-around"),
        ('name = "table_number"', 'name = "usernames"', "is loket's own"),
        ('categories = ["order_wrong"]', 'categories = ["nowhere"]', "there is no nowhere"),
        ('phrases = { id = ["pesanan salah", "salah antar", "tertukar"]', 'phrases = { id = ["lain"]', "add phrases"),
        ('name = "order_wrong"', 'name = "login"', "is loket's own"),
    ],
)
def test_what_does_not_do_what_it_says_is_refused(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    """At the start, by a sentence that names the key and the remedy."""
    assert old in _SITE
    with pytest.raises(ConfigurationWrong, match=r"fields|categories") as caught:
        _settings(tmp_path, _SITE.replace(old, new, 1))
    assert sentence in str(caught.value)
