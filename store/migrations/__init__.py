"""Alembic's folder: `env.py` says how to run, `versions/` what to do."""
