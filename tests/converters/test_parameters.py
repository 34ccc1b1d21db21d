"""Parameters: their types and attributes, the values that hold, what they become, and what the ledger says of them."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from airflow.sdk import Param
from airflow.sdk.exceptions import ParamValidationError
from datapipeline_converters.conversion import Conversion
from datapipeline_converters.errors import InvalidDefinitionError
from datapipeline_converters.options import Options
from datapipeline_converters.plan import ArrayParam

from tests.converters.planned import NOW, arguments, converted, grades, only_dag, ref, shell

SCHEDULED = (
    {"id": "Default", "scheduleType": "cron", "schedule": ref("S"), "workerGroup": "w"},
    {"id": "S", "type": "Schedule", "period": "1 day", "startDateTime": "2026-11-21T00:00:00"},
)


def params(found: Conversion) -> dict[str, tuple[list[Any], dict[str, Any]]]:
    """Return what each Param of the generated file is made with: positional and keyword arguments."""
    (written,) = [
        keyword.value
        for node in ast.walk(ast.parse(found.files["x.py"].text))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "params"
    ]
    assert isinstance(written, ast.Dict)
    return {
        ast.literal_eval(key): (
            [ast.literal_eval(argument) for argument in value.args],
            {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in value.keywords},
        )
        for key, value in zip(written.keys, written.values, strict=True)
        if key is not None and isinstance(value, ast.Call)
    }


def lines(found: Conversion, name: str) -> dict[str, str]:
    """Return grade and reason of a parameter's lines, by attribute."""
    return {
        line.field: f"{line.verdict.grade}: {line.verdict.reason}"
        for line in found.lines
        if line.type == "parameter" and line.object_id == name
    }


def reason(found: Conversion, object_id: str, field: str) -> str:
    """Return grade and reason of one line on an object."""
    (line,) = [line for line in found.lines if (line.object_id, line.field) == (object_id, field)]
    return f"{line.verdict.grade}: {line.verdict.reason}"


# What AWS takes


@pytest.mark.parametrize(
    ("parameter", "values"),
    [
        ({"type": "Integer"}, "5"),
        ({"type": "integer"}, "-5"),
        ({"type": "INTEGER"}, "+007"),
        ({"type": "Integer"}, 5),
        ({"type": "Integer"}, " 5 "),
        ({"type": "Integer"}, "#{myOther}"),
        ({"type": "Integer", "optional": "true"}, ""),
        ({"type": "Integer", "isArray": "true"}, ["1", "2"]),
        ({"type": "Double"}, "0.25"),
        ({"type": "double"}, "2"),
        ({"type": "Double"}, ".5"),
        ({"type": "Double"}, "1."),
        ({"type": "Double"}, "-1.5E-3"),
        ({"type": "Double"}, 1.10),
        ({"type": "String"}, ""),
        ({"type": "String"}, True),
        ({"type": "AWS::S3::ObjectKey"}, "s3://b/k"),
        ({"type": "AWS::S3::ObjectKey"}, ""),
        ({"type": "aws::s3::objectkey"}, "b/k"),
        ({}, "anything"),
        ({"allowedValues": ["a", "b"]}, "b"),
        ({"allowedValues": "a"}, "a"),
        ({"allowedValues": [1, 2]}, 2),
        ({"allowedValues": ["a", "b"]}, "#{'a'}"),
        ({"allowedValues": ["a", "b"], "isArray": "true"}, ["b", "a", "b"]),
        ({"allowedValues": ["a", "b"], "optional": "true"}, ""),
        ({"isArray": "true"}, "one"),
        ({"isArray": "false"}, ["one"]),
    ],
)
def test_values_that_a_declaration_allows(parameter: dict[str, Any], values: Any) -> None:
    declared = [{"id": "myX"} | parameter, {"id": "myOther", "default": "1"}]
    converted(shell("A"), parameters=declared, values={"myX": values})


