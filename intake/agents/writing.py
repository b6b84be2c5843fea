"""What of an agent's mail is for the customer: the new words, without orders, quotes, and what is private. Pure.

A notice that is quoted holds what is for agents alone. Of quoted lines only those stay that the customer wrote.
What the words are is for the text to say; how they are laid out, for the HTML beside it where it says the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from intake.agents.page import OwnPage
from parsing.body.commands import read_orders
from parsing.body.markers import bare
from parsing.body.signature import is_tagline
from parsing.mail import ParsedMail

#: Lines at the end that may be a signature of the agent's own, where an address of the agent's stands among them.
_SIGNATURE_LINES: Final = 8

#: What programs write into the text where a picture stands.
_PICTURE: Final = re.compile(r"\[(?:image|inline image|gambar|cid)(?:: ?[^\[\]\n]{1,200})?\]", re.IGNORECASE)

#: What two forms of the same words differ by: addresses of links, signs and numbers before items.
_LINK: Final = re.compile(r"(?:https?://|mailto:|tel:)[^\s<>()]{1,2000}", re.IGNORECASE)
_NUMBER: Final = re.compile(r"^\s*\d{1,3}[.)]\s", re.MULTILINE)
_WORD: Final = re.compile(r"\w+")


def for_customer(
    mail: ParsedMail, customers_words: Iterable[str], private: Sequence[str], page: OwnPage | None = None
) -> str:
    """The words that leave; `customers_words` are what the customer wrote before, `private` the agent's addresses.

    `page` is what the mail's HTML shows of the agent's own.
    """
    spoken = read_orders(mail.spoken).text
    if mail.new_text != mail.spoken:
        return _cut(_with_answered(spoken, mail, customers_words), mail, private)
    words = _cut(spoken.split("\n"), mail, private)
    laid_out = _cut(read_orders(page.words).text.split("\n"), mail, private) if page else ""
    return laid_out if _same(words, laid_out) else words


def _same(words: str, other: str) -> bool:
    """Whether both say the same, however it is laid out."""
    one, two = (_WORD.findall(_NUMBER.sub("", _LINK.sub("", text)).casefold()) for text in (words, other))
    return one == two


def _cut(lines: list[str], mail: ParsedMail, private: Sequence[str]) -> str:
    """The lines without signs for pictures, a device's tagline that stands alone, and what is private."""
    names = [f"<{each.name}>" for each in mail.attachments if each.name]
    said = [_PICTURE.sub("", line) for line in lines if line.strip() not in names]
    if all(is_tagline(bare(line)) for line in said if line.strip()):
        return ""
    return _without_signature(said, private)


def _with_answered(spoken: str, mail: ParsedMail, customers_words: Iterable[str]) -> list[str]:
    """The agent's lines, and between them those that they answer, where the customer knows them."""
    known = {_bare(line) for words in customers_words for line in words.split("\n")} - {""}
    own = {line for line in spoken.split("\n") if line.strip()}
    kept = []
    for line in read_orders(mail.new_text).text.split("\n"):
        if not line.strip() or line in own:
            kept.append(line)
        elif _bare(line) in known:
            kept.append(f"> {_bare(line)}")
    return kept


def _without_signature(lines: list[str], private: Sequence[str]) -> str:
    """Cut the last paragraph where an address of the agent's stands in it, and it is no more than a signature."""
    words = "\n".join(lines).strip("\n").rstrip()
    head, blank, last = words.rpartition("\n\n")
    holds = any(address in last.lower() for address in private)
    if blank and holds and last.count("\n") < _SIGNATURE_LINES:
        return head.rstrip()
    return words


def _bare(line: str) -> str:
    return " ".join(line.lstrip("> \t").split())
