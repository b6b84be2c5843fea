"""Rows and their rules: the ledger, the tickets, the outbox, and what is sealed."""
