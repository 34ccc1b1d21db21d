"""Real definitions of every form: what becomes of each is in a reviewed table, and nothing in them is lost."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from datapipeline_converters.airflow_process import ask
from datapipeline_converters.cli import main

from tests.converters.raw_fields import raw_fields
from tests.corpus import CORPUS, FORMS, all_files, needs_corpus
from tests.ruff import linted, reformatted

pytestmark = needs_corpus

# Files that convert with nothing left to do, by the end of their names.
COMPLETE = {
    "api": {
        "GetPipelineDefinition-response.json",
        "PutPipelineDefinition-request.json",
        "30325813264__derived.json",
        "41602316791__derived.json",
    },
    "architect": {
        "InMemoryDataPipelineDefinitionRepository.cs__block1.json",
        "MsSqlRdsToS3Template.json",
        "MutilpleDependencies.json",
        "get-pipeline-definition.rst__block1.json",
        "dp-copymysql-cli.md__block1.json",
        "dp-object-httpproxy.md__block1.json",  # trailing comma
        "dp-object-schedule.md__block1.json",
        "1-Node-EFSBackupPipeline.json",
        "1-Node-EFSRestorePipeline.json",
        "2-Node-EFSBackupPipeline.json",
        "2-Node-EFSRestorePipeline.json",
        "invokelambda.json",
        "diagnose_pipeline.json",
        "bijoshtj__aws-datapipeline-shellcommand-activity__data_pipeline.json",
        "one_shot_validation_pipeline.json",
        "render_template__templates__validation_pipeline.json",
        "pizza_pipeline.json",
        "upgrade_pipeline.json",
        "augmentation.json",
        "data-pipelines__s3-to-s3__definition.json",
        "s3_to_rds__postgres-definition.json",
        "iwishidknown__pipelinedef.json",
        # With clusters:
        "yaetos__definition.json",
        "myWorkflow.json",
        "dp-launch-emr-jobflow-cli.md__block1.json",
        "dp-object-dynamodbdataformat.md__block1.json",
        "dp-object-dynamodbexportdataformat.md__block1.json",
        "emrcluster-example-ebs.md__block1.json",
        "DDBtoCSV.json",
        "CSVtoDynamoDB.json",
        "RDStoRedshiftSqoop__setup__setup.json",
        "sqoop_activity.json",
        "SparkPi-maximizeResource.json",
        "spark-fat-jar-template__datapipeline.json",
        "leelakrishna__main__datapipeline.json",
        "mohankrishna225__DataPipeline__datapipeline.json",
        "rahulilla__AWS-Cloudformation__datapipeline.json",
        "s3-dynamo.json",
        "exportdynamo2s3.json",
    },
    "cfn-yaml": {
        "dynamodb-to-dynamodb-datapipeline__datapipeline-template.yml",
        "flow-datapipeline__datapipeline-template.yml",
        "s3-to-rds-postgres.yaml",
        "s3-to-s3.yaml",
        "satyakumr__AWS-CloudFormation-Templates__datapipeline.yaml",
    },
    "terraform": {"__complete.tf", "awscc_datapipeline_pipeline__main.tf"},
}
# Files that are refused, by the end of their names, and what is said of them.
REFUSED = {
    "api": {
        "ValidatePipelineDefinition-bad-time-request.json": "'bad-time' is no moment",
        "pipeline_activity_instances.json": "objects of a run (instances and attempts)",
    },
    "architect": {
        "postgresqlRDS-to-Redshift-definition.json": "That is what '#{myInsertMode}' comes to",  # its values are to be filled in
        "example-parameters.json": "no list `objects`",  # values without a definition
        "json-to-dynamodb__definition.json": "refers to 'DefaultSchedule', which is no object's id",
        "kinesis-to-s3.json": "'15 Period' is no period",
        "RDSToS3EDPPipelineDefinition.json": "a name holds no blanks",  # #{sqoop command}
        # Another program's templates: ${resources.EMR.core.instance_count} in the place of a number.
        "render_template__templates__rebuild_pipeline.json": "is a placeholder that another tool fills in",
        "extraction_pipeline.json": "is a placeholder that another tool fills in",
        "ondemand_rebuild_pipeline.json": "is a placeholder that another tool fills in",
        "templates__text__rebuild_pipeline.json": "is a placeholder that another tool fills in",
        "refresh_pipeline.json": "is a placeholder that another tool fills in",
    },
    "cfn-yaml": {
        # Its schedule says that it is of type Default.
        "data-pipeline-test.yaml": "refers to 'DefaultSchedule', which is no Schedule: its type is Default",
        "aarti1719__aws__data-pipeline.yaml": "refers to 'DefaultSchedule', which is no Schedule: its type is Default",
        "data-pipeline.yaml__rev-f9b9d9f5.yaml": "refers to 'DefaultSchedule', which is no Schedule: its type is Default",
    },
    "dataduct": {"": "a file of dataduct"},
    "terraform": {
        "backup-restore__main.tf": "the file ./datapipeline-backup-dynamo-cf.json is not there",
        "52051163613.tf": "runsOn: EmrActivity needs one of them",  # it has `emrCluster`, as no EmrActivity does
    },
}
# Those that are something else than a definition: in a folder they are passed over.
OTHERS = {"pipeline_activity_instances.json", "example-parameters.json"}
# The others convert with work left: what is not supported yet, what has no value, what AWS would have refused to run.

ACTIVATED = "2026-11-01"


@dataclass(frozen=True)
class Result:
    """What became of a file.

    :param told: what was printed
    """

    status: int
    told: str
    folder: Path

    def file(self, ending: str) -> str:
        (path,) = self.folder.glob(f"*{ending}")
        return path.read_text(encoding="utf-8")


def run(*arguments: str | Path) -> tuple[int, str]:
    told = io.StringIO()
    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(told):
        status = main([*map(str, arguments), "--backfill", "--activated-at", ACTIVATED])
    return status, told.getvalue()


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Result]:
    """Return what becomes of each file."""
    folder = tmp_path_factory.mktemp("corpus")
    found = {}
    for number, path in enumerate(all_files()):
        place = folder / str(number)
        found[path] = Result(*run("convert", path, "-o", place, "--name", f"corpus-{number}"), place)
    return found


def expected(path: Path) -> tuple[int, str]:
    """Return the exit status that the tables say, and what is to be told of a file that is refused."""
    form = path.parent.name
    for ending, reason in REFUSED.get(form, {}).items():
        if path.name.endswith(ending):
            return 2, reason
    complete = any(path.name.endswith(ending) for ending in COMPLETE.get(form, ()))
    return (0 if complete else 1), ""


@pytest.mark.parametrize("path", all_files(), ids=lambda path: path.name[-60:])
def test_what_becomes_of_it(path: Path, results: dict[Path, Result]) -> None:
    result = results[path]
    status, reason = expected(path)
    assert (result.status, reason in result.told) == (status, True), result.told
    assert "Traceback" not in result.told
    assert "internal error" not in result.told
    if status == 2:
        assert not result.folder.exists()
        return
    assert status == (1 if "## Left to you" in result.file(".report.md") else 0)


def test_the_tables_name_files_that_exist() -> None:
    names = {form: [path.name for path in all_files() if path.parent.name == form] for form in FORMS}
    for table in (COMPLETE, REFUSED):
        for form, endings in table.items():
            for ending in endings:
                count = sum(name.endswith(ending) for name in names[form])
                assert count == 1 or (ending == "" and count == len(names[form])), ending


def holds_one(path: Path) -> bool:
    """Tell whether a file holds a definition, one that Data Pipeline would refuse included."""
    reason = expected(path)[1]
    elsewhere = "is not there" in reason or "dataduct" in reason
    return not elsewhere and not any(path.name.endswith(ending) for ending in OTHERS)


@pytest.mark.parametrize("path", [*filter(holds_one, all_files())], ids=lambda path: path.name[-60:])
def test_every_field_has_one_line(path: Path, results: dict[Path, Result], tmp_path: Path) -> None:
    result = results[path]
    if result.status == 2:
        result = Result(*run("convert", path, "-o", tmp_path, "--name", "x", "--allow-invalid"), tmp_path)
        assert result.status == 1
    lines = json.loads(result.file(".ledger.json"))["lines"]
    keys = [(line["object"], line["field"], line["type"] == "parameter") for line in lines]
    assert len(keys) == len(set(keys))
    raw = raw_fields(path)
    # What a template or Terraform has elsewhere becomes a parameter: only the reader knows it.
    declared = {owner for owner, _, is_parameter in raw if is_parameter}
    added = {key for key in keys if key[2] and key[0] not in declared}
    assert set(keys) - added == raw
    assert not added or path.parent.name in {"cfn-json", "cfn-yaml", "terraform"}


def test_every_dag_is_clean_and_imports(results: dict[Path, Result]) -> None:
    written = {
        dag.name: dag.read_text(encoding="utf-8")
        for result in results.values()
        for dag in sorted(result.folder.glob("*.py"))
    }
    assert len(written) == sum(result.status < 2 for result in results.values())
    folder = next(iter(results.values())).folder.parent
    assert linted(folder, "AIR,E9,F") == ""
    assert reformatted(folder, 88) == ""
    _, errors = ask("schedules", written, {"asked": {}})
    assert errors == {}


def test_the_whole_folder(tmp_path: Path) -> None:
    status, told = run("convert", CORPUS, "-o", tmp_path)
    assert status == 2
    others = sum(any(path.name.endswith(ending) for ending in OTHERS) for path in all_files())
    others += sum(path.parent.name == "dataduct" for path in all_files())
    assert f"Passed over {others} files that hold no pipeline definition: " in told
    refused = [line for line in told.splitlines() if line.startswith("Error: ")]
    counted = sum(expected(path)[0] == 2 for path in all_files())
    assert len(refused) == counted - others
    assert len(list(tmp_path.glob("*.py"))) == len(all_files()) - counted
