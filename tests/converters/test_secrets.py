"""No secret is in any file but those that are imported into Airflow and deleted, nor in any message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import reduce
from operator import getitem
from typing import Any

import pytest
from datapipeline_converters.carriers import definition_file
from datapipeline_converters.conversion import convert
from datapipeline_converters.errors import InvalidDefinitionError
from datapipeline_converters.options import Options

from tests.converters.planned import NOW, arguments, converted, ref, shell
from tests.golden import DAGS, NAMES, convert_example

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
    "jdbcDriverClass": "com.mysql.jdbc.Driver",
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
    "a parameter where a password stands": (
        [shell("A", command="mysql -p#{myX} shop")],
        {"parameters": [{"id": "myX", "default": WORD}]},
    ),
    "a value where a password stands": (
        [shell("A", command="curl -u bob:#{myX} https://example.com")],
        {"parameters": [{"id": "myX"}], "values": {"myX": WORD}},
    ),
    "a command in a parameter": (
        [shell("A", command="#{myCommand}")],
        {"parameters": [{"id": "myCommand", "default": f"mysql -p{WORD}"}]},
    ),
    "a command in a value": (
        [shell("A", command="cd x && #{myCommand}")],
        {"values": {"myCommand": f"mysql -p{WORD}"}},
    ),
    "a field of one's own named like a secret": (
        [shell("A", command="x #{myDbPassword}", myDbPassword=WORD)],
        {},
    ),
    "a field of one's own where a password stands": (
        [shell("A", command="x --password #{myX}", myX=WORD)],
        {},
    ),
    "a parameter that is an argument": (
        [
            shell("A", command="x #{myX}"),
            shell("B", command=None, scriptUri="s3://b/x", scriptArgument=["--password", "#{myX}"]),
        ],
        {"parameters": [{"id": "myX", "default": WORD}]},
    ),
    "a list of arguments": (
        [shell("A", command="x #{myList}")],
        {"parameters": [{"id": "myList", "isArray": "true", "default": ["--password", WORD]}]},
    ),
    "a password built by an expression": ([shell("A", command=f"#{{'mysql -p' + '{WORD}'}}")], {}),
    "a password quoted in an expression": ([shell("A", command=f"x --password #{{'{WORD}'}}")], {}),
    "a command quoted beside what a run knows": (
        [shell("A", command=f"#{{'mysql -p{WORD} '}}#{{@scheduledStartTime}}")],
        {},
    ),
    "SQL": (
        [
            {
                "id": "A",
                "type": "SqlActivity",
                "script": f"CREATE USER u IDENTIFIED BY '{WORD}'",
                "database": ref("Db"),
            },
            DATABASE | {"*password": "other"},
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


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["--user", "u", "--password", WORD], ["--user", "u", "--password", "{}"]),
        (["--password", WORD, "x"], ["--password", "{}", "x"]),
        (["sshpass", "-p", WORD, "ssh"], ["sshpass", "-p", "{}", "ssh"]),
        ([f"--password={WORD}", "x"], ["--password={}", "x"]),
        (["--password-file", "f"], ["--password-file", "f"]),
        (["-p", "3306"], ["-p", "3306"]),
    ],
)
def test_a_password_among_arguments(given: list[str], expected: list[str]) -> None:
    script = {"id": "A", "type": "ShellCommandActivity", "scriptUri": "s3://b/x.sh", "scriptArgument": given}
    found = converted(script)
    key = "{{ var.value.x_secret_A_scriptArgument_password }}"
    assert arguments(found, "A")["script_arguments"] == [text.replace("{}", key) for text in expected]
    assert [name for name, file in found.files.items() if WORD in file.text] == (
        ["x.variables.json"] if "{}" in "".join(expected) else []
    )
    assert found.complete is ("{}" not in "".join(expected))


@pytest.mark.parametrize(
    "rest",
    [
        {"parameters": [{"id": "myCommand", "default": f"mysql -p{WORD}"}]},
        {"values": {"myCommand": f"mysql -p{WORD}"}},
        {"parameters": [{"id": "*myCommand"}], "values": {"*myCommand": f"mysql -p{WORD}"}},
    ],
)
def test_a_password_in_a_command_that_is_a_value_is_told(rest: dict[str, Any]) -> None:
    found = converted(shell("A", command="#{myCommand}"), **rest)
    assert found.plan.left == [
        "parameter `myCommand`: a password stands in the text that is its value; all of it is in a Variable now"
    ]


def test_a_password_in_what_is_not_converted_is_told() -> None:
    sql = f"sh x --password {WORD}"
    found = converted(
        {"id": "P", "type": "RedshiftCopyActivity", "insertMode": "APPEND", "transformSql": sql}
    )
    assert [text for text in found.plan.left if "password" in text] == [
        "object `P`, field `transformSql`: a password stands in the text: keep it in a Variable or a connection when you "
        "write the task"
    ]
    assert not [name for name, file in found.files.items() if WORD in file.text]


@pytest.mark.parametrize(
    ("changed", "rest", "place"),
    [
        (
            {"connectionString": f"jdbc:mysql://h/d?password={WORD}"},
            {},
            "object `Db`, field `connectionString`",
        ),
        (
            {"connectionString": "#{myUrl}"},
            {"parameters": [{"id": "myUrl", "default": f"jdbc:mysql://u:{WORD}@h/d"}]},
            "parameter `myUrl`, attribute `default`",
        ),
        (
            {"connectionString": "#{myUrl}"},
            {"values": {"myUrl": f"jdbc:sqlserver://h;password={WORD}"}},
            "value of parameter `myUrl`",
        ),
        ({"jdbcProperties": [f"password={WORD}"]}, {}, "object `Db`, field `jdbcProperties`"),
    ],
)
def test_a_password_in_the_url_of_a_database_is_told(
    changed: dict[str, Any], rest: dict[str, Any], place: str
) -> None:
    database = {key: value for key, value in DATABASE.items() if key != "*password"} | changed
    sql = {"id": "A", "type": "SqlActivity", "script": "select 1", "database": ref("Db")}
    found = converted(sql, database | {"*password": "#{*myPw}"}, **rest)
    assert [text for text in found.plan.before_first_run if "password stands" in text] == [
        f"{place}: a password stands in the text; no DAG has it, but whoever reads the definition does: change it"
    ]
    assert [name for name, file in found.files.items() if WORD in file.text] in (["x.connections.json"], [])


def test_a_secret_that_is_a_value_is_not_left_to_the_user() -> None:
    found = converted(
        shell("A", command="x --password #{*myPw}"), parameters=[{"id": "*myPw", "default": WORD}]
    )
    assert found.complete


def test_a_parameter_where_a_password_stands_is_not_asked_for_in_the_trigger_form() -> None:
    found = converted(
        shell("A", command="mysql -p#{myX} -h #{myHost}"),
        parameters=[{"id": "myX", "default": WORD}, {"id": "myHost", "default": "h"}],
    )
    assert arguments(found, "A")["command"] == "mysql -p{{ var.value.x_secret_myX }} -h {{ params.myHost }}"


def _texts(item: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the paths of all texts in a JSON document, ids and types aside."""
    if isinstance(item, str):
        if path[-1] not in {"id", "type", "ref"}:
            yield path
        return
    for key, value in item.items() if isinstance(item, dict) else enumerate(item):
        yield from _texts(value, (*path, key))


