"""Real definitions: nearly all were accepted by AWS, so each error in one was looked at and stands in the table."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from datapipeline_converters.conversion import convert
from datapipeline_converters.definition import Definition
from datapipeline_converters.errors import InvalidDefinitionError
from datapipeline_converters.options import Options
from datapipeline_converters.sources import Input, read_input
from datapipeline_converters.validation import Finding, Level, validate

from tests.corpus import files, needs_corpus

pytestmark = needs_corpus

ACTIVATED = datetime.fromisoformat("2026-11-01T00:00:00")
OPTIONS = Options(now=datetime.fromisoformat("2026-11-21T12:00:00"), activated_at=ACTIVATED, backfill=True)
# Values alone, the objects of a run, a template that is not beside its file.
NO_DEFINITION = ("example-parameters.json", "pipeline_activity_instances.json", "backup-restore__main.tf")
FORMS = ("architect", "api", "cfn-json", "cfn-yaml", "terraform")
ALL = [path for form in FORMS for path in files(form) if not path.name.endswith(NO_DEFINITION)]
ARCHITECT = [path for path in ALL if path.parent.name == "architect"]

# The end of a file's name, and the rules that it breaks so that AWS refuses it.
ERRORS = {
    # fragments of the guide's pages: the resource of an example has no schedule
    "dp-object-emrconfiguration.md__block1.json": {"unscheduled-object"},
    "dp-object-emrconfiguration.md__block2.json": {"unscheduled-object"},
    # a template whose values are to be filled in
    "postgresqlRDS-to-Redshift-definition.json": {"invalid-choice"},
    # templates of another tool, which fills in `${...}`
    "render_template__templates__rebuild_pipeline.json": {"invalid-integer"},
    "text__extraction_pipeline.json": {"invalid-integer"},
    "text__ondemand_rebuild_pipeline.json": {"invalid-integer"},
    "text__rebuild_pipeline.json": {"invalid-integer"},
    "text__refresh_pipeline.json": {"invalid-integer"},
    # its schedule does not exist
    "json-to-dynamodb__definition.json": {"dangling-reference"},
    # "15 Period"
    "kinesis-to-s3.json": {"invalid-period"},
    # what should be Default has another id, a node that nothing uses has no path, a step is `#{sqoop command}`
    "RDSToS3EDPPipelineDefinition.json": {"empty-text", "expression", "idle-node-path", "unscheduled-object"},
}


@cache
def definitions(path: Path) -> tuple[tuple[Definition, tuple[Finding, ...]], ...]:
    return tuple((definition, validate(definition, OPTIONS)) for definition in read_input(Input(path)))


@pytest.mark.parametrize("path", ARCHITECT, ids=lambda path: path.name[-60:])
def test_errors_are_those_that_were_looked_at(path: Path) -> None:
    expected = next((rules for name, rules in ERRORS.items() if path.name.endswith(name)), set())
    for _, findings in definitions(path):
        errors = {finding.rule_id for finding in findings if finding.level is Level.ERROR}
        assert errors == expected


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name[-60:])
def test_convert_refuses_exactly_what_has_an_error_that_it_does_not_let_pass(path: Path) -> None:
    for definition, findings in definitions(path):
        refused = {finding.text for finding in findings if finding.rule.refused}
        try:
            convert(definition, OPTIONS)
            problems = set()
        except InvalidDefinitionError as error:
            problems = {problem.text for problem in error.problems}
        assert bool(refused) == bool(problems)
        # in the same words
        assert refused <= problems


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name[-60:])
def test_no_fault_is_said_twice(path: Path) -> None:
    for _, findings in definitions(path):
        errors = [finding for finding in findings if finding.level is Level.ERROR and finding.field]
        places = [(finding.object_id, finding.field) for finding in errors]
        assert len(places) == len(set(places))
