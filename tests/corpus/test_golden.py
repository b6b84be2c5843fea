"""Every mail of the corpus is read as its golden file says, with LF and with CRLF line ends."""

from __future__ import annotations

import json

import pytest

from parsing.reading import to_json
from tests.corpus.accounting import divided_wrongly, lost
from tests.corpus.golden import Golden, differences, mails, with_line_ends

pytestmark = [
    pytest.mark.parametrize("golden", [pytest.param(golden, id=golden.name) for golden in mails()]),
    pytest.mark.parametrize("line_ends", ["LF", "CRLF"]),
]


def test_a_mail_is_read_as_its_golden_file_says(golden: Golden, line_ends: str) -> None:
    """All that the file states; and it can be written as JSON, in clean Unicode."""
    written = json.dumps(to_json(golden.read(line_ends), golden.name), ensure_ascii=False).encode()
    told = json.loads(written)
    assert not list(differences(golden.expected, told))


def test_every_leaf_part_is_accounted_for(golden: Golden, line_ends: str) -> None:
    """As words, as an attachment or as a report; and nothing stands between the parts unseen."""
    assert not lost(with_line_ends(golden.content, line_ends), golden.read(line_ends))


def test_every_line_stands_in_exactly_one_division(golden: Golden, line_ends: str) -> None:
    """New words, quoted history or signature, in the order of the text."""
    mail = golden.read(line_ends).mail
    assert not divided_wrongly(mail.text, (mail.new_text, mail.quoted, mail.signature))
