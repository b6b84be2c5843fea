"""What becomes of each column when what somebody entrusted is erased. Every table and every column stands here.

A row *goes*, or it stays for its date and its place and some columns become empty, or it holds nothing of anybody who
writes to a desk. A test walks the tables, so that no column comes without somebody having thought of this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import case
from sqlmodel import SQLModel, col

from store import models as of


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    """What becomes of a table's rows."""

    goes: str = ""  #: columns of rows that go as a whole
    becomes: Mapping[str, Any] = field(default_factory=dict)  #: columns that change, and what they then hold
    stays: str = ""  #: columns that say nothing of what was entrusted, or that must be known again

    @property
    def columns(self) -> frozenset[str]:
        """All that have been thought of."""
        return frozenset({*self.goes.split(), *self.becomes, *self.stays.split()})


FATES: Final[Mapping[type[SQLModel], Fate]] = {
    # tickets: what figures count stays
    of.Ticket: Fate(
        becomes={"customer_subject": "", "person_id": None},
        stays="id desk_id number status subject category language priority queue assignee_id missing history "
        "created_at updated_at first_reply_due_at closed_at held_for merged_into_id wait_until",
    ),
    of.Message: Fate(
        becomes={
            "message_id": None,
            "sender_name": "",
            "sender": None,
            "recipients": [],
            "date": None,
            "subject": "",
            "text": "",
            "new_text": "",
            "identity_why": "",
        },
        stays="id desk_id ticket_id mail_id letter_id direction received_at nature identity",
    ),
    of.Event: Fate(becomes={"detail": {}}, stays="id ticket_id at what by"),  # a mover's address: see rows.py
    of.Answer: Fate(
        becomes={"why": ""}, stays="id ticket_id agent_id message_id serial state letters before created_at"
    ),
    of.Attachment: Fate(
        goes="id message_id position blob name type declared_type size sha256 inline content_id kind likeness large "
        "small unread"
    ),
    of.Finding: Fate(
        goes="id ticket_id message_id field value role raw location start end rule confidence alternatives by box "
        "standing corrected"
    ),
    of.Mark: Fate(goes="id desk_id ticket_id kind value sender at"),
    of.ThreadId: Fate(goes="id desk_id ticket_id msgid relation"),
    of.Tag: Fate(goes="id ticket_id word"),
    of.Notice: Fate(goes="id ticket_id agent_id why detail wanted_at kept routed due_at"),
    of.TicketLink: Fate(stays="id ticket_id other_id why"),  # two numbers, and a rule's name
    of.Clock: Fate(
        stays="id desk_id ticket_id kind round running_since ran early_at late_at early_done_at late_done_at look_at "
        "wound_by ended_at ended"
    ),
    of.Attention: Fate(stays="id ticket_id agent_id kind"),
    of.Incident: Fate(stays="id desk_id ticket_id name marks begun_at ended_at"),  # in the words of agents, for all
    of.IncidentTicket: Fate(stays="id incident_id ticket_id"),
    # people
    of.Person: Fate(goes="id desk_id name created_at"),
    of.PersonAddress: Fate(goes="id desk_id person_id address verified hard_bounces"),
    of.Participant: Fate(goes="id desk_id ticket_id address role handle told_id"),
    of.AccountUse: Fate(goes="id desk_id account address ticket_id first_at"),
    of.Brake: Fate(goes="id desk_id address pulled_at until alert"),
    of.Alert: Fate(goes="id key open_key sentence raised_at seen_at cleared_at told_at recovery_told_at"),  # of a brake
    of.Tally: Fate(goes="id desk_id name since count"),  # of a domain that is nobody else's
    # the ledger: by its keys a mail that comes again is known
    of.Mail: Fate(
        becomes={
            "message_id": None,
            "sender": None,
            "why": "",
            "acknowledged": case((col(of.Mail.acknowledged) == "yes", "yes"), else_=""),
        },
        stays="id desk_id ingest_key received_at state nature rule answers_as ticket_id raw_blob same_message_id",
    ),
    of.Route: Fate(becomes={"recipient": None}, stays="id mail_id arrival_id door mailbox received_at"),
    of.Arrival: Fate(becomes={"error": None}, stays="id spool_name door mailbox received_at size attempts state"),
    # sealed files: without the key nobody reads them; who opened one stays on record
    of.SealingKey: Fate(becomes={"wrapped": None}, stays="id desk_id created_at erased_at"),
    of.Blob: Fate(stays="name desk_id key_id content_digest size guard created_at"),  # keyed hashes
    of.Access: Fate(becomes={"reason": ""}, stays="id blob at by"),
    # the outbox
    of.Letter: Fate(
        becomes={"content": b"", "reason": ""},
        stays="id desk_id ticket_id mail_id kind message_id envelope_from state created_at due_at give_up_at attempts "
        "lease_until fence",
    ),
    of.LetterRecipient: Fate(becomes={"address": "", "reply": ""}, stays="id letter_id state"),
    of.LetterAttempt: Fate(becomes={"reply": ""}, stays="id letter_id fence started_at intent_at ended_at"),
    # nothing of whoever writes to a desk
    of.Agent: Fate(stays="id name role active created_at language quiet away_until picked_at"),
    of.AgentAddress: Fate(stays="id agent_id address"),
    of.Bulletin: Fate(stays="id desk_id agent_id kind period"),
    of.Canary: Fate(stays="id desk_id message_id sent_at back_at trouble"),
    of.Desk: Fate(stays="id name last_number wrapped_key token_epoch"),
    of.DoorHealth: Fate(
        stays="name kind last_success last_error_at last_error failing_since oldest_unread_at server_count "
        "ledger_count counted_at"
    ),
    of.Grant: Fate(stays="name revision refresh access access_until issued_at renewed_at dies_at fixed refused"),
    of.Mailbox: Fate(stays="id account folder uidvalidity baseline created_at uidnext again comparing"),
    of.MailboxUid: Fate(stays="id mailbox_id uid ingest_key spool_name state mark"),
}
