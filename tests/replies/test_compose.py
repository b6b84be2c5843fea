"""The final bytes: what was meant, all of it, and nothing else, for every reader."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.header import decode_header, make_header
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsing.mail import Address
from replies import compose, enclosing
from replies.acknowledge import Composed
from replies.compose import Heading, safe_header, safe_message_id
from replies.errors import AddressRefused, ComposeMismatch
from replies.letters import Letter

WORDS = Letter(subject="[LKT-104231] Deposit belum masuk", text="Halo,\n\nbaik.\n", html="<p>Halo</p>\n")

NAMES = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Loket-Loop",
    "MIME-Version",
    "Content-Type",
]


def heading(**more: Any) -> Heading:
    values: dict[str, Any] = {
        "from_": Address(name="Contoh", address="bantuan@contoh.id"),
        "to": "budi@example.com",
        "reply_to": "bantuan+token@contoh.id",
        "message_id": "r.token.1@contoh.id",
        "date": datetime(2026, 11, 24, 3, 0, tzinfo=UTC),
        "in_reply_to": "b@mail.example",
        "references": ("a@mail.example",),
        "auto_submitted": "auto-replied",
        "loop_mark": "0123abcd",
    }
    return Heading(**(values | more))


def headers(content: bytes) -> list[tuple[str, str]]:
    """The header fields as the most lenient reader sees them: any CR or LF ends a line."""
    top = content.split(b"\r\n\r\n", 1)[0].decode("ascii")
    unfolded = re.sub(r"\r\n[ \t]", " ", top)
    return [(name, value) for name, _, value in (line.partition(": ") for line in re.split(r"\r\n|\r|\n", unfolded))]


def shown(value: str) -> str:
    return str(make_header(decode_header(value)))


def test_the_mail_is_what_interfaces_say_it_is(acknowledge: Callable[..., Composed]) -> None:
    """Every header that threads it, and that keeps automata from answering it."""
    composed = acknowledge("id", answered={"references": ("first@mail.example",)})
    found = dict(headers(composed.content))
    assert list(found) == NAMES
    assert found["From"] == '"Contoh" <bantuan@contoh.id>'
    assert found["To"] == composed.recipient == "budi@example.com"
    assert re.fullmatch(r"bantuan\+[0-9a-z]{32}@contoh\.id", found["Reply-To"])
    assert re.fullmatch(r"<r\.[0-9a-z]{32}\.1@contoh\.id>", found["Message-ID"])
    assert found["Message-ID"] == f"<{composed.message_id}>"
    assert found["In-Reply-To"] == "<abc@mail.example>"
    assert found["References"] == "<first@mail.example> <abc@mail.example>"
    assert found["Auto-Submitted"] == "auto-replied"
    assert found["X-Auto-Response-Suppress"] == "All"
    assert found["Date"] == "Tue, 24 Nov 2026 12:00:00 +0700"
    assert composed.envelope_from == ""


def test_text_comes_first_and_html_beside_it(acknowledge: Callable[..., Composed]) -> None:
    """RFC 2046, 5.1.4: the last alternative is the richest; both in lines that any relay leaves alone."""
    content = acknowledge("id").content
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert not [defect for part in message.walk() for defect in part.defects]
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 200
    assert content.count(b"\n") == content.count(b"\r") == content.count(b"\r\n")


@pytest.mark.parametrize(
    "text",
    [
        "From the start\nFrom a line\n",
        ".\n..\n.leading\n",
        "trailing blanks   \ntabs\t\n",
        "=3D =\n=",
        "--boundary\n--=_\n",
        "a" * 5000 + "\n",
        "é→😀 " * 500,
        "\r\nx\ry\n\u2028z\n",
        "",
    ],
)
def test_words_survive_the_wire(text: str) -> None:
    """Lines that relays and mailbox files like to change come through as they were."""
    content = compose.compose(Letter(subject="x", text=text, html=f"<pre>{text}</pre>"), heading(), ())
    message = email.message_from_bytes(content, policy=email.policy.default)
    plain = message.get_body(("plain",))  # type: ignore[attr-defined]
    lines = re.split("\r\n|[\r\n\u2028]", text)
    assert plain.get_content().replace("\r\n", "\n").strip("\n").split("\n") == "\n".join(lines).strip("\n").split("\n")
    assert b"\r\nFrom " not in content.partition(b"\r\n\r\n")[2]
    assert b"\r\n.\r\n" not in content


@pytest.mark.parametrize(
    "text",
    [
        "[LKT-104231] Deposit belum masuk",
        "é",
        "Pembayaran → belum diterima 😀 " * 5,
        "=?utf-8?q?already_encoded?=",
        "word " * 39,
        "x" * 200,
        "日本語のとても長い件名" * 15,
        'quotes " and \\ backslashes, commas; (comments) <brackets>',
    ],
)
def test_a_header_is_shown_as_it_was_meant(text: str) -> None:
    """Encoded words of at most 75 characters, cut between characters, in lines of at most 76 where blanks allow."""
    head = heading(from_=Address(name=text, address="bantuan@contoh.id"))
    content = compose.compose(Letter(subject=text, text="x", html="x"), head, ())
    found = dict(headers(content))
    assert shown(found["Subject"]) == text[:200].strip()
    name, address = email.utils.getaddresses([found["From"]])[0]
    assert address == "bantuan@contoh.id"
    assert shown(name).strip() == text[:200].strip()
    for word in re.findall(r"=\?[^ ?]*\?b\?[^ ?]*\?=", found["Subject"]):
        assert len(word) <= 75
        decode_header(word)[0][0].decode("utf-8")  # type: ignore[union-attr]  # whole characters


# --- what strangers can put in ----------------------------------------------------------------------------------------

ENDS = ["\r\n", "\n", "\r", "\r\r\n", "\n\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\0"]

PAYLOADS = [
    *(f"a{end}Bcc: victim@example.com" for end in ENDS),
    *(f"a{end} Bcc: victim@example.com" for end in ENDS),
    *(f"a{end}{end}<p>body</p>" for end in ENDS),
    "=?utf-8?q?a=0D=0ABcc=3A_victim=40example=2Ecom?=",
    "=?utf-8?b?YQ0KQmNjOiB2aWN0aW1AZXhhbXBsZS5jb20=?=",
    "=?utf-8?q?a?=\r\nBcc: victim@example.com",
    "x" * 10_000,
    "x" * 997 + "\r\nBcc: victim@example.com",
    "\u202eevil\u202c",
    "\u2066a\u2069\u200b\ufeff",
    "\ud800Bcc: victim@example.com",
    "é" * 5000,
    '"><victim@example.com>, "',
    "a\\\r\nBcc: victim@example.com",
    "a@b\r\nDATA\r\n.\r\nMAIL FROM:<x@y>",
    "victim@example.com, budi@example.com",
    "budi@example.com>\r\nRCPT TO:<victim@example.com",
    "(comment) budi@example.com",
    '"quoted local"@example.com',
    "--=_boundary--",
    "a;b=c\r\n\tContent-Type: text/html",
    "",
    " ",
    "@",
    "a@b@c",
    "<>",
]

PLACES: dict[str, Callable[[str], tuple[Letter, Heading]]] = {
    "subject": lambda text: (Letter(subject=text, text="x", html="x"), heading()),
    "display name": lambda text: (WORDS, heading(from_=Address(name=text, address="bantuan@contoh.id"))),
    "sender": lambda text: (WORDS, heading(from_=Address(name="x", address=text))),
    "recipient": lambda text: (WORDS, heading(to=text)),
    "reply address": lambda text: (WORDS, heading(reply_to=text)),
    "In-Reply-To": lambda text: (WORDS, heading(in_reply_to=text)),
    "References": lambda text: (WORDS, heading(references=("ok@x", text, f"{text}@{text}", f"<{text}>"))),
    "Auto-Submitted": lambda text: (WORDS, heading(auto_submitted=text)),
    "text": lambda text: (Letter(subject="x", text=text, html="x"), heading()),
}

CASES = [(place, number) for place in PLACES for number in range(len(PAYLOADS))]


def test_the_table_of_attacks_is_as_long_as_it_claims() -> None:
    """Two hundred at least."""
    assert len(CASES) >= 200


@pytest.mark.parametrize(("place", "number"), CASES)
def test_nothing_breaks_out_of_its_header(place: str, number: int) -> None:
    """Refused, or composed with exactly the intended headers and recipients."""
    letter, head = PLACES[place](PAYLOADS[number])
    try:
        content = compose.compose(letter, head, ())
    except AddressRefused:
        assert place in {"sender", "recipient", "reply address"}
        return
    found = headers(content)
    absent = {"In-Reply-To"} if place == "In-Reply-To" else set()
    absent |= {name for name in ("Reply-To", "Auto-Submitted") if name not in dict(found)}
    assert [name for name, _value in found] == [name for name in NAMES if name not in absent]
    assert dict(found)["To"] == "budi@example.com"
    assert max(map(len, content.split(b"\r\n"))) <= 998
    for policy in (email.policy.default, email.policy.compat32):
        message = email.message_from_bytes(content, policy=policy)
        assert message.keys() == [name for name, _value in found]
        assert message["Bcc"] is None
    top = content.partition(b"\r\n\r\n")[0]
    assert not any(line.startswith((b"Bcc", b"<p>")) for line in top.split(b"\r\n"))


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_a_safe_header_is_one_line_for_every_reader(text: str) -> None:
    """Whatever comes in, and doing it twice changes nothing."""
    safe = safe_header(text)
    assert len(safe) <= compose.MAX_HEADER
    assert len(safe.splitlines()) <= 1
    assert all(character.isprintable() for character in safe)
    assert safe_header(safe) == safe


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("<CAF+x=abc_$1@mail.gmail.com>", "CAF+x=abc_$1@mail.gmail.com"),
        (" <a@[192.0.2.1]> ", "a@[192.0.2.1]"),
        ("a@b", "a@b"),
        ("=?utf-8?q?a=0D=0Ax=3A?=@b", None),
        ("a@b> <c@d", None),
        ("a@b\r\nBcc: x@y", None),
        ("a b@c", None),
        ("a@b\n", "a@b"),
        ("a" * 250 + "@b", None),
        ("no at sign", None),
        ("é@b", None),
        ("", None),
    ],
)
def test_only_a_syntactically_safe_msg_id_is_repeated(text: str, safe: str | None) -> None:
    """Left out rather than mended: a mended one would thread nothing."""
    assert safe_message_id(text) == safe


def test_a_long_thread_keeps_its_first_and_its_newest() -> None:
    """RFC 5322, 3.6.4 names no limit, relays have one."""
    content = compose.compose(WORDS, heading(references=tuple(f"m{number}@x" for number in range(500))), ())
    references = dict(headers(content))["References"].split()
    assert len(references) == compose.MAX_REFERENCES
    assert (references[0], references[-2], references[-1]) == ("<m0@x>", "<m499@x>", "<b@mail.example>")


# --- the guard --------------------------------------------------------------------------------------------------------

BREAKS: dict[str, tuple[bytes, bytes]] = {
    "a header more": (b"\r\nTo: ", b"\r\nBcc: victim@example.com\r\nTo: "),
    "a header less": (b"\r\nX-Auto-Response-Suppress: All", b""),
    "another recipient": (b"\r\nTo: budi@", b"\r\nTo: victim@"),
    "one recipient more": (b"\r\nTo: budi@example.com", b"\r\nTo: budi@example.com, victim@example.com"),
    "another reply address": (b"\r\nReply-To: bantuan", b"\r\nReply-To: penipu"),
    "another subject": (b"\r\nSubject: [LKT", b"\r\nSubject: [XYZ"),
    "a bare CR": (b"\r\nDate: ", b"\rX: y\r\nDate: "),
    "a bare LF": (b"\r\nDate: ", b"\nX: y\r\nDate: "),
    "a NUL": (b"auto-replied", b"auto-\0replied"),
    "8-bit": (b"auto-replied", b"auto-\xe9replied"),
    "a line too long": (b"auto-replied", b"x" * 999),
    "other words": (b"Halo,", b"Hai,"),
    "the headers cut short": (b"\r\nDate: ", b"\r\n\r\nDate: "),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_letter_that_does_not_read_back_is_not_sent(broken: str) -> None:
    """The guard sees each kind of damage that a fault of the composer's could do: here it is done by hand."""
    old, new = BREAKS[broken]
    head = heading()
    content = compose.compose(WORDS, head, ())
    body = content.partition(b"\r\n\r\n")[2]
    compose._read_back(content, NAMES, WORDS, head, body)
    assert old in content
    with pytest.raises(ComposeMismatch):
        compose._read_back(content.replace(old, new, 1), NAMES, WORDS, head, body)


@pytest.mark.parametrize(
    "name",
    [
        "a" * 300 + ".png",
        'x"; filename="y.exe',
        "a\r\nBcc: b@c.png",
        "\U0001f600" * 80 + ".pdf",
        "../../etc/passwd",
        "\ud800",
        "",
    ],
)
def test_no_name_of_a_file_breaks_out(name: str) -> None:
    """Of its line, of its quotes, of the mail."""
    content = compose.compose(WORDS, heading(), (), [enclosing.File(name=name, type="message/rfc822", content=b"x")])
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert "Bcc" not in mail
    (_, part) = mail.iter_parts()
    assert len(part.get_filename() or "") <= 60
    assert "/" not in (part.get_filename() or "")
    assert part.get_content_type() == "application/octet-stream"