@pytest.mark.parametrize(
    ("parameter", "values", "fault"),
    [
        ({"type": "Integer"}, "five", "'five' is no whole number, which the type Integer asks for."),
        ({"type": "Integer"}, "1.0", "'1.0' is no whole number"),
        ({"type": "Integer"}, "1_000", "'1_000' is no whole number"),
        ({"type": "Integer"}, "1,000", "'1,000' is no whole number"),
        ({"type": "Integer"}, "\u0665", "'\u0665' is no whole number"),
        ({"type": "Integer"}, "", "'' is no whole number"),
        ({"type": "Integer"}, True, "'true' is no whole number"),
        ({"type": "Integer", "isArray": "true"}, ["1", "b"], "'b' is no whole number"),
        ({"type": "Double"}, "0,25", "'0,25' is no number, which the type Double asks for."),
        ({"type": "Double"}, "nan", "'nan' is no number"),
        ({"type": "Double"}, "0x10", "'0x10' is no number"),
        ({"type": "Double"}, ".", "'.' is no number"),
        ({"allowedValues": ["a", "b"]}, "c", "'c' is not one of 'a', 'b'."),
        ({"allowedValues": ["a", "b"]}, "A", "'A' is not one of 'a', 'b'."),
        ({"allowedValues": "a"}, "b", "'b' is not one of 'a'."),
        ({"allowedValues": ["a", "b"], "isArray": "true"}, ["a", "c"], "'c' is not one of 'a', 'b'."),
        ({"allowedValues": ["a", "b"]}, "", "'' is not one of 'a', 'b'."),
        (
            {"isArray": "false"},
            ["one", "two"],
            "takes one value and has 2. Give one, or declare the parameter with",
        ),
        ({"optional": "maybe"}, "x", "`optional` is neither true nor false."),
        ({"isArray": "2"}, "x", "`isArray` is neither true nor false."),
        ({"type": ["String", "Integer"]}, "x", "`type` takes one value and has 2."),
        ({"description": ["a", "b"]}, "x", "`description` takes one value and has 2."),
        ({"watermark": {"a": "b"}}, "x", "`watermark` is neither text nor a list of texts."),
    ],
)
def test_values_that_a_declaration_does_not_allow(parameter: dict[str, Any], values: Any, fault: str) -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        converted(shell("A"), parameters=[{"id": "myX"} | parameter], values={"myX": values})
    assert f"  parameter 'myX': {fault}" in str(caught.value)


def test_a_default_is_checked_only_where_it_holds() -> None:
    declared = [{"id": "myX", "type": "Integer", "default": "none"}]
    converted(shell("A"), parameters=declared, values={"myX": "1"})
    with pytest.raises(InvalidDefinitionError, match="'none' is no whole number"):
        converted(shell("A"), parameters=declared)


def test_what_is_not_allowed_is_converted_as_it_is_when_asked_for() -> None:
    found = converted(
        shell("A", command="#{myN}", scriptArgument="#{myList}"),
        parameters=[
            {"id": "myN", "type": "Integer", "default": "five"},
            {"id": "myList", "isArray": "false", "default": ["a", "b"]},
        ],
        options=Options(allow_invalid=True, now=NOW),
    )
    assert params(found)["myN"] == (["five"], {"type": "string"})
    assert params(found)["myList"][0] == [["a", "b"]]
    assert len([text for text in found.plan.left if "parameter 'my" in text]) == 2


@pytest.mark.parametrize("parameter", [{"type": "Integer"}, {"allowedValues": ["a"]}])
@pytest.mark.parametrize("star", ["*", ""])
def test_a_fault_does_not_show_a_secret(parameter: dict[str, Any], star: str) -> None:
    database = {"id": "Db", "type": "JdbcDatabase", "connectionString": "c", "*password": "#{myX}"}
    with pytest.raises(InvalidDefinitionError) as caught:
        converted(shell("A"), database, parameters=[{"id": f"{star}myX", "default": "hunter2"} | parameter])
    assert "  parameter 'myX': the value is" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_passwords_in_urls_stay_out_of_the_form() -> None:
    url = "jdbc:mysql://h/d?password=hunter2"
    about = {"description": url, "watermark": url, "helpText": url, "helpLink": url}
    found = converted(
        shell("A", command="#{myX} #{myY}"),
        parameters=[
            {"id": "myX", "default": "v"} | about,
            {"id": "myY", "allowedValues": ["v", url], "default": "v"},
        ],
    )
    hint = f"{url}. {url}. Hint: {url}. See {url}".replace("hunter2", "***")
    assert params(found) == {"myX": (["v"], {"type": "string", "description": hint})}
    assert "hunter2" not in "".join(file.text for file in found.files.values())


# Which value holds


@pytest.mark.parametrize(
    ("default", "stored", "given", "expected"),
    [
        ("default", None, None, "default"),
        ("default", "stored", None, "stored"),
        ("default", "stored", "given", "given"),
        (None, "stored", None, "stored"),
        (None, None, "given", "given"),
        ("default", "", None, ""),
    ],
)
def test_precedence(default: str | None, stored: str | None, given: str | None, expected: str) -> None:
    found = converted(
        shell("A", command="#{myX} #{myKept}"),
        parameters=[
            {"id": "myX", **({"default": default} if default is not None else {})},
            {"id": "myKept", "default": "kept"},
        ],
        values={"myX": stored} if stored is not None else {},
        options=Options(values={"myX": (given,)} if given is not None else {}, now=NOW),
    )
    assert params(found)["myX"][0] == [expected]
    assert params(found)["myKept"][0] == ["kept"]


