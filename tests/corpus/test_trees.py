"""Trees of MIME parts, whatever they are made of: every leaf is accounted for, every line divided once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsing.message.headers import split
from parsing.message.mime import walk
from tests.corpus.accounting import divided_wrongly, lost
from tests.corpus.trees import Grown, Node, trees
from tests.parsing.conftest import reading

_FEW, _MANY = 150, 3_000
_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)


def _check(root: Node, line_end: bytes) -> None:
    grown = Grown(line_end=line_end).mail(root)
    read = reading(grown.content)
    parts = walk(grown.content, split(grown.content)).parts
    for body in grown.bodies:
        place = grown.content.index(body)
        assert any(part.start <= place and place + len(body) <= part.end for part in parts), body
    assert not lost(grown.content, read)
    assert not divided_wrongly(read.mail.text, (read.mail.new_text, read.mail.quoted, read.mail.signature))


@settings(max_examples=_FEW, suppress_health_check=_SLOW, deadline=None)
@given(root=trees, line_end=st.sampled_from((b"\n", b"\r\n")))
def test_no_leaf_of_a_tree_is_lost(root: Node, line_end: bytes) -> None:
    """Each stands within one of the parts, and each part is words, a file or a report."""
    _check(root, line_end)


@pytest.mark.battery
@settings(max_examples=_MANY, suppress_health_check=_SLOW, deadline=None)
@given(root=trees, line_end=st.sampled_from((b"\n", b"\r\n")))
def test_no_leaf_of_three_thousand_trees_is_lost(root: Node, line_end: bytes) -> None:
    """The same, at length."""
    _check(root, line_end)
