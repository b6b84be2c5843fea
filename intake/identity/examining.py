"""Examines a mail that was read, before it is decided on: who vouches for its sender, and what a scanner says of it.

Both ask others over the network, so it happens in threads of its own and outside of any transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import structlog

from intake.identity.authenticate import UNEXAMINED, Proof, Standing
from intake.identity.evaluation import evaluate
from intake.identity.resolver import DnsResolver, Resolver
from intake.identity.scanning import Clamd, Scan
from intake.settings import AuthenticationSettings, IntakeSettings
from intake.spooled import read_spooled
from parsing.mail import ParsedMail, RawMail

_log = structlog.get_logger(__name__)

#: Mails that are examined at the same time: they wait for the network, not for the processor.
THREADS: Final = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Examination:
    """What others say of a mail."""

    proof: Proof = UNEXAMINED  #: by our own evaluation
    scan: Scan | None = None  #: None without a scanner


class Scanner(Protocol):
    """Who looks for malware."""

    def scan(self, content: bytes, /) -> Scan:
        """Its verdict on a whole mail."""
        ...


class Examiner:
    """Asks the DNS and the scanner, where there are any."""

    def __init__(self, *, resolver: Resolver | None, scanner: Scanner | None) -> None:
        self._resolver = resolver
        self._scanner = scanner
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="examiner")

    def begin(self, path: Path, mail: ParsedMail, *, evaluate_sender: bool) -> Future[Examination]:
        """Start to examine a spooled mail; without `evaluate_sender` somebody else vouches for its sender.

        The future fails with OSError or SpoolCorrupt where the spooled file cannot be read, with nothing else.
        """
        resolver = self._resolver if evaluate_sender else None
        if resolver is None and self._scanner is None:
            done: Future[Examination] = Future()
            done.set_result(Examination())
            return done
        return self._threads.submit(lambda: self.examine(read_spooled(path), mail, evaluate_sender=evaluate_sender))

    def examine(self, raw: RawMail, mail: ParsedMail, *, evaluate_sender: bool) -> Examination:
        """Examine a mail now."""
        resolver = self._resolver if evaluate_sender else None
        proof = UNEXAMINED
        if resolver is not None and mail.from_ is not None:
            author, envelope, content = mail.from_.address, raw.envelope, raw.content
            proof = _guarded(lambda: evaluate(resolver, content, envelope, author))
        scan = self._scanner.scan(raw.content) if self._scanner is not None else None
        return Examination(proof=proof, scan=scan)

    def stop(self) -> None:
        """Wait for what is being examined, and begin nothing more."""
        self._threads.shutdown(wait=True)


def dns(how: AuthenticationSettings) -> DnsResolver:
    """The DNS, by the configuration."""
    return DnsResolver(nameservers=[str(each) for each in how.nameservers], lifetime=how.dns_seconds)


def examiner(settings: IntakeSettings) -> Examiner:
    """Who examines mail, by the configuration."""
    how, scanner = settings.authentication, settings.scanner
    return Examiner(
        resolver=dns(how) if how.evaluate else None,
        scanner=Clamd(scanner.clamd, scanner.seconds) if scanner.clamd else None,
    )


def _guarded(examine: Callable[[], Proof]) -> Proof:
    try:
        return examine()
    except Exception:  # noqa: BLE001  # what strangers publish must not stop their mail, nor anybody else's
        _log.exception("a sender could not be examined")
        return Proof(standing=Standing.UNKNOWN, told="the sender could not be examined")
