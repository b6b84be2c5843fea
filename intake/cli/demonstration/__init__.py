"""`loket demo`: a desk on this machine alone, that gets sample reports and answers them before one's eyes."""

from intake.cli.demonstration.show import show

__all__ = ["show"]
