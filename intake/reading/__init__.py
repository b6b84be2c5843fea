"""Work on strangers' bytes: what a child process does with a mail, and how it is started and held to its limits."""
