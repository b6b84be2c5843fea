"""What we say and how it leaves."""
