"""Airflow renders what the reference evaluator says; where it does not, the difference is found and named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters.carriers import definition_file
from datapipeline_converters.conversion import Conversion, File, convert
from datapipeline_converters.errors import ConversionError
from datapipeline_converters.expressions import Runtime, Template
from datapipeline_converters.options import Options
from datapipeline_converters.plan import Call
from datapipeline_converters.rendering.dags import render
from datapipeline_converters.sources import Input, named, read_input
from datapipeline_converters.verification import Verification, verify
from datapipeline_converters.verification.comparison import Difference, Failure
from datapipeline_converters.verification.report import report_json, report_lines

from tests.converters.planned import NOW, converted, ref, shell
from tests.corpus import files, needs_corpus
from tests.golden import NAMES, convert_example

EVERY_KIND = Path(__file__).with_name("every_kind_of_text.json")

# One definition, converted under several names; into what is generated each time another fault is planted.
DEFAULT = {"id": "Default", "scheduleType": "cron", "schedule": ref("Daily"), "workerGroup": "w"}
WORK = (
    DEFAULT | {"onFail": ref("Alarm")},
    {"id": "Daily", "type": "Schedule", "startDateTime": "2026-11-21T06:00:00", "period": "1 day"},
    {
        "id": "Alarm",
        "type": "SnsAlarm",
        "topicArn": "arn",
        "subject": "#{node.name} failed",
        "message": "see #{node.@scheduledStartTime}",
    },
    shell(
        "Work",
        command="run #{format(minusDays(@scheduledStartTime, 1), 'YYYY-MM-dd')} {{ x }}",
        scriptArgument=["#{myList}", "plain"],
        stdout="s3://b/#{@scheduledEndTime}",
        stderr="s3://b/#{*mySecret}/#{*myOther}",
    ),
)
PARAMETERS = [
    {"id": "*mySecret", "type": "String"},
    {"id": "*myOther", "type": "String"},
    {"id": "myList", "type": "String", "isArray": "true", "default": ["u", "v"]},
]


def test_an_optional_number_that_is_calculated_with_always_has_a_value() -> None:
    """Whoever empties it in the trigger form would stop the task, where Data Pipeline has no meaning for it either."""
    number = {"id": "myN", "type": "Integer", "default": "3", "optional": "true"}
    others = [number | {"id": name} for name in ("myM", "myShown")]
    texts = [
        "#{myN + 1}",
        "#{1 + myN + 'x'} #{-myN}",
        "#{plusDays(@scheduledStartTime, myM)}",
        "<#{myShown}>",
    ]
    found = converted(
        *(shell(f"A{number}", command=text) for number, text in enumerate(texts)),
        parameters=[number, *others],
    )
    (dag,) = found.plan.dags
    assert {name: param.declared.optional for name, param in dag.params.items()} == {
        "myN": False,
        "myM": False,
        "myShown": True,
    }
    assert 'Param(3, type="integer")' in found.files["x.py"].text
    told = {
        line.object_id: f"{line.verdict.grade}: {line.verdict.reason}"
        for line in found.lines
        if line.field == "optional"
    }
    assert (
        told["myN"] == "approximated: the Param always has a value, because something is calculated with it"
    )
    assert told["myShown"] == "exact: whether the Param may be left empty"
    (verified,) = verify([found])
    assert verified.good


def test_an_optional_value_of_a_list_says_that_it_is_not_left_out() -> None:
    found = converted(
        shell("A", scriptArgument=["#{myO}", "b"]),
        parameters=[{"id": "myO", "optional": "true", "default": "d"}],
    )
    (line,) = (line for line in found.lines if line.field == "scriptArgument")
    assert f"{line.verdict.grade}: {line.verdict.reason}" == (
        "approximated: left empty in the trigger form, `myO` is an empty value here; "
        "without a value Data Pipeline has none"
    )


def work(name: str) -> Conversion:
    return converted(*WORK, options=Options(name=name, now=NOW), parameters=PARAMETERS)


def in_file(conversion: Conversion, old: str, new: str) -> Conversion:
    """Return a conversion whose file is not what was planned."""
    key = f"{conversion.name}.py"
    source = conversion.files[key].text
    assert old in source
    return replace(conversion, files={**conversion.files, key: File(source.replace(old, new))})


def in_writing(conversion: Conversion, old: str, new: str) -> Conversion:
    """Return a conversion with a fault such as a writer of templates could make."""

    def changed(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(old, new)
        if isinstance(value, Call):
            return replace(value, arguments=changed(value.arguments))
        if isinstance(value, dict):
            return {key: changed(item) for key, item in value.items()}
        return [changed(item) for item in value] if isinstance(value, list) else value

    (dag,) = conversion.plan.dags
    (task,) = dag.tasks
    texts = [replace(text, written=changed(text.written)) for text in task.texts]
    task = replace(task, operator=changed(task.operator), texts=texts)
    plan = replace(conversion.plan, dags=[replace(dag, tasks=[task])])
    files = {**conversion.files, f"{conversion.name}.py": File(render(plan))}
    assert files != conversion.files
    return replace(conversion, plan=plan, files=files)


def with_template(conversion: Conversion, field: str, template: Template) -> Conversion:
    """Return a conversion whose plan remembers another meaning of a field."""
    (dag,) = conversion.plan.dags
    (task,) = dag.tasks
    texts = [
        replace(text, source=replace(text.source, template=template)) if text.source.field == field else text
        for text in task.texts
    ]
    plan = replace(conversion.plan, dags=[replace(dag, tasks=[replace(task, texts=texts)])])
    return replace(conversion, plan=plan)


def without_texts(conversion: Conversion) -> Conversion:
    """Return a conversion whose plan remembers no text."""
    (dag,) = conversion.plan.dags
    plan = replace(conversion.plan, dags=[replace(dag, tasks=[replace(dag.tasks[0], texts=())])])
    return replace(conversion, plan=plan)


def made_up(key: str) -> str:
    """Return what a Variable has in the first run."""
    return f"""{key}it's "quoted" {{{{ x }}}} {{% y %}} {{# z #}}"""