@pytest.mark.parametrize("name", NAMES)
def test_a_password_in_any_text_of_an_example_stays_out_of_its_files(name: str) -> None:
    text = (DAGS / "definitions" / f"{name}.json").read_text()
    original = json.loads(text)
    # One text of each field of each type will do.
    kinds = {
        (path[0], original["objects"][path[1]].get("type") if path[0] == "objects" else "", path[2:]): path
        for path in _texts(original)
    }
    for path in kinds.values():
        document = json.loads(text)
        *above, last = path
        holder = reduce(getitem, above, document)
        holder[last] += f" --password {WORD}"
        definition = definition_file.read(document, f"{name}.json")
        # What would be refused is left to the user in the same words.
        found = convert(definition, Options(allow_invalid=True, now=NOW))
        shown = [file for file, content in found.files.items() if WORD in content.text and not content.secret]
        assert not shown, path
        assert WORD not in " ".join([*found.plan.left, *found.plan.before_first_run]), path


def test_a_secret_given_on_the_command_line_with_a_star() -> None:
    found = converted(
        shell("A", command="x #{*myThing}"),
        options=Options(values={"*myThing": (WORD,)}, now=NOW),
    )
    assert [name for name, file in found.files.items() if WORD in file.text] == ["x.variables.json"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PGPASSWORD={} psql", None),
        ("cd x; MYSQL_PWD={} mysql", None),
        ("AWS_SECRET_ACCESS_KEY={} aws s3 ls", None),
        ("export DB_PASSWORD={}; x", None),
        ("export db_password={} && x", None),
        ("PGPASSWORD='{}' psql", None),
        ('docker run -e "DB_PASSWORD={}" x', None),
        ("sqoop --password={} -m 1", None),
        ("sqoop --password {} -m 1", None),
        ('x --db-password "{}" y', None),
        ("x.jar,--password,{},--table,t", None),
        ("x.jar,--password={},--table,t", None),
        ("java -Ddb.password={} X", None),
        ("copy t credentials 'aws_access_key_id=A;aws_secret_access_key={}'", None),
        ("PGPASSWORD={}#{id} psql", "PGPASSWORD={}A psql"),
    ],
)
def test_a_password_typed_in_a_command(text: str, expected: str | None) -> None:
    found = converted(shell("A", command=text.replace("{}", WORD)))
    assert arguments(found, "A")["command"] == (expected or text).replace(
        "{}", "{{ var.value.x_secret_A_command_password }}"
    )
    assert [name for name, file in found.files.items() if WORD in file.text] == ["x.variables.json"]
    assert any("`A`, field `command`: a password was taken out" in left for left in found.plan.left)
    (line,) = [line for line in found.lines if (line.object_id, line.field) == ("A", "command")]
    assert (str(line.verdict.grade), line.verdict.reason) == (
        "emulated",
        "a password in it is in the Variable `x_secret_A_command_password`",
    )


