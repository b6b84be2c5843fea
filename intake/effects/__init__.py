"""What every decision leaves behind: rows, sealed files, marks, letters in the outbox. In its transaction."""
