"""What is found in one definition: retired things, commands, secrets, schedules, effort."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from datapipeline_converters.assessment.summary import Status, Timing

from tests.converters.assessment.estates import BOX, PASSWORD, ROLES, shell, summary

CLUSTER = {"id": "Cluster", "type": "EmrCluster"}


@pytest.mark.parametrize(
    ("fields", "found", "serious"),
    [
        ({"masterInstanceType": "m1.small"}, ["m1.small"], False),
        (
            {"coreInstanceType": "t1.micro", "taskInstanceType": "cc2.8xlarge"},
            ["t1.micro", "cc2.8xlarge"],
            True,
        ),
        ({"masterInstanceType": "m5.xlarge"}, [], False),
        ({"masterInstanceType": "m6g.xlarge", "releaseLabel": "emr-7.2.0"}, [], False),
        ({"amiVersion": "3.8.0"}, ["AMI 3.8.0"], True),
        ({"amiVersion": "3.10"}, ["AMI 3.10"], True),
        ({"amiVersion": "3.11.0"}, ["AMI 3.11.0"], False),
        ({"releaseLabel": "emr-4.7.2"}, ["emr-4.7.2"], False),
        ({"hadoopVersion": "0.20"}, ["Hadoop 0.20"], False),
        ({"releaseLabel": "emr-5.35.0"}, ["emr-5.35.0"], False),
        ({"releaseLabel": "emr-5.36.0"}, [], False),
        ({"releaseLabel": "emr-6.5.0"}, ["emr-6.5.0"], False),
        ({"releaseLabel": "emr-6.6.0"}, [], False),
    ],
)
def test_retired(fields: dict[str, str], found: list[str], serious: bool) -> None:
    retired = summary(shell(), CLUSTER | fields).retired
    assert [finding.what for finding in retired] == found
    assert any(finding.serious for finding in retired) is serious


def test_a_machine_whose_work_a_worker_does_need_not_be_replaced() -> None:
    (finding,) = summary(shell(), {"id": "Old", "type": "Ec2Resource", "instanceType": "hs1.8xlarge"}).retired
    assert not finding.serious
    assert "No machine is launched" in finding.advice


def test_types_are_looked_up_through_parameters_and_parents() -> None:
    found = summary(
        shell(),
        {"id": "Base", "masterInstanceType": "#{myType}"},
        CLUSTER | {"parent": {"ref": "Base"}},
        parameters=[{"id": "myType", "type": "String", "default": "m3.xlarge"}],
    )
    assert [(f.object_id, f.field, f.what) for f in found.retired] == [
        ("Cluster", "masterInstanceType", "m3.xlarge")
    ]


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("sudo yum -y update aws-cli && aws s3 ls", ["sudo", "package manager", "aws"]),
        ("/usr/bin/psql -h db -f load.sql", ["database client"]),
        ("MYSQL_PWD=x mysqldump orders > o.sql", ["database client"]),
        ("python2.7 job.py", ["Python 2"]),
        ("python job.py", ["python"]),
        ("python3 job.py", []),
        ("curl http://169.254.169.254/latest/meta-data/instance-id", ["instance metadata", "download"]),
        ("cd /home/ec2-user && ./run", ["ec2-user's home"]),
        ("hadoop fs -ls / ; spark-submit a.py", ["Hadoop tools"]),
        ("s3cmd ls s3://a", ["s3cmd"]),
        ('echo done | mail -s "done" me@example.com', ["mail"]),
        ("crontab -l", ["crontab"]),
        ("service crond start", ["services"]),
        ("(docker run x)", ["docker"]),
        ("pip3 install boto", ["pip install"]),
        ("# sudo is not used here\necho pseudo mailing yummy awshell sudo_free", []),
        ("echo mysql_backup.sql hive.log /opt/pig-data", []),
        ("true", []),
        # Only where the shell looks for a command.
        ("echo psql; echo 'yum is yummy'; grep yum log; which sudo", []),
        ('echo "use sudo carefully"', []),
        ("if true; then psql; fi", ["database client"]),
        ("while read x; do mysql; done", ["database client"]),
        ('x="$(psql -c 1)"', ["database client"]),
        ("echo `hive -e x`", ["Hadoop tools"]),
        ("true &&\n\tA='b c' psql", ["database client"]),
        ("sudo -u hadoop hive", ["sudo", "Hadoop tools"]),
        ("timeout -k 5 10 psql", ["database client"]),
        ("ls | xargs -n 1 psql", ["database client"]),
        ("bash -c 'cd x; psql'", ["database client"]),
        ("find . -exec mysql {} \\;", ["database client"]),
        ("cat <<END\nsudo x\nEND\npsql", ["database client"]),
        ("bash <<END\nsudo x\nEND", ["sudo"]),
        ("case $1 in mysql) true;; esac", []),
        ("x 2>&1 | tee log; psql", ["database client"]),
        ("command -v psql", []),
        ("echo 'not closed", []),
    ],
)
def test_commands(command: str, found: list[str]) -> None:
    assert [finding.what for finding in summary(shell(command=command)).commands] == found


def test_a_command_that_a_parameter_holds_is_read_too() -> None:
    found = summary(
        shell(command="#{myCommand}"),
        parameters=[{"id": "myCommand", "type": "String", "default": "sudo reboot"}],
    )
    assert [finding.what for finding in found.commands] == ["sudo"]


def test_scripts_in_s3_are_not_known() -> None:
    activity = {"id": "Work", "type": "ShellCommandActivity", "scriptUri": "s3://code/run.sh"}
    assert [finding.what for finding in summary(activity).commands] == ["script in S3"]


SECRETS = [
    {"id": "Db", "type": "RdsDatabase", "rdsInstanceId": "i", "username": "u", "*password": PASSWORD},
    {
        "id": "Url",
        "type": "JdbcDatabase",
        "connectionString": f"jdbc:mysql://db.example.com/shop?user=u&password={PASSWORD}",
        "jdbcDriverClass": "com.mysql.jdbc.Driver",
        "username": "u",
        "*password": "#{*myPassword}",
    },
    {
        "id": "Table",
        "type": "SqlDataNode",
        "table": "orders",
        "database": {"ref": "Url"},
        "selectQuery": "select * from #{table}",
    },
]


def test_secrets_are_told_by_place_and_never_shown() -> None:
    found = summary(
        shell(command=f"PGPASSWORD={PASSWORD} psql -c 'select 1'", input={"ref": "Table"}), *SECRETS
    )
    assert {(place.object_id, place.field) for place in found.secrets} == {
        ("Work", "command"),
        ("Db", "*password"),
        ("Url", "connectionString"),
    }
    assert PASSWORD not in json.dumps(asdict(found), default=str)
    assert [str(dataset) for dataset in found.reads] == ["table: db.example.com/shop/orders"]


SCHEDULED = {
    "id": "Default",
    "scheduleType": "cron",
    "schedule": {"ref": "S"},
    "runsOn": {"ref": "Box"},
    **ROLES,
}


def scheduled(**fields: Any) -> Any:
    return summary(shell(), {"id": "S", "type": "Schedule"} | fields, default=SCHEDULED)


def test_a_quarter_of_an_hour_is_four_runs_in_each_hour() -> None:
    (timing,) = scheduled(period="15 minutes", startDateTime="2030-01-01T00:07:00").timings
    assert timing.hours == pytest.approx((4.0,) * 24)


def test_five_hours_come_round_the_clock() -> None:
    (timing,) = scheduled(period="5 hours", startDateTime="2030-01-01T03:00:00").timings
    assert timing.hours == pytest.approx((0.2,) * 24)


def test_a_week_is_a_seventh_of_a_run_at_its_hour() -> None:
    (timing,) = scheduled(period="1 week", startDateTime="2030-01-01T21:30:00").timings
    assert timing.hours[21] == pytest.approx(1 / 7)
    assert sum(timing.hours) == pytest.approx(1 / 7)
    assert not timing.over


def test_a_start_in_the_past_is_a_decision_and_no_work() -> None:
    found = scheduled(period="1 day", startDateTime="2025-12-01T00:00:00")
    assert found.status is Status.ANSWERS
    assert found.blockers == ()
    # From 1 December to 1 January, the run of 1 January included: cron runs at the start of its interval.
    assert found.decisions == (
        "Schedule `S`: 32 runs since 2025-12-01T00:00:00 would be made up for: choose --backfill for all of them, "
        "--start WHEN or --no-catchup",
    )


def test_a_first_activation_that_nobody_told_is_a_decision() -> None:
    found = scheduled(period="1 day", startAt="FIRST_ACTIVATION_DATE_TIME")
    assert found.status is Status.ANSWERS
    assert "--activated-at" in found.decisions[0]


def test_a_schedule_that_has_ended_is_over() -> None:
    found = scheduled(period="1 day", startDateTime="2020-01-01T00:00:00", endDateTime="2020-02-01T00:00:00")
    assert [timing.over for timing in found.timings] == [True]


@pytest.mark.parametrize(
    ("timing", "rhythm"),
    [
        (Timing("Daily", "cron", "1 day", 1440), "every day"),
        (Timing("Daily", "cron", "2 days", 2880), "every 2 days"),
        (Timing("", "ondemand"), "on demand"),
        (Timing("Once", "cron"), "on demand"),
        (Timing("Daily", "cron", unknown="its period has no value"), "not known"),
    ],
)
def test_how_often_it_runs(timing: Timing, rhythm: str) -> None:
    assert timing.rhythm == rhythm


def test_what_converts_is_ready_and_small() -> None:
    found = summary(shell())
    assert (found.status, found.effort, found.blockers) == (Status.READY, "S", ())
    assert found.objects == {"Default": 1, "Ec2Resource": 1, "ShellCommandActivity": 1}


def test_what_would_be_refused_is_a_row_with_its_reason() -> None:
    found = summary(shell(attemptTimeout="soon"), shell("Other", maximumRetries="many"))
    assert found.status is Status.REFUSED
    assert [(b.kind, b.object_id, b.field) for b in found.blockers] == [
        ("invalid", "Work", "attemptTimeout"),
        ("invalid", "Other", "maximumRetries"),
    ]
    assert found.tasks == 2
    assert sum(found.grades.values()) == 8


def test_a_name_that_nothing_declares_is_an_answer_to_give() -> None:
    found = summary(shell(command="echo #{myWord}"))
    assert found.status is Status.ANSWERS
    assert [blocker.kind for blocker in found.blockers] == ["value"]


def test_a_parameter_without_value_is_asked_for_once() -> None:
    daily = {"id": "Daily", "type": "Schedule", "period": "1 day", "startDateTime": "2030-01-01T00:00:00"}
    default = {
        "id": "Default",
        "scheduleType": "cron",
        "schedule": {"ref": "Daily"},
        "runsOn": {"ref": "Box"},
    }
    found = summary(shell(command="echo #{myWord} #{myOther}"), daily, default=default | ROLES)
    assert [blocker.reason.split(":")[0] for blocker in found.blockers] == ["`#{myWord}`", "`#{myOther}`"]
    assert "2 parameters without value" in [reason.text for reason in found.effort_reasons]


def test_what_the_ledger_does_not_refuse_is_no_refused_field() -> None:
    (blocker,) = summary(shell(command=f"mysql -p{PASSWORD} shop")).blockers
    assert (blocker.kind, blocker.object_id, blocker.field) == ("other", "Work", "command")
    (blocker,) = summary(shell(lateAfterTimeout="1 hour", nosuchfield="x")).blockers
    assert (blocker.kind, blocker.field) == ("field", "nosuchfield")


def test_effort_adds_up() -> None:
    # sudo and a package manager 4, the cluster 2, its release 2, one secret 1: 9 points are the last of M.
    objects = [CLUSTER | {"amiVersion": "3.8.0"}, SECRETS[0]]
    found = summary(shell(command="sudo yum install x"), *objects)
    assert sum(reason.points for reason in found.effort_reasons) == 9
    assert found.effort == "M"
    # With a task that nothing makes, it is L.
    unknown = {"id": "Odd", "type": "NoSuchActivity"}
    assert summary(shell(command="sudo yum install x"), *objects, unknown).effort == "L"


def test_the_machine_is_no_finding() -> None:
    assert summary(shell(), BOX | {"id": "Second"}).retired == ()
