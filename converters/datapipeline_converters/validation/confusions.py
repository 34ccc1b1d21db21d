"""What people write instead of a type's or a field's name, and what they mean."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

# In lower case, with the hint.
TYPES: Mapping[str, str] = {
    "s3prefixexists": "did you mean S3PrefixNotEmpty?",
    "s3exists": "did you mean S3KeyExists or S3PrefixNotEmpty?",
    "s3fileexists": "did you mean S3KeyExists?",
    "s3node": "did you mean S3DataNode?",
    "s3": "did you mean S3DataNode?",
    "rdsdatanode": "a table in RDS is a SqlDataNode whose `database` is a RdsDatabase",
    "auroradatabase": "Aurora is reached by a JdbcDatabase",
    "mysqldatabase": "did you mean RdsDatabase or JdbcDatabase?",
    "sqldatabase": "did you mean RdsDatabase or JdbcDatabase?",
    "database": "did you mean RdsDatabase, RedshiftDatabase or JdbcDatabase?",
    "dynamodbnode": "did you mean DynamoDBDataNode?",
    "dynamodbtable": "did you mean DynamoDBDataNode?",
    "sparkactivity": "Spark runs as a step of an EmrActivity",
    "emrsparkactivity": "Spark runs as a step of an EmrActivity",
    "mapreduceactivity": "did you mean HadoopActivity or EmrActivity?",
    "emrstep": "did you mean EmrActivity?",
    "shellactivity": "did you mean ShellCommandActivity?",
    "shellcommand": "did you mean ShellCommandActivity?",
    "shellscriptactivity": "did you mean ShellCommandActivity?",
    "sqlscriptactivity": "did you mean SqlActivity?",
    "redshiftactivity": "did you mean RedshiftCopyActivity or SqlActivity?",
    "ec2instance": "did you mean Ec2Resource?",
    "ec2": "did you mean Ec2Resource?",
    "emrresource": "did you mean EmrCluster?",
    "emr": "did you mean EmrCluster?",
    "snstopic": "did you mean SnsAlarm?",
    "snsnotification": "did you mean SnsAlarm?",
    "cron": "did you mean Schedule? How an interval is run is the field scheduleType",
    "csvdataformat": "did you mean CSV?",
    "tsvdataformat": "did you mean TSV?",
    "regexdataformat": "did you mean RegEx?",
    "customdataformat": "did you mean Custom?",
    "json": "there is no format for JSON; Hive, Pig or EMR code reads it",
    "parquet": "there is no format for Parquet; Hive, Pig or EMR code reads it",
    "precondition": "did you mean S3KeyExists, S3PrefixNotEmpty, Exists or ShellCommandPrecondition?",
}
FIELDS: Mapping[str, str] = {
    "password": "did you mean *password? The star keeps it encrypted",
    "database name": "did you mean databaseName?",
    "depends": "did you mean dependsOn?",
    "dependson": "did you mean dependsOn?",
    "inputs": "did you mean input?",
    "outputs": "did you mean output?",
    "arguments": "did you mean scriptArgument?",
    "args": "did you mean scriptArgument?",
    "environment": "there is no field for environment variables; set them in the command",
    "cron": "there are no cron expressions; a Schedule has period and startDateTime",
    "interval": "did you mean period?",
    "frequency": "did you mean period?",
    "starttime": "did you mean startDateTime?",
    "endtime": "did you mean endDateTime?",
    "retries": "did you mean maximumRetries?",
    "maxretries": "did you mean maximumRetries?",
    "timeout": "did you mean attemptTimeout or terminateAfter?",
    "loguri": "did you mean pipelineLogUri?",
    "onfailure": "did you mean onFail?",
    "worker": "did you mean workerGroup?",
    "resource": "did you mean runsOn?",
    "resources": "did you mean runsOn?",
    "emrcluster": "did you mean runsOn?",
    "ec2resource": "did you mean runsOn?",
    "cluster": "did you mean runsOn?",
    "preconditions": "did you mean precondition?",
    "s3path": "did you mean filePath or directoryPath?",
    "path": "did you mean filePath or directoryPath?",
    "steps": "did you mean step?",
    "bootstrapactions": "did you mean bootstrapAction?",
    "columns": "did you mean column?",
    "script": "did you mean command or scriptUri?",
}


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.75) -> str:
    """Return a question that names what is spelled nearly like a name, "" if nothing is.

    :param cutoff: how much has to be alike, from 0 to 1
    """
    by_lower = {each.lower(): each for each in sorted(known)}
    if name.lower() in by_lower:
        return f"did you mean {by_lower[name.lower()]}?"
    near = difflib.get_close_matches(name.lower(), by_lower, n=2, cutoff=cutoff)
    return f"did you mean {' or '.join(by_lower[match] for match in near)}?" if near else ""


def with_hint(text: str, hint: str) -> str:
    """Return a sentence of a text and, where there is one, a hint behind it."""
    whole = f"{text}; {hint}" if hint else text
    return whole if whole.endswith("?") else f"{whole}."
