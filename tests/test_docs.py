"""Documentation cannot go stale."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.generate import FOLDER, pages

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


@pytest.mark.parametrize("name", pages())
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], "run: python -m docs.generate"


def console_blocks() -> list[tuple[str, str]]:
    """Return the commands of ours that the README shows, with what they print."""
    blocks = re.findall(
        r"```console\n\$ (dp2airflow [^\n]+)\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL
    )
    return [(command, output) for command, output in blocks]


@pytest.mark.parametrize(("command", "output"), console_blocks())
def test_what_the_readme_shows_is_what_happens(command: str, output: str, tmp_path: Path) -> None:
    (tmp_path / "dags").symlink_to(ROOT / "dags")
    arguments = command.split()[1:]
    code = "import sys; from datapipeline_converters.cli import main; sys.exit(main(sys.argv[1:]))"
    found = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert found.stdout + found.stderr == output


def test_the_dag_in_the_readme_is_the_golden_one() -> None:
    (block,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert (ROOT / "dags" / "rds_to_s3.py").read_text(encoding="utf-8").endswith(block)


def test_the_readme_links_to_what_is_there() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target
