"""A token is good for one participant, one role, one desk, and a while."""

from __future__ import annotations

import base64
from datetime import date, timedelta

import pytest

from replies import tokens
from replies.tokens import ALPHABET, LENGTH, Token
from store.keys import DeskKey, TokenKey

KEY, OTHER_KEY = TokenKey(id=0, secret=b"k" * 32), TokenKey(id=0, secret=b"o" * 32)
TODAY = date(2026, 11, 24)
EXPIRES = TODAY + timedelta(days=90)
HANDLE = 0x12345_6789A
GOOD = tokens.mint(KEY, HANDLE, "requester", EXPIRES)


def swapped(text: str, at: int) -> str:
    """The text with one character exchanged for the next of the alphabet."""
    return text[:at] + ALPHABET[(ALPHABET.index(text[at]) + 1) % len(ALPHABET)] + text[at + 1 :]


@pytest.mark.parametrize("role", tokens.ROLES)
@pytest.mark.parametrize("handle", [0, 1, HANDLE, 2**40 - 1])
def test_a_token_says_what_it_was_made_to_say(role: str, handle: int) -> None:
    """Handle, role and expiry come back."""
    text = tokens.mint(KEY, handle, role, EXPIRES)
    assert len(text) == LENGTH
    assert set(text) <= set(ALPHABET)
    assert tokens.verify([KEY], text, TODAY) == Token(handle=handle, role=role, expires=EXPIRES)


@pytest.mark.parametrize("text", [GOOD.upper(), GOOD.title(), GOOD.swapcase()])
def test_gateways_may_fold_its_case(text: str) -> None:
    """Local parts come back in capitals from some."""
    assert tokens.verify([KEY], text, TODAY) is not None


def test_it_is_good_until_the_end_of_its_last_day() -> None:
    """And not a day longer."""
    assert tokens.verify([KEY], GOOD, EXPIRES) is not None
    assert tokens.verify([KEY], GOOD, EXPIRES + timedelta(days=1)) is None


FORGERIES = {
    "empty": "",
    "truncated by one": GOOD[:-1],
    "truncated to the signed part": GOOD[:16],
    "longer by one": GOOD + "0",
    "doubled": GOOD + GOOD,
    "reversed": GOOD[::-1],
    "all zeros": "0" * LENGTH,
    "all z": "z" * LENGTH,
    "another desk's": tokens.mint(OTHER_KEY, HANDLE, "requester", EXPIRES),
    "an empty key's": tokens.mint(TokenKey(id=0, secret=b""), HANDLE, "requester", EXPIRES),
    "expired": tokens.mint(KEY, HANDLE, "requester", TODAY - timedelta(days=1)),
    "expired in year 1": tokens.mint(KEY, HANDLE, "requester", date.min),
    "another version": "4" + GOOD[1:],
    "another role, unsigned": swapped(GOOD, 1),
    "another handle, unsigned": swapped(GOOD, 5),
    "a later expiry, unsigned": swapped(GOOD, 13),
    "its signature changed at the start": swapped(GOOD, 17),
    "its signature changed in the middle": swapped(GOOD, 24),
    "its signature changed at the end": swapped(GOOD, 31),
    "another token's signature": GOOD[:16] + tokens.mint(KEY, HANDLE + 1, "requester", EXPIRES)[16:],
    "another role's signature": GOOD[:16] + tokens.mint(KEY, HANDLE, "agent", EXPIRES)[16:],
    "zero written as o": GOOD.replace("0", "o"),
    "one written as l": GOOD.replace("2", "1").replace("1", "l"),
    "the letter u": "u" + GOOD[1:],
    "a blank before": " " + GOOD[1:],
    "a line end after": GOOD[:-1] + "\n",
    "a NUL inside": GOOD[:10] + "\0" + GOOD[11:],
    "the Kelvin sign for k": "\u212a" * LENGTH,
    "full-width digits": "\uff10" * LENGTH,
    "the loop mark": tokens.loop_mark(KEY).ljust(LENGTH, "0"),
    "standard base32": base64.b32encode(bytes(20)).decode(),
    "hyphens as Crockford allows": GOOD[:8] + "-" + GOOD[9:],
    "surrogates": "\udc00" * LENGTH,
}


@pytest.mark.parametrize("text", FORGERIES.values(), ids=FORGERIES)
def test_a_forgery_is_nothing(text: str) -> None:
    """No error, no token."""
    assert text != GOOD
    assert tokens.verify([KEY], text, TODAY) is None


