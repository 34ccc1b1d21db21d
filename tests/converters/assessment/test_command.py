"""`dp2airflow assess` from end to end: what it prints and writes, and its exit status."""

from __future__ import annotations

import csv
import html
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters.assessment.summary import Status
from datapipeline_converters.cli import main

from tests import corpus
from tests.converters.assessment.estates import BOX, ON_DEMAND, PASSWORD, folder, shell

GOOD = {"objects": [ON_DEMAND, BOX, shell()]}
# A password has to be taken out of the command, which is left to the user to look at.
WORK = {"objects": [ON_DEMAND, BOX, shell(command=f"PGPASSWORD={PASSWORD} run")]}
SECRET = {
    "objects": [
        ON_DEMAND,
        BOX,
        shell(
            command=f"PGPASSWORD={PASSWORD} psql -h db",
            input=[{"ref": "Node"}, {"ref": "Second"}],
            stage="true",
        ),
        {"id": "Db", "type": "RdsDatabase", "rdsInstanceId": "i", "username": "u", "*password": PASSWORD},
        {
            "id": "Alarm",
            "type": "SnsAlarm",
            "topicArn": f"https://u:{PASSWORD}@h/",
            "subject": "s",
            "message": "m",
        },
        folder("Node", f"s3://lake/?password={PASSWORD}"),
        folder("Second", "s3://lake/#{myDbPassword}/in"),
    ],
    "parameters": [{"id": "*myPassword", "type": "String", "default": PASSWORD}],
    "values": {"myDbPassword": PASSWORD},
}
HOSTILE = "<script>alert(1)</script>"
BROKEN = '{"objects": ['


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    made = tmp_path / "estate"
    made.mkdir()
    return made


def write(path: Path, document: Any) -> Path:
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({"a.json": GOOD}, 0),
        ({"a.json": GOOD, "b.json": WORK}, 1),
        ({"a.json": GOOD, "b.json": BROKEN}, 1),
        ({"a.json": BROKEN}, 2),
        ({"package.json": {"name": "other", "version": "1"}}, 2),
        ({"a.json": GOOD, "package.json": {"name": "other", "version": "1"}}, 0),
    ],
)
def test_exit_status(estate: Path, files: dict[str, Any], status: int) -> None:
    for name, document in files.items():
        write(estate / name, document)
    assert main(["assess", str(estate)]) == status


