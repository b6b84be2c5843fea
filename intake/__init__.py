"""The desk: doors, spool, decision, clock, operator."""
