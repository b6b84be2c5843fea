"""Who wrote first in somebody's name, unproven: the forger's ticket binds nobody who is proven later."""

from __future__ import annotations

import email
import email.policy
import itertools
from pathlib import Path
from typing import Any

import pytest

from store import people
from store.engine import writing
from store.models import Brake, Letter, LetterRecipient, Message, PersonAddress, Ticket, TicketLink
from tests.spoof.world import MX, World, mail, make_world

_numbers = itertools.count(60_000)

DEWI = "dewi@legit.test"
REPORT = "Username: dewi_7\nID transaksi: TRX-20261124-7001\nPenarikan belum sampai sejak jam 9.30 WIB.\n"

#: How the forged mail stands, and whether its ticket is held for it.
FORGED = {
    "nothing is known": ("spf=none smtp.mailfrom=evil.test; dmarc=none", "all"),
    "it fails": ("dmarc=fail header.from=legit.test policy.dmarc=none", "all"),
    "it fails, and is held": ("dmarc=fail header.from=legit.test", "hold"),
    "the DNS is silent": ("dmarc=temperror header.from=legit.test", "all"),
}


@pytest.fixture(params=FORGED.values(), ids=FORGED)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """A desk to which a forger has reported in Dewi's name what she will report."""
    verdict, suspicious = request.param
    made = make_world(tmp_path, bordered=True, suspicious="hold" if suspicious == "hold" else "mark")
    said = f"Authentication-Results: {MX}; {verdict}\r\n".encode()
    made.take(
        said + mail(f"From: {DEWI}", body=REPORT, number=next(_numbers), more="References: <lost@legit.test>\r\n")
    )
    return made


def _honest(world: World, body: str, **more: Any) -> Message:
    (message,) = world.take_honest(mail(f"From: {DEWI}", body=body, number=next(_numbers), **more), mail_from=DEWI)
    return message


def _letters(world: World) -> list[tuple[str, Any]]:
    """Kind and content of the letters to her."""
    to = {each.letter_id for each in world.counter.rows(LetterRecipient) if each.address == DEWI}
    shown = [each for each in world.counter.rows(Letter) if each.id in to]
    return [(each.kind, email.message_from_bytes(each.content, policy=email.policy.default)) for each in shown]


def test_her_report_is_a_ticket_of_its_own(world: World) -> None:
    """Not led into the forger's, which may be held; and acknowledged. The two are linked."""
    forged = world.counter.rows(Ticket)[-1]
    message = _honest(world, REPORT)
    assert message.ticket_id != forged.id
    ((kind, letter),) = _letters(world)
    assert kind == "received"
    own = next(each for each in world.counter.rows(Ticket) if each.id == message.ticket_id)
    assert (own.status, own.number in letter["Subject"]) == ("open", True)
    assert (own.id, forged.id, "same_report") in {
        (each.ticket_id, each.other_id, each.why) for each in world.counter.rows(TicketLink)
    }


def test_her_question_is_answered_of_her_own(world: World) -> None:
    """And where she has none, of none: the forger's number is told to nobody."""
    forged = world.counter.rows(Ticket)[-1].number
    first = _honest(world, "Halo min, bagaimana progres laporan saya? Sudah sampai mana?")
    assert first.ticket_id != world.counter.rows(Ticket)[1].id
    report = _honest(world, REPORT)
    asked = _honest(world, "Min, laporan saya sudah sampai mana ya?")
    assert asked.ticket_id == report.ticket_id
    assert [kind for kind, _ in _letters(world)] == ["received", "received", "status"]
    assert not [letter for _, letter in _letters(world) if forged in letter.as_string()]


def test_the_second_report_joins_her_own(world: World) -> None:
    """Though the forger's is older, and says the same."""
    report = _honest(world, REPORT)
    world.counter.later(hours=1)
    again = _honest(world, f"Belum ada kabar. {REPORT}")
    assert again.ticket_id == report.ticket_id


def test_an_answer_to_what_the_forger_named_too_is_hers(world: World) -> None:
    """Both refer to a mail that has never come; where the forger's is held, she is not led there."""
    forged = world.counter.rows(Ticket)[-1]
    message = _honest(world, "Saya tambahkan: lewat BCA.", more="References: <lost@legit.test>\r\n")
    assert forged.status == "open" or message.ticket_id != forged.id


@pytest.mark.parametrize("known", [False, True])
def test_a_forged_sender_does_not_become_known(tmp_path: Path, known: bool) -> None:  # a parameter
    """Where the known are acknowledged: by being proven once, or answered by a person; not by being forged before."""
    world = make_world(tmp_path, bordered=True, acknowledge="known")
    for _ in range(3):
        world.take(mail(f"From: {DEWI}", body=f"Laporan {next(_numbers)}", number=next(_numbers)))
    assert _letters(world) == []
    if known:
        _honest(world, "Ini saya sendiri.")
    world.take(mail(f"From: {DEWI}", body="Satu lagi.", number=next(_numbers)))
    assert len(_letters(world)) == (2 if known else 0)


def test_an_answer_proves_an_address_as_a_first_mail_does(tmp_path: Path) -> None:
    """Who was not proven at first, and then is, cannot be forged from then on; and can be written to again."""
    world = make_world(tmp_path, bordered=True, acknowledge="all")
    world.take(mail(f"From: {DEWI}", body=REPORT, number=next(_numbers)))
    ticket = world.counter.rows(Ticket)[-1]
    with writing(world.counter.engine) as session:
        people.note_bounce(session, 1, DEWI)
    more = f"In-Reply-To: {_letters(world)[-1][1]['Message-ID']}\r\nSubject: [{ticket.number}]\r\n"
    assert _honest(world, "Belum masuk.", more=more).ticket_id == ticket.id
    row = next(each for each in world.counter.rows(PersonAddress) if each.address == DEWI)
    assert (row.verified, row.hard_bounces) == (True, 0)
    (forged,) = world.take(mail(f"From: {DEWI}", body="Kirim ke rekening lain.", number=next(_numbers), more=more))
    assert forged.ticket_id != ticket.id


def test_the_brake_is_not_pulled_by_others(tmp_path: Path) -> None:
    """Each of her letters is answered at once in her name, as a machine would; she gets the next one all the same."""
    world = make_world(tmp_path, bordered=True)
    for _ in range(7):
        _honest(world, f"Username: dewi_{next(_numbers)}\nKode OTP tidak pernah sampai.")
        world.take(mail(f"From: {DEWI}", body="Sudah kami terima, terima kasih.", number=next(_numbers)))
        world.counter.later(minutes=40)
    assert [kind for kind, _ in _letters(world)] == ["received"] * 7
    assert world.counter.rows(Brake) == []
