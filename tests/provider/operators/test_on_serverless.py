"""Activities on EMR Serverless, by a stand-in for the service that really runs their jobs."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider._compat import TaskDeferralError, TaskDeferred
from datapipeline_provider.emr.errors import EmrError, EmrFailError, RefusedError
from datapipeline_provider.emr_serverless.errors import JobFailedError, StepRefusedError
from datapipeline_provider.exceptions import CancelledError
from datapipeline_provider.operators.emr_activity_on_serverless import EmrActivityOnServerlessOperator
from datapipeline_provider.operators.emr_serverless import (
    CreateEmrServerlessApplicationOperator,
    DeleteEmrServerlessApplicationOperator,
)
from datapipeline_provider.operators.hive_activity_on_serverless import HiveActivityOnServerlessOperator

from tests.provider.operators.emr_runs import Tries
from tests.provider.operators.machines import hurry
from tests.servers.emr_serverless import ROLE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.emr import Emr
    from tests.servers.emr_serverless import Serverless

pytestmark = pytest.mark.long

# In Spark's place: it runs what follows the file, as arguments.
SUBMIT = """\
#!/bin/bash
while [[ $1 == -* ]]; do shift 2; done
shift
exec "$@"
"""
FILE = "command-runner.jar,spark-submit,--conf,spark.a=1,s3://etl/x.py"


@pytest.fixture
def aws(emr: Emr, serverless: Serverless, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Serverless:
    """The stand-in, with a program in Spark's place; the buckets `logs` and `etl` are empty."""
    hurry(monkeypatch)
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "spark-submit").write_text(SUBMIT)
    (programs / "spark-submit").chmod(0o755)
    emr.programs = {"spark": programs}
    for name in ("logs", "etl"):
        emr.aws.client("s3").create_bucket(Bucket=name)
    return serverless


def create(tries: Tries, *kinds: str, **fields: Any) -> Any:
    given = {"release_label": "emr-6.15.0", "application_types": kinds or ("SPARK",), **fields}
    return tries.task(CreateEmrServerlessApplicationOperator, "create", **given)


def delete(tries: Tries) -> Any:
    return tries.task(DeleteEmrServerlessApplicationOperator, "delete", application="create")


def work(tries: Tries, *steps: str, task_id: str = "work", **fields: Any) -> Any:
    given = {"application": "create", "execution_role": ROLE, "log_uri": "s3://logs/emr", "log_wait": 5.0}
    return tries.task(EmrActivityOnServerlessOperator, task_id, **{**given, "steps": steps, **fields})


def made(tries: Tries, *kinds: str) -> str:
    """Create the applications of the run; give the id of the first."""
    return str(next(iter(tries.run(create(tries, *kinds)).values())))


def meanwhile(action: Any) -> threading.Thread:
    """Do something while a task runs."""
    thread = threading.Thread(target=action)
    thread.start()
    return thread


def deferred(task: Any, tries: Tries) -> Any:
    """Run a task until it is deferred; give its trigger."""
    with pytest.raises(TaskDeferred) as raised:
        task.execute(tries.context(task.task_id))
    return raised.value.trigger


@pytest.mark.parametrize("deferrable", [False, True], ids=["in the worker", "in the triggerer"])
def test_steps_are_jobs_one_after_another(deferrable: bool, aws: Serverless, tmp_path: Path) -> None:
    tries, out = Tries(deferrable), tmp_path / "out"
    application = made(tries)
    settings = {"classification": "spark-defaults", "properties": {"spark.b": "{{ 1 + 1 }}"}}
    fields = {"configurations": [settings], "job_timeout": timedelta(hours=1), "tags": {"team": "etl"}}
    tries.run(
        work(
            tries, f"{FILE},bash,-c,sleep 1; echo one >> {out}", f"{FILE},bash,-c,echo two >> {out}", **fields
        )
    )
    assert out.read_text() == "one\ntwo\n"
    names = [f"nightly.work.run 1 try 1: {n}/2 step {n}" for n in (1, 2)]
    assert aws.states() == dict.fromkeys(names, "SUCCESS")
    tokens = {each.pop("client_token") for each in aws.requests}
    assert len(tokens) == 2
    assert aws.requests[1] == {
        "application_id": application,
        "name": names[1],
        "execution_role_arn": ROLE,
        "job_driver": {
            "sparkSubmit": {
                "entryPoint": "s3://etl/x.py",
                "entryPointArguments": ["bash", "-c", f"echo two >> {out}"],
                "sparkSubmitParameters": "--conf spark.a=1",
            }
        },
        "configuration_overrides": {
            "applicationConfiguration": [
                {"classification": "spark-defaults", "properties": {"spark.b": "2"}}
            ],
            "monitoringConfiguration": {"s3MonitoringConfiguration": {"logUri": "s3://logs/emr"}},
        },
        "execution_timeout_minutes": 60,
        "tags": {"team": "etl"},
    }


