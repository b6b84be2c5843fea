"""What mail clients of forty languages put above the mail that they answer: everything below belongs to history."""

from __future__ import annotations

import textwrap
import tomllib
from pathlib import Path

import pytest

from tests.corpus.accounting import divided_wrongly
from tests.parsing.conftest import mail, reading

_SAID = "Halo, deposit saya belum masuk.\nMohon dicek."
_ANSWERED = ("Laporan Anda sudah kami terima.", "Nomor tiket: LKT-104231")
_COLUMNS = 48  #: at which a relay or a phone wraps; the names of the set make lines of 60 and more
_SET = tomllib.loads(Path(__file__).with_name("attributions.toml").read_text(encoding="utf-8"))["attribution"]
#: wrapped in the midst of a word of their own, or between two arrows: their line ends are never met in mail
_NEVER_WRAPPED = ("gmail eu", "gw2")


def _wrapped(lines: str) -> str:
    return "\n".join(textwrap.wrap(lines, _COLUMNS, break_long_words=False, break_on_hyphens=False))


def _cases() -> list[tuple[str, str, bool]]:
    plain = [(entry["client"], entry["lines"], entry["quoted"]) for entry in _SET]
    single = [(f"{name}, wrapped", _wrapped(lines), quoted) for name, lines, quoted in plain if "\n" not in lines]
    return plain + [case for case in single if "\n" in case[1] and not case[0].startswith(_NEVER_WRAPPED)]


def _wrong(lines: str, quoted: bool) -> list[str]:
    """What of a reply under such an attribution stands where it does not belong."""
    below = "\n".join(f"> {line}" if quoted else line for line in _ANSWERED)
    read = reading(mail(f"{_SAID}\n\n{lines}\n{below}\n".replace("\n", "\r\n"), "Re: [LKT-104231] Deposit")).mail
    strange = [] if read.new_text.strip() == _SAID else [read.new_text]
    return [*strange, *divided_wrongly(read.text, (read.new_text, read.quoted, read.signature))]


@pytest.mark.parametrize(("lines", "quoted"), [pytest.param(*rest, id=name) for name, *rest in _cases()])
def test_what_a_client_puts_above_a_quote_is_none_of_the_new_words(lines: str, quoted: bool) -> None:
    """Neither it nor what follows; and nothing is lost."""
    assert not _wrong(lines, quoted)


@pytest.mark.battery
def test_the_figure_of_all_attributions() -> None:
    """All of them, in one line."""
    cases = _cases()
    wrong = [name for name, lines, quoted in cases if _wrong(lines, quoted)]
    print(f"\n  {len(cases) - len(wrong)} of {len(cases)} attributions told", *wrong, sep="\n    ")
    assert not wrong


def test_the_set_is_large() -> None:
    """Of forty languages and more, and three hundred cases and more."""
    assert len(_cases()) >= 300
    assert len({entry["client"].split()[-1] for entry in _SET if entry["client"].startswith("gmail")}) >= 40