# The trigger form


@pytest.mark.parametrize(
    ("parameter", "values", "schema"),
    [
        ({"default": "a"}, ["a"], {"type": "string"}),
        ({"type": "Integer", "default": "5"}, [5], {"type": "integer"}),
        ({"type": "INTEGER", "default": "-5"}, [-5], {"type": "integer"}),
        ({"type": "Integer", "default": "007"}, ["007"], {"type": "string"}),
        ({"type": "Integer", "default": "1" * 16}, ["1" * 16], {"type": "string"}),
        ({"type": "Double", "default": "0.25"}, [0.25], {"type": "number"}),
        ({"type": "Double", "default": "2"}, [2], {"type": "number"}),
        ({"type": "Double", "default": "1.10"}, ["1.10"], {"type": "string"}),
        ({"type": "AWS::S3::ObjectKey", "default": "s3://b/k"}, ["s3://b/k"], {"type": "string"}),
        ({"type": "Integer"}, [], {"type": "integer"}),
        ({"optional": "true", "default": "a"}, ["a"], {"type": ["null", "string"]}),
        ({"allowedValues": ["a", "b"], "default": "a"}, ["a"], {"type": "string", "enum": ["a", "b"]}),
        ({"allowedValues": "a", "default": "a"}, ["a"], {"type": "string", "enum": ["a"]}),
        (
            {"type": "Integer", "allowedValues": [1, 2], "default": 2},
            [2],
            {"type": "integer", "enum": [1, 2]},
        ),
        (
            {"type": "Integer", "allowedValues": ["01", "02"], "default": "02"},
            ["02"],
            {"type": "string", "enum": ["01", "02"]},
        ),
        (
            {"allowedValues": ["a", "b"], "default": "a", "optional": "true"},
            ["a"],
            {"type": ["null", "string"], "enum": ["a", "b", None]},
        ),
        (
            {"isArray": "true", "default": ["a", "b"]},
            [["a", "b"]],
            {"type": "array", "items": {"type": "string"}},
        ),
        ({"isArray": "true", "default": "a"}, [["a"]], {"type": "array", "items": {"type": "string"}}),
        (
            {"isArray": "true", "type": "Integer", "default": ["1", "2"]},
            [[1, 2]],
            {"type": "array", "items": {"type": "integer"}},
        ),
        (
            {"isArray": "true", "default": ["a", "b"], "allowedValues": ["a", "b", "c"]},
            [["a", "b"]],
            {
                "type": "array",
                "items": {"type": "string", "enum": ["a", "b", "c"]},
                "examples": ["a", "b", "c"],
            },
        ),
        (
            {"isArray": "true", "type": "Integer", "default": ["1"], "allowedValues": ["1", "2"]},
            [[1]],
            {"type": "array", "items": {"type": "integer", "enum": [1, 2]}},
        ),
        ({"default": "a", "description": "Label"}, ["a"], {"type": "string", "description": "Label"}),
        (
            {
                "default": "a",
                "description": "Ratio",
                "helpText": "How fast to read.",
                "watermark": "Enter value between 0.1-1.0",
                "helpLink": "https://example.com/help",
            },
            ["a"],
            {
                "type": "string",
                "description": "Ratio. How fast to read. Hint: Enter value between 0.1-1.0. See https://example.com/help",
            },
        ),
        (
            {"default": "a", "watermark": "us-east-1"},
            ["a"],
            {"type": "string", "description": "Hint: us-east-1"},
        ),
        ({"default": "a", "description": " ", "helpText": ""}, ["a"], {"type": "string"}),
    ],
)
def test_the_trigger_form(parameter: dict[str, Any], values: list[Any], schema: dict[str, Any]) -> None:
    reading = "scriptArgument" if parameter.get("isArray") else "command"
    fields = {"command": "x", reading: "#{myX}"}
    found = converted(shell("A", **fields), parameters=[{"id": "myX"} | parameter])
    assert params(found) == {"myX": (values, schema)}
    if values:
        assert Param(*values, **schema).resolve() == values[0]


def test_airflow_refuses_elements_that_are_not_allowed() -> None:
    found = converted(
        shell("A", scriptArgument="#{myX}"),
        parameters=[{"id": "myX", "isArray": "true", "default": ["a"], "allowedValues": ["a", "b"]}],
    )
    values, schema = params(found)["myX"]
    assert Param(*values, **schema).resolve(["b", "a"]) == ["b", "a"]
    with pytest.raises(ParamValidationError):
        Param(*values, **schema).resolve(["c"])


# Names


