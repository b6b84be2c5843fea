"""Bounces: what is read out of a relay's words. Whole mails stand in tests/corpus/claims."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsing.claims.bounces import fallback
from parsing.claims.bounces.returned import own_words
from parsing.claims.bounces.status import addresses_in, code_in, more_telling
from parsing.mail import Nature
from tests.parsing.conftest import mail, reading

_DAEMON = b"Mail Delivery System <mailer-daemon@mx.example>"


def _bounce(text: str, subject: str = "failure notice") -> bytes:
    return mail(text, subject).replace(b"Budi <budi@example.com>", _DAEMON)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("550 5.1.1 unknown", "5.1.1"),
        ("no mailbox here (#5.1.1)", "5.1.1"),
        ("host 192.5.1.1 said no", ""),
        ("version 5.1.1.2", ""),
        ("421-4.7.28 rate", "4.7.28"),
        ("2.0.0 Ok", "2.0.0"),
        ("550 unknown", ""),
    ],
)
def test_status_codes_are_told_from_addresses_and_versions(text: str, code: str) -> None:
    """RFC 3463; qmail's sign is believed first."""
    assert code_in(text) == code


def test_a_vague_status_gives_way_to_a_telling_one_of_its_class() -> None:
    """x.0.0 says only that something failed; a code of another class is somebody else's."""
    assert more_telling("5.0.0", "550 5.1.1 unknown") == "5.1.1"
    assert more_telling("5.2.2", "550 5.1.1 unknown") == "5.2.2"
    assert more_telling("5.0.0", "450 4.2.2 later") == "5.0.0"
    assert more_telling("", "450 4.2.2 later") == "4.2.2"


def test_addresses_are_freed_of_what_surrounds_them() -> None:
    """Quotes, brackets, schemes, the full stop behind."""
    text = "<a@mail.example>, 'b@mail.example', mailto:c@mail.example. SMTP:d@mail.example] @ e@ @f"
    assert list(addresses_in(text)) == ["a@mail.example", "b@mail.example", "c@mail.example", "d@mail.example"]


@pytest.mark.parametrize(
    "divider",
    [
        "--- Below this line is a copy of the message.",
        "------ This is a copy of the message, including all the headers. ------",
        "----- Original message -----",
        "Original message follows.",
        "Return-Path: <help@desk.example>",
        "Received: from desk.example by mx.example",
        "   ----- Message header follows -----",
    ],
)
def test_the_returned_message_is_not_the_reporters_words(divider: str) -> None:
    """Addresses in it failed nowhere."""
    assert own_words(f"Sorry.\n\n{divider}\nTo: other@mail.example\n")[-1] == ""
    told = reading(_bounce(f"<budi@mail.example>:\nno such user\n\n{divider}\n\n<other@mail.example>:\n")).mail
    assert told.bounce is not None
    assert [recipient.address for recipient in told.bounce.recipients] == ["budi@mail.example"]


def test_who_can_be_asked_has_not_failed() -> None:
    """The postmaster, the sender, the reporter itself."""
    text = (
        "Your message could not be delivered.\nFor help contact <postmaster@mx.example>.\n"
        "A message sent by help@desk.test was refused.\nmailer-daemon@mx.example\n"
    )
    told = reading(_bounce(text)).mail
    assert told.nature is Nature.BOUNCE
    assert told.bounce is not None
    assert told.bounce.recipients == ()


def test_a_daemons_mail_is_a_bounce_whatever_it_says() -> None:
    """Nobody else writes from there."""
    assert reading(_bounce("", "")).mail.nature is Nature.BOUNCE


def test_the_library_says_whom_and_whether_for_good() -> None:
    """A form of its own, and a warning."""
    failed = ["Here is your list of failed recipients:", "<budi@mail.example>", "Here is your returned mail:"]
    (recipient,) = fallback.failures(failed, "failure notice", "mailer-daemon@mx.example")
    assert (recipient.address, recipient.permanent) == ("budi@mail.example", True)
    late = [
        "The address to which the message has not yet been delivered is:",
        "",
        "  budi@mail.example",
        "",
        "No action",
    ]
    (recipient,) = fallback.failures(late, "Warning: message delayed", "mailer-daemon@mx.example")
    assert (recipient.address, recipient.permanent) == ("budi@mail.example", False)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=30), st.text(max_size=40))
def test_the_library_never_raises(words: list[str], sender: str) -> None:
    """Whatever it makes of odd words is its opinion; none is an answer too."""
    assert isinstance(fallback.failures(words, "failure notice", sender), tuple)


@pytest.mark.parametrize("line", ["a" * 300, "<" * 300, "a@" * 150, " " * 300, "the following addresses had" * 11])
def test_the_library_costs_no_time(line: str) -> None:
    """It sees a bounded mail, and no pattern of its is slow on that."""
    start = time.process_time()
    fallback.failures([line] * 100_000, "failure notice", "mailer-daemon@mx.example")
    assert time.process_time() - start < 1
