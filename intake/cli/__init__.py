"""The `loket` command. Each group of commands is a module of its own, imported only when it is called."""

from __future__ import annotations

from intake.cli.command import main

__all__ = ["main"]
