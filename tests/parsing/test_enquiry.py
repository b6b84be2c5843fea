"""Questions for the progress of a report, and the ticket numbers in them."""

from __future__ import annotations

import time

import pytest

from parsing.fields.enquiry import asks_for_status, ticket_numbers


@pytest.mark.parametrize(
    "text",
    [
        "bagaimana progres LKT-104231?",
        "berapa nomor tiket saya?",
        "min gimana kelanjutannya ya",
        "Mohon info perkembangan laporan saya",
        "laporan sy kmrn udah sampe mana min, progresnya",
        "Halo, apakah sudah ada kabar? Terima kasih.",
        "status tiket saya bagaimana?",
        "What is the status of my ticket?",
        "Any update on LKT-104231?",
        "could you tell me my ticket number please",
        "Macam mana status aduan saya?",
    ],
)
def test_a_question_for_progress_is_known(text: str) -> None:
    """In three languages, formal and in chat spelling."""
    assert asks_for_status("", text)


@pytest.mark.parametrize(
    "text",
    [
        "Deposit saya belum masuk. ID transaksi TRX-20261123-0042",
        "Sudah saya kirim buktinya, terima kasih.",
        "TRX-20261123-0042",
        "akun saya diblokir, username budi_99",
        "Bukti terlampir.",
        "My deposit has not arrived since yesterday.",
        "Saya sudah coba reinstall aplikasi, tetap error.",
        "The app was updated and now it crashes.",
    ],
)
def test_a_report_is_no_question(text: str) -> None:
    """It tells of a problem; an answer to a question of ours neither."""
    assert not asks_for_status("", text)


def test_ticket_numbers_are_found_mistyped_or_not() -> None:
    """In the forms that people give them; a longer number is another thing."""
    text = "lkt-104231, LKT 104232 dan LKT#104233; TRX-104231, XLKT-104231, LKT-1"
    assert ticket_numbers("LKT", text) == ("LKT-104231", "LKT-104232", "LKT-104233")


@pytest.mark.parametrize("hostile", ["bagaimana ", "status ", "LKT-", "apa a ", "a "])
def test_no_text_is_hard_to_search(hostile: str) -> None:
    """A hundred thousand characters of our own words, within 50 ms of processor time."""
    text = hostile * (100_000 // len(hostile))
    begun = time.process_time()
    asks_for_status("", text)
    ticket_numbers("LKT", text)
    assert time.process_time() - begun < 0.05
