"""The RTF that Outlook puts into winmail.dat: unpacked (MS-OXRTFCP), and made HTML or text again (MS-OXRTFEX)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from parsing.message.charsets import of_codepage

#: what every stream's dictionary holds at its beginning (MS-OXRTFCP, 2.1.2.1)
_PRELOADED = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArial"
    rb"Times New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
_HEADER = 16  #: bytes before the content: two sizes, the kind, a checksum
_WINDOW = 4096  #: bytes of the dictionary
_MAX_GROUPS = 1_000  #: open at once; Outlook opens some dozen
_MAX_RTF = 2 * 1024 * 1024  #: bytes that are unpacked and read: a letter of some hundred pages, and about a second

_TOKEN = re.compile(
    r"\\'(?P<hex>[0-9A-Fa-f]{2})|\\(?P<word>[A-Za-z]{1,32})(?P<number>-?[0-9]{1,10})? ?|\\(?P<sign>[^A-Za-z])|(?P<brace>[{}])|[\r\n\x00]+"
    r"|(?P<text>[^\\{}\r\n\x00]+)"
)
_UNSEEN = frozenset(
    "fonttbl colortbl stylesheet info pict object themedata datastore latentstyles listtable listoverridetable rsidtbl generator header footer "
    "xmlnstbl filetbl revtbl fldinst pntext bkmkstart bkmkend".split()
)
_WORDS = {
    "par": "\n", "line": "\n", "row": "\n", "sect": "\n", "page": "\n", "tab": "\t", "cell": "\t", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "bullet": "•", "endash": "–", "emdash": "—", "enspace": " ", "emspace": " ",
}  # fmt: skip
_SIGNS = {"~": "\u00a0", "_": "\u2011", "\n": "\n", "\r": "\n", "\\": "\\", "{": "{", "}": "}"}
#: a font's charset → its Windows code page
_CHARSETS = {
    0: 1252, 77: 10000, 128: 932, 129: 949, 130: 1361, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256,
    186: 1257, 204: 1251, 222: 874, 238: 1250, 254: 437, 255: 850,
}  # fmt: skip
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What an RTF document says."""

    text: str
    is_html: bool  #: it is a piece of HTML that was packed into RTF


def decompress(data: bytes) -> bytes:
    """The RTF out of PR_RTF_COMPRESSED; as far as it goes where it is damaged."""
    kind, content = data[8:12], data[_HEADER:]
    if kind == _PLAIN:
        return content[:_MAX_RTF]
    return _unpack(content) if kind == _COMPRESSED else b""


