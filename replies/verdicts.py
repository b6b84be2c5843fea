"""A server's answer → what becomes of the letter.

4xx is later and 5xx is never (RFC 5321, 4.2.1), but for refusals that say "you have sent too much": providers give
those as 5xx although they pass by themselves. They are told by enhanced status code (RFC 3463) and words together,
since the codes alone are used for spam as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from store.outbox import MAX_REPLY, Failed, Later, Outcome, Sent

#: The desk's own login or place is refused, not the letter: all letters wait, and the operator has to act.
ABOUT_US: Final = frozenset({421, 530, 534, 535, 538})

#: "Bad sequence of commands": we and the server are out of step, which is no letter's fault.
OUT_OF_STEP: Final = 503

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class _Quota:
    """A permanent refusal that is not permanent."""

    status: re.Pattern[str]  #: of the enhanced status code
    words: re.Pattern[str]
    source: str


_GOOGLE = "https://support.google.com/a/answer/3726730"
_MICROSOFT = (
    "https://learn.microsoft.com/exchange/troubleshoot/email-delivery/ndr/non-delivery-reports-in-exchange-online"
)


def _quota(status: str, words: str, source: str) -> _Quota:
    return _Quota(re.compile(status), re.compile(words, re.IGNORECASE), source)


QUOTAS: Final = (
    # "Daily user sending limit exceeded", "Daily user sending quota exceeded"
    _quota(r"5\.4\.5", r"limit|quota", _GOOGLE),
    # "Daily SMTP relay limit exceeded for customer", and its like for a user
    _quota(r"5\.7\.[01]", r"relay (?:sending )?limit|sending (?:limit|quota)", _GOOGLE),
    # "The user you are trying to contact is receiving mail at a rate that prevents additional messages"
    _quota(r"5\.2\.1", r"receiving mail (?:too quickly|at a rate)", _GOOGLE),
    # "tenant exceeded its daily limit for sending email to external recipients", a trial tenant's and a paid one's
    _quota(r"5\.7\.23[23]", r"limit", _MICROSOFT),
    # "you've reached your daily limit for message recipients"
    _quota(r"5\.1\.90", r"limit", _MICROSOFT),
    # an account's daily quota, named as an exception of the store driver
    _quota(r"5\.2\.0", r"SubmissionQuotaExceeded", "https://github.com/MicrosoftDocs/OfficeDocs-Support/issues/1150"),
    # A ban of the tenant until its administrator has it lifted; the letter is as good as before.
    _quota(r"5\.7\.705", r"exceeded threshold", _MICROSOFT),
    _quota(r"5\.7\.708", r"traffic not accepted", _MICROSOFT),
    # A full mailbox "should be used as a persistent transient failure", says the standard; not all obey.
    _quota(r"5\.2\.2", r"", "RFC 3463, 3.3"),
    # Shared hosts in their own words: "Ratelimit exceeded", "sorry, too many emails", "only 10 messages per day"
    _quota(
        r"5\.7\.\d+|",
        r"rate ?-?limit|too many (?:messages|e-?mails)|messages per (?:minute|hour|day)",
        "https://github.com/aschroder/Magento-SMTP-Pro-Email-Extension/issues/94",
    ),
)


def verdict(code: int, text: str) -> Outcome:
    """What an answer means for the letter, or for the recipient that it was given for."""
    reply = f"{code} {printable(text)}"[:MAX_REPLY]
    if 200 <= code < 300:  # noqa: PLR2004  # RFC 5321, 4.2.1: positive completion
        return Sent(reply)
    if code < 500 or code in ABOUT_US or code == OUT_OF_STEP or is_quota(text):  # noqa: PLR2004  # likewise: transient
        return Later(reply)
    return Failed(reply)


def refusal(code: int, text: str) -> Later | Failed:
    """What an answer other than the one expected means; a success in the wrong place is a server out of step."""
    outcome = verdict(code, text)
    return (
        outcome if isinstance(outcome, (Later, Failed)) else Later(f"unexpected: {code} {printable(text)}"[:MAX_REPLY])
    )


def is_quota(text: str) -> bool:
    """Whether a permanent refusal is one that passes by itself."""
    found = _ENHANCED.search(text)
    status = found[1] if found else ""
    return any(quota.status.fullmatch(status) and quota.words.search(text) for quota in QUOTAS)


def printable(text: str) -> str:
    """A server's words on one line, without what could disturb a terminal or a log."""
    return _UNPRINTABLE.sub(" ", text).strip()
