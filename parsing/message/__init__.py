"""From bytes to parts: headers, character sets, MIME, attachments."""
