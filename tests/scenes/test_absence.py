"""An agent goes on holiday: the own mailbox says so, the colleague gets the work, and no customer hears of it."""

from __future__ import annotations

from pathlib import Path

from store.models import Agent, Event, Mail, Ticket
from tests.scenes.post import Mailbox, Post, text_of, words

_REPORT = "Halo min,\n\nDeposit saya belum masuk.\nUsername: {name}\nWaktu: kemarin 22.10 WIB\n"
_AWAY = "Halo,\n\nSaya cuti sampai {day}. Untuk hal mendesak hubungi Dewi.\n\nSalam,\nAni"


def _absence_of(agent: Mailbox, day: str) -> None:
    """As a responder answers that does not heed that our letters are automatic."""
    notice = agent.last()
    headers = {"Auto_Submitted": "auto-replied", "Subject": f"Balasan otomatis: {notice['Subject']}"}
    agent.reply(notice, words(_AWAY.format(day=day)), **headers)


def test_whose_mailbox_says_away_is_routed_round_until_back(post: Post, tmp_path: Path) -> None:
    """What the absent agent has goes to the other when news comes, new tickets too; a mail of the agent's ends it."""
    budi, siti, eka, ani, dewi = (post.mailbox() for _ in range(5))
    desk = post.desk(tmp_path / "desk")
    desk.start()
    try:
        assert desk.command("agent", "add", "Ani", ani.address).returncode == 0
        budi.write("help@desk.test", _REPORT.format(name="budi_99"), Subject="Deposit belum masuk")
        desk.until(lambda: ani.received() and budi.received(), "the one agent is told, the customer acknowledged")
        assert desk.command("agent", "add", "Dewi", dewi.address).returncode == 0
        _absence_of(ani, "1 Januari 2031")  # no date that anybody means
        desk.until(lambda: desk.rows(Agent)[0].away_until, "the absence is noticed")

        budi.reply(budi.last(), "Bagaimana, min? Ini penting.")
        desk.until(dewi.received, "the colleague is told")
        (told,) = dewi.received()
        assert told["Subject"] == ani.last()["Subject"]
        assert "Ini penting." in text_of(told)
        assert "Deposit saya belum masuk." in text_of(told)
        siti.write("help@desk.test", _REPORT.format(name="siti_7"), Subject="Deposit")
        desk.until(lambda: len(dewi.received()) == 2, "the new ticket is the colleague's too")
        assert {each.assignee_id for each in desk.rows(Ticket)} == {desk.rows(Agent)[1].id}
        dewi.reply(told, "Halo Kak, kami cek dengan bank ya.")
        desk.until(lambda: len(budi.received()) == 2, "the customer is answered")
        assert "kami cek dengan bank" in text_of(budi.last())

        ani.write("help@desk.test", "#mine", Subject="saya kembali")
        desk.until(lambda: len(ani.received()) == 2, "who asks is here again, and told")
        assert desk.rows(Agent)[0].away_until is None
        eka.write("help@desk.test", _REPORT.format(name="eka_5"), Subject="Deposit")
        desk.until(lambda: len(ani.received()) == 3, "new tickets come again")
        desk.until(eka.received, "and are acknowledged")

        assert [len(each.received()) for each in (budi, siti, eka, ani, dewi)] == [2, 1, 1, 3, 2]
        for customer in (budi, siti, eka):
            assert not any(b"cuti" in each for each in customer.contents())
        assert [each.rule for each in desk.rows(Mail)].count("agent_automatic") == 1
        assert [each.by for each in desk.rows(Event) if each.what == "away"] == ["Ani"]
        assert desk.stop() == 0
    finally:
        desk.end()
