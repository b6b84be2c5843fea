"""Other Pythons of this machine, furnished with what the tests need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
LOCK: Final = ROOT / "tests" / "requirements.lock"

#: From the oldest that loket runs on to the newest that may be there.
_MINORS: Final = range(11, 20)


def others() -> list[Path]:
    """Every Python 3.11 or newer in PATH that works and is not of our own version; one a version."""
    found: dict[str, Path] = {_version(Path(sys.executable)): Path(sys.executable)}
    for folder in map(Path, os.get_exec_path()):
        for minor in _MINORS:
            program = folder / f"python3.{minor}"
            if program.exists() and (version := _version(program)):
                found.setdefault(version, program)
    return list(found.values())[1:]


def furnished(python: Path) -> Path:
    """An environment of that Python with the locked packages, made where it is not there yet."""
    place = ROOT / ".cache" / f"python-{_version(python)}"
    program, done = place / "bin" / "python", place / "lock"
    if not done.exists() or done.read_bytes() != LOCK.read_bytes():
        subprocess.run([python, "-m", "venv", "--clear", place], check=True)
        install = [program, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", LOCK]
        subprocess.run(install, check=True)
        done.write_bytes(LOCK.read_bytes())
    return program


def _version(python: Path) -> str:
    """Its version, "" where it does not run."""
    command = [python, "-c", "import platform; print(platform.python_version())"]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout.strip() if run.returncode == 0 else ""
