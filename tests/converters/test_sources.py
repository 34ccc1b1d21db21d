from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from datapipeline_converters.cli import main
from datapipeline_converters.errors import UnreadableError
from datapipeline_converters.sources import find_inputs, read_input

DEFINITION = """{"objects": [{"id": "Default", "scheduleType": "ondemand"},
 {"id": "A", "type": "ShellCommandActivity", "command": "x", "workerGroup": "w"}]}"""


def fill(folder: Path, names: dict[str, str]) -> None:
    for name, text in names.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def found(folder: Path, *arguments: str) -> list[str]:
    items = find_inputs([folder / argument for argument in arguments])
    return [str(item.path.relative_to(folder)) for item in items if item.path]


def test_what_is_found_in_a_folder(tmp_path: Path) -> None:
    fill(
        tmp_path,
        {
            "b.json": "{}",
            "a.YAML": "",
            "deep/er/c.tf": "",
            "deep/d.template": "",
            "deep/e.txt": f"\n {DEFINITION}",
            "deep/noending": DEFINITION,
            "deep/f.txt": "words",
            "deep/g.md": '{"a": 1}',
            ".hidden.json": DEFINITION,
            ".git/h.json": DEFINITION,
            ".terraform/modules/i.tf": "",
            "node_modules/j/package.json": "{}",
        },
    )
    assert found(tmp_path, ".") == [
        "a.YAML",
        "b.json",
        "deep/d.template",
        "deep/e.txt",
        "deep/er/c.tf",
        "deep/noending",
    ]


def test_links_end(tmp_path: Path) -> None:
    fill(tmp_path, {"one/a.json": DEFINITION, "elsewhere/b.json": DEFINITION})
    (tmp_path / "one" / "loop").symlink_to(tmp_path / "one")
    (tmp_path / "one" / "other").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "one" / "gone.json").symlink_to(tmp_path / "nowhere.json")
    assert found(tmp_path, "one") == ["one/a.json", "one/other/b.json"]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.json", ["a.json"]),
        ("**/*.json", ["a.json", "x/b.json", "x/y/c.json"]),
        ("x/[bz].json", ["x/b.json"]),
        ("x*", ["x/b.json", "x/y/c.json"]),  # a folder fits
    ],
)
def test_patterns(tmp_path: Path, pattern: str, names: list[str]) -> None:
    fill(tmp_path, {"a.json": "{}", "x/b.json": "{}", "x/y/c.json": "{}"})
    assert found(tmp_path, pattern) == names


def test_a_file_may_be_called_like_a_pattern(tmp_path: Path) -> None:
    fill(tmp_path, {"a[1].json": "{}"})
    assert found(tmp_path, "a[1].json") == ["a[1].json"]


@pytest.mark.parametrize(
    ("name", "part"), [("*.nothing", "no file fits"), ("empty", "no definitions in this folder")]
)
def test_nothing_found(tmp_path: Path, name: str, part: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableError, match=part):
        find_inputs([tmp_path / name])


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    fill(tmp_path, {"a.json": DEFINITION})
    (item,) = find_inputs([tmp_path, tmp_path / "a.json"])
    assert not item.found


def test_what_is_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(
        tmp_path / "in",
        {
            "a.json": DEFINITION,
            "package.json": "{}",
            "values.yaml": "myX: 1\n",
            "variables.tf": 'variable "x" {}\n',
            "binary.json": "\0",
            "empty.json": "",
        },
    )
    assert main(["convert", str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith("Passed over 5 files that hold no pipeline definition: ")
    assert "package.json" in told
    fill(tmp_path / "in", {"broken.json": '{"objects": [{"id": "A"]}'})
    assert main(["convert", str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == 2
    assert "broken.json: not JSON: Expecting ',' delimiter at line 1, column 24" in capsys.readouterr().err


def test_a_folder_without_definitions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path, {"package.json": "{}"})
    assert main(["convert", str(tmp_path), "-o", str(tmp_path / "out")]) == 2
    assert "no pipeline definition among the files" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["package.json", "values.yaml"])
def test_whoever_names_a_file_hears_of_it(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path, {name: '{"a": 1}'})
    assert main(["convert", str(tmp_path / name), "-o", str(tmp_path / "out")]) == 2
    assert f"{name}: no list `objects` in it" in capsys.readouterr().err


@contextmanager
def powerless() -> Iterator[None]:
    """Take root's right to read everything away for a while."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_an_unreadable_folder_is_told() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        fill(folder, {"a.json": DEFINITION, "closed/b.json": DEFINITION})
        (folder / "closed").chmod(0)
        with powerless():
            good, closed = find_inputs([folder])
        assert (good.path, good.fault) == (folder / "a.json", "")
        with pytest.raises(UnreadableError, match="closed: Permission denied"):
            read_input(closed)
