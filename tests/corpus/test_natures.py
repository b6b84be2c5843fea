"""The sets of mails that no person wrote, and of people who sound alike: the figures, set by set."""

from __future__ import annotations

import pytest

from parsing.mail import Nature
from tests.automatic_mails import Sample, look_alikes, out_of_office, strangers
from tests.parsing.conftest import reading

pytestmark = pytest.mark.battery


def _called_otherwise(samples: list[Sample], nature: Nature) -> list[str]:
    return [sample.name for sample in samples if reading(sample.content).mail.nature is not nature]


@pytest.mark.parametrize(
    ("name", "samples", "share"),
    [
        ("out-of-office mails of makers, with and without marks", out_of_office(), 0.95),
        ("responders of strangers, without any mark", strangers(), 0.95),
    ],
)
def test_responders_are_told(name: str, samples: list[Sample], share: float) -> None:
    """With what is missed."""
    missed = _called_otherwise(samples, Nature.AUTO_REPLY)
    print(f"\n  {len(samples) - len(missed)} of {len(samples)} {name} told", *missed, sep="\n    ")
    assert len(samples) - len(missed) >= share * len(samples)


def test_people_are_called_people() -> None:
    """Every one of them."""
    samples = look_alikes()
    wrong = _called_otherwise(samples, Nature.HUMAN)
    print(f"\n  {len(wrong)} of {len(samples)} people who sound alike called automatic", *wrong, sep="\n    ")
    assert not wrong
