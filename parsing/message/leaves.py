"""Every leaf part with its decoded bytes, and what is packed inside of some of them taken out.

A winmail.dat is replaced by its body and its files, opaque S/MIME by what was signed, and files that stand uuencoded
in a text stand beside it. What is encrypted, comes in pieces, or lies elsewhere is told as a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from parsing.mail import Problem
from parsing.message import cms, uuencode
from parsing.message.charsets import decode
from parsing.message.headers import HeaderBlock, HeaderField, split
from parsing.message.mime import Part, Structure, walk
from parsing.message.parameters import Parameterised
from parsing.message.tnef import TnefMail, is_tnef, read_tnef
from parsing.message.transfer import undo

Leaf = tuple[Part, bytes]  #: a part and its decoded bytes

#: further forms of what is said in an alternative: RFC 1896 and its forerunner, and HTML for other devices
OTHER_FORMS = ("text/enriched", "text/richtext", "text/x-amp-html", "text/watch-html")
_TNEF_TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")
_CMS_TYPES = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_PGP_MESSAGE = re.compile(rb"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)
_MAX_WRAPPINGS = 5  #: signed within signed; one is usual, two are met where a list signs again
#: part types that by themselves say that something cannot be read here
_TOLD = {
    "application/pgp-encrypted": Problem(code="encrypted", detail="PGP"),
    "message/partial": Problem(code="partial", detail="a piece of a mail that was sent in pieces"),
    "message/external-body": Problem(code="external_body", detail="named, not fetched"),
}


@dataclass(kw_only=True, slots=True)
class Leaves:
    """The leaf parts of a mail in their order."""

    parts: list[Leaf] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    wrappings: int = 0  #: how many signed envelopes stand around the parts that are being read


def take(content: bytes, structure: Structure) -> Leaves:
    """Decode every part, and unpack those that hold others."""
    leaves = Leaves()
    _take(leaves, content, structure)
    leaves.parts = _without_better(leaves.parts)
    return leaves


def _without_better(parts: list[Leaf]) -> list[Leaf]:
    """A further form is alternative to nothing where plain text and HTML are missing: then it is what there is."""
    if not any(part.type in OTHER_FORMS for part, _ in parts):
        return parts
    said = {
        part.alternative
        for part, decoded in parts
        if part.type in ("text/plain", "text/html") and not _is_sent_as_file(part) and decoded.strip()
    }
    return [
        (replace(part, alternative=None), decoded)
        if part.type in OTHER_FORMS and part.alternative not in said
        else (part, decoded)
        for part, decoded in parts
    ]


def _take(leaves: Leaves, content: bytes, structure: Structure) -> None:
    for part in structure.parts:
        decoded, problem = undo(content[part.start : part.end], "" if part.whole else part.encoding)
        if problem:
            leaves.problems.append(problem)
        _put(leaves, part, decoded)


def _put(leaves: Leaves, part: Part, decoded: bytes) -> None:
    if part.type in _TOLD:
        leaves.problems.append(_TOLD[part.type])
    if part.type in _CMS_TYPES and _put_signed(leaves, decoded):
        return
    if is_tnef(decoded) and (part.type in _TNEF_TYPES or part.name.lower() == "winmail.dat"):
        _put_tnef(leaves, part, read_tnef(decoded), decoded)
    elif part.type == "text/plain" and b"-----BEGIN PGP MESSAGE-----" in decoded and _PGP_MESSAGE.search(decoded):
        leaves.problems.append(Problem(code="encrypted", detail="PGP"))
        leaves.parts.append((part, decoded))
    elif part.type == "text/plain" and b"begin " in decoded:
        _put_text(leaves, part, decoded)
    else:
        leaves.parts.append((part, decoded))


def _put_text(leaves: Leaves, part: Part, decoded: bytes) -> None:
    text, files = uuencode.cut(decoded)
    leaves.parts.append((part, text))
    for name, content in files:
        shown, _ = decode(name, part.parameters.get("charset"))
        leaves.parts.append((_made(part, "application/octet-stream", name=shown), content))


def _put_signed(leaves: Leaves, decoded: bytes) -> bool:
    """Read what an opaque signature wraps; False where the part has to stay what it is."""
    if cms.is_encrypted(decoded):
        leaves.problems.append(Problem(code="encrypted", detail="S/MIME"))
        return False
    signed = cms.signed_content(decoded) if leaves.wrappings < _MAX_WRAPPINGS else None
    if signed is None:
        return False
    structure = walk(signed, split(signed))
    leaves.problems += structure.problems
    leaves.wrappings += 1
    _take(leaves, signed, structure)
    leaves.wrappings -= 1
    return True


def _put_tnef(leaves: Leaves, part: Part, inside: TnefMail, decoded: bytes) -> None:
    """The body beside the words that the mail has already, as another form of them; the files in the part's place."""
    if inside.damaged:
        leaves.problems.append(Problem(code="tnef_damaged"))
    if inside.cut:
        leaves.parts.append((part, decoded))
    body = list(_tnef_body(part, inside))
    words = next((index for index, (each, text) in enumerate(leaves.parts) if _is_plain(each) and text.strip()), None)
    if words is not None:
        plain, text = leaves.parts[words]
        number = plain.alternative if plain.alternative is not None else -1
        leaves.parts[words] = (replace(plain, alternative=number), text)
        body = [(replace(each, alternative=number), html) for each, html in body if each.type == "text/html"]
    leaves.parts += body
    leaves.parts += [
        (_made(part, file.type or "application/octet-stream", name=file.name, content_id=file.content_id), file.content)
        for file in inside.files
    ]


def _is_plain(part: Part) -> bool:
    return part.type == "text/plain" and not _is_sent_as_file(part)


def _is_sent_as_file(part: Part) -> bool:
    return bool(part.name) or part.disposition.value == "attachment"


def _tnef_body(part: Part, inside: TnefMail) -> Iterator[Leaf]:
    for kind, text in (("text/plain", inside.text), ("text/html", inside.html)):
        if text.strip():
            yield _made(part, kind, alternative=-1), text.encode("utf-8", "replace")


def _made(part: Part, kind: str, *, name: str = "", content_id: str = "", alternative: int | None = None) -> Part:
    """A part that stands in no header of the mail's: it was found inside of another one."""
    about = (HeaderField(name="content-id", raw=content_id.encode("utf-8", "replace")),) if content_id else ()
    words = kind in ("text/plain", "text/html") and not name
    return Part(
        type=kind,
        parameters={"charset": "utf-8"} if words else {},
        disposition=Parameterised(value="" if words else "attachment", parameters={"filename": name} if name else {}),
        encoding="",
        headers=HeaderBlock(fields=about, body_start=0, problems=(), bare_cr=False),
        start=part.start,
        end=part.end,
        alternative=alternative,
    )
