"""What shell commands use that an Airflow worker may not have. Commands are only read, never run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from datapipeline_converters.assessment.shell_words import commands_in
from datapipeline_converters.assessment.subject import GAP, Known, Subject
from datapipeline_converters.assessment.summary import Finding

_FOLDER = r"(?:/(?:usr/|opt/|usr/local/)?s?bin/)?"


@dataclass(frozen=True)
class Rule:
    """Something to look for in a command.

    :param pattern: what a command starts with
    :param anywhere: what else to look for, wherever it stands in the text
    :param serious: whether it certainly does not work on a worker of managed Airflow; else it may be missing
    """

    what: str
    pattern: re.Pattern[str] | None
    why: str
    advice: str
    serious: bool = True
    anywhere: re.Pattern[str] | None = None

    def is_in(self, text: str, commands: Iterable[str]) -> bool:
        """Tell whether a text has what the rule is about.

        :param commands: the commands that the text runs
        """
        if self.anywhere and self.anywhere.search(text):
            return True
        return self.pattern is not None and any(map(self.pattern.match, commands))


def _command(names: str) -> re.Pattern[str]:
    return re.compile(rf"{_FOLDER}(?:{names})(?=\s|$)")


_IMAGE = "Put it into the worker's image, or into the startup script of managed Airflow."
_RULES = (
    Rule(
        "sudo",
        _command("sudo|su"),
        "a worker's user is nobody's administrator",
        "Take sudo out, and what it was needed for.",
    ),
    Rule(
        "package manager",
        _command("yum|dnf|apt|apt-get|apk|rpm|zypper|amazon-linux-extras|easy_install"),
        "software is not installed while a task runs",
        _IMAGE,
    ),
    Rule(
        "pip install",
        _command(r"(?:pip[\d.]*|python[\d.]*\s+-m\s+pip)\s+install"),
        "what it installs is not the task's alone, and may break Airflow's own libraries",
        "Give the task a virtual environment, or put the library into requirements.txt.",
    ),
    Rule(
        "Python 2",
        _command(r"python2(?:\.\d)?|pip2(?:\.\d)?"),
        "Python 2 ended on 1 January 2020 and is on no worker",
        "Port the script to Python 3.",
    ),
    Rule(
        "python",
        _command("python"),
        "it was Python 2 on the machines that Data Pipeline launched",
        "See that the script runs with Python 3, and call it as python3.",
        serious=False,
    ),
    Rule(
        "database client",
        _command("psql|pg_dump|pg_restore|mysql|mysqldump|mysqlimport|sqlplus|sqlcmd|bcp|mongo|mongodump"),
        "command-line clients of databases are missing on managed Airflow",
        "Use SQLExecuteQueryOperator with a connection, or put the client into the worker's image.",
    ),
    Rule(
        "aws",
        _command("aws"),
        "the AWS CLI came with the machines that Data Pipeline launched, and not every worker has it",
        "See that the worker has the AWS CLI, or use the Amazon provider's operators.",
        serious=False,
    ),
    Rule(
        "Hadoop tools",
        _command(
            "hadoop|hdfs|yarn|hive|beeline|pig|spark-submit|spark-sql|spark-shell|pyspark|sqoop|presto-cli"
            "|s3-dist-cp|s3distcp|oozie|hbase"
        ),
        "these tools live on an EMR cluster, not on a worker",
        "Let the activity run on an EmrCluster (`runsOn`), or choose a running cluster for it (`cluster_id` in a file of "
        "--overrides): the conversion makes it a step there.",
    ),
    Rule(
        "instance metadata",
        None,
        "there is no EC2 machine of its own whose metadata (version 1, without token) could be asked",
        "Take region and names from parameters, and credentials from the AWS connection.",
        anywhere=re.compile(r"169\.254\.169\.254|\bfd00:ec2::254\b|\bec2-?metadata\b"),
    ),
    Rule(
        "s3cmd",
        _command("s3cmd|s3put|s3get"),
        "s3cmd is not on a worker, and has credentials of its own",
        "Use `aws s3`, or the Amazon provider's S3 operators.",
    ),
    Rule(
        "ec2-user's home",
        None,
        "there is no such user on a worker",
        "Use a folder that `mktemp -d` makes, or the staging folders.",
        anywhere=re.compile(r"/home/(?:ec2-user|hadoop)\b|~(?:ec2-user|hadoop)\b"),
    ),
    Rule(
        "mail",
        _command("sendmail|mail|mailx|mutt|ssmtp"),
        "a worker has no mail server",
        "Use Airflow's EmailOperator or SesEmailOperator, or an SNS topic.",
    ),
    Rule(
        "crontab",
        _command("crontab|at|atd|anacron"),
        "a worker keeps nothing, so nothing would run later",
        "Make a DAG with a schedule of it.",
    ),
    Rule(
        "services",
        _command(r"systemctl|chkconfig|initctl|service\s+\S+\s+\w+"),
        "a worker is a container: it has no services to start",
        _IMAGE,
        anywhere=re.compile(r"/etc/init\.d/"),
    ),
    Rule(
        "mount",
        _command(r"mount|umount|mkfs(?:\.\w+)?|mount\.nfs4?"),
        "a task may not mount file systems",
        "Mount it where the worker is set up, or use AWS DataSync.",
    ),
    Rule(
        "docker",
        _command("docker|docker-compose"),
        "a worker of managed Airflow cannot start containers",
        "Use EcsRunTaskOperator or KubernetesPodOperator.",
    ),
    Rule(
        "ssh",
        _command("ssh|scp|sftp|rsync"),
        "keys that lay on the old machine's image are not on a worker, and its address is another",
        "Use the SSH provider with a connection, and let the worker's address through.",
        serious=False,
    ),
    Rule(
        "Java, R, Ruby, Node",
        _command("java|Rscript|R|ruby|perl|node|php"),
        "the worker may not have this language",
        _IMAGE,
        serious=False,
    ),
    Rule(
        "download",
        _command("wget|curl"),
        "the worker needs a way to that address; managed Airflow in a private network has none",
        "See that it is reachable, or keep a copy in S3.",
        serious=False,
    ),
    Rule(
        "background work",
        _command("nohup|screen|tmux|setsid"),
        "work in the background is ended with its task",
        "Let the task wait for it.",
    ),
)


def unfit_commands(subject: Subject) -> Iterator[Finding]:
    """Yield what will not, or may not, run on a worker; once for each field and kind."""
    for item in subject.objects("ShellCommandActivity", "ShellCommandPrecondition"):
        if any(machine.type == "EmrCluster" for machine in subject.referred(item, "runsOn")):
            continue  # they run on a cluster as before
        yield from _in_texts(item.id, list(subject.texts(item, "command")))
        for field, _ in subject.texts(item, "scriptUri"):
            yield Finding(
                item.id,
                field,
                "script in S3",
                "the script was not looked at: it lies in S3",
                "Look into it for what this table names.",
                serious=False,
            )


def _in_texts(object_id: str, texts: Sequence[tuple[str, Known]]) -> Iterator[Finding]:
    read = [
        (field, text, [" ".join(command) for command in commands_in(text)])
        for field, text in ((field, _without_comments(known.text)) for field, known in texts)
    ]
    for rule in _RULES:
        for field, text, commands in read:
            if rule.is_in(text, commands):
                yield Finding(object_id, field, rule.what, rule.why, rule.advice, rule.serious)
                break


def _without_comments(text: str) -> str:
    return re.sub(r"(?m)(^|\s)#(?!\{).*$", r"\1", text).replace(GAP, "x")