def test_a_password_inside_an_expression_is_taken_out() -> None:
    found = converted(shell("A", command=f"#{{'PGPASSWORD={WORD} x'}}"))
    assert arguments(found, "A")["command"] == "{{ var.value.x_secret_A_command_password }}"
    assert any("`A`, field `command`: a password was taken out" in text for text in found.plan.left)


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
        "https://bob:$PW@example.com",
        "PGPASSWORD=$PW psql",
        "PGPASSWORD=${PW} psql",
        "PGPASSWORD=`cat f` psql",
        'PGPASSWORD="$PW" psql',
        "PGPASSWORD= psql",
        "PGPASSWORD='' psql",
        "PGPASSWORD=#{name} psql",
        "PGPASSWORD=<yours> psql",
        "PWD=/tmp OLDPWD=/x y",
        "DB_PASSWORD_FILE=/x y",
        "AWS_ACCESS_KEY_ID=x y",
        "x --password -h y",
        "x --password",
        "x --password '#{name}'",
        "x --password-file /x",
        "x --password=$(cat x)",
        "[ $PASSWORD == x ]",
        "mysql -p x -u a:b",
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


THROUGH = [{"id": "*myTok", "default": WORD}, {"id": "myOther", "default": "o-#{*myTok}"}]
SCHEDULE = {"id": "S", "type": "Schedule", "startDateTime": "2026-11-21T00:00:00", "period": "1 day"}
RUN_BY = {"id": "Default", "scheduleType": "cron", "schedule": ref("S"), "workerGroup": "w"}
WHOLE_NUMBER, PERIOD = "it takes a whole number", "it takes a number and a unit, such as 1 day"
MOMENT = "it takes a moment such as 2024-01-31T06:00:00 (UTC)"