def test_nothing_runs_after_a_job_that_fails(
    aws: Serverless, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tries = Tries()
    application = made(tries)
    where = rf"s3://logs/emr/applications/{application}/jobs/\w+/SPARK_DRIVER/"
    steps = [f"{FILE},bash,-c,echo to stdout; echo the reason >&2; exit 3", f"{FILE},touch,{tmp_path}/x"]
    said = rf"work: job run \w+ \(.*step 1\) of application {application} ended as FAILED: .*ExitCode: 3.* {where}\.$"
    with pytest.raises(JobFailedError, match=said):
        tries.run(work(tries, *steps))
    assert list(aws.states().values()) == ["FAILED"]
    log = capsys.readouterr().out
    assert "the reason" in log
    assert "to stdout" in log
    with pytest.raises(JobFailedError, match="has no log_uri, so no logs are kept in S3"):
        tries.run(work(tries, f"{FILE},false", task_id="other", log_uri=None))


def test_nothing_runs_where_one_step_cannot(aws: Serverless) -> None:
    tries = Tries()
    made(tries)
    with pytest.raises(StepRefusedError, match=r"step 2: EMR Serverless cannot run 's3://b/x.jar'"):
        tries.run(work(tries, f"{FILE},true", "s3://b/x.jar,y"))
    with pytest.raises(EmrFailError, match="there is no step to run"):
        tries.run(work(tries, task_id="none"))
    assert aws.requests == []


def test_a_task_that_is_killed_cancels_its_job(aws: Serverless) -> None:
    tries = Tries()
    made(tries)
    task = work(tries, f"{FILE},sleep,60")
    thread = meanwhile(lambda: (aws.wait("step 1", "RUNNING"), task.on_kill()))
    with pytest.raises(CancelledError):
        tries.run(task)
    thread.join()
    aws.wait("step 1", "CANCELLED")


def test_a_trigger_that_is_killed_or_fails_cancels_the_job(aws: Serverless) -> None:
    tries = Tries(deferrable=True)
    made(tries)
    asyncio.run(deferred(work(tries, f"{FILE},sleep,60"), tries).on_kill())
    aws.wait("nightly.work", "CANCELLED")
    task = work(tries, f"{FILE},sleep,60", task_id="other")
    deferred(task, tries)
    with pytest.raises(TaskDeferralError):
        task.resume_execution("__fail__", {"error": "Trigger failure"}, tries.context("other"))
    aws.wait("nightly.other", "CANCELLED")


def test_a_limit_of_the_task_holds_in_the_triggerer(aws: Serverless) -> None:
    tries = Tries(deferrable=True)
    made(tries)
    with pytest.raises(EmrError, match="work: it took longer than its execution_timeout, 0:00:01"):
        tries.run(work(tries, f"{FILE},sleep,60", execution_timeout=timedelta(seconds=1)))
    aws.wait("step 1", "CANCELLED")


def test_a_retry_cancels_what_an_earlier_try_left(aws: Serverless) -> None:
    tries = Tries(deferrable=True)
    made(tries)
    deferred(work(tries, f"{FILE},sleep,60"), tries)
    deferred(work(tries, f"{FILE},sleep,60", task_id="other"), tries)
    aws.wait("nightly.other", "RUNNING")
    again = Tries(xcoms=tries.xcoms)
    again.run(work(again, f"{FILE},true"), number=2, tries=2)
    assert aws.states() == {
        "nightly.work.run 1 try 1: 1/1 step 1": "CANCELLED",
        "nightly.other.run 1 try 1: 1/1 step 1": "RUNNING",
        "nightly.work.run 1 try 2: 1/1 step 1": "SUCCESS",
    }


def test_answers_that_get_lost_run_nothing_twice(aws: Serverless, emr: Emr, tmp_path: Path) -> None:
    tries = Tries()
    emr.aws.faults.lose_answer("POST /applications")
    application = made(tries)
    assert list(aws.applications()) == [application]
    emr.aws.faults.lose_answer(f"POST /applications/{application}/jobruns")
    emr.aws.faults.unavailable(2, "emr-serverless")
    tries.run(work(tries, f"{FILE},bash,-c,echo x >> {tmp_path}/x"))
    assert (tmp_path / "x").read_text() == "x\n"
    assert list(aws.states().values()) == ["SUCCESS"]
    assert {call.status for call in emr.aws.faults.calls} >= {0, 503}


def test_what_is_refused_is_told(aws: Serverless, emr: Emr) -> None:
    tries = Tries()
    application = made(tries)
    start = f"POST /applications/{application}/jobruns"
    emr.aws.faults.refuse(start, "AccessDeniedException", "User: u is not authorized")
    advice = "Allow emr-serverless:StartJobRun, and iam:PassRole for the execution role to whom the connection 'aws_default'"
    with pytest.raises(
        RefusedError, match=f"AccessDeniedException: User: u is not authorized. {advice} logs in"
    ):
        tries.run(work(tries, f"{FILE},true"))
    hive = "command-runner.jar,hive-script,--run-hive-script,--args,-f,s3://etl/x.q"
    with pytest.raises(
        EmrFailError, match="step 1 is for an application of the type HIVE, and 'create' creates only SPARK"
    ):
        tries.run(work(tries, hive, task_id="hive"))
    given = {"application": None, "application_id": application}
    with pytest.raises(
        EmrFailError, match="ValidationException: Job driver hive is not valid for a Spark application"
    ):
        tries.run(work(tries, hive, task_id="chosen", **given))
    unknown = {"application": None, "application_id": "00fnone"}
    with pytest.raises(
        RefusedError,
        match=r"application 00fnone: .*ResourceNotFoundException: .* See that the id and the region",
    ):
        tries.run(work(tries, f"{FILE},true", task_id="unknown", **unknown))
    with pytest.raises(
        EmrFailError, match=r"does not take what it is asked with\. .* executionRoleArn, value: 4"
    ):
        tries.run(work(tries, f"{FILE},true", task_id="short", execution_role="jobs"))
    tries.run(work(tries, f"{FILE},true", task_id="right", **given))


@pytest.mark.parametrize("given", [{}, {"application": "create", "application_id": "00f"}])
def test_exactly_one_application(given: dict[str, str]) -> None:
    with pytest.raises(
        EmrFailError, match=r"exactly one of application and application_id is needed; (none|both)"
    ):
        EmrActivityOnServerlessOperator(task_id="work", execution_role=ROLE, **given)


def test_a_run_without_applications_is_told(aws: Serverless) -> None:
    with pytest.raises(EmrFailError, match="the task 'create' has left no application in this run"):
        Tries().run(work(Tries(), f"{FILE},true"))


def test_applications_of_a_run(aws: Serverless, emr: Emr) -> None:
    tries = Tries()
    fields = {"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1", "sg-1"], "tags": {"team": "etl"}}
    first = tries.run(create(tries, "SPARK", "HIVE", **fields))
    assert first.keys() == {"SPARK", "HIVE", "region"}
    client = emr.aws.client("emr-serverless")
    assert {each["type"] for each in client.list_applications()["applications"]} == {"Spark", "Hive"}
    found = client.get_application(applicationId=first["HIVE"])["application"]
    assert found["networkConfiguration"] == {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}
    assert found["tags"] == {"team": "etl"}
    again = Tries()
    assert again.run(create(again, "SPARK", "HIVE"), number=2, tries=2) == first
    deferred(work(tries, f"{FILE},sleep,60", deferrable=True), tries)
    again.xcoms.clear()  # the try that created was killed before it could tell
    again.run(delete(again))
    assert aws.applications() == {first["SPARK"]: "TERMINATED", first["HIVE"]: "TERMINATED"}
    assert list(aws.states().values()) == ["CANCELLED"]
    task = delete(Tries())
    Tries().run(task)  # there is nothing left


