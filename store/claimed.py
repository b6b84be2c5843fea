"""The statements about a claimed letter, as the outbox makes them for each; they hold while the claim does."""

from __future__ import annotations

from sqlalchemy import bindparam, update
from sqlmodel import col, select

from store.models import Letter, LetterAttempt, LetterRecipient
from store.prepared import Prepared

OWN = (
    col(Letter.id) == bindparam("letter"),
    col(Letter.fence) == bindparam("own_fence"),
    col(Letter.state) == "pending",
)  #: the claimed letter, while it is still the claim's
OWN_ATTEMPT = (col(LetterAttempt.letter_id) == bindparam("letter"), col(LetterAttempt.fence) == bindparam("own_fence"))

RENEW = Prepared(update(Letter).where(*OWN).values(lease_until=bindparam("until")))
INTEND = Prepared(update(LetterAttempt).where(*OWN_ATTEMPT).values(intent_at=bindparam("at")))
MINE = Prepared(select(Letter.ticket_id, Letter.kind, Letter.give_up_at).where(*OWN).with_for_update())
TOLD = Prepared(
    update(LetterRecipient)
    .where(col(LetterRecipient.letter_id) == bindparam("letter"), col(LetterRecipient.address) == bindparam("to"))
    .values(state=bindparam("new_state"), reply=bindparam("said"))
)
ENDED = Prepared(update(LetterAttempt).where(*OWN_ATTEMPT).values(ended_at=bindparam("at"), reply=bindparam("said")))
STATES = Prepared(select(LetterRecipient.state).where(LetterRecipient.letter_id == bindparam("letter")).distinct())
SETTLED = Prepared(
    update(Letter).where(*OWN).values(state=bindparam("new_state"), reason=bindparam("why"), lease_until=None)
)
