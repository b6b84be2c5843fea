"""text/plain that was wrapped by its sender's program, put together again (RFC 3676).

A line that ends with a space goes on in the next one, if that is quoted as deep; "-- " never does.
"""

from __future__ import annotations


def unflow(text: str, *, delete_space: bool) -> str:
    """Join flowed lines; delete_space is the parameter DelSp. Quoted lines keep their signs."""
    paragraphs: list[tuple[int, list[str]]] = []
    flowing = False
    for line in text.split("\n"):
        depth, content = _unquoted(line)
        flows = content.endswith(" ") and content != "-- "
        if not (flowing and paragraphs[-1][0] == depth and content != "-- "):
            paragraphs.append((depth, []))
        paragraphs[-1][1].append(content[:-1] if flows and delete_space else content)
        flowing = flows
    return "\n".join((">" * depth + " " if depth else "") + "".join(pieces) for depth, pieces in paragraphs)


def _unquoted(line: str) -> tuple[int, str]:
    """How deep a line is quoted, and what it says without quote signs and space-stuffing (RFC 3676, 4.4 and 4.5)."""
    content = line.lstrip(">")
    depth = len(line) - len(content)
    return depth, content.removeprefix(" ")