@pytest.mark.parametrize(
    ("objects", "right"),
    [
        ([shell("A", maximumRetries="#{myOther}")], WHOLE_NUMBER),
        ([shell("A", maximumRetries="#{*myTok}")], WHOLE_NUMBER),
        ([shell("A", retryDelay="#{myOwn}", myOwn="#{*myTok}")], PERIOD),
        ([shell("A", retryDelay="#{*myOwn}", **{"*myOwn": WORD})], PERIOD),
        ([shell("A", retryDelay="#{myHop.*password}", myHop=ref("Db")), DATABASE], PERIOD),
        (
            [
                shell("A", retryDelay="#{myHop.myPw}", maximumRetries="#{myHop.myPw}", myHop=ref("Db")),
                DATABASE | {"myPw": "#{*password}"},
            ],
            PERIOD,
        ),
        ([shell("A", stage="#{myOther}")], "it takes true or false"),
        ([RUN_BY, SCHEDULE | {"period": "#{myOther}"}, shell("A")], PERIOD),
        ([RUN_BY, SCHEDULE | {"startDateTime": "#{myOther}"}, shell("A")], MOMENT),
        (
            [RUN_BY | {"scheduleType": "#{myOther}"}, SCHEDULE, shell("A")],
            "it takes cron or timeseries or ondemand",
        ),
        ([shell("A", retryDelay=f"https://bob:{WORD}@example.com")], PERIOD),
    ],
)
def test_no_message_shows_a_secret_through_other_names(objects: list[dict[str, Any]], right: str) -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        converted(*objects, parameters=THROUGH)
    assert WORD not in str(caught.value)
    assert f"cannot be read; {right}" in str(caught.value)
    found = converted(*objects, parameters=THROUGH, options=Options(allow_invalid=True, now=NOW))
    assert not [name for name, file in found.files.items() if WORD in file.text and not file.secret]
    assert WORD not in " ".join(found.plan.left)


def test_a_combination_that_is_refused_does_not_show_a_secret() -> None:
    schedule = SCHEDULE | {"period": "#{*myP}"}
    with pytest.raises(InvalidDefinitionError) as caught:
        converted(RUN_BY, schedule, shell("A"), parameters=[{"id": "*myP", "default": "7 minutes"}])
    assert "object 'S' field 'period': does not fit. The value is not shown" in str(caught.value)
    assert "7" not in str(caught.value)


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


@pytest.mark.parametrize(
    ("objects", "object_id"),
    [
        ([shell("A", command=f"DB_PASSWORD={WORD} ./x"), shell("B", command=f"./y {WORD} z")], "B"),
        ([DATABASE, shell("B", command=f"./y {WORD} z")], "B"),
        (
            [shell("A", command=f"x --password {WORD}"), shell("B", command=f"#{{'./y '}}./y {WORD} z")],
            "B",
        ),
    ],
)
def test_a_password_that_stands_again_elsewhere_is_taken_out(
    objects: list[dict[str, Any]], object_id: str
) -> None:
    found = converted(*objects)
    assert arguments(found, object_id)["command"].endswith(
        "./y {{ var.value.x_secret_B_command_password }} z"
    )
    assert all(file.secret for file in found.files.values() if WORD in file.text)
    assert (
        "object `B`, field `command`: a password was taken out of the text; it is in a Variable now"
        in found.plan.left
    )


