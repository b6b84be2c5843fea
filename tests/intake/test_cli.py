"""The command line: results on stdout, words for people on stderr, exit codes as the interface says."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from intake.cli.command import run
from store import keys
from store.engine import open_store
from store.models import Access, Event, Ticket
from tests.intake.conftest import Counter, customer_mail, make_counter

ROOT = Path(__file__).parents[2]

_CONFIG = """
data = "{folder}"
[desks.help]
addresses = ["help@desk.test"]
acknowledge = "all"
[store]
url = "{url}"
"""


@pytest.fixture
def counter(store_url: str, tmp_path: Path) -> Iterator[Counter]:
    """A desk with one ticket, a mail set aside, and a configuration that says where they are."""
    (tmp_path / "config.toml").write_text(_CONFIG.format(folder=tmp_path, url=store_url))
    keys.create_master(tmp_path / "secret.key")
    engine = open_store(store_url)
    counter = make_counter(engine, tmp_path, master=keys.read_master(tmp_path / "secret.key"))
    counter.take(customer_mail("Username: budi_99\nID transaksi: TRX-20261123-0042\nDeposit belum masuk.\n"))
    yield counter
    engine.dispose()


@pytest.fixture
def loket(counter: Counter, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs a command; gives its exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run(["--config", str(counter.folder / "config.toml"), *arguments])
        told = capfd.readouterr()
        return code, told.out, told.err

    return call


Loket = Callable[..., tuple[int, str, str]]


def test_ticket_show_has_the_shape_of_the_interface(loket: Loket) -> None:
    """Every key, whether there is something to say or not."""
    _, listed, _ = loket("ticket", "list", "--json")
    number = json.loads(listed)["number"]
    code, shown, _ = loket("ticket", "show", number, "--json")
    ticket = json.loads(shown)
    assert code == 0
    assert set(ticket) == set(
        "number desk status subject category language priority queue assignee created_at updated_at "
        "first_reply_due_at resolution_due_at next_at next_what customer fields missing participants related messages "
        "events held_for merged_into tags wait_until".split()
    )
    assert set(ticket["fields"]) == set(
        "usernames transaction_ids occurred_at amounts channels emails phones devices error_messages registered_at "
        "links steps_tried".split()
    )
    assert set(ticket["fields"]["usernames"][0]) == set("value role raw where start end rule confidence by".split())
    assert ticket["fields"]["usernames"][0]["value"] == "budi_99"
    assert ticket["fields"]["transaction_ids"][0]["value"] == "TRX-20261123-0042"
    assert ticket["missing"] == ["occurred_at"]
    assert ticket["customer"] == {
        "name": "Budi",
        "address": "budi@example.com",
        "verified": False,
        "undeliverable": False,
    }
    message = ticket["messages"][0]
    assert {"id", "message_id", "direction", "from", "to", "date", "text", "new_text", "nature", "identity"} < set(
        message
    )
    found = ticket["fields"]["usernames"][0]
    assert message["text"][found["start"] : found["end"]] == "budi_99"
    assert ticket["created_at"].endswith("+00:00")


def test_ticket_show_is_readable_in_eighty_columns(loket: Loket) -> None:
    """On a terminal of that width no line of the conversation is broken by it."""
    number = json.loads(loket("ticket", "list", "--json")[1])["number"]
    _, shown, _ = loket("ticket", "show", number.lower())
    assert "budi_99" in shown
    assert "not verified" in shown
    assert max(len(line) for line in shown.splitlines() if "“" not in line) <= 80


def test_ticket_search_finds_by_any_word(loket: Loket) -> None:
    """Number, username, transaction ID, sender, text; all words have to be there, in any case."""
    for words in (["budi_99"], ["trx-20261123"], ["BUDI@example.com"], ["deposit", "masuk"], ["LKT-"]):
        assert "LKT-" in loket("ticket", "search", *words)[1], words
    assert loket("ticket", "search", "deposit", "nowhere")[1] == ""
    assert loket("ticket", "search", "100%")[1] == ""


def test_what_is_not_there_is_told_without_a_trace(loket: Loket) -> None:
    """A sentence on stderr, and exit code 1."""
    code, out, err = loket("ticket", "show", "LKT-999999")
    assert (code, out) == (1, "")
    assert "LKT-999999" in err
    assert "Traceback" not in err


def test_status_has_the_shape_of_the_interface(loket: Loket) -> None:
    """One object."""
    status = json.loads(loket("status", "--json")[1])
    assert status["spool"] == {"new": 0, "oldest_seconds": 0}
    assert status["mail"] == {"done": 1, "shunted": 0}
    assert status["tickets"] == {"open": 1, "waiting": 0, "closed": 0, "held": 0}
    assert set(status["outbox"]) >= {"pending", "sent", "failed", "held", "oldest_seconds"}
    assert status["messages"] == 2
    assert status["doors"] == []
    assert "tickets" in loket("status")[1]


def test_why_tells_rule_and_routes(loket: Loket) -> None:
    """With or without the angle brackets; 1 for a mail that never came."""
    code, out, _ = loket("why", "<1@example.com>")
    assert code == 0
    assert "new" in out
    assert "help@desk.test" in out
    assert loket("why", "nobody@example.com")[0] == 1


def test_explain_decides_and_stores_nothing(loket: Loket, counter: Counter) -> None:
    """A second mail of the same customer, answering the first one."""
    file = counter.folder / "second.eml"
    file.write_bytes(customer_mail("Sudah?", Message_ID="<2@example.com>", In_Reply_To="<1@example.com>"))
    told = json.loads(loket("explain", str(file), "--json")[1])
    assert told["decision"]["kind"] == "join"
    assert told["decision"]["rule"] == "answers"
    assert json.loads(loket("status", "--json")[1])["mail"]["done"] == 1


def test_explain_works_without_a_store(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The mail is the first of an empty desk; no file is made."""
    data = tmp_path / "nowhere"
    (tmp_path / "config.toml").write_text(f'data = "{data}"\n[desks.help]\naddresses = ["help@desk.test"]\n')
    (tmp_path / "a.eml").write_bytes(customer_mail())
    assert run(["--config", str(tmp_path / "config.toml"), "explain", str(tmp_path / "a.eml")]) == 0
    told = capfd.readouterr().out
    assert "there is none yet" in told
    assert "sender not authenticated" in told
    assert not data.exists()


