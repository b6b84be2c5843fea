"""`python -m intake.cli` is `loket`, where the package is not installed."""

from intake.cli import main

main()
