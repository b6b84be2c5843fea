"""The bounds of one mail's structure, each with its reason.

What lies over a bound is never lost: it stays in the raw mail, or becomes an attachment, and a problem says so.
"""

from __future__ import annotations

MAX_NESTING = 50  #: no mail client nests deeper than about ten; every level is one more scan over its bytes
MAX_PARTS = 1_000  #: the largest honest mails (photo collections, digests) hold a few hundred
MAX_HEADER_BLOCK = 256 * 1024  #: bytes; twice what large providers accept, so that nothing honest is cut
MAX_HEADER = 32 * 1024  #: bytes of one header field that are parsed: decoding libraries are quadratic beyond it
MAX_HEADERS = 2_000  #: fields of one block; trace headers of the longest honest relays number some hundred
MAX_ADDRESSES = 1_000  #: of one field; no desk is written to beside more people than that
MAX_BOUNDARY = 2_048  #: bytes; RFC 2046 allows 70, some makers use several hundred
MAX_HTML_DEPTH = 3_000  #: open elements; a tree builder looks through all of them for each new one, so depth is dear
MAX_TEXT = 1024 * 1024  #: code points of text that are divided and searched: a person writes less in a year
MAX_HTML = 1024 * 1024  #: code points of HTML that are turned into text; beyond it one tree costs seconds
