"""How letters look: rendered by chromium, at a phone's and a desktop's width, by day and by night.

What an eye would stumble over is measured: text that stands on nearly its own colour, lines that leave the screen, letters
that are too small to read.
"""

from __future__ import annotations

import email
import email.policy
import html
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path

import html5lib
import pytest

from replies.letters import TicketView
from replies.letters import answer as compose_answer
from replies.settings import DeskSettings
from store import migrate
from store.engine import open_store
from store.models import Letter
from tests.intake.agents.conftest import Staffed, words
from tests.intake.conftest import NOON, customer_mail, make_counter
from tests.intake.test_seeing import mail_with_picture
from tests.servers import common

pytestmark = pytest.mark.battery

#: Widths of a phone and of a desktop's window, in CSS pixels.
PHONE, DESKTOP = 390, 1100

#: WCAG 2.2, 1.4.3: text and what it stands on.
CONTRAST = 4.5

#: Pixels: smaller letters are not read on a phone.
SMALLEST = 13

_WRITTEN = (
    "> kapan masuk?\n\nMohon *dua hal* ini:\n1. Buka Riwayat\n  • yang *terbaru*\n2. Kirim gambarnya\n\nBank\tStatus\tKeterangan\n"
    f"BCA\taman\t{'panjang ' * 12}\n\nLihat https://contoh.example.com/{'x' * 90}"
)

#: The letters that are looked at.
KINDS = ("notice", "received", "answer", "morning", "daily", "weekly")

_MEASURE = """
<script>
addEventListener("load", () => {
const seen = (c) => c.match(/[\\d.]+/g).map(Number);
const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b; };
const behind = (e) => { for (; e; e = e.parentElement) { const c = seen(getComputedStyle(e).backgroundColor); if (c[3] !== 0) return c; } return [255, 255, 255]; };
const told = { overflow: document.documentElement.scrollWidth - window.innerWidth, contrast: 99, size: 99, words: "", pictures: 0 };
const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walk.nextNode()) {
  const e = walk.currentNode.parentElement;
  if (!walk.currentNode.data.trim() || e.tagName === "SCRIPT" || !e.getClientRects().length) continue;
  const style = getComputedStyle(e), [a, b] = [light(seen(style.color)), light(behind(e))];
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (ratio < told.contrast) { told.contrast = ratio; told.words = walk.currentNode.data.trim().slice(0, 60); }
  told.size = Math.min(told.size, parseFloat(style.fontSize));
}
told.pictures = [...document.images].filter((i) => i.naturalWidth && i.getBoundingClientRect().width).length;
document.documentElement.setAttribute("data-told", JSON.stringify(told));
});
</script>
"""


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, EmailMessage]:
    """A notice with a screenshot, an acknowledgement, an answer, an agent's morning, a lead's day and week."""
    folder = tmp_path_factory.mktemp("desk")
    engine = open_store(f"sqlite:///{folder / 'loket.db'}")
    migrate.upgrade(engine)
    settings = (DeskSettings(name="help", addresses=["help@desk.test"], acknowledge="all", display_name="Contoh"),)
    staffed = Staffed(counter=make_counter(engine, folder, *settings), settings=settings)
    staffed.counter.take(
        customer_mail("Tidak bisa login.\n", Message_ID="<0@e>", Subject="Login", From="ani@example.com")
    )
    staffed.join("Rina", role="lead")
    body = (
        "min sy udh depo 50rb jm 10.10 mlm via dana blm msk. user budi_99, lihat https://jahat.example.com/" + "x" * 90
    )
    staffed.counter.take(mail_with_picture("Deposit Rp500.000", "Ref TRX-20261123-0042", body=body))
    staffed.tell()
    staffed.by_calendar(hours=20)
    staffed.by_calendar(days=5)
    received = [each for each in staffed.counter.rows(Letter) if each.kind == "received"][-1]
    found = {"received": email.message_from_bytes(received.content, policy=email.policy.default)}
    for kind in ("notice", "morning", "daily", "weekly"):
        found[kind] = staffed.letters("rina@team.test", kind)[-1]
    return found | {"answer": _answer(settings[0])}  # type: ignore[return-value]


