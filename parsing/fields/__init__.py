"""From words to findings: one kind a file, declared once."""