DOC = 'doc_md="Data Pipeline object `Work` (ShellCommandActivity)",'
END = "{{ data_interval_end.strftime('%Y-%m-%dT%H:%M:%S') }}"
# Name: what is replaced by what; the only difference in the run of 2026-11-21: object, field, callback, what is
# expected, what Airflow renders.
FAULTS: dict[str, tuple[str, str, str, str, str, Any, Any]] = {
    "arithmetic": (
        *("subtract(days=1)", "subtract(days=2)"),
        *("Work", "command", "", "run 2026-11-20 {{ x }}", "run 2026-11-19 {{ x }}"),
    ),
    "pattern": (
        *("%Y-%m-%d')", "%Y-%d-%m')"),
        *("Work", "command", "", "run 2026-11-20 {{ x }}", "run 2026-20-11 {{ x }}"),
    ),
    "escape": (
        *("{{ '{{' }} x", "{{ '{' }} x"),
        *("Work", "command", "", "run 2026-11-20 {{ x }}", "run 2026-11-20 { x }}"),
    ),
    "end": (
        *("data_interval_end", "data_interval_start"),
        *("Work", "stdout", "", "s3://b/2026-11-22T06:00:00", "s3://b/2026-11-21T06:00:00"),
    ),
    "secret": (
        *("_secret_myOther", "_secret_mySecret"),
        *("Work", "stderr", ""),
        f"s3://b/{made_up('secret_secret_mysecret')}/{made_up('secret_secret_myother')}",
        f"s3://b/{made_up('secret_secret_mysecret')}/{made_up('secret_secret_mysecret')}",
    ),
    "message": (
        *("see {{ data_interval_start", "see {{ data_interval_end"),
        *("Alarm", "message", "on_failure_callback", "see 2026-11-21T06:00:00", "see 2026-11-22T06:00:00"),
    ),
    "raises": (
        *("data_interval_end.", "data_interval_ende."),
        *("Work", "stdout", "", "s3://b/2026-11-22T06:00:00"),
        Failure("UndefinedError: 'data_interval_ende' is undefined"),
    ),
}
# The same where Airflow does not render the text of the plan at all: it stands in no templated argument.
LOST: dict[str, tuple[str, str, str, str, str, Any, Any]] = {
    "untemplated": (
        *(f"{DOC}\n    )", f"{DOC}\n    ).template_fields = ('command', 'script_arguments', 'stderr')"),
        *("Work", "stdout", "", "s3://b/2026-11-22T06:00:00", f"s3://b/{END}"),
    ),
    "list": (
        *('dag.param("myList")', '"myList"'),
        *("Work", "scriptArgument", "", ("u", "v"), ("dag.param('myList')",)),
    ),
    "constant": (*('"plain"', '"plane"'), *("Work", "scriptArgument", "", "plain", "plain")),
    "subject": (
        *("Work failed", "Work succeeded"),
        *("Alarm", "subject", "on_failure_callback", "Work failed", "Work failed"),
    ),
}


