"""No secret is in any file but those that are imported into Airflow and deleted, nor in any message."""

from __future__ import annotations

import json
from typing import Any

import pytest
from datapipeline_converters.errors import InvalidDefinitionError
from datapipeline_converters.options import Options

from tests.converters.planned import NOW, arguments, converted, ref, shell
from tests.golden import DAGS, convert_example

WORD = "hunter2"


@pytest.mark.parametrize("name", ["nightly_warehouse", "rds_to_s3"])
def test_passwords_of_the_examples(name: str) -> None:
    definition = json.loads((DAGS / "definitions" / f"{name}.json").read_text())
    secrets = [value for key, value in definition["values"].items() if key.startswith("*")]
    assert secrets
    files = convert_example(name).files
    for secret in secrets:
        assert [file for file, content in files.items() if secret in content.text] == [
            f"{name}.connections.json"
        ]
    assert files[f"{name}.connections.json"].secret


DATABASE = {
    "id": "Db",
    "type": "JdbcDatabase",
    "username": "u",
    "*password": WORD,
    "connectionString": "jdbc:mysql://h/d",
}
CASES: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "a starred field of one's own": ([shell("A", command="echo #{*mySecret}", **{"*mySecret": WORD})], {}),
    "a starred field of another": (
        [shell("A", command="mysql -p#{myDb.*password}", myDb=ref("Db")), DATABASE],
        {},
    ),
    "a starred parameter with an expression in it": (
        [shell("A", command="x #{*myPw}")],
        {"parameters": [{"id": "*myPw"}], "values": {"*myPw": f"#{{'{WORD}'}}"}},
    ),
    "a starred value that nothing declares": (
        [shell("A", command="x #{*myThing}")],
        {"values": {"*myThing": WORD}},
    ),
    "a parameter on its way to a password": (
        [shell("A", command="echo #{myX} #{myY}"), DATABASE | {"*password": "#{myF}", "myF": "#{myX}"}],
        {"parameters": [{"id": "myX", "default": "#{myY}"}, {"id": "myY", "default": WORD}]},
    ),
    "a URL in a command": (
        [shell("A", command=f"sqoop --connect 'jdbc:mysql://h/db?user=u&password={WORD}' --table t")],
        {},
    ),
    "a URL in a command and in a comment": (
        [
            shell(
                "A",
                command=f"x jdbc:mysql://h/d?password={WORD}",
                myComment=f"jdbc:mysql://h/d?password={WORD}",
            )
        ],
        {},
    ),
    "a login in a URL": ([shell("A", command=f"curl https://bob:{WORD}@example.com/x")], {}),
    "a URL in a parameter": (
        [shell("A", command="sqoop #{myUrl}")],
        {"parameters": [{"id": "myUrl", "default": f"jdbc:mysql://h/db?password={WORD}"}]},
    ),
    "the URL of a database": (
        [
            {
                "id": "A",
                "type": "SqlActivity",
                "script": "-- #{database.connectionString}",
                "database": ref("Db"),
            },
            DATABASE | {"connectionString": f"jdbc:mysql://h/d?password={WORD}"},
        ],
        {},
    ),
    "a parameter whose name ends in pass": (
        [shell("A", command="PGPASSWORD=#{myDbPass} psql")],
        {"parameters": [{"id": "myDbPass", "default": WORD}]},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_secret_goes_to_a_variable_or_a_connection(case: str) -> None:
    objects, rest = CASES[case]
    found = converted(*objects, **rest)
    holders = [name for name, file in found.files.items() if WORD in file.text]
    assert holders
    assert all(found.files[name].secret for name in holders)
    assert WORD not in " ".join(found.plan.left)
    text = arguments(found, "A").get("command") or arguments(found, "A")["sql"]
    assert "{{ var.value.x_secret_" in text


def test_a_secret_given_on_the_command_line_with_a_star() -> None:
    found = converted(
        shell("A", command="x #{*myThing}"),
        options=Options(values={"*myThing": (WORD,)}, now=NOW),
    )
    assert [name for name, file in found.files.items() if WORD in file.text] == ["x.variables.json"]


def test_what_is_taken_out_of_a_text_is_said() -> None:
    found = converted(shell("A", command=f"x jdbc:mysql://h/db?password={WORD}"))
    assert any("`A`, field `command`: a password was taken out" in text for text in found.plan.left)
    assert (
        arguments(found, "A")["command"]
        == "x jdbc:mysql://h/db?password={{ var.value.x_secret_A_command_password }}"
    )


@pytest.mark.parametrize(
    "text",
    [
        "aws s3 cp s3://bucket/key:with@sign .",
        "a?passwords=1",
        "mail bob@example.com",
        "http://h:80/x@y",
        "x&pwd=#{name}",
    ],
)
def test_what_only_looks_like_a_password_stays(text: str) -> None:
    found = converted(shell("A", command=text))
    assert arguments(found, "A")["command"] == text.replace("#{name}", "A")


@pytest.mark.parametrize(
    ("objects", "rest"),
    [
        (
            [
                DATABASE | {"connectionString": f"jdbc:mysql://h/d?password={WORD}#{{"},
                {"id": "A", "type": "SqlActivity", "script": "x", "database": ref("Db")},
            ],
            {},
        ),
        (
            [
                DATABASE | {"*password": f"{WORD}#{{"},
                {"id": "A", "type": "SqlActivity", "script": "x", "database": ref("Db")},
            ],
            {},
        ),
        ([shell("A", attemptTimeout="#{*myPw}")], {"parameters": [{"id": "*myPw", "default": WORD}]}),
        ([shell("A")], {"parameters": [{"id": "*myPw", "default": "x", "allowedValues": [WORD]}]}),
        (
            [
                DATABASE | {"*password": {"ref": WORD}},
                {"id": "A", "type": "SqlActivity", "script": "x", "database": ref("Db")},
            ],
            {},
        ),
    ],
)
def test_no_message_shows_a_secret(objects: list[dict[str, Any]], rest: dict[str, Any]) -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        converted(*objects, **rest)
    assert WORD not in str(caught.value)
    found = converted(*objects, **rest, options=Options(allow_invalid=True, now=NOW))
    assert not [name for name, file in found.files.items() if WORD in file.text and not file.secret]
    assert WORD not in " ".join(found.plan.left)


def test_a_secret_that_is_no_valid_expression_is_left_to_the_user() -> None:
    found = converted(shell("A", command="#{*myPw}"), parameters=[{"id": "*myPw", "default": f"{WORD}#{{"}])
    assert any("`myPw` cannot be evaluated" in text for text in found.plan.left)
    assert not [name for name, file in found.files.items() if WORD in file.text]


def test_a_secret_stays_out_of_a_text_whose_parameters_cannot_stay_open() -> None:
    found = converted(
        shell("A", command="#{'t-' + myArr} #{format(@scheduledStartTime, myPattern)} #{*myPw}"),
        parameters=[
            {"id": "myArr", "isArray": "true", "default": ["a", "b"]},
            {"id": "myPattern", "default": "YYYY"},
            {"id": "*myPw", "default": WORD},
        ],
    )
    assert not [name for name, file in found.files.items() if WORD in file.text and not file.secret]
    assert not found.complete


def test_a_starred_field_whose_parameter_has_no_value() -> None:
    found = converted(
        shell("A", command="x #{myDb.*password}", myDb=ref("Db")),
        DATABASE | {"*password": "#{*myPw}"},
        parameters=[{"id": "*myPw"}],
    )
    assert arguments(found, "A")["command"] == "x {{ var.value.x_secret_Db_password }}"
    assert not found.complete
