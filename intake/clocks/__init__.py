"""Tickets' clocks: how they are wound, what each stroke does, when a silent ticket closes."""