@pytest.fixture(scope="module")
def found() -> dict[str, Verification]:
    """What is found in all of them; Airflow is asked once."""
    faulty = [
        *(in_writing(work(name), *fault[:2]) for name, fault in FAULTS.items()),
        *(in_file(work(name), *fault[:2]) for name, fault in LOST.items()),
    ]
    others = [
        with_template(work("reference_fails"), "stdout", Template((Runtime("@unheardOf"),))),
        with_template(
            in_writing(work("both_fail"), "data_interval_end.", "data_interval_ende."),
            "stdout",
            Template((Runtime("@unheardOf"),)),
        ),
        in_writing(work("week_year"), "%Y-%m-%d')", "%G-%m-%d')"),
        without_texts(work("forgotten")),
        in_file(work("broken"), "with DAG(", "raise ImportError('on purpose')\nwith DAG("),
        work("good"),
        *map(convert_example, NAMES),
        *every_kind_of_text(),
    ]
    return {one.name: one for one in verify([*faulty, *others])}


def every_kind_of_text() -> list[Conversion]:
    """Return the definition that has one of everything, scheduled and on trigger."""
    document = json.loads(EVERY_KIND.read_text(encoding="utf-8"))
    scheduled = convert(
        definition_file.read(document, "x.json"), Options(name="scheduled", now=NOW, backfill=True)
    )
    default, _, *others = document["objects"]
    default |= {"scheduleType": "ondemand"}
    del default["schedule"]
    on_demand = definition_file.read({**document, "objects": [default, *others]}, "x.json")
    return [scheduled, convert(on_demand, Options(name="on_demand", now=NOW))]


def on_the_first_day(found: Verification) -> list[Difference]:
    return [
        one for one in found.differences if str(one.run.moment) == "2026-11-21T06:00:00..2026-11-22T06:00:00"
    ]


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_named(found: dict[str, Verification], name: str) -> None:
    _, _, object_id, field, callback, expected, rendered = FAULTS[name]
    (difference,) = on_the_first_day(found[name])
    assert difference.source is not None
    assert (difference.task_id, difference.source.object_id, difference.source.field) == (
        "Work",
        object_id,
        field,
    )
    assert (difference.place, difference.expected, difference.rendered) == (callback, expected, rendered)
    assert difference.templated
    assert not found[name].good


@pytest.mark.parametrize("name", LOST)
def test_a_text_that_airflow_does_not_render_is_named(found: dict[str, Verification], name: str) -> None:
    _, _, object_id, field, callback, expected, rendered = LOST[name]
    (difference,) = on_the_first_day(found[name])
    assert difference.source is not None
    assert (difference.source.object_id, difference.source.field) == (object_id, field)
    assert (difference.place, difference.expected, difference.rendered) == (callback, expected, rendered)
    assert not difference.templated


def test_only_the_moments_that_differ_are_told(found: dict[str, Verification]) -> None:
    # The days before these belong to a week of another year.
    assert {one.run.moment.start.isoformat() for one in found["week_year"].differences} == {
        "1970-01-01T00:00:00",
        "2021-01-03T00:30:00",
        "2024-12-31T12:34:56",
    }


def test_a_reference_without_answer_differs_from_an_airflow_that_has_one(
    found: dict[str, Verification],
) -> None:
    (difference,) = on_the_first_day(found["reference_fails"])
    assert isinstance(difference.expected, Failure)
    assert difference.rendered == "s3://b/2026-11-22T06:00:00"


def test_where_both_fail_nothing_differs_and_it_is_told(found: dict[str, Verification]) -> None:
    one = found["both_fail"]
    assert one.good
    assert len(one.without_text) == one.moments
    (line,) = report_lines(one)[1:]
    assert "object 'Work', field 'stdout', task 'Work': no text on either side" in line
    assert "@unheardOf has no value" in line


