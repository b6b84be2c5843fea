"""What of an agent's mail is for the customer: the new words, without orders, quotes, and what is private. Pure.

A notice that is quoted holds what is for agents alone. Of quoted lines only those stay that the customer wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from parsing.body.commands import read_orders
from parsing.mail import ParsedMail

#: Lines at the end that may be a signature of the agent's own, where an address of the agent's stands among them.
_SIGNATURE_LINES: Final = 8


def for_customer(mail: ParsedMail, customers_words: Iterable[str], private: Sequence[str]) -> str:
    """The words that leave; `customers_words` are what the customer wrote before, `private` the agent's addresses."""
    spoken = read_orders(mail.spoken).text
    lines = _with_answered(spoken, mail, customers_words) if mail.new_text != mail.spoken else spoken.split("\n")
    return _without_signature(lines, private)


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
