"""Whether a mail's From is who it says, by the word of a border server that we trust.

Pure. An Authentication-Results field counts only where its authserv-id is one of the desk's own border servers: those
must remove what strangers write under their name (RFC 8601, 5), and of several the topmost is the newest. Our own
evaluation of SPF, DKIM and DMARC is not here: without a trusted word everybody stays unverified.
"""

from __future__ import annotations

from collections.abc import Collection

from parsing.mail import AuthResult, ParsedMail

VERIFIED, UNVERIFIED, SUSPICIOUS = "verified", "unverified", "suspicious"

#: What names the authenticated domain, by method (RFC 8601, 2.7).
_DOMAIN_OF = {"dkim": ("header.d",), "spf": ("smtp.mailfrom",)}


def verdict(mail: ParsedMail, trusted: Collection[str]) -> str:
    """One of verified, unverified, suspicious, for the mail's From; `trusted` are authserv-ids in lower case."""
    if mail.identity.suspicious or mail.from_ is None:
        return SUSPICIOUS
    results = _newest(mail.authentication, trusted)
    domain = mail.from_.address.rpartition("@")[2].lower()
    by_dmarc = [each for each in results if each.method == "dmarc"]
    if by_dmarc:
        # DMARC is the verdict on the From domain; a passing DKIM of somebody else's does not outvote it.
        return VERIFIED if all(each.result == "pass" for each in by_dmarc) else UNVERIFIED
    return VERIFIED if any(_aligned(each, domain) for each in results) else UNVERIFIED


def _newest(results: Collection[AuthResult], trusted: Collection[str]) -> list[AuthResult]:
    """The results of the topmost trusted server; another trusted one further down saw an older state of the mail."""
    first = next((each.authserv_id for each in results if each.authserv_id in trusted), None)
    return [each for each in results if each.authserv_id == first] if first else []


def _aligned(result: AuthResult, domain: str) -> bool:
    """Strict alignment (RFC 7489, 3.1): the authenticated domain is the From domain itself."""
    if result.result != "pass":
        return False
    values = [value for name, value in result.properties if name in _DOMAIN_OF.get(result.method, ())]
    return len(values) == 1 and values[0].rpartition("@")[2].lower().rstrip(".") == domain