def test_what_cannot_be_read_is_a_row(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(estate / "good.json", GOOD)
    broken = write(estate / "broken.json", BROKEN)
    assert main(["assess", str(estate), "--json", "-"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["status"]["unreadable"] == 1
    assert [one["source"] for one in found["inputs"] if one["problem"]] == [str(broken)]


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert main(["assess", str(tmp_path / "none.json")]) == 2


def test_values_are_put_in(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(estate / "a.json", {"objects": [ON_DEMAND, BOX, shell(command="echo #{myWord}")]})
    assert main(["assess", str(path)]) == 1
    assert main(["assess", str(path), "--set", "myWord=hello"]) == 0
    assert main(["assess", str(path), "--set", "myWrod=hello", "--set", "myWord=x"]) == 0
    assert "--set: no definition has a parameter myWrod" in capsys.readouterr().err


def test_what_is_no_value_and_what_nothing_reads_is_told_beside_other_files(
    estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(estate / "a.json", GOOD)
    write(estate / "notes.json", {"hello": 1})
    values = write(tmp_path / "values.json", {"values": {"myWrod": "x"}, "myWord": "y"})
    assert main(["assess", str(estate), "--values", str(values)]) == 0
    assert [line for line in capsys.readouterr().err.splitlines() if line.startswith("Warning")] == [
        f"Warning: {values}: myWord: beside `values`, so not read",
        f"Warning: {values}: no definition has a parameter myWrod",
    ]


def test_an_estate_of_which_nothing_can_be_read(
    estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (estate / "a.json").write_text('{"objects": [')
    page, table = tmp_path / "page.html", tmp_path / "all.csv"
    assert main(["assess", str(estate), "--html", str(page), "--csv", str(table)]) == 2
    text = page.read_text()
    assert "converts fully" not in text.partition('id="reading"')[0]
    assert "of fields kept" not in text
    assert "What becomes of the fields" not in text
    assert "Pipelines\n" not in capsys.readouterr().out
    (row,) = csv.DictReader(io.StringIO(table.read_text()))
    assert [row[name] for name in ("Status", "Tasks", "Fields kept %")] == ["unreadable", "", ""]


def test_no_output_shows_a_secret(estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(estate / "a.json", SECRET)
    page, data, tables = tmp_path / "page.html", tmp_path / "all.json", tmp_path / "tables"
    arguments = ["assess", str(estate), "--html", str(page), "--json", str(data), "--csv", str(tables)]
    assert main([*arguments, "--set", f"myOtherPassword={PASSWORD}"]) == 1
    printed = capsys.readouterr()
    texts = [
        printed.out,
        printed.err,
        page.read_text(),
        data.read_text(),
        *(p.read_text() for p in tables.iterdir()),
    ]
    assert len(texts) == 4 + 13
    assert [number for number, text in enumerate(texts) if PASSWORD in text] == []
    assert json.loads(data.read_text())["secrets"] >= 5


def test_spreadsheets_run_nothing(estate: Path, tmp_path: Path) -> None:
    document = {
        "objects": [ON_DEMAND, BOX, shell("=HYPERLINK(1)", command="sudo x"), {"id": "@b", "type": "+C"}]
    }
    write(estate / "a.json", document)
    tables = tmp_path / "tables"
    main(["assess", str(estate), "--csv", str(tables)])
    for path in tables.iterdir():
        for row in csv.reader(io.StringIO(path.read_text())):
            assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@"))], path.name
    assert "'+C" in (tables / "objects.csv").read_text()


def test_one_csv_file_is_the_table_of_pipelines(estate: Path, tmp_path: Path) -> None:
    write(estate / "a.json", GOOD)
    write(estate / "b.json", WORK)
    main(["assess", str(estate), "--csv", str(tmp_path / "out.csv")])
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text())))
    assert [(row["Pipeline"], row["Status"]) for row in rows] == [("a", "ready"), ("b", "work left")]


def test_the_page_fetches_nothing_and_holds_no_foreign_markup(estate: Path, tmp_path: Path) -> None:
    document = {"objects": [ON_DEMAND, BOX, shell(HOSTILE, command="sudo x"), {"id": "O", "type": HOSTILE}]}
    write(estate / "a.json", document)
    page = tmp_path / "page.html"
    main(["assess", str(estate), "--html", str(page)])
    text = page.read_text()
    assert HOSTILE not in text
    assert "&lt;script&gt;alert(1)" in text
    assert not [
        word
        for word in ("http://", "https://", "<link", "<img", " src=", "@import", "url(")
        if word in text.replace("url(#arrow)", "")
    ]
    assert "default-src 'none'" in html.unescape(text)


def test_what_would_move_the_cursor_is_not_printed(
    estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = "odd\x1b[31m\u202e"
    node = {"id": "Odd", "type": "RdsDatabase", "rdsInstanceId": odd, "username": "u", "*password": PASSWORD}
    write(estate / "a.json", {"objects": [ON_DEMAND, BOX, shell(odd, command="sudo x"), node]})
    page, data = tmp_path / "page.html", tmp_path / "all.json"
    assert (
        main(["assess", str(estate), "--html", str(page), "--json", str(data), "--csv", str(tmp_path / "t")])
        < 2
    )
    assert not set("\x1b\u202e") & set(capsys.readouterr().out)
    (found,) = json.loads(data.read_text())["inputs"]
    assert [finding["object_id"] for finding in found["commands"]] == [odd]


def test_a_file_that_cannot_be_written_is_told(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(estate / "a.json", GOOD)
    assert main(["assess", str(path), "--html", str(path / "page.html")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_plain_where_the_output_is_no_terminal(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(estate / "a.json", WORK)
    main(["assess", str(estate)])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert not set(out) & set("─│┃━")
    assert out.startswith("1 pipeline: 1 leaves work to do by hand.\n")


@corpus.needs_corpus
def test_the_corpus(tmp_path: Path) -> None:
    data = tmp_path / "all.json"
    assert (
        main(["assess", str(corpus.CORPUS), "--json", str(data), "--html", str(tmp_path / "page.html")]) == 1
    )
    found = json.loads(data.read_text())
    assert not [one["problem"] for one in found["inputs"] if "internal error" in one["problem"]]
    assert sum(found["status"].values()) == len(found["inputs"])
    # Counted from the raw files, without the converter.
    raw = [json.loads(path.read_text()) for path in _architect(found)]
    types = Counter(
        item.get("type") for document in raw for item in document["objects"] if item["id"] != "Default"
    )
    ours: Counter[str] = Counter()
    for one in found["inputs"]:
        if "/architect/" in one["source"] and one["status"] != str(Status.UNREADABLE):
            ours.update(one["objects"])
    for kind in ("ShellCommandActivity", "Ec2Resource", "EmrCluster", "S3DataNode", "SnsAlarm", "Schedule"):
        assert ours[kind] >= types[kind] > 0
    ami = [item for document in raw for item in document["objects"] if item.get("amiVersion") == "3.8.0"]
    seen = [f for one in found["inputs"] for f in one["retired"] if f["what"] == "AMI 3.8.0"]
    assert len(seen) >= len(ami) > 0


def _architect(found: dict[str, Any]) -> list[Path]:
    """Return the definition files that strict JSON can read, and that were read."""
    result = []
    for one in found["inputs"]:
        path = Path(one["source"])
        if path.parent.name == "architect" and one["objects"]:
            try:
                document = json.loads(path.read_text(encoding="utf-8-sig"))
            except ValueError:
                continue
            if all(isinstance(item, dict) and "id" in item for item in document.get("objects", [None])):
                result.append(path)
    return result