@pytest.mark.parametrize(
    ("fields", "parameters", "expected", "noted"),
    [
        ({"command": "#{bucket}"}, [{"id": "bucket", "default": "b"}], "{{ params.bucket }}", None),
        (
            {"command": "#{myX}", "myX": "field"},
            [{"id": "myX", "default": "parameter"}],
            "field",
            ("myX", "emulated: `#{myX}` is this field, not the parameter of the same name"),
        ),
        (
            {"command": "#{myX}!", "myX": "[#{myX}]"},
            [{"id": "myX", "default": "parameter"}],
            "[{{ params.myX }}]!",
            ("myX", "`#{myX}` in the field of this name is the parameter"),
        ),
        (
            {"command": "#{command}"},
            [{"id": "command", "default": "run"}],
            "{{ params.command }}",
            ("command", "emulated: `#{command}` in the field of this name is the parameter"),
        ),
        (
            {"command": "#{myPw}"},
            [{"id": "*myPw", "default": "hunter2"}],
            "{{ var.value.x_secret_myPw }}",
            ("command", "emulated: `#{myPw}` is read as `#{*myPw}`, which is kept secret"),
        ),
        (
            {"command": "#{*myX}"},
            [{"id": "myX", "default": "hunter2"}],
            "{{ var.value.x_secret_myX }}",
            (
                "command",
                "emulated: `#{*myX}` is the parameter `myX`, declared without a star; it is kept secret",
            ),
        ),
        (
            {"command": "#{myWord}", "*myWord": "hunter2"},
            [],
            "{{ var.value.x_secret_A_myWord }}",
            ("command", "emulated: `#{myWord}` is read as `#{*myWord}`, which is kept secret"),
        ),
        ({"command": "#{*myPw}"}, [{"id": "*myPw", "default": "p"}], "{{ var.value.x_secret_myPw }}", None),
    ],
)
def test_names(
    fields: dict[str, Any],
    parameters: list[dict[str, Any]],
    expected: str,
    noted: tuple[str, str] | None,
) -> None:
    found = converted(shell("A", **fields), parameters=parameters)
    assert arguments(found, "A")["command"] == expected
    if noted:
        assert noted[1] in reason(found, "A", noted[0])
    else:
        assert reason(found, "A", "command").startswith("exact")
    assert not [name for name, file in found.files.items() if "hunter2" in file.text and not file.secret]


def test_a_name_with_a_star_anywhere_makes_a_secret_everywhere() -> None:
    found = converted(
        shell("A", command="#{myX}"),
        shell("B", command="#{*myX}"),
        parameters=[{"id": "myX", "default": "p"}],
    )
    assert arguments(found, "A")["command"] == "{{ var.value.x_secret_myX }}"


def test_a_value_given_for_a_secret_field_makes_a_secret_of_what_it_names() -> None:
    found = converted(
        {"id": "Db", "type": "JdbcDatabase", "connectionString": "c", "*password": "#{myA}", "username": "u"},
        shell("A", command="#{myB}"),
        options=Options(values={"myA": ("#{myB}",), "myB": ("hunter2",)}, now=NOW),
    )
    assert arguments(found, "A")["command"] == "{{ var.value.x_secret_myB }}"
    assert not [name for name, file in found.files.items() if "hunter2" in file.text and not file.secret]


# Optional parameters without a value


@pytest.mark.parametrize(
    ("fields", "rest", "expected"),
    [
        ({"stdout": "#{myNone}"}, {}, {}),
        ({"stdout": " #{myNone} "}, {}, {}),
        ({"stdout": "s3://b/#{myNone}"}, {}, {"stdout": "s3://b/"}),
        ({"scriptArgument": "#{myNone}"}, {}, {}),
        ({"scriptArgument": ["a", "#{myNone}", "b"]}, {}, {"script_arguments": ["a", "b"]}),
        ({"scriptArgument": ["#{myNone}", "x#{myNone}"]}, {}, {"script_arguments": ["x"]}),
        ({"scriptArgument": ["#{myNones}", "b"]}, {}, {"script_arguments": ["b"]}),
        ({"attemptTimeout": "#{myNone}"}, {}, {}),
        ({"maximumRetries": "#{myNone}"}, {}, {}),
        ({"stage": "#{myNone}"}, {}, {}),
        ({"input": "#{myNone}"}, {}, {}),
        ({"precondition": "#{myNone}"}, {}, {}),
        ({"onFail": ["#{myNone}"]}, {}, {}),
        ({"stdout": "#{myField}", "myField": "#{myNone}"}, {}, {}),
        ({"stdout": "#{myChain}"}, {}, {}),
        ({"stdout": "#{stdout}"}, {"parameters": [{"id": "stdout", "optional": "true"}]}, {}),
        (
            {"stdout": "#{myNone}"},
            {"values": {"myNone": "s3://b/o"}},
            {"stdout": "{{ params.myNone or '' }}"},
        ),
        ({"stdout": "#{myNone}"}, {"values": {"myNone": None}}, {}),
    ],
)
def test_an_optional_parameter_without_value(
    fields: dict[str, Any], rest: dict[str, Any], expected: dict[str, Any]
) -> None:
    declared = [
        {"id": "myNone", "optional": "true"},
        {"id": "myNones", "optional": "true", "isArray": "true"},
        {"id": "myChain", "default": "#{myNone}"},
        *rest.get("parameters", []),
    ]
    found = converted(shell("A", **fields), parameters=declared, values=rest.get("values", {}))
    plain = arguments(converted(shell("A")), "A")
    assert arguments(found, "A") == plain | expected
    assert found.complete


