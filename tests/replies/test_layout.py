"""What somebody wrote, in blocks."""

from __future__ import annotations

import pytest

from replies.layout import Block, blocks, unstressed


def _told(block: Block) -> tuple[str, list[str]]:
    lines = [
        " | ".join("".join(f"[{run.words}]" if run.strong else run.words for run in cell) for cell in line.cells)
        for line in block.lines
    ]
    return block.kind, lines


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("Halo Kak,\n\nSudah masuk.", [("words", ["Halo Kak,"]), ("words", ["Sudah masuk."])]),
        ("Langkah:\n• buka Profil\n• simpan", [("words", ["Langkah:"]), ("bullets", ["buka Profil", "simpan"])]),
        ("  *   Open\n  *   Close", [("bullets", ["Open", "Close"])]),
        ("1. Buka\n2) Simpan\nSelesai.", [("numbers", ["Buka", "Simpan"]), ("words", ["Selesai."])]),
        ("1. Buka menu Riwayat\n   di kiri atas", [("numbers", ["Buka menu Riwayat di kiri atas"])]),
        ("- satu\n- dua", [("bullets", ["satu", "dua"])]),
        ("Salam,\n- Budi", [("words", ["Salam,", "- Budi"])]),
        ("Bank\tStatus\nBCA\t*aman*", [("table", ["Bank | Status", "BCA | [aman]"])]),
        ("> kapan masuk?\nHari ini.", [("quote", ["kapan masuk?"]), ("words", ["Hari ini."])]),
        ("Tolong *jangan* kirim *dua kali*.", [("words", ["Tolong [jangan] kirim [dua kali]."])]),
        ("Tekan *888# atau *123*4#, 2*3*4 = 24", [("words", ["Tekan *888# atau *123*4#, 2*3*4 = 24"])]),
        ("* tidak tebal * dan ** kosong **", [("bullets", ["tidak tebal * dan ** kosong **"])]),
        ("", []),
    ],
)
def test_words_become_blocks(words: str, told: list[tuple[str, list[str]]]) -> None:
    """Lists, tables, quotes and what is bold; a call code, a sum and a name after a dash are words."""
    assert [_told(block) for block in blocks(words)] == told


def test_numbers_go_on_where_they_were() -> None:
    """With a list between them; an item of an inner list stands further in."""
    first, inner, second = blocks("1. Satu\n  • di dalam\n3. Tiga")
    assert (first.start, second.start) == (1, 3)
    assert inner.kind == "bullets"
    (mixed,) = blocks("• luar\n  • dalam")
    assert [line.depth for line in mixed.lines] == [0, 1]


def test_stars_go() -> None:
    """For a comparison with words that have none."""
    assert unstressed("Mohon *dua hal* ini: *888#") == "Mohon dua hal ini: *888#"
