"""From parts to words: HTML, quotes, signature, language."""
