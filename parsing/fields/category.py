"""What a report is about: rules over the ideas that it speaks of (`rules.py`), and the heaviest sum of their weights.

Money comes first, else what the mail spends most on. Who asks or thanks has nothing that went wrong, and is `other`;
so is mail that reports nothing at all, and from which nothing is to be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from parsing.fields.concepts import LOOKED_AT, Lexis, Spoken, spoken
from parsing.fields.rules import COMPLAINING, RULES, TOPICS, Rule
from parsing.report import Category

#: The names of all categories of loket's own.
NAMES = tuple(each.value for each in Category)
#: The phrases of a site's categories, and what one of them weighs, by category.
SiteLexis = tuple[Lexis, Mapping[str, float]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A category and why."""

    category: str  #: one of Category, or of the site's own
    score: float  #: of the category
    why: str  #: the names of the rules that spoke for it
    silent: bool = False  #: it reports nothing at all: an offer, an invitation, a bill, an automatic reply
    at_issue: bool = True  #: what it tells of money and time is about something that went wrong


#: What a category has to weigh to be one: less is chance.
_LEAST = 3
#: What goes wrong with money is seen to first.
_MONEY_FIRST = 3
_MONEY = (Category.DEPOSIT_MISSING, Category.WITHDRAWAL_MISSING)
_SURE_OF_MONEY = 4
_IN_DETAIL = 2  #: kinds of things told of a transaction, with which less is sure
#: Who tells of a deposit when, how much and under which number misses it, though he may not say so.
_TOLD_IN_DETAIL = 3
_ALL_DETAILS = 3
#: The subject's own word counts more: it says in a few words what it is about.
_SUBJECT = 0.3
#: Ideas of mail that reports nothing, and how many of their words tell it apart.
_NO_REPORT = ("mass", "away", "invitation", "offer", "bill", "private")
_WARNING = "warning"  #: a machine speaks to its customer: two marks at once, unless somebody speaks of himself
_MARKS, _MANY_MARKS = 2, 5
_OWN_COMPLAINT = 5
_OF_HIMSELF = 3  #: words of himself, with which nobody writes to many
_MANY_WORDS = 12  #: who says so much without a trouble, and nothing of himself, brings no details that we asked for
_HARMLESS = ("howto", "wish", "thanks", "praise")
_WENT_WRONG = "not_arrived cannot failed error locked wrong refused restricted hacked not_me second_factor inactive slow crash bug not_shown not_working pending deducted gone".split()
_NUMBERED = 4  #: a ticket's number, where its progress is asked for
_ANSWERS = re.compile(r"^\s*(?:re|bls|balas|aw)\s*:", re.IGNORECASE)


def category(
    subject: str,
    text: str,
    *,
    ticket: bool = False,
    details: int = 0,
    named: bool = False,
    site: SiteLexis | None = None,
) -> Verdict:
    """The category of a report.

    `ticket`: a ticket's number stands in it; `details`: how many kinds of things it tells of a transaction; `named`: the
    sender tells who he is; `site`: the phrases of the site's own categories, and what each weighs.
    """
    own = "" if _ANSWERS.match(subject) else subject
    said = spoken(f"{own}\n{text}")
    scores, why = _scores(said, RULES)
    if own:
        for rule in _holding(spoken(own), RULES):
            scores[rule.category] += rule.weight * _SUBJECT
    _weigh(scores, said, ticket=ticket, details=details, named=named)
    if site is not None:
        _add_site(scores, why, f"{subject}\n{text}", site)
    best: str = max(scores, key=lambda each: scores[each])
    if _is_silent(said, scores[best]):
        return Verdict(category=Category.OTHER, score=0, why="", silent=True, at_issue=False)
    if scores[best] < _LEAST and (topic := _topic(said)):
        return Verdict(category=topic, score=_LEAST, why="topic")
    if scores[best] < _LEAST:
        foreign = said.words >= _MANY_WORDS and not named and not said.has("me", *_WENT_WRONG)
        return Verdict(category=Category.OTHER, score=0, why="", silent=foreign, at_issue=not said.has(*_HARMLESS))
    return Verdict(category=best, score=scores[best], why=", ".join(why[best]))


