"""The elements by which mail clients tell what they quote, and what they sign with, whatever their language.

They are read out of ids and classes that each client writes for itself, to find its own quotes again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from parsing.body.marks import Mark

_QUOTED = frozenset(
    "gmail_quote yahoo_quoted protonmail_quote tutanota_quote zmail_extra zmail_extra_hr moz-email-headers-table quoted-text front-blockquote "
    "cm_quote sh-quoted-content mailspring-quote nylas-quote elided-text sparkquote ms-outlook-mobile-reference-message mb_q wmquote".split()
)  #: gmail_quote of blockquotes only: the <div> of that name holds the attribution and what is written below, too
_QUOTED_IDS = frozenset(
    "yahoo_quoted mail-editor-reference-message-container blockquote_zmail mail-app-auto-quote isreplycontent original-content oriMsgHtmlSeperator".lower().split()
)
_ATTRIBUTION = frozenset("gmail_attr moz-cite-prefix moz-forward-container protonmail_attribution".split())
_ATTRIBUTION_IDS = frozenset({"reply-intro"})
_SIGNATURE = frozenset(
    "gmail_signature moz-signature protonmail_signature_block tutanota_signature zmail_signature_below mailspring-signature front-signature".split()
)
_SIGNATURE_IDS = frozenset(
    "signature ms-outlook-mobile-signature applemailsignature ymail_android_signature yahoo_signature composer_signature zmail_signature "
    "ms-outlook-mobile-body-separator-line".split()
)
_HISTORY_IDS = frozenset("divrplyfwdmsg appendonsend stopspelling zwchr replysplit divtaglines_replied".split())
_BORDER = re.compile(r"border-top:\s*solid\s+#(?:b5c4df|e1e1e1)\b[^\"]{0,80}padding:\s*3(?:\.0)?pt", re.IGNORECASE)
_PREFIX = "x_"  #: which Outlook puts before what another program wrote


def is_history(attributes: Mapping[str, str | None]) -> bool:
    """Whether a client says that history begins with this element and reaches to the end."""
    name = _name(attributes.get("id"))
    return name in _HISTORY_IDS or bool(_BORDER.search(attributes.get("style") or ""))


def mark_of(tag: str, attributes: Mapping[str, str | None]) -> Mark | None:
    """What an element says of the lines in it, None where it says nothing."""
    classes = {_name(name) for name in (attributes.get("class") or "").split()[:8]}
    name = _name(attributes.get("id"))
    if classes & _SIGNATURE or name in _SIGNATURE_IDS:
        return Mark.SIGNATURE
    if classes & _ATTRIBUTION or name in _ATTRIBUTION_IDS:
        return Mark.ATTRIBUTION
    if tag == "blockquote":
        cited = attributes.get("type") == "cite" or classes & _QUOTED or name in _QUOTED_IDS or attributes.get("cite")
        return Mark.QUOTED if cited else Mark.INDENTED
    if (
        (classes & _QUOTED) - {"gmail_quote"}
        or name in _QUOTED_IDS
        or attributes.get("name") in ("quote", "messageReplySection")
    ):
        return Mark.QUOTED
    return None


def _name(value: str | None) -> str:
    return (value or "").strip().lower().removeprefix(_PREFIX)
