"""What client and door say to each other: the paths in MAIL and RCPT, and the codes in our replies. Pure."""

from __future__ import annotations

import re
from typing import Final

#: The longest address: a forward-path is 256 octets with its brackets (RFC 5321, 4.5.3.1.3).
_ADDRESS_LIMIT: Final = 254

_ATOM: Final = r'[^\x00-\x20\x7f<>@"(),:;\\\[\]]+'
_QUOTED: Final = r'"(?:[^\x00-\x1f\x7f"\\]|\\[\x20-\x7e])*"'
_MAILBOX: Final = rf"(?:{_ATOM}|{_QUOTED})@(?:{_ATOM}|\[[0-9A-Za-z.:-]+\])"

#: "<" [source route] (mailbox, postmaster alone, or nothing) ">" [parameters], as in RFC 5321, 4.1.2. The brackets
#: may be missing, as with a person at a terminal.
_PATH: Final = re.compile(
    rf"\s*(?:<(?:@[^\x00-\x20<>:]+:)?(?P<path>{_MAILBOX}|(?i:postmaster)|)>|(?P<plain>{_MAILBOX}))(?:\s+(?P<rest>.*))?\Z"
)

NULL_PATH: Final = "<>"

#: The enhanced code of a reply that came without one (RFC 3463): what the library says in its own words.
_ENHANCED: Final = {
    "221": "2.0.0",
    "250": "2.0.0",
    "252": "2.5.2",
    "421": "4.3.0",
    "451": "4.3.0",
    "452": "4.3.1",
    "454": "4.7.0",
    "500": "5.5.2",
    "501": "5.5.4",
    "502": "5.5.1",
    "503": "5.5.1",
    "504": "5.5.4",
    "530": "5.7.0",
    "538": "5.7.11",
    "550": "5.1.1",
    "552": "5.3.4",
    "553": "5.1.3",
    "554": "5.5.0",
    "555": "5.5.4",
}
_HAS_CODE: Final = re.compile(r"\d{3}[ -][245]\.\d{1,3}\.\d{1,3}\b")


def split_path(argument: str) -> tuple[str, str] | None:
    """Take the argument of MAIL FROM: or RCPT TO: apart into an address ("<>" for the null path) and the parameters.

    None where it is no address: wrong grammar, control characters, more than 254 octets, or bytes that are not UTF-8.
    """
    match = _PATH.match(argument)
    if match is None:
        return None
    address = match["plain"] or match["path"] or NULL_PATH
    try:
        length = len(address.encode())
    except UnicodeEncodeError:  # bytes that were not UTF-8 stand as surrogates
        return None
    return (address, match["rest"] or "") if length <= _ADDRESS_LIMIT else None


def enhanced(reply: str) -> str:
    """Give a reply its enhanced status code, if it has none and its kind has one (RFC 2034, 4)."""
    code = _ENHANCED.get(reply[:3])
    if code is None or _HAS_CODE.match(reply):
        return reply
    return f"{reply[:4]}{code} {reply[4:].removeprefix('Error: ')}"