def test_jinja_that_comes_from_no_field_is_found(found: dict[str, Verification]) -> None:
    found_templates = {one.template: one for one in on_the_first_day(found["forgotten"])}
    assert set(found_templates) == {
        "run {{ data_interval_start.subtract(days=1).strftime('%Y-%m-%d') }} {{ '{{' }} x }}",
        f"s3://b/{END}",
        "s3://b/{{ var.value.forgotten_secret_mySecret }}/{{ var.value.forgotten_secret_myOther }}",
        "see {{ data_interval_start.strftime('%Y-%m-%dT%H:%M:%S') }}",
    }
    assert all(one.source is None for one in found_templates.values())


def test_a_file_that_cannot_be_imported_costs_no_other_file(found: dict[str, Verification]) -> None:
    assert "on purpose" in found["broken"].error
    assert not found["broken"].good
    assert found["good"].good


@pytest.mark.parametrize("name", ["good", *NAMES, "scheduled", "on_demand"])
def test_what_is_generated_says_what_the_definition_says(found: dict[str, Verification], name: str) -> None:
    assert "\n".join(report_lines(found[name])[1:]) == ""
    assert found[name].good
    assert found[name].moments >= 27


def test_every_text_is_compared_in_every_run(found: dict[str, Verification]) -> None:
    # command, list, "plain", stdout, stderr; topic, subject, message
    assert (found["good"].texts, found["good"].moments, found["good"].renderings) == (8, 30, 240)
    # 4 tasks with a topic, subject and message in 2 callbacks, and where they can be late in a third; 2 + 8 + 1 + 4 of their own
    assert (found["scheduled"].texts, found["scheduled"].moments) == (51, 31)
    assert (found["on_demand"].texts, found["on_demand"].moments) == (39, 27)


def test_a_difference_is_told_in_four_lines(found: dict[str, Verification]) -> None:
    template = "run {{ data_interval_start.subtract(days=2).strftime('%Y-%m-%d') }} {{ '{{' }} x }}"
    assert report_lines(found["arithmetic"]) == [
        "arithmetic: 8 texts at 30 instants, 1 text with differences",
        "  object 'Work', field 'command', task 'Work', at 2026-11-21T06:00:00..2026-11-22T06:00:00"
        " and 29 other instants:",
        f"    template: {template!r}",
        "    expected: 'run 2026-11-20 {{ x }}'",
        "    rendered: 'run 2026-11-19 {{ x }}'",
    ]


def test_a_program_gets_every_difference(found: dict[str, Verification]) -> None:
    document = json.loads(json.dumps(report_json(found["raises"])))
    first, *others = document.pop("differences")
    assert document == {
        "name": "raises",
        "texts": 8,
        "instants": 30,
        "renderings": 240,
        "without_text": [],
        "error": None,
    }
    assert len(others) == 29
    assert first == {
        "dag": "raises",
        "task": "Work",
        "object": "Work",
        "field": "stdout",
        "callback": None,
        "start": "2026-11-21T06:00:00",
        "end": "2026-11-22T06:00:00",
        "parameters": {},
        "template": "s3://b/{{ data_interval_ende.strftime('%Y-%m-%dT%H:%M:%S') }}",
        "templated": True,
        "expected": "s3://b/2026-11-22T06:00:00",
        "rendered": {"error": "UndefinedError: 'data_interval_ende' is undefined"},
    }


def test_a_list_is_told_as_a_list(found: dict[str, Verification]) -> None:
    first = report_json(found["list"])["differences"][0]
    assert (first["template"], first["expected"]) == ([{"param": "myList"}], ("u", "v"))


def test_a_long_text_is_shown_where_it_begins_to_differ(found: dict[str, Verification]) -> None:
    lines = report_lines(found["secret"])
    assert lines[3].startswith("    expected: '…") or lines[3].startswith("    expected: …")
    assert "secret_secret_myother" in lines[3]
    assert "secret_secret_mysecretit" in lines[4].rpartition("/")[2]


@pytest.mark.long
@needs_corpus
def test_real_definitions() -> None:
    taken: set[str] = set()
    options = Options(backfill=True, activated_at=NOW, now=NOW)
    converted_files = []
    forms = ("api", "architect", "cfn-json", "cfn-yaml", "terraform")
    for path in (path for form in forms for path in files(form)):
        try:
            for definition in read_input(Input(path)):
                converted_files.append(convert(*named(definition, options, taken)))
        except ConversionError:
            continue  # test_corpus.py knows which
    found = verify(converted_files)
    assert [line for one in found for line in report_lines(one) if not one.good] == []
    assert len(found) >= 75
    assert sum(one.renderings for one in found) > 7_000
