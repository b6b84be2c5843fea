"""Contact forms: a website's mail counts as its visitor's, who is authenticated only as far as the form is. Pure.

The form's own mail has to be proven, for whoever could forge it could write in anybody's name. And the address that a
visitor types may be somebody else's: so he stays unverified, gets the ticket number and none of what he wrote, and the
brakes on letters hold for him as for everybody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from intake.identity.authenticate import VERIFIED, Proof
from intake.settings import FormSettings
from parsing.mail import Address, Nature, ParsedMail
from replies.addresses import sendable

#: What a form's own mail may be called by its headers, though a person wrote what stands in it.
_SENT_BY_MACHINES = frozenset({Nature.HUMAN, Nature.AUTO_REPLY, Nature.BULK})

#: A name that is longer is no name.
MAX_NAME = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Unfolded:
    """A form's mail as its visitor's."""

    mail: ParsedMail
    form: str  #: the form's address


def unfold(mail: ParsedMail, forms: Sequence[FormSettings], desk: str, identity: str, proof: Proof) -> Unfolded | None:
    """The visitor's mail, None where it is no form's, or one that cannot be believed.

    `identity` is the verdict on the form's own mail, `proof` what was proven of it: a visitor in a Reply-To that the
    form's signature does not cover may be anybody's, in an old mail of the form's.
    """
    sender = mail.from_.address.lower() if mail.from_ else ""
    form = next((each for each in forms if each.address.lower() == sender and each.desk in (None, desk)), None)
    if form is None or identity != VERIFIED or mail.nature not in _SENT_BY_MACHINES:
        return None
    if form.requester == "reply-to" and not proof.vouches_for("reply-to"):
        return None
    address = _value(mail, form.requester).strip("<> ")
    if not sendable(address) or address.lower() == sender:
        return None
    visitor = Address(name=_value(mail, form.name)[:MAX_NAME], address=address)
    as_his = replace(mail, from_=visitor, reply_to=(), nature=Nature.HUMAN, nature_why="")
    return Unfolded(mail=as_his, form=form.address)


def _value(mail: ParsedMail, where: str) -> str:
    """What stands in Reply-To, or behind a label at the beginning of a line; "" where nothing does."""
    if where in ("reply-to", "reply-to name"):
        first = mail.reply_to[0] if len(mail.reply_to) == 1 else None
        return "" if first is None else first.name if where == "reply-to name" else first.address
    if not where:
        return ""
    label = rf"^[ \t*]*{re.escape(where)}[ \t*]*[:=][ \t*]*(\S[^\r\n]{{0,300}})$"
    found = re.search(label, mail.text, re.MULTILINE | re.IGNORECASE)
    return found[1].strip(" \t*") if found else ""
