"""Where work runs is the user's choice: on workers, in a queue, on a machine launched for it, by SSH; for all or for one."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from datapipeline_converters.choices import Choices
from datapipeline_converters.cli import main
from datapipeline_converters.conversion import Conversion
from datapipeline_converters.options import Options

from tests.converters.planned import DATABASE, NOW, arguments, converted, grades, only_dag, ref, shell

DEFAULT = {"id": "Default", "scheduleType": "ondemand"}
BOX = {"id": "Box", "type": "Ec2Resource", "role": "Service", "resourceRole": "Worker"}
SQL = {"id": "Q", "type": "SqlActivity", "script": "select 1", "database": ref("D"), "runsOn": ref("Box")}
ON_BOX = shell("A", runsOn=ref("Box"))
FOR_GROUP = shell("B", workerGroup="wg-1")


def chosen(choices: Choices | dict[str, Any], *objects: dict[str, Any], **rest: Any) -> Conversion:
    if isinstance(choices, dict):
        choices = Choices(choices)
    return converted(DEFAULT, *objects, options=Options(now=NOW, choices=choices), **rest)


def operators(conversion: Conversion) -> dict[str, str]:
    return {task.id: task.operator.path.rpartition(".")[2] for task in only_dag(conversion).tasks}


def line(conversion: Conversion, object_id: str, field: str) -> str:
    (found,) = [each for each in conversion.lines if (each.object_id, each.field) == (object_id, field)]
    return f"{found.verdict.grade}: {found.verdict.reason}"


ON_WORKER = "emulated: the work runs on the Airflow worker"
QUEUES: list[Any] = [
    # what was chosen, queue and ledger line of work on a machine, of work for a worker group
    pytest.param(
        {},
        None,
        ON_WORKER,
        None,
        f"{ON_WORKER.replace('the Air', 'an Air')}, in the default queue",
        id="nothing",
    ),
    pytest.param(
        {"run_on": "worker"},
        None,
        ON_WORKER,
        None,
        "emulated: the work runs on an Airflow worker, in the default queue",
        id="workers",
    ),
    pytest.param(
        {"run_on": "queue"},
        "Box",
        "emulated: the work runs on a worker of the queue `Box`, which takes the place of the machine",
        "wg-1",
        "emulated: the work runs on a worker of the queue `wg-1`, which has the name of the group",
        id="queues",
    ),
    pytest.param(
        {"run_on": "queue", "queue": "own"},
        "own",
        "emulated: the work runs on a worker of the queue `own`, which takes the place of the machine",
        "own",
        "emulated: the work runs on a worker of the queue `own`, which was chosen for it",
        id="a queue by name",
    ),
    pytest.param(
        {"run_on": "ec2"},
        None,
        None,
        None,
        "emulated: the work runs on an Airflow worker, in the default queue",
        id="machines",
    ),
]


@pytest.mark.parametrize(("choice", "queue", "said", "queue_of_group", "said_of_group"), QUEUES)
def test_queues(
    choice: dict[str, Any],
    queue: str | None,
    said: str | None,
    queue_of_group: str | None,
    said_of_group: str,
) -> None:
    found = chosen(choice, BOX, ON_BOX, FOR_GROUP)
    assert arguments(found, "A").get("queue") == queue
    assert arguments(found, "B").get("queue") == queue_of_group
    assert said is None or line(found, "A", "runsOn") == said
    assert line(found, "B", "workerGroup") == said_of_group
    assert found.complete


def test_a_group_that_a_run_alone_knows() -> None:
    found = chosen({"run_on": "queue"}, shell("A", workerGroup="wg-#{format(@scheduledStartTime,'YYYY')}"))
    assert "queue" not in arguments(found, "A")
    assert found.plan.left == [
        "object `A`, field `workerGroup`: a run alone knows which group it is, and a task's queue is known before: it is in the "
        "default queue"
    ]
    named = chosen(
        Choices({"run_on": "queue"}, {"A": {"queue": "q"}}),
        shell("A", workerGroup="wg-#{format(@scheduledStartTime,'YYYY')}"),
    )
    assert (arguments(named, "A")["queue"], named.plan.left) == ("q", [])


def test_a_group_that_a_parameter_names() -> None:
    group = {"id": "myGroup", "type": "String", "default": "on-premises"}
    found = chosen({"run_on": "queue"}, shell("A", workerGroup="#{myGroup}"), parameters=[group])
    assert arguments(found, "A")["queue"] == "on-premises"


def test_every_activity_takes_a_queue() -> None:
    found = chosen({"run_on": "queue"}, BOX, DATABASE, SQL)
    assert arguments(found, "Q")["queue"] == "Box"


def test_what_the_user_is_told_of_a_queue() -> None:
    told = "waited for workers of the group `wg-1`: an Airflow worker of the default queue does the work now"
    assert any(told in text for text in chosen({}, FOR_GROUP).plan.before_first_run)
    found = chosen({"run_on": "queue"}, FOR_GROUP)
    assert not any(told in text for text in found.plan.before_first_run)
    assert (
        "Queue `wg-1`: have an Airflow worker of that queue run where its work can be done: see docs/workers.md"
        in (found.plan.before_first_run)
    )


MACHINE = {
    **BOX,
    "instanceType": "#{myType}",
    "imageId": "ami-1",
    "subnetId": "subnet-1",
    "securityGroupIds": ["sg-1", "sg-2"],
    "securityGroups": "etl",
    "keyPair": "k",
    "associatePublicIpAddress": "false",
    "availabilityZone": "us-west-2a",
    "region": "us-west-2",
    "spotBidPrice": "0.05",
    "useOnDemandOnLastAttempt": "false",
    "terminateAfter": "2 Hours",
    "initTimeout": "15 minutes",
    "attemptTimeout": "20 minutes",
    "actionOnTaskFailure": "terminate",
    "actionOnResourceFailure": "retryall",
    "maximumRetries": "1",
    "retryDelay": "3 minutes",
    "runAsUser": "hadoop",
}
TYPE = {"id": "myType", "type": "String", "default": "m5.large"}


def test_a_machine_as_its_fields_say() -> None:
    found = chosen({"run_on": "ec2"}, MACHINE, ON_BOX, parameters=[TYPE])
    launching = arguments(found, "create_Box")
    assert launching.pop("doc_md")
    assert launching == {
        "instance_type": "{{ params.myType }}",
        "image_id": "ami-1",
        "subnet_id": "subnet-1",
        "security_group_ids": ["sg-1", "sg-2"],
        "security_groups": ["etl"],
        "key_pair": "k",
        "associate_public_ip_address": False,
        "availability_zone": "us-west-2a",
        "region_name": "us-west-2",
        "resource_role": "Worker",
        "spot_bid_price": "0.05",
        "use_on_demand_on_last_attempt": False,
        "terminate_after": timedelta(hours=2),
        "init_timeout": timedelta(minutes=15),
        "execution_timeout": timedelta(minutes=20),
        "action_on_task_failure": "terminate",
        "action_on_resource_failure": "retryall",
        "retries": 1,
        "retry_delay": timedelta(minutes=3),
    }
    work = arguments(found, "A")
    assert (work["instance"], work["remote_user"], "execution_timeout" in work) == (
        "create_Box",
        "hadoop",
        False,
    )
    assert arguments(found, "terminate_Box")["instance"] == "create_Box"
    assert arguments(found, "terminate_Box")["region_name"] == "us-west-2"
    kept = {field: grade for (object_id, field), grade in grades(found).items() if object_id == "Box"}
    assert {field: grade for field, grade in kept.items() if grade != "exact"} == {
        "role": "approximated",
        "attemptTimeout": "approximated",
        "actionOnResourceFailure": "emulated",
    }
    assert found.complete


def test_a_machine_is_shared_and_ended_after_all() -> None:
    two = [ON_BOX, shell("B", runsOn=ref("Box"), dependsOn=ref("A")), shell("C", runsOn=ref("Box"))]
    found = chosen({"run_on": "ec2"}, BOX, *two)
    dag = only_dag(found)
    assert operators(found) == {
        "create_Box": "CreateEc2ResourceOperator",
        "A": "ShellCommandOnEc2Operator",
        "B": "ShellCommandOnEc2Operator",
        "C": "ShellCommandOnEc2Operator",
        "terminate_Box": "TerminateEc2ResourceOperator",
        "work_done": "EmptyOperator",
    }
    assert {("create_Box", "A"), ("create_Box", "C"), ("B", "terminate_Box"), ("C", "terminate_Box")} <= set(
        dag.edges
    )
    assert [(each.task, each.setup) for each in dag.teardowns] == [("terminate_Box", "create_Box")]
    assert not any("shared the machine" in text for text in found.plan.before_first_run)
    assert any("shared the machine `Box`" in text for text in chosen({}, BOX, *two).plan.before_first_run)


def test_only_commands_run_on_a_machine() -> None:
    found = chosen({"run_on": "ec2"}, BOX, DATABASE, SQL)
    assert operators(found) == {"Q": "SqlActivityOperator"}
    assert line(found, "Q", "runsOn") == (
        "emulated: the work runs on the Airflow worker: only shell commands run in the place that was chosen"
    )
    both = chosen({"run_on": "ec2"}, BOX, DATABASE, SQL, ON_BOX)
    assert operators(both)["Q"] == "SqlActivityOperator"
    assert line(both, "Box", "resourceRole") == "exact: `resource_role` of the task that launches it"


def test_what_the_user_is_told_of_a_machine() -> None:
    found = chosen({"run_on": "ec2"}, BOX, ON_BOX)
    told = " ".join(found.plan.before_first_run)
    assert "AmazonSSMManagedInstanceCore" in told
    assert "`Box` names no region" in told
    assert "was who the work on" not in told  # it still is


def test_by_ssh() -> None:
    found = chosen({"run_on": "ssh"}, BOX, ON_BOX, FOR_GROUP, DATABASE, SQL)
    assert operators(found) == {
        "A": "ShellCommandBySshOperator",
        "B": "ShellCommandBySshOperator",
        "Q": "SqlActivityOperator",
    }
    assert (arguments(found, "A")["ssh_conn_id"], arguments(found, "B")["ssh_conn_id"]) == ("x_Box", "x_B")
    planned = {each.id: each.conn_type for each in found.plan.connections}
    assert planned == {"x_Box": "ssh", "x_B": "ssh", "x_D": "postgres"}
    assert any(
        text.startswith("Connection `x_Box`: fill in the host, the user")
        for text in found.plan.before_first_run
    )
    assert line(found, "A", "runsOn") == "emulated: commands run by SSH on the host of the connection `x_Box`"


def test_by_ssh_to_a_host_that_airflow_knows() -> None:
    found = chosen({"run_on": "ssh", "ssh_conn_id": "etl_host"}, BOX, ON_BOX)
    assert arguments(found, "A")["ssh_conn_id"] == "etl_host"
    assert found.plan.connections == []


def test_each_machine_has_its_own_place() -> None:
    other = {**BOX, "id": "Other"}
    found = chosen(
        Choices({}, {"Box": {"run_on": "ec2"}, "Other": {"run_on": "queue"}, "B": {"run_on": "ssh"}}),
        BOX,
        other,
        ON_BOX,
        FOR_GROUP,
        shell("C", runsOn=ref("Other")),
    )
    assert operators(found)["A"] == "ShellCommandOnEc2Operator"
    assert operators(found)["B"] == "ShellCommandBySshOperator"
    assert arguments(found, "C")["queue"] == "Other"
    assert sorted(found.plan.chosen) == [
        '`B`: run_on "ssh"',
        '`Box`: run_on "ec2"',
        '`Other`: run_on "queue"',
    ]


def test_a_place_that_has_no_effect_is_told() -> None:
    found = chosen(Choices({}, {"A": {"run_on": "queue"}}), BOX, ON_BOX)  # its machine says where it runs
    assert found.plan.chosen == ['`A`: run_on "queue" has no effect: no task uses what it is about']


def test_pools(tmp_path: Path) -> None:
    found = chosen({}, {**BOX, "maxActiveInstances": "2"}, ON_BOX, FOR_GROUP)
    assert (arguments(found, "A")["pool"], "pool" in arguments(found, "B")) == ("x_Box", False)
    assert json.loads(found.files["x.pools.json"].text) == {
        "x_Box": {
            "slots": 2,
            "description": "Tasks on Box (Ec2Resource) of the pipeline x that may run at once",
            "include_deferred": True,
        }
    }
    assert grades(found)["Box", "maxActiveInstances"] == "emulated"
    assert "airflow pools import x.pools.json" in found.files["x.report.md"].text


def test_no_pool_of_what_is_inherited() -> None:
    found = converted({**DEFAULT, "maxActiveInstances": "1"}, BOX, ON_BOX)
    assert "pool" not in arguments(found, "A")
    assert "x.pools.json" not in found.files


def test_a_connection_for_each_role() -> None:
    alarm = {
        "id": "Alarm",
        "type": "SnsAlarm",
        "role": "arn:aws:iam::123456789012:role/service/Teller",
        "topicArn": "arn:aws:sns:us-east-1:123456789012:t",
        "subject": "s",
        "message": "m",
    }
    ready = {"id": "Ready", "type": "S3KeyExists", "s3Key": "s3://b/k", "role": "Checker"}
    work = {**ON_BOX, "precondition": ref("Ready"), "onFail": ref("Alarm")}
    found = chosen({"connection_per_role": True}, BOX, work, alarm, ready, FOR_GROUP)
    assert arguments(found, "A")["aws_conn_id"] == "aws_Worker"
    assert arguments(found, "A")["on_failure_callback"][0]["aws_conn_id"] == "aws_Teller"
    assert arguments(found, "Ready")["aws_conn_id"] == "aws_Checker"
    assert "aws_conn_id" not in arguments(found, "B")
    assert {each.id: each.extra["role_arn"] for each in found.plan.connections} == {
        "aws_Teller": "arn:aws:iam::123456789012:role/service/Teller",
        "aws_Checker": "",
        "aws_Worker": "",
    }
    assert (
        line(found, "Box", "resourceRole") == "emulated: the AWS connection `aws_Worker` takes on this role"
    )
    told = " ".join(found.plan.before_first_run)
    assert "as `role_arn` that of `Worker`" in told
    assert "Worker` was who" not in told
    assert "Checker` was who" not in told


def test_who_launches_a_machine() -> None:
    found = chosen({"connection_per_role": True, "run_on": "ec2"}, BOX, ON_BOX)
    for task in ("create_Box", "A", "terminate_Box"):
        assert arguments(found, task)["aws_conn_id"] == "aws_Service"
    assert arguments(found, "create_Box")["resource_role"] == "Worker"
    assert line(found, "Box", "role") == "emulated: the AWS connection `aws_Service` takes on this role"


def test_the_command(tmp_path: Path) -> None:
    definition, overrides = tmp_path / "x.json", tmp_path / "o.yaml"
    definition.write_text(json.dumps({"objects": [DEFAULT, BOX, ON_BOX, FOR_GROUP]}))
    overrides.write_text("objects: {Box: {run_on: ec2}}")
    options = ["--overrides", str(overrides), "--run-on", "queue"]
    assert main(["convert", str(definition), "-o", str(tmp_path), *options]) == 0
    source = (tmp_path / "x.py").read_text()
    assert "ShellCommandOnEc2Operator" in source
    assert 'queue="wg-1"' in source
