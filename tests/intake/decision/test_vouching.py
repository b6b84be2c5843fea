"""What agents are told of a sender, from the mail to the ticket."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from intake.decision import vouching
from intake.identity.authenticate import Proof, Standing
from intake.identity.examining import Examiner
from intake.identity.scanning import Scan
from parsing.mail import Envelope, RawMail
from parsing.reading import read
from replies.settings import DeskSettings
from store.facts import Facts
from store.models import Letter, Message
from tests.intake.conftest import NOON, Counter, customer_mail, make_counter
from tests.zone import Zone, domain, signed


class _Clean:
    def scan(self, content: bytes) -> Scan:
        return Scan(clean=True)


@pytest.fixture
def zone() -> Zone:
    """One honest domain."""
    made = Zone()
    domain(made, "example.com")
    return made


@pytest.fixture
def counter(engine: Engine, tmp_path: Path, zone: Zone) -> Counter:
    """A desk that examines senders itself, and acknowledges only those who authenticate."""
    desk = DeskSettings(name="help", addresses=["help@desk.test"])
    return make_counter(engine, tmp_path, desk, examiner=Examiner(resolver=zone, scanner=_Clean()))


def _told(counter: Counter) -> list[tuple[str, str]]:
    return [(each.identity, each.identity_why) for each in counter.rows(Message) if each.direction == "in"]


def test_a_signed_mail_is_verified_and_acknowledged(counter: Counter) -> None:
    """And the ticket counts the person's mails."""
    counter.take(signed(customer_mail(), "example.com"))
    counter.take(signed(customer_mail(Message_ID="<2@example.com>", Reply_To="lain@evil.test"), "example.com"))
    assert _told(counter) == [
        ("verified", "DMARC pass, first mail"),
        ("verified", "DMARC pass, 2nd mail of this person, Reply-To differs"),
    ]
    assert len(counter.rows(Letter)) == 2


def test_of_very_many_mails_it_is_told_that_they_are_many() -> None:
    """They are not all counted each time."""
    mail = read(RawMail(content=customer_mail(), envelope=Envelope(door="smtp", received_at=NOON))).mail
    proof = Proof(standing=Standing.PASS, told="DMARC pass")
    for before, told in ((0, "first mail"), (999, "1000th mail of this person"), (1_000, "one of more than 1000")):
        assert vouching.told(mail, proof, Facts(mails_before=before), "verified").startswith(f"DMARC pass, {told}")


def test_a_forged_mail_is_suspicious_and_gets_nothing(counter: Counter) -> None:
    """The domain asks that such mail be refused; we keep it, marked."""
    counter.take(customer_mail(), client="203.0.113.9", helo="mx.evil.test")
    assert _told(counter) == [("suspicious", "DMARC fail, first mail")]
    assert counter.rows(Letter) == []


def test_a_dead_dns_is_told_as_what_it_is(counter: Counter, zone: Zone) -> None:
    """The mail makes its ticket all the same."""
    zone.dead |= {"_dmarc.example.com", "k1._domainkey.example.com"}
    counter.take(signed(customer_mail(), "example.com"))
    assert _told(counter) == [("unverified", "DMARC could not be checked (DNS), first mail")]


def test_a_second_subject_on_top_of_a_signed_mail_is_no_pass(counter: Counter) -> None:
    """DKIM verifies the lower one; agents and customers would be shown the upper one."""
    counter.take(b"Subject: Transfer ke rekening ini\n" + signed(customer_mail(), "example.com"))
    ((identity, why),) = _told(counter)
    assert identity == "unverified"
    assert "several Subject fields" in why


@pytest.mark.parametrize(("client", "identity"), [("10.1.2.3", "verified"), ("203.0.113.9", "unverified")])
def test_the_borders_word_comes_only_through_the_border(
    engine: Engine, tmp_path: Path, client: str, identity: str
) -> None:
    """Who speaks to our door directly may write what fields he likes."""
    desk = DeskSettings(name="help", addresses=["help@desk.test"], trusted_authserv_ids=["mx.desk.test"])
    counter = make_counter(engine, tmp_path, desk)
    field = b"Authentication-Results: mx.desk.test; dmarc=pass header.from=example.com\n"
    counter.take(field + customer_mail(), client=client, received_at=NOON)
    assert [each for each, _ in _told(counter)] == [identity]
