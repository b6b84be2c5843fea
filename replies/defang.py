"""A stranger's words as they may stand in an agent's mail: no mail client makes a link of them.

"https://a.example/x" becomes "hxxps://a[.]example/x": it can still be read, and followed by who means it.
"""

from __future__ import annotations

import re
from typing import Final

#: Endings of host names of which mail clients make links without "www." before them, beside every country's.
_ENDINGS: Final = (
    "com net org edu gov mil int info biz name pro app dev page site online store shop live life link click top xyz "
    "club vip fun icu win bet casino games cash loan money bank credit cloud tech space website work world zone help"
).replace(" ", "|")

_SCHEME = re.compile(r"\b(?:https?|ftp)(?=://)", re.IGNORECASE)
_HOST = re.compile(
    rf"(?<![\w@.-])(?:[A-Za-z0-9-]{{1,63}}\.){{1,8}}(?:{_ENDINGS}|[A-Za-z]{{2}})(?![\w@-])(?!\.\w)"
    r"|(?<=://)[^\s/?#]{1,253}|\bwww\.[^\s/?#]{1,249}",
    re.IGNORECASE,
)


def defanged(text: str) -> str:
    """The text without anything that is a link, or that a mail client takes for one."""
    return _SCHEME.sub(_disarmed, _HOST.sub(lambda match: match[0].replace(".", "[.]"), text))


def _disarmed(match: re.Match[str]) -> str:
    return match[0].lower().replace("http", "hxxp").replace("ftp", "fxp")
