"""The fields that loket reads out of a report, each declared once: where it is found, by whom, and what is taken first.

A field's words (labels, name and question in each language) stand in `words/`; the finders, in the order in which they
search, stand here. What one has found, the next ones do not see: a phone number is no transaction ID.
"""

from __future__ import annotations

from parsing.fields import (
    amounts,
    channels,
    contacts,
    devices,
    errors,
    links,
    steps,
    times,
    transactions,
    usernames,
)
from parsing.fields.lexicon import Words, words
from parsing.fields.search import FieldDeclaration
from parsing.fields.source import Origin

__all__ = ["FIELDS", "FieldDeclaration", "Words", "words"]

#: In the order of the search.
FIELDS = (
    FieldDeclaration(name="links", word="link", finders=(links.find,), settle=links.kept),
    FieldDeclaration(name="steps_tried", word="step", finders=(steps.find,), correctable=False, takes=False),
    FieldDeclaration(
        name="error_messages", word="error_message", finders=(errors.find,), correctable=False, takes=False
    ),
    FieldDeclaration(name="devices", word="device", finders=(devices.find,), key=devices.key),
    FieldDeclaration(name="emails", word="email", finders=(contacts.find_emails,)),
    FieldDeclaration(
        name="transaction_ids",
        word="transaction_id",
        finders=(transactions.find, transactions.find_numbered),
        shapes=(transactions.find_by_shape,),
        origins=frozenset(Origin),
        bare=transactions.BARE,
        settle=transactions.settle,
    ),
    FieldDeclaration(
        name="usernames",
        word="username",
        finders=(usernames.find,),
        shapes=(
            usernames.find_mended,
            usernames.find_instead,
            usernames.find_introduced,
            usernames.find_handle,
            usernames.find_underscored,
        ),
        bare=usernames.BARE,
    ),
    FieldDeclaration(
        name="amounts",
        word="amount",
        finders=(amounts.find,),
        shapes=(amounts.find_grouped,),
        key=amounts.key,
        settle=amounts.settle,
    ),
    FieldDeclaration(name="phones", word="phone", finders=(contacts.find_phones,)),
    FieldDeclaration(name="channels", word="channel", finders=(channels.find,)),
    FieldDeclaration(
        name="registered_at", word="registered_at", finders=(times.find_registered,), key=times.key, takes=False
    ),
    FieldDeclaration(name="occurred_at", word="occurred_at", finders=(times.find,), key=times.key, settle=times.settle),
)
