"""Addresses that are made to be taken for others: agents are told, and honest ones are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from intake.decision.lookalikes import resembled
from replies.settings import DeskSettings
from store import people
from store.engine import writing
from store.models import Event, Letter, Message
from tests.intake.conftest import Counter, customer_mail, make_counter

OURS = "support@example.com"
CUSTOMER = "budi.santoso@contoh.co.id"


@pytest.mark.parametrize(
    "address",
    [
        "support@examp1e.com",
        "support@exarnple.com",
        "support@ехаmple.com",  # Cyrillic
        "support@xn--exmple-cua.com",  # exämple
        "support@exampłe.com",
        "support@ｅｘａｍｐｌｅ.com",
        "support@exampel.com",
        "support@exmple.com",
        "support@examplee.com",
        "anybody@exzmple.com",
        "support@example.co",
        "support@example-support.com",
        "help@example.com.evil.net",
        "support@secure.examp1e.net",
        "SUPPORT@EXAMPLE.ORG",
    ],
)
def test_what_looks_like_the_desk_is_told(address: str) -> None:
    """Letters drawn alike, slips of the finger, our name in another domain."""
    assert resembled(address, [OURS]) == OURS


@pytest.mark.parametrize(
    "address",
    [
        OURS,
        "Support@Example.com",
        "anybody@example.com",
        "support@mail.example.com",
        "budi@gmail.com",
        "support@sample.com",
        "support@examples.org.uk",
        "support@exam.com",
        "",
        "support",
        "support@",
        "a@xn--a.com",
    ],
)
def test_others_are_left_alone(address: str) -> None:
    """Ours themselves, domains below ours, and what shares a few letters; whatever it is, nothing is raised."""
    assert resembled(address, [OURS]) == ""


@pytest.mark.parametrize(
    ("address", "alike"),
    [
        ("budi.santoso@c0ntoh.co.id", True),
        ("budi.santoso@contho.co.id", True),
        ("budi.sant0so@contoh.co.id", True),
        ("budisantoso@contoh.co.id", True),
        ("budi.santosa@contoh.co.id", True),
        ("budi.santoso+belanja@contoh.co.id", False),
        ("siti@contoh.co.id", False),
        ("budi.santoso@gmail.com", False),  # an honest second address, and not like his
        ("budi.santoso@contoh.com", False),  # likewise: yahoo.com and yahoo.co.id
    ],
)
def test_likewise_of_people_who_take_part(address: str, *, alike: bool) -> None:
    """Of them the local part counts too, for at a great provider all share the domain."""
    assert resembled(address, [OURS], [CUSTOMER]) == (CUSTOMER if alike else "")


def test_short_names_are_not_compared_by_letters() -> None:
    """One letter apart are many."""
    assert resembled("ani@mail.com", ["x@gmail.com"], ["adi@mail.com"]) == ""


@pytest.fixture
def counter(engine: Engine, tmp_path: Path) -> Counter:
    """A desk whose border vouches for senders."""
    desk = DeskSettings(name="help", addresses=["help@desk-contoh.test"], trusted_authserv_ids=["mx"])
    return make_counter(engine, tmp_path, desk)


def _mail(number: int, sender: str, **more: str) -> bytes:
    domain = sender.rpartition("@")[2]
    vouched = f"mx; dmarc=pass header.from={domain}"
    told = {"From": sender, "To": "help@desk-contoh.test", "Message_ID": f"<{number}@{domain}>"}
    return customer_mail(**(told | {"Authentication_Results": vouched} | more))


def _take(counter: Counter, content: bytes) -> Message:
    counter.take(content, client="127.0.0.1", rcpt_to=("help@desk-contoh.test",))
    return [each for each in counter.rows(Message) if each.direction == "in"][-1]


def test_the_ticket_says_whom_a_sender_looks_like(counter: Counter) -> None:
    """It authenticates, for the domain is its own; that is what makes it dangerous."""
    message = _take(counter, _mail(1, "help@desk-cont0h.test"))
    assert message.identity == "verified"
    assert message.identity_why.endswith("its address looks like help@desk-contoh.test and is not")


def test_who_looks_like_an_agent_is_told(counter: Counter) -> None:
    """Of agents at other domains than the desk's too; the agents themselves, and known senders, are left alone."""
    with writing(counter.engine) as session:
        people.add_agent(session, "Ani", "agent", ["ani.rahma@team-contoh.test"], counter.clock[-1])
    for number, (sender, alike) in enumerate([("ani.rahma@team-c0ntoh.test", True), ("siti@example.org", False)]):
        message = _take(counter, _mail(number, sender))
        assert ("looks like ani.rahma@team-contoh.test" in message.identity_why) == alike
    assert "looks like" not in _take(counter, _mail(9, "ani.rahma@team-contoh.test")).identity_why


def test_a_lookalike_is_never_proposed_without_a_warning(counter: Counter) -> None:
    """Who has the customer's reply address and a name like his is proposed to the agent, who is told to beware."""
    _take(counter, _mail(1, "budi.santoso@example.com"))
    reply_to = counter.rows(Letter)[0].content.partition(b"Reply-To: ")[2].partition(b"\r\n")[0].decode()
    for number, (sender, beware) in enumerate([("budi.sant0so@example.com", True), ("siti@example.org", False)], 2):
        message = _take(counter, _mail(number, sender, To=reply_to))
        assert ("looks like budi.santoso@example.com" in message.identity_why) == beware
        (event,) = [each for each in counter.rows(Event) if each.what == "address proposed"][number - 2 :]
        assert event.detail["address"] == sender
        assert ("BEWARE: its address looks like budi.santoso@example.com and is not" in event.detail["why"]) == beware
