"""SPF, DKIM and DMARC of one mail, evaluated by us: for desks with no border server that does it."""

from __future__ import annotations

from intake.identity import dmarc, signatures, spf
from intake.identity.authenticate import Proof, Standing
from intake.identity.resolver import DnsFailed, Resolver
from parsing.mail import Envelope
from parsing.message.headers import split

#: Header blocks that were not read whole are not verified: a signature might cover what we did not see.
_UNREAD = frozenset({"header_block_too_large", "header_too_long"})


def evaluate(resolver: Resolver, content: bytes, envelope: Envelope, author: str) -> Proof:
    """What can be proven of a mail's From domain; `author` is the From address."""
    domain = author.rpartition("@")[2].lower().rstrip(".")
    if not domain:
        return Proof(standing=Standing.NONE, told="no From domain")
    signed = _signatures(resolver, content, envelope)
    sent = _spf(resolver, envelope)
    try:
        policy = dmarc.policy(resolver, domain)
        return _judged(resolver, domain, policy, signed, sent)
    except DnsFailed:
        # Without the policy nothing can be concluded from what failed; nothing is concluded from what passed either,
        # since it is the policy that says what is aligned.
        return Proof(standing=Standing.UNKNOWN, told="DMARC could not be checked (DNS)")


def _signatures(resolver: Resolver, content: bytes, envelope: Envelope) -> list[signatures.Signature]:
    headers = split(content)
    if headers.bare_cr or not _UNREAD.isdisjoint(problem.code for problem in headers.problems):
        return []
    return signatures.check(resolver, content, envelope.received_at)


def _spf(resolver: Resolver, envelope: Envelope) -> tuple[str, str]:
    client, sender = envelope.client, envelope.mail_from
    if client is None or sender is None or not spf.foreign(client):
        return "none", ""
    return spf.check(resolver, client=client, sender=sender, helo=envelope.helo or "")


def _judged(
    resolver: Resolver,
    domain: str,
    policy: dmarc.Policy,
    signed: list[signatures.Signature],
    sent: tuple[str, str],
) -> Proof:
    record, organization = policy.record, policy.organization
    by_dkim = [
        each
        for each in signed
        if each.result in ("pass", "temperror")
        and dmarc.aligned(resolver, each.domain, domain, organization, strict=bool(record and record.strict_dkim))
    ]
    passed = next((each for each in by_dkim if each.result == "pass"), None)
    spf_result, spf_domain = sent
    by_spf = bool(spf_domain) and dmarc.aligned(
        resolver, spf_domain, domain, organization, strict=bool(record and record.strict_spf)
    )
    if passed is not None:
        told = "DMARC pass" if record else "DKIM pass"
        return Proof(standing=Standing.PASS, told=told, signed=passed.signed, sent=by_spf and spf_result == "pass")
    if by_spf and spf_result == "pass":
        return Proof(standing=Standing.PASS, told="DMARC pass" if record else "SPF pass", sent=True)
    if by_dkim or (by_spf and spf_result == "temperror"):
        return Proof(standing=Standing.UNKNOWN, told="SPF or DKIM could not be checked (DNS)")
    return _not_passed(resolver, domain, record, signed, spf_result if by_spf else "")


def _not_passed(
    resolver: Resolver, domain: str, record: dmarc.Record | None, signed: list[signatures.Signature], spf_result: str
) -> Proof:
    refused = next((each.result for each in signed if each.result not in ("pass", "fail", "temperror")), "")
    why = f" (DKIM does not count: {refused})" if refused else ""
    if record is not None:
        enforced = record.asks(resolver, domain) in ("quarantine", "reject")
        return Proof(standing=Standing.FAIL, told=f"DMARC fail{why}", enforced=enforced)
    if spf_result == "fail":
        return Proof(standing=Standing.FAIL, told=f"SPF fail{why}")
    return Proof(standing=Standing.NONE, told=f"no aligned SPF or DKIM{why}")
