"""Replies below what they answer, and between its paragraphs, are divided as they were put together."""

from __future__ import annotations

import pytest

from tests.corpus.accounting import divided_wrongly
from tests.corpus.replies_below import CLIENTS, Below, replies_below
from tests.parsing.conftest import mail, reading

A_FEW, ALL = 6, 40
_SHARE = 0.95


def _wrong(reply: Below) -> list[str]:
    """What of a reply stands in the wrong division: answers keep what they answer beside them, under its signs."""
    read = reading(mail(reply.body.replace("\n", "\r\n"), "Re: [LKT-104231] Deposit belum masuk")).mail
    wrong = divided_wrongly(read.text, (read.new_text, read.quoted, read.signature))
    said = [line for line in _lines(read.new_text) if not line.startswith(">")]
    if said != reply.said:
        wrong.append(f"said {said}")
    if _lines(read.signature) != reply.signature:
        wrong.append(f"signature {_lines(read.signature)}")
    if any(line not in _lines(read.quoted) for line in reply.attribution):
        wrong.append("attribution")
    return wrong


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_few_replies_below_are_divided_rightly(client: str) -> None:
    """Each answer is new, whether it stands below the whole or between paragraphs."""
    assert not [reply.body for reply in replies_below(client, A_FEW) if _wrong(reply)]


@pytest.mark.battery
def test_forty_replies_below_of_each_client_are_divided_rightly() -> None:
    """At least 95 % of each client's; with what went wrong."""
    few = []
    for client in CLIENTS:
        wrong = [(found, reply.body) for reply in replies_below(client, ALL) if (found := _wrong(reply))]
        print(
            f"  {client:16} {ALL - len(wrong)} of {ALL} replies below and between divided rightly",
            *wrong[:2],
            sep="\n    ",
        )
        if ALL - len(wrong) < _SHARE * ALL:
            few.append(client)
    assert not few