def _unpack(content: bytes) -> bytes:
    out = bytearray(_PRELOADED)
    position, end = 0, len(content)
    while position < end and len(out) < _MAX_RTF:
        flags = content[position]
        position += 1
        for bit in range(8):
            if position >= end:
                break
            if not flags >> bit & 1:
                out.append(content[position])
                position += 1
                continue
            reference = int.from_bytes(content[position : position + 2], "big")
            position += 2
            distance = (len(out) - (reference >> 4)) % _WINDOW
            if distance == 0:  # the end: a reference to the place where the next byte goes
                return bytes(out[len(_PRELOADED) :])
            start, length = max(len(out) - distance, 0), (reference & 0xF) + 2
            piece = out[start : start + length]
            out += (piece * (length // len(piece) + 1))[:length]
    return bytes(out[len(_PRELOADED) :])


@dataclass(slots=True)
class _State:
    """What a group inherits, and gives back at its end."""

    unseen: bool = False
    tag: bool = False  #: inside of a piece of the original HTML
    rtf_only: bool = False  #: what stands here is for readers of RTF, not part of the HTML
    skip: int = 1  #: characters that follow a \\u for those who cannot read it
    codepage: int = 1252

    def copy(self) -> _State:
        return _State(self.unseen, self.tag, self.rtf_only, self.skip, self.codepage)


@dataclass(slots=True)
class _Reader:
    pieces: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)  #: bytes of the code page, one a character, not yet decoded
    state: _State = field(default_factory=_State)
    groups: list[_State] = field(default_factory=list)
    fonts: dict[int, int] = field(default_factory=dict)
    font: int = 0  #: the font that the table is describing
    in_fonts: int = 0  #: depth of the font table, 0 outside
    to_skip: int = 0
    high: int = 0  #: a first surrogate that waits for its second
    is_html: bool = False
    too_deep: int = 0  #: groups that are open beyond the most that are kept
    starred: bool = False  #: the group's first word follows

    def flush(self) -> None:
        if self.raw:
            data = "".join(self.raw).encode("latin-1")
            self.pieces.append(data.decode(of_codepage(self.state.codepage) or "cp1252", "replace"))
            self.raw.clear()

    @property
    def seen(self) -> bool:
        state = self.state
        return not state.unseen and not state.rtf_only

    def put(self, text: str, *, raw: bool = False) -> None:
        if not self.seen:
            return
        if raw:
            self.raw.append(text)
            return
        self.flush()
        self.pieces.append(text)


def to_words(rtf: bytes) -> Words:
    """The HTML that was packed into RTF, or the text of RTF that holds none; one pass."""
    source = rtf[:_MAX_RTF].decode("latin-1")
    reader = _Reader(is_html="\\fromhtml1" in source[:4096])
    for token in _TOKEN.finditer(source):
        match token.lastgroup:
            case "brace":
                _brace(reader, token["brace"])
            case "word" | "number":
                _word(reader, token["word"], int(token["number"]) if token["number"] else None)
            case "text":
                _text(reader, token["text"])
            case "hex":
                _text(reader, chr(int(token["hex"], 16)))
            case "sign":
                _sign(reader, token["sign"])
    reader.flush()
    return Words(text="".join(reader.pieces).strip("\n"), is_html=reader.is_html)


def _brace(reader: _Reader, brace: str) -> None:
    reader.flush()
    reader.starred = False
    if brace == "{" and len(reader.groups) >= _MAX_GROUPS:
        reader.too_deep += 1
    elif brace == "{":
        reader.groups.append(reader.state)
        reader.state = reader.state.copy()
    elif reader.too_deep:
        reader.too_deep -= 1
    elif reader.groups:
        reader.state = reader.groups.pop()
    if len(reader.groups) < reader.in_fonts:
        reader.in_fonts = 0


def _text(reader: _Reader, text: str) -> None:
    skipped = min(reader.to_skip, len(text))
    reader.to_skip -= skipped
    if len(text) > skipped:
        reader.put(text[skipped:], raw=True)


def _sign(reader: _Reader, sign: str) -> None:
    if sign == "*":
        reader.starred = True
    elif sign in _SIGNS:
        reader.put(_SIGNS[sign])


def _word(reader: _Reader, word: str, number: int | None) -> None:
    starred, reader.starred = reader.starred, False
    state = reader.state
    if word == "u":
        _unicode(reader, number or 0)
    elif word == "htmltag" and reader.is_html:
        state.tag, state.unseen = True, False
    elif word == "htmlrtf":
        reader.flush()
        state.rtf_only = reader.is_html and number != 0
    elif word in _UNSEEN or starred:
        state.unseen = True
        if word == "fonttbl":
            reader.in_fonts = len(reader.groups)
    elif word in _WORDS:
        reader.put(_break(reader, word))
    else:
        _setting(reader, word, number or 0)


def _break(reader: _Reader, word: str) -> str:
    """In HTML a line break of the RTF is one of the source's."""
    return "\r\n" if reader.is_html and _WORDS[word] == "\n" else _WORDS[word]


def _setting(reader: _Reader, word: str, number: int) -> None:
    if word == "uc":
        reader.state.skip = min(max(number, 0), 8)
    elif word == "ansicpg":
        reader.state.codepage = number
        for group in reader.groups:
            group.codepage = number
    elif word == "f" and reader.in_fonts:
        reader.font = number
    elif word == "f":
        reader.flush()
        reader.state.codepage = reader.fonts.get(number, reader.state.codepage)
    elif word == "fcharset" and reader.in_fonts and number in _CHARSETS and number:
        reader.fonts[reader.font] = _CHARSETS[number]


def _unicode(reader: _Reader, number: int) -> None:
    """A UTF-16 unit, written as a signed number; the characters behind it are its replacement."""
    unit = number & 0xFFFF
    reader.to_skip = reader.state.skip
    if unit in _HIGH:
        reader.high = unit
        return
    if unit in _LOW:
        both = chr(0x10000 + (reader.high - 0xD800 << 10) + (unit - 0xDC00)) if reader.high else "\ufffd"
        reader.put(both)
    else:
        reader.put(chr(unit))
    reader.high = 0
