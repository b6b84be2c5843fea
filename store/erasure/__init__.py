"""Takes what people entrusted to a desk out of the store again, and leaves what figures and the ledger need.

`fates` says column by column what becomes of what; `rows` carries it out on tickets, mails and letters; `parts` does so
in other people's tickets; `people` erases a person at a desk; `retention` what is older than it may be; `leavings` sees
to it that nothing of it is left on the disk.
"""
