"""Bounces: who could not be reached, for good or for now, and which message it was.

`reading.py` asks the rooms in their order: `report.py` (RFC 3464, damaged ones too), `free_form.py` (the words that
relays write for people), `fallback.py` (flufl.bounce). `returned.py` knows where the returned message begins.
"""

from parsing.claims.bounces.reading import read_bounce
from parsing.claims.bounces.report import is_paperwork, is_report

__all__ = ["is_paperwork", "is_report", "read_bounce"]