def test_parse_needs_no_configuration(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One line a file."""
    (tmp_path / "a.eml").write_bytes(customer_mail())
    (tmp_path / "b.eml").write_bytes(b"")
    assert run(["parse", "--json", str(tmp_path / "a.eml"), str(tmp_path / "b.eml")]) == 0
    first, second = map(json.loads, capfd.readouterr().out.splitlines())
    assert first["file"] == str(tmp_path / "a.eml")
    assert first["report"]["usernames"] == ["budi_99"]
    assert second["message_id"] is None


def test_parse_shows_html_without_harm(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What could run or be fetched is gone; a mail without HTML shows its text."""
    html = b"Content-Type: text/html\r\n\r\n<p onclick=x()>Halo<img src=https://x.example/p></p>"
    (tmp_path / "a.eml").write_bytes(html)
    (tmp_path / "b.eml").write_bytes(b"From: a@b.example\r\n\r\n1 < 2\r\n")
    assert run(["parse", "--html", str(tmp_path / "a.eml"), str(tmp_path / "b.eml")]) == 0
    assert capfd.readouterr().out == "<p>Halo<img></p>\n<pre>1 &lt; 2\n</pre>\n"
    assert run(["parse", str(tmp_path / "a.eml")]) == 2


def test_parse_answers_for_a_file_that_cannot_be_opened(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """With a line of its own, and goes on with the next."""
    (tmp_path / "b.eml").write_bytes(customer_mail())
    assert run(["parse", "--json", str(tmp_path / "none.eml"), str(tmp_path), str(tmp_path / "b.eml")]) == 1
    none, folder, good = map(json.loads, capfd.readouterr().out.splitlines())
    assert none == {"file": str(tmp_path / "none.eml"), "error": "No such file or directory"}
    assert folder["error"] == "Is a directory"
    assert "error" not in good


def test_mail_list_and_show_tell_its_fate(loket: Loket) -> None:
    """From the door to the ticket."""
    line = json.loads(loket("mail", "list", "--json")[1])
    assert (line["state"], line["rule"], line["sender"]) == ("done", "new", "budi@example.com")
    shown = json.loads(loket("mail", "show", str(line["id"]), "--json")[1])
    assert shown["acknowledged"] == "yes"
    assert shown["message_id"] == "1@example.com"
    assert "new" in loket("mail", "show", str(line["id"]))[1]


def test_an_old_mail_set_aside_is_history_when_it_is_put_back(loket: Loket, counter: Counter) -> None:
    """Whoever wrote it years ago hears nothing, even though it could not be read at its import."""
    counter.reader.failures[b"X-Bad"] = MemoryError()
    counter.hand_in(customer_mail("Username: siti88\n", Message_ID="<bad@example.com>", X_Bad="yes"), history=True)
    for _ in range(20):
        counter.worker._waiting._resting.clear()
        counter.worker.step()
    counter.reader.failures.clear()
    line = json.loads(loket("mail", "list", "--state", "shunted", "--json")[1])
    assert loket("mail", "retry", str(line["id"]))[0] == 0
    counter.work()
    anew = next(
        each for each in map(json.loads, loket("mail", "list", "--json")[1].splitlines()) if each["id"] != line["id"]
    )
    shown = json.loads(loket("mail", "show", str(anew["id"]), "--json")[1])
    assert (shown["rule"], shown["acknowledged"]) == ("recover", "history")
    assert json.loads(loket("ticket", "show", line["ticket"], "--json")[1])["status"] == "closed"


def test_a_mail_set_aside_is_put_back_and_read(loket: Loket, counter: Counter) -> None:
    """After a fault of ours was mended: the same ticket gets its words."""
    counter.reader.failures[b"X-Bad"] = MemoryError()
    counter.hand_in(customer_mail("Username: siti88\n", Message_ID="<bad@example.com>", X_Bad="yes"))
    for _ in range(20):
        counter.worker._waiting._resting.clear()
        counter.worker.step()
    counter.reader.failures.clear()
    line = json.loads(loket("mail", "list", "--state", "shunted", "--json")[1])
    code, _, err = loket("mail", "retry", str(line["id"]))
    assert (code, "in the spool again" in err) == (0, True)
    counter.work()
    assert json.loads(loket("status", "--json")[1])["mail"] == {"done": 2, "shunted": 0}
    assert "siti88" in loket("ticket", "show", line["ticket"])[1]
    assert loket("mail", "retry", "1")[0] == 1


def test_open_gives_the_bytes_and_remembers_who_asked(loket: Loket, counter: Counter) -> None:
    """On the file's own record, and on its ticket."""
    raw = json.loads(loket("mail", "show", "1", "--json")[1])["raw"]
    code, out, _ = loket("open", raw, "--reason", "a complaint")
    assert code == 0
    assert out.encode() == customer_mail("Username: budi_99\nID transaksi: TRX-20261123-0042\nDeposit belum masuk.\n")
    (access,) = counter.rows(Access)
    assert access.reason == "a complaint"
    assert "opened a sealed file" in [event.what for event in counter.rows(Event)]
    assert loket("open", raw)[0] == 2
    assert loket("open", "ab" * 16, "--reason", "x")[0] == 1


def test_the_outbox_can_be_held_back_and_sent_again(loket: Loket) -> None:
    """Cancel, retry; what is over is refused."""
    letter = json.loads(loket("outbox", "list", "--json")[1])
    assert (letter["state"], letter["recipients"][0]["address"]) == ("pending", "budi@example.com")
    assert loket("outbox", "cancel", str(letter["id"]))[0] == 0
    assert json.loads(loket("outbox", "list", "--state", "cancelled", "--json")[1])["id"] == letter["id"]
    code, _, err = loket("outbox", "retry", str(letter["id"]))
    assert code == 1
    assert "cancelled" in err


def test_agents_come_and_go(loket: Loket) -> None:
    """An address belongs to one agent at a time."""
    assert loket("agent", "add", "Ani", "ani@desk.test", "ani@phone.test", "--role", "lead")[0] == 0
    assert json.loads(loket("agent", "list", "--json")[1]) == {
        "name": "Ani",
        "role": "lead",
        "language": "",
        "quiet": "",
        "away_until": None,
        "addresses": ["ani@desk.test", "ani@phone.test"],
    }
    assert loket("agent", "add", "Budi", "ani@desk.test")[0] == 1
    assert loket("agent", "add", "Cici", "no address")[0] == 2
    assert loket("agent", "add", "Cici", "c@desk.test", "--quiet", "night")[0] == 2
    assert loket("agent", "add", "Cici", "c@desk.test", "--language", "xx")[0] == 1
    assert loket("agent", "change", "Ani", "--language", "en", "--quiet", "21:00-07:00")[0] == 0
    assert loket("agent", "away", "Ani", "--until", "2031-01-02")[0] == 0
    (ani,) = map(json.loads, loket("agent", "list", "--json")[1].splitlines())
    assert (ani["language"], ani["quiet"], ani["away_until"][:10]) == ("en", "21:00-07:00", "2031-01-02")
    assert loket("agent", "back", "Ani")[0] == 0
    assert loket("agent", "away", "Nobody")[0] == 1
    assert loket("agent", "remove", "Ani")[0] == 0
    assert loket("agent", "remove", "Ani")[0] == 1
    assert loket("agent", "list")[1] == ""


def test_deliver_is_durable_without_daemon_and_store(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The spool has it, with the envelope that the mail server gave."""

    class Stdin:
        buffer = io.BytesIO(b"From a@example.com Tue Nov 24 05:00:00 2026\n" + customer_mail("Dua."))

    monkeypatch.setattr(sys, "stdin", Stdin())
    config = str(counter.folder / "config.toml")
    assert run(["--config", config, "deliver", "--to", "help@desk.test", "--from", "a@example.com"]) == 0
    (name,) = counter.spool.waiting()
    raw = counter.spool.open(name)
    assert raw.content == customer_mail("Dua.")
    assert (raw.envelope.rcpt_to, raw.envelope.mail_from, raw.envelope.door) == (
        ("help@desk.test",),
        "a@example.com",
        "pipe",
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["deliver", "--nonsense"], os.EX_USAGE),
        (["deliver", "--desk", "nobody"], os.EX_USAGE),
        (["ticket", "--nonsense"], 2),
        (["nonsense"], 2),
        (["ticket", "search"], 2),
    ],
)
def test_wrong_usage_has_its_own_codes(loket: Loket, arguments: list[str], code: int) -> None:
    """64 for deliver, as mail servers understand it; 2 for the others."""
    assert loket(*arguments)[0] == code


def test_deliver_says_later_where_it_cannot_work(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A mail server that hears 75 keeps the mail; a broken configuration must not bounce it."""
    (tmp_path / "config.toml").write_text("colour = 1\n")
    assert run(["--config", str(tmp_path / "config.toml"), "deliver"]) == os.EX_TEMPFAIL
    assert run(["--config", str(tmp_path / "none.toml"), "deliver"]) == os.EX_TEMPFAIL


def test_import_is_history(loket: Loket, counter: Counter) -> None:
    """Into the spool, marked so that nobody is written to; a file that cannot be read is told."""
    (counter.folder / "old.eml").write_bytes(customer_mail("Lama.", Message_ID="<old@example.com>"))
    code, _, err = loket("import", str(counter.folder / "old.eml"))
    assert code == 0
    assert "1 mails are in the spool" in err
    counter.work()
    tickets = [json.loads(line) for line in loket("ticket", "list", "--status", "closed", "--json")[1].splitlines()]
    assert len(tickets) == 1
    assert len(loket("outbox", "list", "--json")[1].splitlines()) == 1


def test_init_writes_what_is_missing_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Configuration, data folder, key; a second time nothing changes. What it wrote passes `check`."""
    monkeypatch.chdir(tmp_path)
    assert run(["init", "--address", "bantuan@contoh.test"]) == 0
    told = capfd.readouterr().err
    assert "Copy it to a safe place" in told
    before = {path: path.read_bytes() for path in (tmp_path / "config.toml", tmp_path / "data" / "secret.key")}
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600
    assert b"bantuan@contoh.test" in before[tmp_path / "config.toml"]
    assert run(["init"]) == 0
    assert {path: path.read_bytes() for path in before} == before
    assert run(["check"]) == 0
    assert "wrong" not in capfd.readouterr().out


def test_check_says_what_is_wrong_and_how_to_mend_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A key that everybody can read, a smarthost that is not there, a misspelt variable."""
    monkeypatch.chdir(tmp_path)
    run(["init"])
    (tmp_path / "data" / "secret.key").chmod(0o644)
    monkeypatch.setenv("LOKET_REPLEIS__DELIVER", "smtp")
    monkeypatch.setenv("LOKET_REPLIES__DELIVER", "smtp")
    monkeypatch.setenv("LOKET_REPLIES__SMTP__PORT", "9")
    monkeypatch.setenv("LOKET_REPLIES__SMTP__TLS", "none")
    capfd.readouterr()
    assert run(["check", "--online"]) == 1
    told = capfd.readouterr().out
    assert "chmod 600" in told
    assert "LOKET_REPLEIS__DELIVER" in told
    assert "smarthost" in told


def test_a_faulty_configuration_ends_with_two(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """With file, key and remedy on stderr."""
    (tmp_path / "config.toml").write_text("colour = 1\n")
    assert run(["--config", str(tmp_path / "config.toml"), "status"]) == 2
    assert "colour" in capfd.readouterr().err


def test_migrate_makes_the_schema(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Before it, other commands say what to do."""
    (tmp_path / "config.toml").write_text(f'data = "{tmp_path}"\n[desks.help]\naddresses = ["help@desk.test"]\n')
    config = ["--config", str(tmp_path / "config.toml")]
    assert run([*config, "status"]) == 1
    assert "migrate" in capfd.readouterr().err
    assert run([*config, "migrate"]) == 0
    assert run([*config, "status"]) == 0


def test_a_reader_that_goes_away_makes_no_noise(counter: Counter) -> None:
    """`loket ticket list | head -0`."""
    for number in range(2, 5):
        counter.take(customer_mail(f"{number}", Message_ID=f"<{number}@example.com>"))
    command = [sys.executable, "-m", "intake.cli", "--config", str(counter.folder / "config.toml"), "ticket", "list"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_every_command_has_help(capfd: pytest.CaptureFixture[str]) -> None:
    """And the list of commands names them all."""
    assert run(["--help"]) == 0
    listed = capfd.readouterr().out
    for command in ("run", "demo", "init", "deliver", "ticket", "outbox", "agent", "person", "why"):
        assert command in listed
        assert run([command, "--help"]) == 0


def test_demo_shows_ticket_and_letter(tmp_path: Path) -> None:
    """As a newcomer sees it: username, transaction ID, time, screenshot, and the acknowledgement's words."""
    shown = subprocess.run(
        [sys.executable, "-m", "intake.cli", "demo", "--once"],
        capture_output=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        timeout=120,
    ).stdout.decode()
    assert "budi_99" in shown
    assert "TRX-" in shown
    assert "22:10:00+07:00" in shown
    assert "screenshot: Screenshot_bukti.png" in shown
    assert "Laporan Anda sudah kami terima" in shown
    assert shown.count("Deposit saya belum masuk") == 1


def test_the_verbs_do_to_a_ticket_what_they_say(counter: Counter, capfd: pytest.CaptureFixture[str]) -> None:
    """Each by one command, on the record under the agent's name; the last one is taken back."""
    with (counter.folder / "config.toml").open("a") as file:
        file.write('\n[[queues]]\nname = "finance"\n')
    config, number = ["--config", str(counter.folder / "config.toml")], counter.rows(Ticket)[0].number

    def told(*arguments: str) -> str:
        capfd.readouterr()
        assert run([*config, *arguments]) == 0, arguments
        return capfd.readouterr().out

    told("agent", "add", "Ani", "ani@desk.test")
    own = ["--as", "Ani"]
    for verb in (["take"], ["priority", "high"], ["tag", "vip", "refund"], ["set", "username=budi_98"], ["watch"]):
        told("ticket", verb[0], number, *verb[1:], *own)
    told("ticket", "wait", number, "3", "hari", *own)
    told("ticket", "note", number, "cek", "ke", "keuangan", *own)
    told("ticket", "tag", number, "--off", "vip")
    shown = json.loads(told("ticket", "show", number, "--json"))
    assert (shown["assignee"], shown["priority"], shown["status"]) == ("Ani", "high", "waiting")
    assert (shown["tags"], shown["messages"][-1]["text"]) == (["refund"], "cek ke keuangan")
    assert shown["fields"]["usernames"][-1] == shown["fields"]["usernames"][-1] | {"value": "budi_98", "by": "Ani"}
    assert "with     Ani" in told("ticket", "show", number)
    told("ticket", "close", number, *own)
    assert "undone: status" in told("ticket", "undo", number, *own)
    assert json.loads(told("ticket", "show", number, "--json"))["status"] == "waiting"
    told("ticket", "reopen", number)
    told("ticket", "set", number, "category=login")
    told("ticket", "queue", number, "finance")
    told("ticket", "assign", number, "ani")
    told("ticket", "mute", number, *own)
    shown = json.loads(told("ticket", "show", number, "--json"))
    assert (shown["category"], shown["queue"], shown["assignee"]) == ("login", "finance", "Ani")
    for wrong in (["set", number, "warna=biru"], ["set", number, "waktu=entah"], ["wait", number, "kemarin"]):
        assert run([*config, "ticket", *wrong]) == 2
    assert run([*config, "ticket", "take", number, "--as", "Nobody"]) == 1
    assert run([*config, "ticket", "queue", number, "nowhere"]) == 1
    assert run([*config, "ticket", "split", number]) == 1
