"""Runs ruff as a user would, without this project's settings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def complaints(*arguments: str | Path) -> str:
    """Return what ruff has to say, "" if it is content."""
    command = [sys.executable, "-m", "ruff", arguments[0], "--isolated", *arguments[1:]]
    found = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    return "" if found.returncode == 0 else found.stdout + found.stderr


def reformatted(folder: Path, width: int) -> str:
    """Return how a formatter would change the files of a folder at a line width."""
    return complaints("format", "--line-length", str(width), "--diff", folder)


def linted(folder: Path, rules: str) -> str:
    """Return what a linter finds in the files of a folder."""
    return complaints("check", "--preview", "--select", rules, folder)
