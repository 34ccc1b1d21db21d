"""Two texts changed from one base."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest
from datapipeline_converters.reconversion.three_way import MergedText, marks_in, merge_texts

CONFLICT = "<<<<<<< edited by hand\n{}\n=======\n{}\n>>>>>>> new conversion"


@pytest.mark.parametrize(
    ("base", "there", "new", "merged", "conflicts"),
    [
        ("a\nb\nc\n", "a\nb\nc\n", "a\nb\nc\n", "a\nb\nc\n", ()),
        ("a\nb\nc\n", "a\nX\nc\n", "a\nb\nc\n", "a\nX\nc\n", ()),
        ("a\nb\nc\n", "a\nb\nc\n", "a\nX\nc\n", "a\nX\nc\n", ()),
        ("a\nb\nc\nd\n", "X\nb\nc\nd\n", "a\nb\nc\nY\n", "X\nb\nc\nY\n", ()),
        ("a\nb\nc\n", "a\nX\nc\n", "a\nX\nc\n", "a\nX\nc\n", ()),
        ("a\nb\nc\n", "a\nc\n", "a\nb\nc\nd\n", "a\nc\nd\n", ()),
        ("a\nc\n", "a\nX\nc\n", "a\nc\nd\n", "a\nX\nc\nd\n", ()),
        ("a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n", f"a\n{CONFLICT.format('X', 'Y')}\nc\n", ((2, 6),)),
        (
            "a\nb\nc\n",
            "a\nc\n",
            "a\nY\nc\n",
            "a\n<<<<<<< edited by hand\n=======\nY\n>>>>>>> new conversion\nc\n",
            ((2, 5),),
        ),
        ("a\nb", "a\nX", "Y\nb", CONFLICT.format("a\nX", "Y\nb"), ((1, 7),)),
        ("a", "a\n", "a", "a\n", ()),
        ("", "x\n", "", "x\n", ()),
        ("a\u2028b\nc\nd", "a\u2028b\nc\nX", "Y\nc\nd", "Y\nc\nX", ()),
    ],
)
def test_merging(
    base: str, there: str, new: str, merged: str, conflicts: tuple[tuple[int, int], ...]
) -> None:
    assert merge_texts(base, there, new) == MergedText(merged, conflicts)
    assert marks_in(merged) == conflicts


def edited(lines: list[str], source: random.Random, mark: str) -> list[str]:
    """Return lines with a few of them changed, taken out or followed by new ones."""
    result: list[str] = []
    for number, line in enumerate(lines):
        match source.choice(["keep"] * 12 + ["change", "drop", "add"]):
            case "change":
                result.append(f"{mark} instead of {number}")
            case "drop":
                pass
            case "add":
                result += [line, f"{mark} behind {number}"]
            case _:
                result.append(line)
    return result


@pytest.mark.skipif(shutil.which("git") is None, reason="no git, whose merge is the other answer")
def test_it_merges_as_git_does(tmp_path: Path) -> None:
    source = random.Random(1)
    clean = 0
    for _ in range(60):
        base = [f"line {number}" for number in range(source.randint(3, 30))]
        texts = [base, edited(base, source, "mine"), edited(base, source, "theirs")]
        paths = [tmp_path / name for name in ("base", "mine", "theirs")]
        for path, lines in zip(paths, texts, strict=True):
            path.write_text("".join(f"{line}\n" for line in lines))
        git = subprocess.run(
            ["git", "merge-file", "-p", paths[1], paths[0], paths[2]],
            capture_output=True,
            text=True,
            check=False,
        )
        ours = merge_texts(*(path.read_text() for path in paths))
        assert bool(ours.conflicts) == (git.returncode > 0), texts
        if not ours.conflicts:
            clean += 1
            assert ours.text == git.stdout
    assert 10 < clean < 50
