"""Pictures that came with a mail: opened safely, made small, compared, and read."""
