"""Who meets the desk: one machine a scene, or several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tests.loops.machines import (
    KNOWN,
    SYSTEM,
    UNKNOWN,
    Bouncer,
    Forwarder,
    List,
    Responder,
    reminding,
    talker,
)
from tests.loops.world import MARKS, THREADS, Machine, World, make_desk

DAYS = 7
PEER, LIST = "orang@peer.test", "warga@list.test"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A machine, and how it is met."""

    name: str
    build: Callable[[World, Path], None]  #: puts the desks and the machines into the world
    alerts: int = 0  #: of a loop: none where the machine is known for one, or its answers join their ticket
    quick: bool = True  #: the machine answers within the minute
    sender: str = PEER  #: who writes first
    to: str = "help@desk.test"


def _peer(machine: Callable[[], Machine], address: str = PEER) -> Callable[[World, Path], None]:
    """A world of one desk and one machine."""

    def build(world: World, folder: Path) -> None:
        make_desk(world, folder)
        world.machines[address] = machine()

    return build


def _threads(*words: str, **more: Any) -> Callable[[World, Path], None]:
    """A machine that answers as mail clients do."""
    return _peer(lambda: Responder(PEER, words, **more))


def _fresh(*words: str, **more: Any) -> Callable[[World, Path], None]:
    """A machine that refers to nothing, and answers to the address that wrote."""
    told = {"threads": False, "to_reply_to": False, "subject": "Permohonan {number}"} | more
    return _peer(lambda: Responder(PEER, words, **told))


def _own_templates(folder: Path) -> Path:
    """Templates of a site's own, whose words no responder uses."""
    overlay = folder / "templates"
    for language in ("id", "en"):
        (overlay / language).mkdir(parents=True, exist_ok=True)
        text = f"Kertas {{{{ number }}}} ada di meja kami. {UNKNOWN}\n"
        (overlay / language / "received.txt").write_text(text)
        (overlay / language / "received.html").write_text(f"<p>{text}</p>")
    return overlay


def _desks(world: World, folder: Path, *domains: str, lost: tuple[str, ...] = (), own_words: bool = True) -> None:
    more = {"templates": _own_templates(folder)} if own_words else {}
    for domain in domains:
        make_desk(world, folder, domain, **more)
    world.lost = lost


def _two(world: World, folder: Path, *, lost: tuple[str, ...] = (), own_words: bool = False) -> None:
    _desks(world, folder, "desk.test", "peer.test", lost=lost, own_words=own_words)


def _ring(world: World, folder: Path) -> None:
    """Each desk's mail is forwarded to the next one as well, and every desk answers whoever the mail is from."""
    domains = ("desk.test", "peer.test", "third.test")
    _desks(world, folder, *domains, lost=(*MARKS, *THREADS))
    for number, domain in enumerate(domains):
        world.copies[f"help@{domain}"] = f"help@{domains[(number + 1) % 3]}"


def _back(world: World, folder: Path) -> None:
    """The customer's address leads back to the desk."""
    _desks(world, folder, "desk.test", lost=(*MARKS, *THREADS))
    world.machines[PEER] = Forwarder("help@desk.test")


def _list(world: World, folder: Path, *, marks: bool, munges: bool = False) -> None:
    _desks(world, folder, "desk.test", lost=() if marks else (*MARKS, *THREADS))
    world.machines[LIST] = List(LIST, ["help@desk.test", "siti@peer.test"], marks=marks, munges=munges)


def _reminding(world: World, folder: Path) -> None:
    _fresh(SYSTEM)(world, folder)
    for after, sending in reminding(PEER, "help@desk.test", SYSTEM, DAYS):
        world.send(sending, after)


_LATE = (0.25, 1, 3, 7, 11, 25)

SCENES = [
    Scene(name="two lokets", build=_two, sender="help@peer.test"),
    Scene(name="two lokets, all marks lost", build=partial(_two, lost=MARKS), sender="help@peer.test"),
    Scene(
        name="two lokets, marks lost, own words",
        build=partial(_two, lost=MARKS, own_words=True),
        sender="help@peer.test",
    ),
    Scene(
        name="two lokets, threads lost too",
        build=partial(_two, lost=(*MARKS, *THREADS), own_words=True),
        sender="help@peer.test",
        alerts=1,
    ),
    Scene(name="ring of three desks", build=_ring, sender="help@peer.test", alerts=2),
    Scene(name="forwarder back to the desk", build=_back),
    Scene(name="vacation, marked", build=_threads(KNOWN, more=["Auto-Submitted: auto-replied"])),
    Scene(name="vacation, unmarked, known words", build=_threads(KNOWN)),
    Scene(name="vacation, unmarked, in the thread", build=_threads(UNKNOWN)),
    Scene(name="vacation, unmarked, new subject", build=_fresh(UNKNOWN, subject="Jauh"), alerts=1),
    Scene(name="vacation, unmarked, short", build=_fresh("ke laut", subject="Jauh"), alerts=1),
    Scene(name="vacation, a subject alone", build=_fresh("", subject="di laut"), alerts=1),
    Scene(name="two texts by turns", build=_fresh(UNKNOWN, SYSTEM), alerts=1),
    Scene(name="bounces, reports to the From", build=_peer(lambda: Bouncer("MAILER-DAEMON@peer.test", report=True))),
    Scene(name="bounces, new mails of its own words", build=_peer(lambda: Bouncer(PEER, report=False)), alerts=1),
    Scene(name="mailing list", build=partial(_list, marks=True), sender="siti@peer.test", to=LIST),
    Scene(name="mailing list without marks", build=partial(_list, marks=False), sender="siti@peer.test", to=LIST),
    Scene(
        name="mailing list that writes as itself",
        build=partial(_list, marks=False, munges=True),
        sender="siti@peer.test",
        to=LIST,
    ),
    Scene(name="ticket system", build=_fresh(SYSTEM), alerts=1),
    Scene(name="ticket system, to the reply address", build=_fresh(SYSTEM, to_reply_to=True)),
    Scene(name="ticket system that quotes us", build=_fresh(SYSTEM, quotes=True), alerts=1),
    Scene(
        name="ticket system, a new address each time",
        build=_peer(lambda: Responder(PEER, [SYSTEM], sender=lambda number: f"kasus-{number}@peer.test"), "peer.test"),
    ),
    Scene(name="echo", build=_fresh("", quotes=True), alerts=1),
    Scene(name="never the same words, in the thread", build=_peer(lambda: talker(PEER, threads=True))),
    Scene(name="ticket system that reminds daily", build=_reminding, quick=False, alerts=1),
    *(
        Scene(
            name=f"ticket system after {hours:g} h",
            build=_fresh(SYSTEM, after=timedelta(hours=hours)),
            quick=False,
            alerts=1,
        )
        for hours in _LATE
    ),
]
