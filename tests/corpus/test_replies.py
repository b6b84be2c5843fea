"""Replies of each client are divided as they were put together."""

from __future__ import annotations

import pytest

from tests.corpus.accounting import divided_wrongly
from tests.corpus.replies import CLIENTS, Reply, replies
from tests.parsing.conftest import mail, reading

A_FEW, ALL = 6, 40


def _wrong(reply: Reply) -> list[str]:
    """What of a reply stands in the wrong division."""
    headers = mail(subject="Re: [LKT-104231] Deposit belum masuk").replace(b"text/plain", reply.type.encode())
    read = reading(headers + reply.body.replace("\n", "\r\n").encode()).mail
    new, signature = (_lines(text) for text in (read.new_text, read.signature))
    wrong = divided_wrongly(read.text, (read.new_text, read.quoted, read.signature))
    if new != [" ".join(line.split()) for line in reply.new]:
        wrong.append(f"new words {new}")
    if signature != [" ".join(line.split()) for line in reply.signature]:
        wrong.append(f"signature {signature}")
    return wrong


def _lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_few_replies_of_each_client_are_divided_rightly(client: str) -> None:
    """Each line of the new words and of the signature where it belongs, and all else quoted."""
    for reply in replies(client, A_FEW):
        assert not _wrong(reply), reply.body


@pytest.mark.battery
def test_forty_replies_of_each_client_are_divided_rightly() -> None:
    """All of them; by client, with what went wrong."""
    missed = 0
    for client in CLIENTS:
        wrong = [(found, reply.body) for reply in replies(client, ALL) if (found := _wrong(reply))]
        missed += len(wrong)
        print(f"  {client:16} {ALL - len(wrong)} of {ALL} replies divided rightly", *wrong[:3], sep="\n    ")
    assert not missed