def _answer(desk: DeskSettings) -> EmailMessage:
    """What an agent wrote, with all that is laid out."""
    view = TicketView(number="LKT-104231", subject="x", language="id", category="other", created_at=NOON)
    letter = compose_answer(desk, view, _WRITTEN)
    mail = EmailMessage()
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    return mail


def _page(letter: EmailMessage, folder: Path, *, dark: bool) -> str:
    """A letter's HTML as a mail client shows it, its pictures beside it."""
    page = words(letter, "html")
    for part in letter.walk():
        if part["Content-ID"]:
            name = re.sub(r"\W", "_", part["Content-ID"]) + ".img"
            (folder / name).write_bytes(bytes(part.get_payload(decode=True)))  # type: ignore[arg-type]
            page = page.replace(f"cid:{part['Content-ID'].strip('<>')}", name)
    # what a client with dark colours applies
    return page.replace("@media (prefers-color-scheme: dark)", "@media all") if dark else page


def _rendered(letter: EmailMessage, folder: Path, width: int, *, dark: bool) -> dict[str, float | str]:
    """What chromium makes of it: measured in a frame of that width."""
    inner, outer = folder / "letter.html", folder / "screen.html"
    inner.write_text(_page(letter, folder, dark=dark).replace("</body>", f"{_MEASURE}</body>"))
    frame = f'<iframe id="f" src="{inner.name}" style="width:{width}px;height:2000px;border:0"></iframe>'
    copy = "setTimeout(() => document.body.dataset.told = f.contentDocument.documentElement.dataset.told, 300)"
    outer.write_text(f'<!doctype html><body onload="{copy}">{frame}</body>')
    command = [common.program("chromium", "chromium"), "--headless", "--no-sandbox", "--disable-gpu"]
    options = ["--allow-file-access-from-files", "--virtual-time-budget=5000", f"--window-size={width + 40},2000"]
    done = subprocess.run(
        [*command, *options, "--dump-dom", f"file://{outer}"], capture_output=True, text=True, timeout=120, check=True
    )
    match = re.search(r'<body[^>]* data-told="([^"]*)"', done.stdout)
    assert match, done.stdout[:2000]
    told: dict[str, float | str] = json.loads(html.unescape(match[1]))
    return told


def _ways() -> Iterator[tuple[str, int, bool]]:
    for kind in KINDS:
        for width in (PHONE, DESKTOP):
            yield from ((kind, width, dark) for dark in (False, True))


@pytest.mark.parametrize(("kind", "width", "dark"), list(_ways()))
def test_a_letter_is_readable(
    letters: Mapping[str, EmailMessage], tmp_path: Path, kind: str, width: int, dark: bool
) -> None:
    """On every screen, by day and by night."""
    told = _rendered(letters[kind], tmp_path, width, dark=dark)
    light = "dark" if dark else "light"
    print(f"{kind:9} {width:5} {light:5} contrast {float(told['contrast']):5.2f} smallest {told['size']} px")
    assert float(told["overflow"]) <= 0, told
    assert float(told["contrast"]) >= CONTRAST, told
    assert float(told["size"]) >= SMALLEST, told
    assert told["pictures"] == (1 if kind in ("notice", "weekly") else 0), told


@pytest.mark.parametrize("kind", KINDS)
def test_its_html_is_valid_and_readable_without_pictures(letters: Mapping[str, EmailMessage], kind: str) -> None:
    """A strict parser finds no fault; whatever a picture shows stands in words beside it."""
    page = words(letters[kind], "html").strip()
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    assert all(each.get("alt") and each.get("src", "").startswith("cid:") for each in tree.iter("img"))
    assert "http" not in page or kind == "answer"
