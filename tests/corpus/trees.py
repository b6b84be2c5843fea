"""Trees of MIME parts, grown at random: nested, encoded, labelled and damaged in the ways that mail is.

Each leaf's body is known as it stands in the mail, so that an account of the parts needs no second reader.
"""

from __future__ import annotations

import base64
import quopri
from dataclasses import dataclass, field
from email.utils import quote

from hypothesis import strategies as st

_WORDS = (
    "Deposit belum masuk",
    "saldo",
    "Terima kasih",
    "> kutipan",
    "-- ",
    "Ünïcode ✓",
    "入金",
    "From hari Senin",
    "--tepi",
    ".",
)
_CHARSETS = (
    "utf-8",
    "us-ascii",
    "iso-8859-1",
    "gb2312",
    "iso-2022-jp",
    "x-unknown",
    "UTF-8",
    "utf-7",
    "windows-1252",
    None,
)
_TEXTS = ("text/plain", "text/html", "text/enriched", "text/csv", "TEXT/PLAIN", "text/calendar")
_FILES = ("application/pdf", "image/png", "application/octet-stream", "application/x-foo", "audio/ogg", "image/svg+xml")
_MULTIPARTS = ("mixed", "alternative", "related", "report", "signed", "digest", "parallel", "x-other", "MIXED")
_ENCODINGS = ("7bit", "8bit", "base64", "quoted-printable", "BASE64", "Quoted-Printable", "binary", "")
_BOUNDARIES = ("tepi", "=_tepi.1'()+_,-./:=?", "----=_Part_1", "tepi tepi", "a", "----", "x" * 70)
_DISPOSITIONS = (
    "",
    "inline",
    "attachment",
    'attachment; filename="berkas.bin"',
    "INLINE; filename=a.txt",
    "attachment; filename*=utf-8''%e2%9c%93",
)
_DAMAGES = ("unclosed", "no_boundary", "wrong_boundary", "twice", "spaces")


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A part that holds no other."""

    type: str
    charset: str | None
    encoding: str
    disposition: str
    words: tuple[str, ...]
    rubbish: bytes


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A multipart, or a mail within the mail."""

    subtype: str  #: "rfc822" for a mail
    boundary: str
    children: tuple[Node, ...]
    damage: str | None
    preamble: bool


Node = Leaf | Branch

leaves = st.builds(
    Leaf,
    type=st.sampled_from(_TEXTS + _FILES),
    charset=st.sampled_from(_CHARSETS),
    encoding=st.sampled_from(_ENCODINGS),
    disposition=st.sampled_from(_DISPOSITIONS),
    words=st.lists(st.sampled_from(_WORDS), max_size=6).map(tuple),
    rubbish=st.binary(max_size=12),
)


def _branches(children: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.builds(
        Branch,
        subtype=st.sampled_from((*_MULTIPARTS, "rfc822")),
        boundary=st.sampled_from(_BOUNDARIES),
        children=st.lists(children, min_size=1, max_size=4).map(tuple),
        damage=st.sampled_from((None, None, None, None, *_DAMAGES)),
        preamble=st.booleans(),
    )


trees: st.SearchStrategy[Node] = st.recursive(leaves, _branches, max_leaves=16)


@dataclass(kw_only=True)
class Grown:
    """A tree as a mail."""

    line_end: bytes
    content: bytes = b""
    bodies: list[bytes] = field(default_factory=list)  #: of the leaves, as they stand in the mail

    def mail(self, root: Node) -> Grown:
        """Write the mail down."""
        headers = [
            b"From: Sari <sari@mail.example>",
            b"To: bantuan@desk.example",
            b"Subject: pohon",
            b"MIME-Version: 1.0",
        ]
        self.content = self.line_end.join(headers) + self.line_end + self._part(root, depth=0)
        return self

    def _part(self, node: Node, depth: int) -> bytes:
        return self._leaf(node) if isinstance(node, Leaf) else self._branch(node, depth)

    def _branch(self, node: Branch, depth: int) -> bytes:
        if node.subtype == "rfc822":
            inner = self.line_end.join((b"From: Budi <budi@mail.example>", b"Subject: isi", b"")) + self._part(
                node.children[0], depth + 1
            )
            return self._headers("message/rfc822") + self.line_end + inner
        boundary = f"{node.boundary}{depth}"
        named = {"no_boundary": None, "wrong_boundary": "lain"}.get(node.damage or "", boundary)
        declared = f"multipart/{node.subtype}" + (f'; boundary="{quote(named)}"' if named else "")
        delimiter = b"--" + boundary.encode() + (b" \t" if node.damage == "spaces" else b"")
        pieces = [b"This is a multi-part message in MIME format."] if node.preamble else []
        for child in node.children:
            pieces += [delimiter, self._part(child, depth + 1)]
        if node.damage != "unclosed":
            pieces += [delimiter.rstrip() + b"--"]
        more = ("text/plain",) if node.damage == "twice" else ()
        return self._headers(declared, *more) + self.line_end + self.line_end.join(pieces) + self.line_end

    def _leaf(self, node: Leaf) -> bytes:
        number = len(self.bodies)
        words = self.line_end.decode().join((f"daun {number}", *node.words, f"ujung {number}"))
        said = (
            words.encode("utf-8") if node.charset in ("utf-8", "UTF-8", None) else words.encode(_codec(node), "replace")
        )
        if not node.type.lower().startswith("text/"):
            said += bytes(byte for byte in node.rubbish if byte not in b"\r\n")
        body = self._encoded(said, node.encoding.lower())
        self.bodies.append(body)
        charset = f"; charset={node.charset}" if node.charset and node.type.lower().startswith("text/") else ""
        fields = [self._headers(node.type + charset)]
        if node.encoding:
            fields.append(b"Content-Transfer-Encoding: " + node.encoding.encode() + self.line_end)
        if node.disposition:
            fields.append(b"Content-Disposition: " + node.disposition.encode() + self.line_end)
        return b"".join([*fields, self.line_end, body])

    def _encoded(self, said: bytes, encoding: str) -> bytes:
        if encoding == "base64":
            return base64.encodebytes(said).strip().replace(b"\n", self.line_end)
        if encoding == "quoted-printable":
            return quopri.encodestring(said.replace(b"\r\n", b"\n")).replace(b"\n", self.line_end)
        return said

    def _headers(self, *types: str) -> bytes:
        return b"".join(b"Content-Type: " + each.encode() + self.line_end for each in types)


def _codec(leaf: Leaf) -> str:
    return "utf-8" if leaf.charset == "x-unknown" else leaf.charset or "utf-8"
