"""A thousand hostile values through every template that there is: what is meant stands in the mail, and no more."""

from __future__ import annotations

import sys
import time
from html.parser import HTMLParser

import pytest

from parsing.mail import Address
from replies import compose
from replies.compose import Heading
from tests.outgoing import hostile, papers, reading_back
from tests.outgoing.papers import NOON, Paper

MANY, FEW = 1000, 16

#: What the words of a letter are made of: paragraphs and their lines, as many as there are.
_OF_WORDS = {("p", ("style",)), ("p", ()), ("br", ()), ("div", ("style",))}

#: Words without malice, and some in every form that a letter lays out.
_HARMLESS = (
    "budi",
    "*tebal*\n\n- a\n- b\n\n1. a\n2. b\n\n3. c\n4. d\n\na\tb\nc\td\n\n> kutipan\n> dan\n\n| a | b |\n| c | d |",
)

#: Links that are made of a person's words.
_LINKS = {("a", ("href",)), ("a", ("href", "rel"))}

_ALL = [(name, language) for language in papers.languages() for name in sorted(papers.templates(language))]


@pytest.mark.parametrize("language", papers.languages())
def test_every_template_is_tried(language: str) -> None:
    """None that stands in the folder is left out, and none is missing."""
    letters = {name for name in papers.templates(language) if not name.startswith("canned/")}
    assert letters == set(papers.MAKERS)
    assert papers.templates(language) == papers.templates(papers.languages()[0])


@pytest.mark.parametrize(
    "count", [pytest.param(FEW, id="sample"), pytest.param(MANY, id="all", marks=pytest.mark.battery)]
)
@pytest.mark.parametrize(("name", "language"), _ALL, ids=[f"{name} {language}" for name, language in _ALL])
def test_a_template_holds_what_was_meant(name: str, language: str, count: int) -> None:
    """In every place that takes words; headers, recipients, parts, tags and links are those of a harmless letter.

    The languages share the values: a template's layout is the same in all of them.
    """
    began, wrong, made = time.monotonic(), [], 0
    usual = [_marked(paper.letter.html) for plain in _HARMLESS for paper in papers.papers(name, language, plain)]
    known = set().union(*(tags for tags, _ in usual)), set().union(*(links for _, links in usual))
    languages = papers.languages()
    for value in hostile.values(count)[languages.index(language) :: len(languages)]:
        for paper in papers.papers(name, language, value):
            made += 1
            if told := _judged(paper, value, known):
                wrong.append((value, told))
    seconds, python = time.monotonic() - began, sys.version.split()[0]
    print(f"{name} {language}: {made} mails, {len(wrong)} wrong, {seconds:.0f} s, Python {python}")
    assert wrong == []


def test_the_judge_sees_what_is_wrong() -> None:
    """The control: a tag, a link, a sender's words."""
    (paper, _) = papers.papers("duplicate", "id", "budi")
    usual = _marked(paper.letter.html)
    for html in ("<script>x</script>", '<a href="https://x.example">x</a>', "<p onclick='x'>x</p>", hostile.EVIL):
        letter = type(paper.letter)(subject="s", text="t", html=f"{paper.letter.html}{html}")
        assert _judged(Paper(letter=letter, senders=True), "x", usual)


def _judged(paper: Paper, value: str, usual: tuple[set[object], set[str]]) -> str:
    """What is wrong with a letter that bears the value; "" for nothing."""
    heading = Heading(
        from_=Address(name=value, address="help@desk.test"),
        to="budi@example.com",
        reply_to="help+token@desk.test",
        message_id="r.token.1@desk.test",
        date=NOON,
        in_reply_to=value,
        references=(value,),
        auto_submitted="auto-generated",
    )
    content = compose.compose(paper.letter, heading, (), paper.files)
    tags, links = _marked(paper.letter.html)
    strange = links - usual[1] - (_shown(paper) if paper.persons else set())
    known = usual[0] | _OF_WORDS | (_LINKS if paper.persons else set())
    looks = {
        reading_back.wrong(content, author="help@desk.test", to=heading.to): True,
        f"tags: {tags - known}": not tags <= known,
        f"links: {strange}": bool(strange),
        "a sender's words": paper.senders and _says(paper),
    }
    return next((what for what, holds in looks.items() if what and holds), "")


def _shown(paper: Paper) -> set[str]:
    """What a person's words show of addresses, which may be links to them."""
    words = [each.strip("().,:;<>\"'[]{}") for each in paper.letter.text.split()]
    return {f"{scheme}{each}" for each in words for scheme in ("", "https://", "http://", "mailto:")}


def _says(paper: Paper) -> bool:
    shown = f"{paper.letter.subject}\n{paper.letter.text}\n{paper.letter.html}"
    return any(each in shown for each in (hostile.EVIL, "evil@", "{{", "<script"))


class _Marks(HTMLParser):
    """The tags of a page, with the names of their attributes, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[object] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add((tag, tuple(sorted(name for name, _ in attrs))))
        self.links |= {value or "" for name, value in attrs if name in ("href", "src", "action", "background")}


def _marked(html: str) -> tuple[set[object], set[str]]:
    marks = _Marks()
    marks.feed(html)
    return marks.tags, marks.links
