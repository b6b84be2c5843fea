"""winmail.dat: what Outlook sends to those whom it takes for Outlooks, taken apart (MS-OXTNEF).

A stream of attributes: of the message first, then of each attachment. The body and the files are taken, the rest (flags,
free-busy, voting buttons) is Outlook's own. Damage ends the reading; what stands before it is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from parsing.message.charsets import decode, of_codepage
from parsing.message.mapi import Cursor, Damaged, Value, properties
from parsing.message.rtf import decompress, to_words

SIGNATURE = b"\x78\x9f\x3e\x22"

_CODEPAGE = 0x9007
_MESSAGE_PROPERTIES = 0x9003
_BODY = 0x800C
_ATTACHMENT_BEGINS = 0x9002
_TITLE = 0x8010
_DATA = 0x800F
_TRANSPORT_NAME = 0x9001
_ATTACHMENT_PROPERTIES = 0x9005

_PR_BODY, _PR_RTF, _PR_HTML, _PR_INTERNET_CODEPAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
_PR_DATA, _PR_NAME, _PR_LONG_NAME, _PR_DISPLAY_NAME = 0x3701, 0x3704, 0x3707, 0x3001
_PR_MIME_TYPE, _PR_CONTENT_ID = 0x370E, 0x3712

#: objects begin with the GUID of their interface: a message (then TNEF again), or OLE storage
_IMESSAGE = bytes.fromhex("0703020000000000c000000000000046")
_ISTORAGE = bytes.fromhex("0b00000000000000c000000000000046")
_LEVELS = (1, 2)  #: of the message, of an attachment
_MAX_ATTRIBUTES = 10_000  #: a handful an attachment; beyond it the stream is somebody's game


@dataclass(frozen=True, kw_only=True, slots=True)
class TnefFile:
    """A file in a winmail.dat."""

    name: str
    content: bytes
    type: str  #: as declared, "" where not
    content_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TnefMail:
    """What stood in a winmail.dat."""

    text: str  #: the body as plain text, "" where it is only HTML
    html: str  #: the body as HTML, "" where it has none
    files: tuple[TnefFile, ...]
    damaged: bool  #: what stands at the stream's end is no attribute
    cut: bool  #: the stream ends within an attribute, or before the first


@dataclass(kw_only=True, slots=True)
class _Attachment:
    title: str = ""
    transport_name: str = ""
    data: bytes = b""
    properties: dict[int, Value] = field(default_factory=dict)


def is_tnef(content: bytes) -> bool:
    """Whether bytes begin as TNEF does."""
    return content.startswith(SIGNATURE)


def read_tnef(content: bytes) -> TnefMail:
    """Take a stream apart; never fails, linear in its size."""
    cursor = Cursor(content, len(SIGNATURE) + 2)  # a key stands behind the signature
    codepage, body, found = "cp1252", b"", {}
    attachments: list[_Attachment] = []
    damaged = cut = False
    try:
        for count in range(_MAX_ATTRIBUTES):
            if cursor.at_end:
                break
            if cursor.number("<B") not in _LEVELS:
                damaged, cut = True, count == 0
                break
            tag, data = _attribute(cursor)
            if tag == _CODEPAGE and len(data) >= 4:  # noqa: PLR2004 - an integer
                codepage = of_codepage(int.from_bytes(data[:4], "little")) or codepage
            elif tag == _MESSAGE_PROPERTIES:
                found = properties(data, codepage)
            elif tag == _BODY:
                body = data
            elif tag == _ATTACHMENT_BEGINS:
                attachments.append(_Attachment())
            elif attachments:
                _add(attachments[-1], tag, data, codepage)
    except Damaged:
        damaged = cut = True
    text, html = _body(found, body, codepage)
    return TnefMail(text=text, html=html, files=tuple(_file(each) for each in attachments), damaged=damaged, cut=cut)


def _attribute(cursor: Cursor) -> tuple[int, bytes]:
    """One attribute, behind its level; its checksum is not looked at: makers compute it wrongly, and a wrong one helps nobody."""
    tag = cursor.number() & 0xFFFF
    data = cursor.take(cursor.number())
    cursor.take(2)
    return tag, data


def _add(attachment: _Attachment, tag: int, data: bytes, codepage: str) -> None:
    if tag == _TITLE:
        attachment.title = _string(data, codepage)
    elif tag == _TRANSPORT_NAME:
        attachment.transport_name = _string(data, codepage)
    elif tag == _DATA:
        attachment.data = data
    elif tag == _ATTACHMENT_PROPERTIES:
        attachment.properties = properties(data, codepage)


def _string(data: bytes, codepage: str) -> str:
    return data.split(b"\x00", 1)[0].decode(codepage, "replace")


def _file(attachment: _Attachment) -> TnefFile:
    found = attachment.properties
    inside = found.get(_PR_DATA)
    content = attachment.data or (inside if isinstance(inside, bytes) else b"")
    if content.startswith((_IMESSAGE, _ISTORAGE)):
        content = content[16:]
    names = (
        found.get(_PR_LONG_NAME),
        attachment.title,
        found.get(_PR_NAME),
        attachment.transport_name,
        found.get(_PR_DISPLAY_NAME),
    )
    return TnefFile(
        name=next((name for name in names if isinstance(name, str) and name), ""),
        content=content,
        type=_text(found, _PR_MIME_TYPE).lower(),
        content_id=_text(found, _PR_CONTENT_ID).strip("<>"),
    )


def _text(found: dict[int, Value], name: int) -> str:
    value = found.get(name, "")
    return value if isinstance(value, str) else ""


def _body(found: dict[int, Value], body: bytes, codepage: str) -> tuple[str, str]:
    """The plain text and the HTML: of the RTF only where there is no HTML."""
    text = _text(found, _PR_BODY) or _string(body, codepage)
    html = found.get(_PR_HTML, "")
    if isinstance(html, bytes):
        declared = found.get(_PR_INTERNET_CODEPAGE)
        label = of_codepage(declared) if isinstance(declared, int) else None
        html = decode(html, label or codepage)[0].rstrip("\x00")
    rtf = found.get(_PR_RTF)
    if not html and isinstance(rtf, bytes):
        words = to_words(decompress(rtf))
        return (text, words.text) if words.is_html else (text or words.text, "")
    return text, str(html)