def test_a_required_parameter_without_value_takes_no_field_away() -> None:
    found = converted(shell("A", stdout="#{myNone}"), parameters=[{"id": "myNone", "optional": "false"}])
    assert arguments(found, "A")["stdout"] == "{{ params.myNone }}"


def test_a_field_that_is_absent_because_of_its_parameter_inherits_nothing() -> None:
    found = converted(
        {"id": "Default", "scheduleType": "ondemand", "workerGroup": "w", "maximumRetries": "5"},
        shell("A", maximumRetries="#{myNone}"),
        parameters=[{"id": "myNone", "optional": "true"}],
    )
    assert only_dag(found).default_args["retries"] == 2


# Values that hold expressions


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"myA": "from #{name}"}, "from The A"),
        ({"myA": "#{myB}", "myB": "#{myC}", "myC": "end"}, "{{ params.myC }}"),
        ({"myA": "[#{myB}]", "myB": "#{id}"}, "[A]"),
        ({"myA": "#{output.directoryPath}/x"}, "s3://b/Out/x"),
        ({"myA": "#{myFlag}"}, "flag of A"),
        ({"myA": "${INPUT1_STAGING_DIR} $1"}, "{{ params.myA }}"),
        (
            {"myA": "#{format(@scheduledStartTime, 'YYYY')}"},
            "{{ data_interval_start.strftime('%Y') }}",
        ),
    ],
)
def test_values_that_hold_expressions(values: dict[str, str], expected: str) -> None:
    found = converted(
        *SCHEDULED,
        shell("A", name="The A", command="#{myA}", myFlag="flag of A", output=ref("Out")),
        {"id": "Out", "type": "S3DataNode", "directoryPath": "s3://b/#{id}"},
        parameters=[{"id": name} for name in values],
        values=values,
    )
    assert arguments(found, "A")["command"] == expected


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"myA": "#{myA}"}, "A.command -> parameter myA -> parameter myA"),
        (
            {"myA": "x#{myB}", "myB": "y#{myC}", "myC": "#{myA}"},
            "A.command -> parameter myA -> parameter myB -> parameter myC -> parameter myA",
        ),
        ({"myA": "#{myField}"}, "A.command -> parameter myA -> A.myField -> parameter myA"),
    ],
)
def test_values_that_go_in_a_circle(values: dict[str, str], path: str) -> None:
    with pytest.raises(InvalidDefinitionError) as caught:
        converted(
            shell("A", command="#{myA}", myField="#{myA}"),
            parameters=[{"id": name} for name in values],
            values=values,
        )
    assert path in str(caught.value)


def test_what_an_array_becomes() -> None:
    found = converted(
        shell("A", scriptArgument=["#{myList}", "#{myMixed}"], command="echo #{myList}"),
        parameters=[
            {"id": "myList", "isArray": "true", "default": ["1", "2"]},
            {"id": "myMixed", "isArray": "true", "default": ["#{name}", "plain"]},
        ],
    )
    assert arguments(found, "A")["script_arguments"] == [ArrayParam("myList"), "A", "plain"]
    assert arguments(found, "A")["command"] == "echo {{ params.myList | join(',') }}"


# Calculating with a parameter; the same number comes out whether the value is open or put in


CALCULATED = "`myN` is calculated with as a number: what Data Pipeline did is not documented"


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("#{myN + 1}", True),
        ("#{1 + myN}", True),
        ("#{-myN}", True),
        ("#{myN / 2}", True),
        ("#{plusDays(@scheduledStartTime, myN - 1)}", True),
        ("#{'n' + (myN + 1)}", True),
        ("#{'n' + myN}", False),
        ("#{myN + 'n'}", False),
        ("#{myT + 1}", False),
        ("#{myN}", False),
        ("n#{myN}", False),
        ("#{plusDays(@scheduledStartTime, myN)}", False),
        ("#{format(@scheduledStartTime, 'YYYY') + myN}", False),
    ],
)
def test_a_calculation_with_a_parameter_is_noted(text: str, noted: bool) -> None:
    found = converted(
        *SCHEDULED,
        shell("A", command=text),
        parameters=[{"id": "myN", "type": "Integer", "default": "5"}, {"id": "myT", "default": "5"}],
    )
    assert (CALCULATED in reason(found, "A", "command")) == noted


