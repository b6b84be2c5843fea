"""What a report is about: rules over the ideas that it speaks of, each with its weight, and the heaviest sum.

Money comes first, else what the mail spends most on. Who asks or thanks has nothing that went wrong, and is `other`;
so is mail that reports nothing at all, and from which nothing is to be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from parsing.fields.concepts import LOOKED_AT, Lexis, Spoken, spoken
from parsing.report import Category

_C = Category

#: The names of all categories of loket's own.
NAMES = tuple(each.value for each in Category)
#: The phrases of a site's categories, and what one of them weighs, by category.
SiteLexis = tuple[Lexis, Mapping[str, float]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """Ideas that, said together, speak for a category."""

    category: Category
    weight: float
    needs: tuple[tuple[str, ...], ...]  #: of each one or the other
    without: tuple[str, ...] = ()  #: that speak of something else
    within: int = 12  #: words

    @property
    def name(self) -> str:
        """What is shown as the evidence."""
        return "+".join("|".join(need) for need in self.needs)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """A category and why."""

    category: str  #: one of Category, or of the site's own
    score: float  #: of the category
    why: str  #: the names of the rules that spoke for it
    silent: bool = False  #: it reports nothing at all: an offer, an invitation, a bill, an automatic reply
    at_issue: bool = True  #: what it tells of money and time is about something that went wrong


def _rule(category: Category, weight: float, needs: str, without: str = "", within: int = 12) -> Rule:
    return Rule(
        category=category,
        weight=weight,
        needs=tuple(tuple(need.split("|")) for need in needs.split()),
        without=tuple(without.split()),
        within=within,
    )


#: Of these a message or a "why" is about, where they are spoken of.
_NOT_TECHNICAL = (
    "deposit withdraw transfer balance money purchase kyc verification registration activation_link otp login password "
    "restricted locked hacked not_me fraud praise howto already_used second_factor"
)
_WHOLE = 10_000  #: words: anywhere in the text

RULES = (
    _rule(_C.DEPOSIT_MISSING, 5, "deposit not_arrived|not_shown|pending|failed|expired|gone|deducted", within=16),
    _rule(_C.DEPOSIT_MISSING, 4, "balance not_arrived", "purchase", within=5),
    _rule(_C.DEPOSIT_MISSING, 3, "transfer|money not_arrived to_platform|balance", within=24),
    _rule(_C.DEPOSIT_MISSING, 3, "deposit not_arrived|pending|failed|deducted|cannot", within=_WHOLE),
    _rule(_C.DEPOSIT_MISSING, 3, "balance|money not_arrived", "withdraw transfer purchase", within=_WHOLE),
    _rule(_C.DEPOSIT_MISSING, 3, "deposit trouble", within=8),
    _rule(_C.DEPOSIT_MISSING, 2, "money|transfer not_arrived", "withdraw to_bank"),
    _rule(_C.DEPOSIT_MISSING, 1, "money not_arrived", "withdraw to_bank purchase"),
    _rule(_C.DEPOSIT_MISSING, 3, "proof not_arrived|pending|zero", "withdraw to_bank purchase", within=24),
    _rule(_C.DEPOSIT_MISSING, 4, "payment not_arrived|pending|zero|where", "purchase withdraw to_bank", within=16),
    _rule(_C.DEPOSIT_MISSING, 4, "transfer|sent from_bank not_arrived|pending|zero|long", "purchase withdraw to_bank", within=24),
    _rule(_C.WITHDRAWAL_MISSING, 5, "withdraw not_arrived|pending|failed|refused", within=16),
    _rule(_C.WITHDRAWAL_MISSING, 3, "withdraw cannot", within=6),
    _rule(_C.WITHDRAWAL_MISSING, 4, "withdraw error|zero|deducted|slow", within=12),
    _rule(_C.WITHDRAWAL_MISSING, 4, "transfer|sent|money person not_arrived|zero", "deposit otp", within=14),
    _rule(_C.WITHDRAWAL_MISSING, 3, "withdraw trouble", within=8),
    _rule(_C.WITHDRAWAL_MISSING, 3, "withdraw not_arrived|pending|failed|refused|gone", within=_WHOLE),
    _rule(_C.DEPOSIT_MISSING, 3, "deposit long|where", within=8),
    _rule(_C.DEPOSIT_MISSING, 4, "deposit|transfer zero", "withdraw to_bank", within=16),
    _rule(_C.DEPOSIT_MISSING, 2, "money pending|where", "withdraw transfer to_bank purchase", within=8),
    _rule(_C.DEPOSIT_MISSING, 2, "to_platform sent|transfer pending|where", "withdraw", within=10),
    _rule(_C.WITHDRAWAL_MISSING, 4, "withdraw long|where", within=8),
    _rule(_C.WITHDRAWAL_MISSING, 4, "not_arrived to_bank", "deposit otp login", within=3),
    _rule(_C.WITHDRAWAL_MISSING, 4, "refund not_arrived|pending|failed|refused|long|where", "not_me hacked deposit", within=12),
    _rule(_C.WITHDRAWAL_MISSING, 3, "refund neg", "not_me hacked deposit", within=3),
    _rule(_C.WITHDRAWAL_MISSING, 5, "transfer to_bank not_arrived|pending|failed|cannot|neg", "to_platform deposit", within=20),
    _rule(_C.WITHDRAWAL_MISSING, 5, "sent to_bank not_arrived|pending|failed|gone", "to_platform deposit otp login", within=20),
    _rule(_C.WITHDRAWAL_MISSING, 3, "transfer not_arrived|pending|failed", "deposit balance to_platform from_bank"),
    _rule(_C.WITHDRAWAL_MISSING, 3, "purchase not_arrived|pending|failed|deducted"),
    _rule(_C.SUSPICIOUS_ACTIVITY, 6, "hacked"),
    _rule(_C.SUSPICIOUS_ACTIVITY, 6, "not_me", "already_used", within=_WHOLE),
    _rule(_C.SUSPICIOUS_ACTIVITY, 4, "balance|money gone", within=6),
    _rule(_C.SUSPICIOUS_ACTIVITY, 3, "balance|money gone|deducted self|subscription", within=8),
    _rule(_C.SUSPICIOUS_ACTIVITY, 5, "fraud"),
    _rule(_C.SUSPICIOUS_ACTIVITY, 3, "protect"),
    _rule(_C.SUSPICIOUS_ACTIVITY, 4, "intrusion"),
    _rule(_C.SUSPICIOUS_ACTIVITY, 3, "deducted self|subscription", within=4),
    _rule(_C.SUSPICIOUS_ACTIVITY, 3, "impersonated"),
    _rule(_C.SUSPICIOUS_ACTIVITY, 4, "stranger enter|login|changed|transfer|sent|withdraw|account"),
    _rule(_C.SUSPICIOUS_ACTIVITY, 5, "money|balance gone|deducted stranger", within=14),
    _rule(_C.SUSPICIOUS_ACTIVITY, 5, "foreign_login", "restricted"),
    _rule(_C.SUSPICIOUS_ACTIVITY, 3, "phone|email|password changed stranger|self|not_me"),
    _rule(_C.ACCOUNT_RESTRICTED, 6, "account|rights|balance|money restricted", within=8),
    _rule(_C.ACCOUNT_RESTRICTED, 6, "money|balance locked", "forgot password", within=3),
    _rule(_C.ACCOUNT_RESTRICTED, 4, "restricted"),
    _rule(_C.ACCOUNT_RESTRICTED, 2, "restricted|locked restricted_weak", within=_WHOLE),
    _rule(_C.LOGIN, 5, "cannot|failed enter|login", within=4),
    _rule(_C.LOGIN, 3, "login wrong|refused|error|not_working|not_arrived|pending"),
    _rule(_C.LOGIN, 6, "forgot password|account|email|phone", within=10),
    _rule(_C.LOGIN, 5, "locked"),
    _rule(_C.LOGIN, 4, "password wrong|reset|refused|failed", within=8),
    _rule(_C.LOGIN, 3, "enter wrong|refused", within=7),
    _rule(_C.LOGIN, 3, "enter password cannot|crash|bug|error|slow", "registration", within=12),
    _rule(_C.LOGIN, 4, "second_factor", "kyc"),
    _rule(_C.LOGIN, 4, "signed_out", "gone deposit withdraw"),
    _rule(_C.LOGIN, 4, "otp not_arrived|wrong|failed|refused", "registration", within=10),
    _rule(_C.LOGIN, 4, "login otp|password expired|slow|pending", "registration", within=16),
    _rule(_C.LOGIN, 4, "enter otp|password inactive", "registration", within=24),
    _rule(_C.LOGIN, 4, "login|enter|otp inactive", "registration", within=12),
    _rule(_C.LOGIN, 3, "phone|email inactive", within=6),
    _rule(_C.REGISTRATION_ALREADY_USED, 6, "already_used registration", within=_WHOLE),
    _rule(_C.REGISTRATION_ALREADY_USED, 5, "already_used phone|email|identity never_had|refused|failed|cannot|neg", within=24),
    _rule(_C.REGISTRATION_ALREADY_USED, 4, "already_used phone|email|identity", "otp", within=6),
    _rule(_C.REGISTRATION_OTP, 7, "registration otp not_arrived|wrong|failed|refused|expired|error|neg", within=_WHOLE),
    _rule(_C.REGISTRATION_OTP, 3, "registration otp", within=_WHOLE),
    _rule(_C.REGISTRATION_FORM, 5, "registration cannot|failed|error|not_working|refused|slow|bug", within=16),
    _rule(_C.REGISTRATION_FORM, 5, "registration form", "otp", within=16),
    _rule(_C.REGISTRATION_FORM, 3, "form cannot|failed|error|not_working|not_shown|refused", "otp", within=16),
    _rule(_C.ACTIVATION_LINK, 8, "activation_link"),
    _rule(_C.ACTIVATION_LINK, 6, "activation link|email", within=8),
    _rule(_C.VERIFICATION_KYC, 5, "kyc refused|failed|pending|not_arrived|cannot|wrong|slow|error|not_working|bug", within=12),
    _rule(_C.VERIFICATION_KYC, 5, "identity refused|failed|pending", "registration already_used", within=8),
    _rule(_C.VERIFICATION_KYC, 4, "verification refused|failed|pending|cannot", "otp registration activation_link", within=8),
    _rule(_C.VERIFICATION_KYC, 4, "kyc|verification unanswered|long", "otp registration activation_link deposit withdraw", within=18),
    _rule(_C.VERIFICATION_KYC, 2, "kyc"),
    _rule(_C.TECHNICAL, 3.5, "error|crash|slow|bug", "registration activation_link"),
    _rule(_C.TECHNICAL, 3, "thing error|crash|slow|bug|not_shown|not_working|cannot", "registration activation_link", within=10),
    _rule(_C.TECHNICAL, 3, "thing gone", "registration activation_link balance money hacked not_me", within=4),
    _rule(_C.TECHNICAL, 3, "thing sudden", "registration activation_link balance money account", within=8),
    _rule(_C.TECHNICAL, 3, "thing why", _NOT_TECHNICAL, within=3),
    _rule(_C.TECHNICAL, 3, "message", _NOT_TECHNICAL),
    _rule(_C.TECHNICAL, 3, "cannot work", "registration activation_link kyc otp login link", within=3),
    _rule(_C.TECHNICAL, 1, "not_shown|not_working", "registration activation_link otp"),
    _rule(_C.TECHNICAL, 1, "crash|slow|bug|not_shown update|thing", within=16),
    _rule(_C.STATUS_ENQUIRY, 6, "ticket progress|unanswered", within=18),
    _rule(_C.STATUS_ENQUIRY, 3, "progress"),
    _rule(_C.STATUS_ENQUIRY, 3, "ticket ask", "deposit withdraw transfer not_me hacked cannot error", within=5),
)  # fmt: skip

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
#: What a complaint is about that says no more than that, the surest first; and what tells a complaint.
_TOPICS = (
    ("withdraw", _C.WITHDRAWAL_MISSING),
    ("deposit", _C.DEPOSIT_MISSING),
    ("registration otp", _C.REGISTRATION_OTP),
    ("registration", _C.REGISTRATION_FORM),
    ("kyc", _C.VERIFICATION_KYC),
    ("stranger|intrusion|hacked", _C.SUSPICIOUS_ACTIVITY),
    ("purchase", _C.WITHDRAWAL_MISSING),
    ("money|balance gone|deducted", _C.SUSPICIOUS_ACTIVITY),
    ("login|password|second_factor", _C.LOGIN),
    ("transfer|sent to_bank", _C.WITHDRAWAL_MISSING),
    ("payment|transfer|sent", _C.DEPOSIT_MISSING),
    ("money|balance not_arrived|failed|pending|zero", _C.DEPOSIT_MISSING),
    ("verification", _C.VERIFICATION_KYC),
    ("thing", _C.TECHNICAL),
)
_COMPLAINING = "neg cannot not_arrived not_shown not_working failed refused pending gone deducted zero wrong error bug slow crash grievance why where long trouble sudden self".split()
_WENT_WRONG = (
    "not_arrived cannot failed error locked wrong refused restricted hacked not_me second_factor inactive".split()
)
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
    if foreign or not said.has(*_COMPLAINING) or said.has(*_HARMLESS, *_NO_REPORT):
        return None
    return next((about for ideas, about in _TOPICS if all(said.has(*idea.split("|")) for idea in ideas.split())), None)


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
        told = details >= _IN_DETAIL and said.has("deposit" if about is _C.DEPOSIT_MISSING else "withdraw")
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