def test_every_single_change_is_noticed() -> None:
    """There is one text for a token, and every character of it counts."""
    changed = {GOOD[:at] + each + GOOD[at + 1 :] for at in range(LENGTH) for each in ALPHABET} - {GOOD}
    assert len(changed) == LENGTH * (len(ALPHABET) - 1)
    assert all(tokens.verify([KEY], text, TODAY) is None for text in changed)


@pytest.mark.parametrize(("handle", "role"), [(2**40, "requester"), (-1, "requester"), (1, "owner"), (1, "")])
def test_what_no_token_can_hold_is_an_error_of_ours(handle: int, role: str) -> None:
    """Rather than a token that says something else."""
    with pytest.raises(ValueError, match="no token can hold"):
        tokens.mint(KEY, handle, role, EXPIRES)


PLACES = {
    "a reply address": tokens.address("bantuan@contoh.id", GOOD, "+"),
    "with another separator": tokens.address("bantuan@contoh.id", GOOD, "-"),
    "in capitals": tokens.address("bantuan@contoh.id", GOOD, "+").upper(),
    "in angle brackets with a name": f'"Contoh" <{tokens.address("bantuan@contoh.id", GOOD, "=")}>',
    "a Message-ID": tokens.message_id("bantuan@contoh.id", GOOD, 7),
    "a Message-ID in brackets and capitals": f"<{tokens.message_id('bantuan@contoh.id', GOOD, 2**63)}>".upper(),
}


@pytest.mark.parametrize("text", PLACES.values(), ids=PLACES)
def test_a_token_is_found_where_we_put_it(text: str) -> None:
    """In the address, and in the Message-ID for when the extension was stripped."""
    assert tokens.find([text]) == (GOOD,)


@pytest.mark.parametrize(
    "text",
    ["bantuan@contoh.id", "", GOOD, f"x{GOOD}@contoh.id", f"support+{GOOD[1:]}@contoh.id", f"{GOOD}.x@contoh.id"],
)
def test_nothing_is_found_where_there_is_none(text: str) -> None:
    """A candidate has the right length, and stands before an @ or a sequence."""
    assert tokens.find([text]) == ()


def test_a_guessers_list_is_cut() -> None:
    """A mail with ten thousand addresses costs fifty signatures, not ten thousand."""
    texts = (f"a+{number:032d}@contoh.id" for number in range(10_000))
    assert len(tokens.find(texts)) == tokens.MAX_CANDIDATES


def test_a_reply_address_fits() -> None:
    """RFC 5321, 4.5.3.1.1: 64 octets of local part."""
    assert len(tokens.address("a-rather-long-support-address@x", GOOD, "+").partition("@")[0]) <= 64


def test_the_loop_mark_is_the_desks_own() -> None:
    """A letter of another desk is not taken for an echo of ours."""
    assert tokens.loop_mark(KEY) != tokens.loop_mark(OTHER_KEY)
    assert tokens.loop_mark(KEY).isalnum()


def test_two_keys_are_known_and_a_third_is_not() -> None:
    """After a rotation the last key's tokens are still good; after another they are nothing."""
    first, second, third = (DeskKey(secret=b"d" * 32, epoch=epoch) for epoch in range(3))
    token = tokens.mint(first.tokens, HANDLE, "requester", EXPIRES)
    assert tokens.verify(first.token_keys, token, TODAY) is not None
    assert tokens.verify(second.token_keys, token, TODAY) is not None
    assert tokens.verify(third.token_keys, token, TODAY) is None
    assert tokens.verify(first.token_keys, tokens.mint(second.tokens, HANDLE, "requester", EXPIRES), TODAY) is None


def test_a_token_names_its_key() -> None:
    """One made with the right secret under another key's name is a forgery."""
    misnamed = tokens.mint(TokenKey(id=1, secret=KEY.secret), HANDLE, "requester", EXPIRES)
    assert tokens.verify([KEY], misnamed, TODAY) is None


def test_an_expired_token_is_still_known_for_ours() -> None:
    """It carries no authority, and its bearer is no guesser."""
    assert tokens.read([KEY], FORGERIES["expired"]) is not None


def test_an_agents_token_is_good_for_a_shorter_time() -> None:
    """It moves more than a customer's."""
    assert tokens.expiry("agent", TODAY) < tokens.expiry("requester", TODAY)