@pytest.mark.parametrize(
    ("kind", "value", "text", "retries"),
    [
        ("Integer", "5", "#{myN + 1}", 6),
        ("Integer", "5", "#{myN / 2}", 2),
        ("Integer", "5", "#{myN * 2 - 1}", 9),
        ("Integer", "5", "#{myN}1", 51),
        ("Integer", "5", "#{'' + myN + 1}", 51),
        ("Integer", "5", "#{myField + 1}", 6),
        ("Double", "0.5", "#{format(makeDate(2011, 5, 24), 'd')}", 24),
        ("String", "5", "#{myN + 1}", 51),
    ],
)
def test_a_calculation_that_is_needed_before_any_run(kind: str, value: str, text: str, retries: int) -> None:
    found = converted(
        shell("A", maximumRetries=text, myField="#{myN}"),
        parameters=[{"id": "myN", "type": kind, "default": value}],
    )
    assert only_dag(found).default_args["retries"] == retries


def test_a_calculation_that_is_needed_before_any_run_is_noted() -> None:
    found = converted(
        shell("A", maximumRetries="#{myN + 1}"),
        parameters=[{"id": "myN", "type": "Integer", "default": "1"}],
    )
    assert reason(found, "A", "maximumRetries") == f"approximated: {CALCULATED}"


def test_a_calculation_in_a_field_that_others_quote_is_noted_where_it_stands() -> None:
    found = converted(
        shell("A", command="#{mySum}", stdout="#{mySum}", mySum="#{myN + 1}"),
        parameters=[{"id": "myN", "type": "Integer", "default": "1"}],
    )
    assert reason(found, "A", "mySum") == f"approximated: {CALCULATED}"
    assert grades(found)["A", "command"] == "exact"


# Values that the trigger form cannot change any more


def test_a_value_put_in_beside_an_open_parameter_is_told() -> None:
    found = converted(
        shell("A", command="#{myN}", maximumRetries="#{myN}"),
        shell("B", maximumRetries="#{myM}"),
        parameters=[
            {"id": "myN", "type": "Integer", "default": "1"},
            {"id": "myM", "type": "Integer", "default": "1"},
        ],
    )
    note = "`myN` is put in at conversion: another value in the trigger form has no effect here"
    assert reason(found, "A", "maximumRetries") == f"emulated: {note}"
    assert grades(found)["A", "command"] == "exact"
    assert grades(found)["B", "maximumRetries"] == "exact"
    assert list(params(found)) == ["myN"]


# The ledger


OPEN = "exact: the Param's type"
ALL = {
    "type": "String",
    "description": "d",
    "watermark": "w",
    "helpText": "h",
    "helpLink": "l",
    "optional": "false",
    "isArray": "false",
    "allowedValues": ["v", "w"],
    "default": "v",
    "myComment": "c",
}
SHOWN = "emulated: shown with the description in the trigger form"
COMMENT = "not needed: a comment, which has no effect"


@pytest.mark.parametrize(
    ("fields", "parameter", "expected"),
    [
        (
            {"command": "#{myX}"},
            ALL,
            {
                "type": OPEN,
                "description": "exact: shown in the trigger form",
                "watermark": SHOWN,
                "helpText": SHOWN,
                "helpLink": SHOWN,
                "optional": "exact: whether the Param may be left empty",
                "isArray": "exact: whether the Param is a list",
                "allowedValues": "exact: the Param's choices",
                "default": "exact: the Param's value",
                "myComment": COMMENT,
            },
        ),
        (
            {"stdout": "#{myX}", "attemptTimeout": "#{myX} hours"},
            {"type": "Integer", "default": "2"},
            {
                "type": OPEN,
                "default": "emulated: the Param's value; put in where it is needed before any run",
            },
        ),
        (
            {"attemptTimeout": "#{myX} hours"},
            {"type": "Integer", "default": "2", "description": "d", "allowedValues": ["1", "2"]},
            {
                "type": "exact: the value was checked by it at conversion",
                "default": "emulated: put in at conversion; to have another value, convert again with --set",
                "description": "not needed: the value is put in at conversion, and the trigger form does not ask for it",
                "allowedValues": "exact: the value was checked by it at conversion",
            },
        ),
        (
            {},
            {"type": "String", "default": "v", "description": "d"},
            {
                "type": "not needed: any text will do",
                "default": "not needed: nothing that has an effect reads the parameter",
                "description": "not needed: nothing that has an effect reads the parameter",
            },
        ),
        (
            {"stdout": "#{myX}"},
            {"optional": "true", "description": "d"},
            {
                "optional": (
                    "exact: without a value, a field that is nothing but the parameter counts as absent; "
                    "inside a text it is empty"
                ),
                "description": "not needed: the parameter has no value",
            },
        ),
        (
            {"command": "#{myX}"},
            {"type": "Double", "default": "1.10"},
            {
                "type": "emulated: the Param is a text, because a value would not come back the same from a number",
                "default": "exact: the Param's value",
            },
        ),
        (
            {"command": "#{myX}"},
            {"type": "AWS::EC2::KeyPair", "default": "k", "defualt": "x", "isArray": []},
            {
                "type": "approximated: there is no such type, as far as we know: the values are texts",
                "default": "exact: the Param's value",
                "defualt": "refused: a parameter has no attribute 'defualt', as far as we know",
                "isArray": "exact: whether the Param is a list",
            },
        ),
    ],
)
def test_the_ledger_has_a_line_for_each_attribute(
    fields: dict[str, Any], parameter: dict[str, Any], expected: dict[str, str]
) -> None:
    found = converted(shell("A", **fields), parameters=[{"id": "myX"} | parameter])
    assert lines(found, "myX") == expected
    assert found.complete == ("defualt" not in parameter)


