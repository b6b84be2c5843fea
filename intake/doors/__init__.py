"""One door a file: bytes → spool → answer."""
