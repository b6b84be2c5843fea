"""An IMAP server that tells the lies that Dovecot will not: by default it tells the truth about a few mails."""

from __future__ import annotations

import contextlib
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

#: What to send instead of the truth for a command's tag and arguments; None for the truth, and Hang to hang up.
Lie = Callable[[str, str], bytes | None]


class Hang(Exception):
    """Hang up now, with these bytes as the last words, or without any."""


@dataclass
class Liar:
    """What the server holds, what it lies about, and what it was told."""

    mails: dict[int, bytes] = field(default_factory=dict)  #: by UID
    arrived: dict[int, datetime] = field(default_factory=dict)  #: by UID; else now
    uidvalidity: int | None = 1
    capabilities: str = "IMAP4rev1 MOVE UIDPLUS"
    lies: dict[str, Lie] = field(default_factory=dict)  #: by the command's verb, without UID
    transcript: list[str] = field(default_factory=list)  #: every command, without its tag
    port: int = 0
    idling: str = ""  #: the tag of the IDLE that was begun last

    def said(self, verb: str) -> list[str]:
        """The commands of one kind that it was told."""
        return [line for line in self.transcript if line.removeprefix("UID ").split(" ")[0] == verb]

    def answer(self, line: str) -> bytes:
        """What to send for a command."""
        tag, _, command = line.partition(" ") if line != "DONE" else (self.idling, "", line)
        self.transcript.append(command)
        if command == "IDLE":
            self.idling = tag
            return b"+ idling\r\n"
        verb, _, rest = command.removeprefix("UID ").partition(" ")
        lie = self.lies.get(verb.upper())
        told = lie(tag, rest) if lie else None
        return self._truth(tag, verb.upper(), rest) if told is None else told

    def _truth(self, tag: str, verb: str, rest: str) -> bytes:
        untagged = b""
        match verb:
            case "CAPABILITY":
                untagged = f"* CAPABILITY {self.capabilities}\r\n".encode()
            case "SELECT":
                life = "" if self.uidvalidity is None else f"* OK [UIDVALIDITY {self.uidvalidity}] lives\r\n"
                following = max(self.mails, default=0) + 1
                told = f"* {len(self.mails)} EXISTS\r\n* OK [PERMANENTFLAGS (\\Seen \\*)] ok\r\n{life}"
                untagged = f"{told}* OK [UIDNEXT {following}] next\r\n".encode()
            case "SEARCH":
                untagged = f"* SEARCH {' '.join(map(str, self._found(rest)))}\r\n".encode()
            case "FETCH":
                untagged = b"".join(self._fetched(uid, rest) for uid in self._chosen(rest.split(" ", maxsplit=1)[0]))
            case "LIST":
                untagged = b'* LIST () "/" "Loket"\r\n'
            case "LOGOUT":
                untagged = b"* BYE\r\n"
        return untagged + f"{tag} OK {verb} done\r\n".encode()

    def _found(self, rest: str) -> list[int]:
        """What a search by UID, and perhaps by number before it, finds."""
        *numbers, _, spec = rest.split(" ")
        found = self._chosen(spec)
        if numbers:
            first, _, last = numbers[0].partition(":")
            found = [uid for uid in sorted(self.mails)[int(first) - 1 : int(last)] if uid in found]
        return found

    def _chosen(self, spec: str) -> list[int]:
        uids, last = sorted(self.mails), max(self.mails, default=0)
        wanted: set[int] = set()
        for part in spec.split(","):
            ends = [last if end == "*" else int(end) for end in part.split(":")]
            wanted |= {uid for uid in uids if min(ends) <= uid <= max(ends)}
        return sorted(wanted)

    def _fetched(self, uid: int, rest: str) -> bytes:
        content, told = self.mails[uid], [f"UID {uid}".encode()]
        if "INTERNALDATE" in rest:
            told.append(f'INTERNALDATE "{self.arrived.get(uid, datetime.now(UTC)):%d-%b-%Y %H:%M:%S +0000}"'.encode())
        if "RFC822.SIZE" in rest:
            told.append(f"RFC822.SIZE {len(content)}".encode())
        if found := re.search(r"BODY\.PEEK\[\]<(\d+)\.(\d+)>", rest):
            offset, size = int(found[1]), int(found[2])
            told.append(literal(f"BODY[]<{offset}>", content[offset : offset + size]))
        return b"* %d FETCH (%s)\r\n" % (sorted(self.mails).index(uid) + 1, b" ".join(told))


def literal(name: str, content: bytes) -> bytes:
    """An item with its bytes, as FETCH gives them (RFC 3501, 4.3)."""
    return f"{name} {{{len(content)}}}\r\n".encode() + content


@contextmanager
def running() -> Iterator[Liar]:
    """Start a liar, and end it."""
    liar = Liar()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            with contextlib.suppress(OSError):
                try:
                    while line := self.rfile.readline(65_536):
                        self.wfile.write(liar.answer(line.decode().rstrip("\r\n")))
                except Hang as hang:
                    self.wfile.writelines(hang.args)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.daemon_threads = True
        liar.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield liar
        server.shutdown()
        thread.join()
