"""The project's shape: what is shipped, how large its pieces are, and what stands in no file."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("intake", "parsing", "store", "replies")

#: A file or function that is longer hides an idea that wants its own room.
MAX_FILE, MAX_FUNCTION = 300, 50


def _sources() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def test_no_module_and_no_function_is_too_long() -> None:
    """Of what is shipped; a migration is one step, however many tables it makes, and has one file."""
    for path in _sources():
        text = path.read_text()
        assert "versions" in path.parts or text.count("\n") <= MAX_FILE, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert (node.end_lineno or 0) - node.lineno < MAX_FUNCTION, f"{path}: {node.name}"


def test_every_dependency_has_its_reason() -> None:
    """One line each, in pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text()
    project = tomllib.loads(text)["project"]
    for dependency in project["dependencies"]:
        assert re.search(rf'^ +"{re.escape(dependency)}", +# \S+', text, re.MULTILINE), dependency


def test_the_locks_name_no_host_and_hash_everything() -> None:
    """Whoever installs them chooses where from, and gets what we had."""
    for lock in (ROOT / "requirements.lock", ROOT / "tests" / "requirements.lock"):
        text = lock.read_text()
        assert "://" not in text
        pinned = re.findall(r"^[a-z0-9].*==.*$", text, re.MULTILINE)
        assert pinned
        assert all(line.endswith("\\") for line in pinned)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, as it would be published."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_what_runs_and_nothing_else(wheel: Path) -> None:
    """Templates, words, migrations and the manual are part of it; tests are not."""
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {*PACKAGES, "templates"}
    for needed in (
        "templates/id/received.txt",
        "templates/en/received.html",
        "templates/config.example.toml",
        "parsing/fields/words/id/words.toml",
        "store/migrations/env.py",
        "store/migrations/versions/0001_the_first_schema.py",
    ):
        assert needed in names
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_the_wheel_runs_from_where_it_is_installed(wheel: Path, tmp_path: Path) -> None:
    """`init`, `check`, `migrate` and `demo`, far from the checkout."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["PYTHONPATH"] = str(tmp_path / "site")
    for arguments in (["init"], ["check"], ["migrate"], ["status"], ["demo", "--once"]):
        done = subprocess.run(
            [sys.executable, "-m", "intake.cli", *arguments],
            capture_output=True,
            check=False,
            env=environment,
            cwd=tmp_path,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr.decode()
