"""Results on stdout: one JSON object a line for programs, columns for people."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import click

#: Where nobody tells how wide the terminal is.
_WIDTH = 80

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


def as_json_line(value: Mapping[str, Any]) -> None:
    """One object."""
    click.echo(as_json(value))


def as_json(value: Any) -> str:
    """A value in JSON; sets become sorted lists, and instants ISO 8601."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """Objects, in columns or as JSON lines; the last column may be cut."""
    listed = list(rows)
    if as_json:
        for row in listed:
            as_json_line(row)
        return
    if not listed:
        return
    cells = [[_cell(row.get(name)) for name in columns] for row in listed]
    widths = [max(len(line[index]) for line in [list(columns), *cells]) for index in range(len(columns))]
    width = shutil.get_terminal_size((_WIDTH, 24)).columns
    click.secho(
        "  ".join(name.upper().ljust(size) for name, size in zip(columns, widths, strict=True)).rstrip(), dim=True
    )
    for line in cells:
        text = "  ".join(cell.ljust(size) for cell, size in zip(line, widths, strict=True)).rstrip()
        click.echo(text if len(text) <= width else text[: width - 1] + "…")


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return " ".join(str(value).split())