@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({}, {"default": WORD}),
        ({}, {"default": f"x {WORD} y"}),
        ({}, {"default": "a", "allowedValues": ["a", WORD]}),
        ({}, {"default": "a", "description": f"it was {WORD}"}),
        ({}, {"default": "a", "helpText": f"it was {WORD}"}),
        ({}, {"default": "a", "watermark": WORD}),
        ({"myComment": f"uses {WORD} of root"}, {"default": "a"}),
        ({"command": f"mysql -p{WORD}; x #{{'{WORD}'}} #{{myX}}"}, {"default": "a"}),
        ({"maximumRetries": WORD}, {"default": "a"}),
        ({"runsOn": ref("E")}, {"default": "a"}),
    ],
)
def test_a_password_that_stands_again_where_no_text_is_converted_is_not_shown(
    fields: dict[str, Any], parameter: dict[str, Any]
) -> None:
    found = converted(
        shell("A", **{"command": f"mysql -u root -p{WORD}; x #{{myX}}", **fields}),
        {"id": "E", "type": "Ec2Resource", "keyPair": WORD},
        parameters=[{"id": "myX", **parameter}],
        options=Options(allow_invalid=True, now=NOW),
    )
    assert not [name for name, file in found.files.items() if WORD in file.text and not file.secret]


@pytest.mark.parametrize(
    ("password", "command"),
    [
        ("secret", "./y secret"),  # an everyday word
        ("abc12", "./y abc12"),  # too short to be told from anything else
        ("20240131", "./y 20240131"),
        (WORD, f"./y {WORD}.example.com s3://b/{WORD}/x my-{WORD} {WORD}s"),  # parts of longer words
        ("user1234", "./y user1234"),  # the user name as well
        ("Db123456", "./y Db123456"),  # an object's id as well
    ],
)
def test_what_only_happens_to_be_a_password_elsewhere_stays(password: str, command: str) -> None:
    database = DATABASE | {"*password": password, "username": "user1234"}
    found = converted(database, shell("Db123456", command="true"), shell("B", command=command))
    assert arguments(found, "B")["command"] == command
    assert found.complete


def test_a_password_of_a_task_that_fails_is_in_no_variable() -> None:
    found = converted(
        {"id": "H", "type": "HadoopActivity", "jarUri": "s3://b/x.jar", "argument": ["--password", WORD]},
        {
            "id": "C",
            "type": "RedshiftCopyActivity",
            "input": ref("I"),
            "output": ref("O"),
            "insertMode": "APPEND",
        },
        {"id": "O", "type": "RedshiftDataNode", "tableName": "t", "database": ref("D")},
        {"id": "D", "type": "RedshiftDatabase", "username": "u", "*password": "other", "clusterId": "c"},
        {"id": "I", "type": "S3DataNode", "directoryPath": f"s3://KEY:{WORD}@bucket/x"},
    )
    assert not [name for name, file in found.files.items() if WORD in file.text]
    assert "x.variables.json" not in found.files
    for place in ("object `H`, field `argument`", "object `I`, field `directoryPath`"):
        assert [left for left in found.plan.left if left.startswith(f"{place}:")] == [
            f"{place}: a password stands in the text: keep it in a Variable or a connection when you write the task"
        ]


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("myCmd", f"mysql -u root -p{WORD}", "nothing that has an effect reads the parameter"),
        ("*myPw", None, "the parameter has no value"),
    ],
)
def test_the_ledger_names_no_variable_that_there_is_not(name: str, value: str | None, reason: str) -> None:
    found = converted(
        {"id": "C", "type": "CopyActivity", "input": ref("I"), "output": ref("O")},
        {
            "id": "I",
            "type": "MySqlDataNode",
            "table": "t",
            "selectQuery": f"select #{{{name}}}",
            "username": "u",
            "*password": "p",
            "connectionString": "jdbc:mysql://h/d",
        },
        {"id": "O", "type": "DynamoDBDataNode", "tableName": "x"},
        parameters=[{"id": name, "description": "d", **({"default": value} if value else {})}],
        options=Options(allow_invalid=True, now=NOW),
    )
    lines = {line.field: line.verdict.reason for line in found.lines if line.object_id == name}
    assert lines["default" if value else "description"] == reason
    assert not found.plan.variables
    assert not [text for text in found.plan.before_first_run if "Variable" in text]


def test_what_is_taken_out_is_no_parameter_of_the_user() -> None:
    found = converted(shell("A", command="aws configure set aws_access_key_id AKIAIOSFODNN7EXAMPLE"))
    assert found.plan.left == [
        "object `A`, field `command`: a password was taken out of the text; it is in a Variable now"
    ]