@pytest.mark.parametrize(
    ("parameter", "values", "field"),
    [
        ({"type": "String", "default": ["a", "b"]}, {}, "default"),
        ({"type": "String"}, {"myX": ["a", "b"]}, "type"),
    ],
)
def test_several_values_are_a_list_also_where_nothing_declares_one(
    parameter: dict[str, Any], values: dict[str, Any], field: str
) -> None:
    found = converted(
        shell("A", scriptArgument="#{myX}"), parameters=[{"id": "myX"} | parameter], values=values
    )
    assert params(found)["myX"][0] == [["a", "b"]]
    assert lines(found, "myX")[field] == (
        "approximated: there are several values, though `isArray` is not given: they are taken for a list"
    )


def test_the_ledger_on_a_default_that_another_value_overrides() -> None:
    declared = [{"id": "myX", "default": "default"}]
    found = converted(shell("A", command="#{myX}"), parameters=declared, values={"myX": "given"})
    assert lines(found, "myX") == {"default": "not needed: another value is given, which wins"}


def test_the_ledger_on_secrets_says_where_they_are_and_not_what() -> None:
    found = converted(
        {"id": "Db", "type": "JdbcDatabase", "connectionString": "jdbc:mysql://h/d", "username": "u"}
        | {"*password": "#{*myPw}"},
        {"id": "Q", "type": "SqlActivity", "script": "select 1", "database": ref("Db")},
        shell("A", command="#{*myKey}"),
        parameters=[
            {"id": "*myPw", "default": "hunter2", "description": "d"},
            {"id": "*myKey", "default": "hunter3", "watermark": "w", "type": "String"},
        ],
    )
    assert lines(found, "*myPw") == {
        "default": "exact: the value of the connection",
        "description": "not needed: the value is in a connection, and the trigger form does not ask for it",
    }
    variable = "the Variable `x_secret_myKey`"
    assert lines(found, "*myKey") == {
        "default": f"exact: the value of {variable}",
        "watermark": f"not needed: the value is in {variable}, and the trigger form does not ask for it",
        "type": "not needed: any text will do",
    }
    public = "".join(file.text for file in found.files.values() if not file.secret)
    assert "hunter" not in public


def test_the_ledger_on_a_parameter_that_a_scheduled_dag_reads_from_a_variable() -> None:
    found = converted(
        *SCHEDULED, shell("A", command="#{myX}"), parameters=[{"id": "myX", "description": "d"}]
    )
    assert lines(found, "myX") == {
        "description": "not needed: the value is in the Variable `x_myX`, and the trigger form does not ask for it"
    }


def test_the_report_shows_parameters_in_a_table_of_their_own() -> None:
    found = converted(
        shell("A", command="#{myX}"), parameters=[{"id": "myX", "default": "v", "defualt": "x"}]
    )
    report = found.files["x.report.md"].text
    assert "2 objects, 3 fields: " in report
    assert "1 parameter, 2 attributes: 1 exact, 0 emulated, 0 approximated, 1 refused, 0 not needed" in report
    assert "| parameter | attribute | grade | reason |" in report
    assert "| `myX` | `default` | exact | the Param's value |" in report
    assert (
        "- parameter `myX`, attribute `defualt`: a parameter has no attribute 'defualt', as far as we know"
        in report
    )


