"""Whether a mail's From is who it says: what was proven, and what follows from it.

Pure. A proof comes from the border server in front of us (`by_border`, here) or from our own evaluation of SPF, DKIM
and DMARC (`intake/identity`). An Authentication-Results field counts only where it was written by one of the desk's own
border servers, above everything that a sender could have written (RFC 8601, 5); of several the topmost is the newest.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from parsing.mail import AuthResult, ParsedMail

VERIFIED, UNVERIFIED, SUSPICIOUS = "verified", "unverified", "suspicious"

#: What names the authenticated domain, by method (RFC 8601, 2.7).
_DOMAIN_OF = {"dkim": ("header.d",), "spf": ("smtp.mailfrom",)}

#: Policies by which a domain asks others not to take mail that fails (RFC 9989, 4.7).
_ENFORCING = frozenset({"quarantine", "reject"})

_TEMPORARY = "temperror"


class Standing(StrEnum):
    """How a From address stands after it was examined."""

    PASS = "pass"  # noqa: S105  # no password
    FAIL = "fail"  # its domain says that such mail is not its own
    NONE = "none"  # nothing speaks for it, nothing against it
    UNKNOWN = "unknown"  # DNS did not answer: neither of the above may be concluded


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """What is known of a mail's From domain."""

    standing: Standing
    told: str  #: in words for an agent: "DMARC pass"
    enforced: bool = False  #: of FAIL: the domain asks that such mail be refused
    signed: frozenset[str] = frozenset()  #: header fields, in lower case, that the domain's DKIM signature covers
    sent: bool = False  #: a server of the domain's own has sent it to us (SPF), so that nobody changed it on the way

    def vouches_for(self, field: str) -> bool:
        """Whether a header field cannot have been added or exchanged in a mail that somebody replays."""
        return not self.signed or self.sent or field in self.signed


UNEXAMINED = Proof(standing=Standing.NONE, told="not examined")


def identity(mail: ParsedMail, proof: Proof) -> str:
    """One of verified, unverified, suspicious."""
    if mail.identity.suspicious or mail.from_ is None or (proof.standing is Standing.FAIL and proof.enforced):
        return SUSPICIOUS
    # Of a field that stands twice a signature covers one, and the reader may be shown the other.
    return VERIFIED if proof.standing is Standing.PASS and not mail.doubled else UNVERIFIED


def by_border(mail: ParsedMail, trusted: Collection[str], received_above: int = 0) -> Proof:
    """What the border server says; `trusted` are authserv-ids in lower case.

    `received_above` is how many Received fields of our own servers stand above its field at the most; what stands
    further down may be the sender's.
    """
    known = [each for each in mail.authentication if each.authserv_id in trusted]
    reachable = [each for each in known if each.received_above <= received_above]
    if not reachable:
        told = "the border's word stands too far down to be believed" if known else "the border said nothing"
        return Proof(standing=Standing.NONE, told=told)
    results = _newest(reachable, received_above)
    if any(not each.method and each.result == "unreadable" for each in results):
        return Proof(standing=Standing.NONE, told="the border's word cannot be read")
    domain = mail.from_.address.rpartition("@")[2].lower() if mail.from_ else ""
    by_dmarc = [each for each in results if each.method == "dmarc"]
    sent = any(each.method == "spf" and each.result == "pass" and _aligned(each, domain) for each in results)
    return replace(_by_dmarc(by_dmarc, domain) if by_dmarc else _without_dmarc(results, domain), sent=sent)


def _newest(results: Sequence[AuthResult], received_above: int) -> list[AuthResult]:
    """The results of the topmost field: servers further down saw an older state of the mail.

    Filters that write a field each (one for DKIM, one for DMARC) are heard together only where all of them stand above
    the border's Received: below it, the next field may be the sender's.
    """
    top = results[0]
    together = received_above == 0 and top.received_below > 0
    return [each for each in results if each.authserv_id == top.authserv_id and (together or each.field == top.field)]


def _by_dmarc(results: Sequence[AuthResult], domain: str) -> Proof:
    """DMARC is the verdict on the From domain; a passing DKIM of somebody else's does not outvote it."""
    said = {each.result for each in results}
    named = {value.lower().rstrip(".") for each in results for name, value in each.properties if name == "header.from"}
    if said == {"pass"} and named <= {domain}:
        return Proof(standing=Standing.PASS, told="DMARC pass")
    if _TEMPORARY in said:
        return Proof(standing=Standing.UNKNOWN, told="DMARC could not be checked (DNS)")
    if "fail" in said:
        policies = {value.lower() for each in results for name, value in each.properties if name == "policy.dmarc"}
        # A border that does not tell the policy speaks of one that asks for refusal, for all that we know.
        enforced = bool(policies & _ENFORCING) or not policies
        return Proof(standing=Standing.FAIL, told="DMARC fail", enforced=enforced)
    if said == {"pass"}:
        return Proof(standing=Standing.NONE, told="DMARC pass of another domain")
    return Proof(standing=Standing.NONE, told=f"DMARC {'/'.join(sorted(said))}")


def _without_dmarc(results: Sequence[AuthResult], domain: str) -> Proof:
    aligned = {each.method for each in results if each.result == "pass" and _aligned(each, domain)}
    if aligned:
        return Proof(standing=Standing.PASS, told=f"{min(aligned).upper()} pass")  # DKIM before SPF
    methods = [each for each in results if each.method in _DOMAIN_OF]
    if any(each.result == _TEMPORARY for each in methods):
        return Proof(standing=Standing.UNKNOWN, told="SPF and DKIM could not be checked (DNS)")
    if any(each.method == "spf" and each.result == "fail" and _aligned(each, domain) for each in methods):
        return Proof(standing=Standing.FAIL, told="SPF fail")
    return Proof(standing=Standing.NONE, told="no aligned SPF or DKIM")


def _aligned(result: AuthResult, domain: str) -> bool:
    """Strict alignment (RFC 9989, 4.4): the authenticated domain is the From domain itself."""
    values = [value for name, value in result.properties if name in _DOMAIN_OF.get(result.method, ())]
    return len(values) == 1 and bool(domain) and values[0].rpartition("@")[2].lower().rstrip(".") == domain
