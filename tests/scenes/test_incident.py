"""Twenty customers of one trouble: gathered by one order, answered by one mail, each in a letter of his own."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from store.models import Letter, Ticket
from tests.desk import Desk
from tests.scenes.post import Mailbox, Post, text_of

_CUSTOMERS = 20
_NAME = "top-up DANA terlambat"
_ANSWER = "Halo Kak,\n\nGangguan di DANA sudah selesai dan semua top-up sudah masuk. Mohon maaf ya."


def _report(customer: Mailbox, number: int, channel: str = "DANA") -> None:
    """Each in words of his own, as customers write."""
    opening = ("Halo min,", "Kak,", "Selamat pagi,", "Min tolong")[number % 4]
    amount = f"Rp{50 + number}.000"
    body = f"{opening}\n\nDeposit {amount} lewat {channel} belum masuk.\nUsername: pelanggan_{number}\n"
    customer.write("help@desk.test", body, Subject=f"Deposit {amount}")


def _begin(desk: Desk, ani: Mailbox, dewi: Mailbox) -> Mailbox:
    """Whoever was told first makes an incident of it; returns who."""
    agent = ani if ani.received() else dewi
    agent.reply(agent.received()[0], f"#insiden {_NAME}\n")
    desk.until(lambda: any(_NAME in text_of(each) for each in agent.received()), "the incident is reported back")
    return agent


def test_one_answer_reaches_twenty_customers_each_in_his_own_mail(post: Post, tmp_path: Path) -> None:
    """Later reports of it are told so and reached as well; other reports are not; agents get no flood."""
    customers, later, other = [post.mailbox() for _ in range(_CUSTOMERS)], post.mailbox(), post.mailbox()
    ani, dewi = post.mailbox(), post.mailbox()
    desk = post.desk(tmp_path / "desk", more={"notices": {"wait_seconds": 0, "look_seconds": 0.5, "per_hour": 6}})
    desk.start()
    try:
        assert desk.command("agent", "add", "Ani", ani.address).returncode == 0
        assert desk.command("agent", "add", "Dewi", dewi.address).returncode == 0
        for number, customer in enumerate(customers):
            _report(customer, number)
        desk.until(lambda: all(each.received() for each in customers), "all are acknowledged")
        agent = _begin(desk, ani, dewi)
        told = next(each for each in agent.received() if _NAME in text_of(each))
        assert f"{_CUSTOMERS} tiket" in text_of(told)
        own = next(each for each in desk.rows(Ticket) if each.person_id is None)
        desk.until(lambda: _on(agent, own.number), "the incident's own ticket is told of")
        notice = _on(agent, own.number)[-1]
        assert text_of(notice).startswith(f"Balasan Anda DIKIRIM ke {_CUSTOMERS} pelanggan")
        _report(later, 60)
        _report(other, 61, "BCA")
        desk.until(lambda: later.received() and other.received(), "the later ones are acknowledged")
        assert _NAME in text_of(later.last())
        assert _NAME not in text_of(other.last())

        agent.reply(notice, _ANSWER)
        reached = [*customers, later]
        desk.until(lambda: all(len(each.received()) == 2 for each in reached), "all are answered")
        _check_letters(reached, [ani, dewi])
        assert len(other.received()) == 1
        assert [each.kind for each in desk.rows(Letter)].count("answer") == _CUSTOMERS + 1
        waiting = [each for each in desk.rows(Ticket) if each.status == "waiting"]
        assert len(waiting) >= _CUSTOMERS + 1

        agent.reply(notice, "#insiden selesai\n")
        desk.until(lambda: any("selesai." in text_of(each) for each in agent.received()), "its end is reported back")
        assert len(ani.received()) + len(dewi.received()) < _CUSTOMERS
        assert desk.stop() == 0
    finally:
        desk.end()


def _on(agent: Mailbox, number: str) -> list[EmailMessage]:
    return [each for each in agent.received() if number in str(each["Subject"]) and "DIKIRIM" in text_of(each)]


def _check_letters(reached: list[Mailbox], agents: list[Mailbox]) -> None:
    """Each has the answer under the own number and thread, and learns of nobody else."""
    replies, numbers = set(), set()
    for customer in reached:
        acknowledged, answer = customer.received()
        assert "semua top-up sudah masuk" in text_of(answer)
        assert answer["To"] == customer.address
        assert answer["Cc"] is None
        assert answer["Subject"] == acknowledged["Subject"]
        assert answer["In-Reply-To"] in str(acknowledged["In-Reply-To"])
        assert "Auto-Submitted" not in answer
        replies.add(answer["Reply-To"])
        numbers.add(answer["Subject"])
        seen = customer.contents()[-1].decode("latin-1")
        for stranger in (*reached, *agents):
            assert stranger is customer or f"<{stranger.address}>" not in seen
            assert stranger is customer or f" {stranger.address}" not in seen
    assert len(replies) == len(numbers) == len(reached)
