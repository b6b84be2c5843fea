"""Addresses of the web, of which those are kept that lead to a proof: a screen recording or a picture on a drive."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from parsing.fields.source import Circumstances, Source
from parsing.fields.vocabulary import loosely_spelled, phrases
from parsing.report import Finding

PROOF = "proof"  #: the role of a link that leads to one

_LINK = re.compile(r"(?:https?://|www\.)(?P<host>[^\s<>\"/?#:@]{3,253})[^\s<>\"]{0,2000}", re.IGNORECASE)
#: Where people put recordings and pictures.
_HOSTS = frozenset(
    "drive.google.com docs.google.com photos.app.goo.gl photos.google.com youtu.be youtube.com m.youtube.com 1drv.ms onedrive.live.com dropbox.com db.tt icloud.com share.icloud.com mediafire.com mega.nz "
    "wetransfer.com we.tl streamable.com loom.com vimeo.com imgur.com i.imgur.com prnt.sc ibb.co i.ibb.co postimg.cc gyazo.com jumpshare.com gofile.io terabox.com 1024terabox.com snipboard.io screenrec.com clipchamp.com".split()
)
_ANNOUNCED = re.compile(
    rf"(?<!\w)(?:{loosely_spelled(phrases('links', 'proof'))})(?:nya)?(?!\w)[^.!?\n]{{0,60}}$", re.IGNORECASE
)
_BEFORE = 90  #: code points in which a proof is announced
_ENDS = ".,;:)]}'\"”’"
_KNOWN_HOST, _SAID = 0.95, 0.85


def find(source: Source, _circumstances: Circumstances) -> Iterator[Finding]:
    """All links: none of their words is anything else."""
    for match in _LINK.finditer(source.text) if "://" in source.text or "www" in source.places else ():
        link = match[0].rstrip(_ENDS)
        role, rule, sure = _role(source.text, match)
        end = match.start() + len(link)
        yield source.finding("links", link, (match.start(), end), rule, sure, role=role)


def kept(found: Sequence[Finding], _sources: Sequence[Source]) -> Sequence[Finding]:
    """Those that lead to a proof."""
    return [each for each in found if each.role == PROOF]


def _role(text: str, match: re.Match[str]) -> tuple[str | None, str, float]:
    host = match["host"].lower().removeprefix("www.")
    if host in _HOSTS:
        return PROOF, "link_host", _KNOWN_HOST
    if _ANNOUNCED.search(text[max(0, match.start() - _BEFORE) : match.start()]):
        return PROOF, "link_announced", _SAID
    return None, "link_shape", 0.0