# Secret lists and numbers


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("#{*myArr}", ["{{ var.value.x_secret_myArr_1 }}", "{{ var.value.x_secret_myArr_2 }}"]),
        ("-#{*myArr}", ["-{{ var.value.x_secret_myArr_1 }}", "-{{ var.value.x_secret_myArr_2 }}"]),
        ("#{myOwn}", ["{{ var.value.x_secret_A_myOwn_1 }}", "{{ var.value.x_secret_A_myOwn_2 }}"]),
    ],
)
def test_each_value_of_a_secret_list_is_an_argument(argument: str, expected: list[str]) -> None:
    found = converted(
        shell("A", scriptArgument=[argument], **{"*myOwn": ["s1", "s2"]}),
        parameters=[{"id": "*myArr", "isArray": "true", "default": ["s1", "#{'s' + 2}"]}],
    )
    assert arguments(found, "A")["script_arguments"] == expected
    assert [variable.value for variable in found.plan.variables] == ["s1", "s2"]
    if "myArr" in argument:
        assert lines(found, "*myArr") == {
            "isArray": "exact: whether the value is a list",
            "default": "exact: the value of the Variables `x_secret_myArr_1`, `x_secret_myArr_2`",
        }


def test_the_values_of_a_secret_list_have_names_of_their_own() -> None:
    found = converted(
        shell("A", scriptArgument=["#{*myArr}", "#{*myArr_1}"]),
        parameters=[
            {"id": "*myArr", "isArray": "true", "default": ["s1", "s2"]},
            {"id": "*myArr_1", "default": "other"},
        ],
    )
    texts = [
        text.removeprefix("{{ var.value.").removesuffix(" }}")
        for text in arguments(found, "A")["script_arguments"]
    ]
    values = {variable.key: variable.value for variable in found.plan.variables}
    assert [values[key] for key in texts] == ["s1", "s2", "other"]


def test_a_secret_list_without_value_is_left_to_the_user() -> None:
    found = converted(
        shell("A", scriptArgument=["#{*myArr}"]), parameters=[{"id": "*myArr", "isArray": "true"}]
    )
    assert reason(found, "A", "scriptArgument").startswith("approximated: the list `myArr` has no value")
    assert any("`myArr` is a list without value" in text for text in found.plan.left)


@pytest.mark.parametrize("fields", [{"command": "#{myN + 1}"}, {"command": "#{myM + 1}", "myM": "#{*myN}"}])
def test_a_number_that_is_a_secret_is_a_text(fields: dict[str, str]) -> None:
    found = converted(
        shell("A", **fields),
        shell("B", command="#{*myN}"),
        parameters=[{"id": "myN", "type": "Integer", "default": "3"}],
    )
    assert arguments(found, "A")["command"] == "{{ var.value.x_secret_myN }}1"
    assert reason(found, "A", "command") == (
        "approximated: the value of the Variable `x_secret_myN` is a text, so that + appends instead of adding"
    )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"maximumRetries": "#{*myN}"}, "maximumRetries"),
        ({"attemptTimeout": "#{*myN} minutes"}, "attemptTimeout"),
        ({"retryDelay": "#{myOwn}", "myOwn": "#{*myN} minutes"}, "retryDelay"),
        ({"retryDelay": "#{myOther} minutes"}, "retryDelay"),
    ],
)
def test_a_secret_that_stands_in_the_file_is_told_and_left_to_the_user(
    fields: dict[str, str], field: str
) -> None:
    found = converted(
        shell("A", **fields),
        parameters=[{"id": "*myN", "default": "3"}, {"id": "myOther", "default": "#{*myN}"}],
    )
    assert lines(found, "*myN") == {
        "default": "approximated: put in at conversion, so it stands in the DAG file, though it is a secret"
    }
    said = "the value of the secret parameter `myN` is put in at conversion, so it stands in the DAG file"
    assert reason(found, "A", field) == f"approximated: {said}"
    assert any(f"object `A`, field `{field}`: {said}" in text for text in found.plan.left)


def test_a_starred_field_that_stands_in_the_file_is_told() -> None:
    found = converted(shell("A", maximumRetries="#{*myOwn}", **{"*myOwn": "3"}))
    said = (
        "the value of the secret field `*myOwn` of `A` is put in at conversion, so it stands in the DAG file"
    )
    assert reason(found, "A", "maximumRetries") == f"approximated: {said}"
    assert not found.complete


def test_a_field_that_is_in_a_variable_and_in_the_file_is_told() -> None:
    found = converted(
        shell("A", command="#{*mySaid}", myHop=ref("B"), **{"*mySaid": "#{myHop.myOwn}"}),
        shell("B", maximumRetries="#{myOwn}", myOwn="#{*myN}"),
        parameters=[{"id": "*myN", "default": "3"}],
    )
    assert reason(found, "B", "maximumRetries").startswith(
        "approximated: the value of the secret parameter `myN`"
    )