def _topic(said: Spoken) -> Category | None:
    """What somebody complains about of whom no rule tells what went wrong: nobody writes of it for nothing."""
    foreign = said.words >= _MANY_WORDS and not said.has("me")
    tells = said.has(*COMPLAINING) or (said.has("me") and not said.has("ask"))
    if foreign or not tells or said.has(*_HARMLESS, *_NO_REPORT):
        return None
    return next((about for ideas, about in TOPICS if all(said.has(*idea.split("|")) for idea in ideas.split())), None)


def _is_silent(said: Spoken, score: float) -> bool:
    """Whether it is mail to many, to somebody else or from a machine: two of its marks, and no complaint of one's own."""
    kinds = _NO_REPORT if said.has("me") else (*_NO_REPORT, _WARNING, _WARNING)
    marks = sum(len(said.places.get(kind, ())) for kind in kinds)
    own = len(said.places.get("me", ()))
    complains = own and (score >= _OWN_COMPLAINT or said.has("grievance") or own >= _OF_HIMSELF)
    return marks >= _MARKS and (not complains or marks >= _MANY_MARKS)


def _holding(said: Spoken, rules: Iterable[Rule]) -> list[Rule]:
    return [rule for rule in rules if said.together(rule.needs, rule.within) and not said.has(*rule.without)]


def _scores(said: Spoken, rules: Iterable[Rule]) -> tuple[dict[str, float], dict[str, list[str]]]:
    scores: dict[str, float] = dict.fromkeys(Category, 0.0)
    why: dict[str, list[str]] = {each: [] for each in Category}
    for rule in _holding(said, rules):
        scores[rule.category] += rule.weight
        why[rule.category].append(rule.name)
    return scores, why


def _weigh(scores: dict[str, float], said: Spoken, *, ticket: bool, details: int, named: bool) -> None:
    """What no single rule sees: money first, questions that report nothing, and what was reported before."""
    for about in () if said.has("impersonated") else _MONEY:
        told = details >= _IN_DETAIL and said.has("deposit" if about is Category.DEPOSIT_MISSING else "withdraw")
        if scores[about] >= (_LEAST if told else _SURE_OF_MONEY):
            scores[about] += _MONEY_FIRST + min(details, 2)
    _weigh_details(scores, said, details, named=named)
    if ticket and said.has("progress", "unanswered", "ask"):
        scores[Category.STATUS_ENQUIRY] += _NUMBERED
    if details > 1:
        scores[Category.STATUS_ENQUIRY] -= _NUMBERED
    wrong = [idea for idea in _WENT_WRONG if idea != "second_factor" or not said.has("wish", "praise")]
    if said.has(*_HARMLESS) and not said.has(*wrong) and not (ticket and said.has("ask")):
        for each in scores:
            scores[each] -= 3


def _weigh_details(scores: dict[str, float], said: Spoken, details: int, *, named: bool) -> None:
    """Who tells of a payment in detail misses it, though he may not say so."""
    for idea, about in (("deposit", _MONEY[0]), ("proof", _MONEY[0]), ("withdraw", _MONEY[1])):
        if details > 1 and said.has(idea):
            scores[about] += _TOLD_IN_DETAIL
    leaves = said.has("withdraw", "purchase") or (said.has("to_bank") and not said.has("to_platform"))
    missed = said.has("not_arrived") or (named and said.has("transfer", "sent"))
    if details > 1 and missed and not leaves:
        scores[Category.DEPOSIT_MISSING] += _TOLD_IN_DETAIL
    if named and details == _ALL_DETAILS and not said.has("withdraw", *_NO_REPORT) and max(scores.values()) < _LEAST:
        scores[Category.DEPOSIT_MISSING] += _TOLD_IN_DETAIL


def _add_site(scores: dict[str, float], why: dict[str, list[str]], text: str, site: SiteLexis) -> None:
    """What speaks for the site's own categories: each of their phrases once."""
    lexis, weights = site
    heard: set[tuple[str, str]] = set()
    for mention in lexis.mentions(text[:LOOKED_AT]):
        words = text[mention.start : mention.end].lower()
        for name in mention.ideas:
            if (name, words) not in heard:
                heard.add((name, words))
                scores[name] = scores.get(name, 0) + weights[name]
                why.setdefault(name, []).append(words)
