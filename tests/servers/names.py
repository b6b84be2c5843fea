"""A DNS server of the tests, over UDP and TCP, that answers as it is told, wrongly and not at all included."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

#: What a name may do instead of an answer; see Names.
SILENT, SERVFAIL, REFUSED, NOTHING, TRUNCATED, TRUNCATED_ALONE, GARBAGE, STRANGE = (
    *("silent", "servfail", "refused", "nothing", "truncated", "truncated alone", "garbage", "strange"),
)


@dataclass
class Names:
    """What it knows, and what it was asked."""

    records: Mapping[tuple[str, str], Sequence[str]]  #: (name, kind) → records as in a zone file
    manners: Mapping[str, str] = field(default_factory=dict)  #: name → one of the above
    ttl: int = 300
    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)  #: protocol, name

    def reply(self, wire: bytes, protocol: str) -> bytes:
        """The answer to a question, b"" for none."""
        query = dns.message.from_wire(wire)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append((protocol, name))
        manner = self.manners.get(name, "")
        answer = dns.message.make_response(query, recursion_available=True)
        if manner == SILENT or (manner == TRUNCATED_ALONE and protocol == "tcp"):
            return b""
        if manner == GARBAGE:
            return wire[:2] + b"\xff" * 20
        if manner in (TRUNCATED, TRUNCATED_ALONE) and protocol == "udp":
            answer.flags |= dns.flags.TC
            return answer.to_wire()
        if manner in (SERVFAIL, REFUSED):
            answer.set_rcode(dns.rcode.from_text(manner))
        else:
            self._answer(answer, question, name, manner)
        if manner == STRANGE:
            answer.id ^= 1
        return answer.to_wire(max_size=65535)

    def _answer(self, answer: dns.message.Message, question: dns.rrset.RRset, name: str, manner: str) -> None:
        kind = dns.rdatatype.to_text(question.rdtype)
        for wanted in (kind, "CNAME"):
            found = self.records.get((name, wanted), [])
            if found:
                answer.answer.append(dns.rrset.from_text(question.name, self.ttl, "IN", wanted, *found))
        if not answer.answer and manner != NOTHING and not any(known == name for known, _ in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)


@contextmanager
def running(names: Names) -> Iterator[Names]:
    """Start a server, and end it."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        names.port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", names.port))
        threads = [
            threading.Thread(target=serve, args=args) for serve, args in ((_udp, (names, udp)), (_tcp, (names, tcp)))
        ]
        for thread in threads:
            thread.start()
        try:
            yield names
        finally:
            with socket.socket(type=socket.SOCK_DGRAM) as last:
                last.sendto(b"", ("127.0.0.1", names.port))
            tcp.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(10)


def _udp(names: Names, server: socket.socket) -> None:
    while True:
        wire, client = server.recvfrom(4096)
        if not wire:
            return
        if reply := names.reply(wire, "udp"):
            server.sendto(reply, client)


def _tcp(names: Names, server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(5)
            length = connection.recv(2)
            if len(length) == 2:
                reply = names.reply(connection.recv(struct.unpack("!H", length)[0]), "tcp")
                connection.sendall(struct.pack("!H", len(reply)) + reply if reply else b"")