def test_a_release_that_there_is_not(aws: Serverless) -> None:
    tries = Tries()
    with pytest.raises(
        EmrFailError, match=r"refuses CreateApplication: ValidationException: .*'emr-5\.36\.2'"
    ):
        tries.run(create(tries, release_label="emr-5.36.2"))


def ask(tries: Tries, emr: Emr, **fields: Any) -> dict[str, Any]:
    """Give what a task of Hive runs, with the script in the address's place, without running it."""
    from datapipeline_provider.emr_serverless.steps import job_of

    given = {"application_id": "00f", "execution_role": ROLE, "log_uri": "s3://logs/emr", **fields}
    task = tries.task(HiveActivityOnServerlessOperator, "work", **given)
    context = tries.context("work")
    task.render_template_fields(context)
    task._context, task._applications = context, {"HIVE": "00f"}
    (step,) = task.steps_to_run(context)
    driver = dict(job_of(step).driver["hive"])
    if driver["query"].startswith("s3://logs"):
        bucket, _, key = driver["query"].removeprefix("s3://").partition("/")
        driver["query"] = emr.aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    return driver


def test_variables_of_hive(aws: Serverless, emr: Emr) -> None:
    plain = ["a=1", ["b={{ 2 + 3 }}", None, ""]]
    fields: dict[str, Any] = {"script_uri": "s3://etl/x.q", "script_variables": plain}
    assert ask(Tries(), emr, **fields) == {
        "query": "s3://etl/x.q",
        "parameters": "--hivevar a=1 --hivevar b=5",
    }
    emr.aws.client("s3").put_object(Bucket="etl", Key="x.q", Body=b"select '${c}';")
    fields["script_variables"] = [*plain, "c=two words"]
    assert ask(Tries(), emr, **fields) == {
        "query": "SET hivevar:c=two words;\nselect '${c}';",
        "parameters": "--hivevar a=1 --hivevar b=5",
    }
    with pytest.raises(
        EmrFailError, match=r"work: the variable c is 'a;b'\. A job gets no value with a semicolon"
    ):
        ask(Tries(), emr, **{**fields, "script_variables": ["c=a;b"]})
