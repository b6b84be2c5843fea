"""The pure pieces of triage: who a mail may act for, where it belongs, and what may be answered."""
