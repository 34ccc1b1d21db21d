"""Everything that a conversion may refuse: one table, a row each.

A `Loss` is a field that would have done work and does none. A `FailingTask` is work that nothing can do: a task stands in its
place that fails and says why. `ledger.refused` and `CannotConvertError` take such a row and nothing else. The rows are what
docs/refused.md shows, in this order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """One row.

    :param about: the objects or the fields that it is about, for those who read the table
    :param reason: why, in words for the user; `{name}` stands for what differs from case to case
    """

    about: str
    reason: str

    def why(self, **facts: object) -> str:
        """Return the reason with what its names stand for put in."""
        return self.reason.format(**facts)


@dataclass(frozen=True)
class Loss(Refusal):
    """A field that would have done work and does none.

    :param advice: what the user can do, a sentence, names as in the reason; "" for what holds for all that is refused
    """

    advice: str = ""

    def what_to_do(self, **facts: object) -> str:
        """Return the advice with what its names stand for put in."""
        return self.advice.format(**facts)


@dataclass(frozen=True)
class FailingTask(Refusal):
    """Work in whose place a task fails; the reason is what the task says, so it tells what to do, too."""


def rows() -> Iterator[Refusal]:
    """Yield every row of the table."""
    return (row for row in globals().values() if isinstance(row, Refusal))


_WRITE_THE_TASK = "Write a task that does the work and put it in the failing one's place."
_SLIP = "Look for a slip in its name, or take it out."

# Clusters, machines and where work runs.
SUPPORTED_PRODUCTS = Loss(
    "`supportedProducts` of EmrCluster",
    "products were for AMIs, which are retired",
    "If the release has it as an application, add that to the `applications` of the task.",
)
CONFIGURE_HADOOP = Loss(
    "`bootstrapAction` of EmrCluster",
    "`{options}` of configure-hadoop, which releases of EMR do not have",
    "Say it in an EmrConfiguration that the cluster refers to, and take it out here.",
)
NOTHING_INSTALLED = Loss(
    "`bootstrapAction` of EmrCluster with `--run-on emr-serverless`",
    "jobs run on machines of the service, on which nothing of yours is installed before",
    "Bring along what a job needs (`--jars`, `--py-files`, `--archives`), or have the work done by a cluster.",
)
NO_SUCH_SETTINGS = Loss(
    "EmrConfiguration, Property with `--run-on emr-serverless`",
    "the jobs have no settings of the classification `{name}`",
    "Say it in the job itself if it needs it, or have the work done by a cluster.",
)
SETTINGS_OF_A_RUN = Loss(
    "EmrConfiguration with `--run-on emr-serverless`",
    "only a run knows which classification it is, and EMR Serverless has few",
    "Write the classification itself.",
)
NO_EXECUTION_ROLE = FailingTask(
    "EmrActivity, HiveActivity with `--run-on emr-serverless`",
    "EMR Serverless runs jobs as a role that trusts it: convert again with its ARN as --execution-role, or as `execution_role` "
    "in a file for --overrides.",
)
WINDOWS_LOGIN = Loss(
    "`windowsDomain`, `windowsWorkgroup` of HttpProxy",
    "programs on the cluster do not log in to a proxy as a user of Windows",
    "Run a proxy that takes a name and a password, or none, in front of it.",
)
QUEUE_OF_A_RUN = Loss(
    "`workerGroup` with `--run-on queue`",
    "a run alone knows which group it is, and a task's queue is known before: it is in the default queue",
    "Choose the `queue` of this object in a file of `--overrides`.",
)
NO_CLUSTER = FailingTask(
    "EmrActivity, HadoopActivity, HiveActivity, HiveCopyActivity, PigActivity with `workerGroup`",
    "{type} works on an EMR cluster, and `workerGroup` alone does not say on which: convert again with the id of one that is "
    "running, as `cluster_id` of this object in a file for --overrides.",
)
NO_SCRIPT_URI = FailingTask(
    "ShellScriptConfig", "ShellScriptConfig {id!r} has no scriptUri, so there is nothing to run."
)
NO_VOLUME = FailingTask("EbsBlockDeviceConfig", "EbsBlockDeviceConfig {id!r} has no volumeSpecification.")
NO_SIZE = FailingTask("VolumeSpecification", "VolumeSpecification {id!r} needs volumeType and sizeInGB.")

# Activities.
NO_STEP = FailingTask(
    "EmrActivity", "EmrActivity has neither a step nor a command, so there is nothing to run."
)
ONE_NODE = FailingTask(
    "`input`, `output` of CopyActivity, HiveCopyActivity",
    "{type} needs exactly one {field}; it has {count}.",
)
ALL_IN_S3 = FailingTask(
    "HiveCopyActivity",
    "HiveCopyActivity copies from or to DynamoDB, and both of its data nodes are in S3: use a CopyActivity.",
)
WHOLE_ITEMS = FailingTask(
    "HiveCopyActivity",
    "HiveCopyActivity copies whole items: {type} {id!r} needs a DynamoDBExportDataFormat.",
)
NO_TABLE_IN_HIVE = FailingTask(
    "HiveActivity that reads or writes data without a format",
    "{type} {id!r} has no data format, so it is no table in Hive: {cure}.",
)
NOT_FOR_PIG = FailingTask(
    "PigActivity that reads or writes a database",
    "{type} {id!r} is not staged for Pig: copy its rows to or from S3 with a CopyActivity, and let the script read or write "
    "that.",
)
NO_COLUMNS_FOR_PIG = FailingTask(
    "PigActivity that reads or writes data without a format",
    "{type} {id!r} has no data format, so Pig does not know its columns: give it one.",
)
NOT_WRITTEN_BY_PIG = FailingTask(
    "PigActivity that writes RegEx", "Pig cannot write the data format of {type} {id!r}."
)

# Preconditions.
EXISTS_OF_DYNAMODB = FailingTask(
    "Exists on a DynamoDBDataNode",
    "Exists does not work on a DynamoDBDataNode: use DynamoDBTableExists or DynamoDBDataExists.",
)
EXISTS_OF_NO_DATA = FailingTask(
    "Exists on what is no data node",
    "Exists looks for the data node that it is attached to, and {id!r} is of type {type}: attach it to a data node, or use "
    "S3KeyExists or ShellCommandPrecondition.",
)

# Data, its formats and databases.
ONLY_READ = FailingTask(
    "S3DataNode that is written, with a RegEx",
    "{format!r} can only be read, so {id!r} cannot be written in it.",
)
NO_HEADER = FailingTask(
    "S3DataNode with the choices `header` and `file_format`",
    "S3DataNode {id!r}: `{format}` has no header; choose one of the two.",
)
ONE_CHARACTER = FailingTask(
    "separators and escape characters of data formats",
    "{owner}: {field} is {text!r}; it has to be one character.",
)
DIFFERENT_CHARACTERS = FailingTask(
    "separators and escape characters of data formats", "{owner}: {fields} have to be different characters."
)
NO_LINES = FailingTask(
    "`recordSeparator` of data that HiveActivity or PigActivity reads or writes",
    "{owner}: recordSeparator is {text!r}, and Hive and Pig read records that end with a line feed.",
)
COLUMNS_OF_A_RUN = FailingTask(
    "`column` of data formats",
    "{type} {id!r}: its columns are not known before a run: give the parameters that they are made of with --set.",
)
COLUMN_TWICE = FailingTask(
    "`column` of data formats", "{type} {id!r}: two of its columns are called {name!r}."
)
NO_PYTHON_PATTERN = FailingTask(
    "`inputRegEx` of RegEx",
    "RegEx {id!r}: Python does not read its inputRegEx: {error}. Write it as Python has it.",
)
NO_GROUP = FailingTask(
    "`inputRegEx` of RegEx", "RegEx {id!r}: its inputRegEx has no group, so there are no columns."
)
NO_DATABASE = FailingTask(
    "MySqlDataNode, SqlDataNode", "{type} {id!r} names no database and no connectionString."
)
PASSWORD_BEFORE_RUNS = FailingTask(
    "fields that are needed before any run",
    "{type} {id!r}: `{field}` has a password in it, which would stand in the DAG file.",
)

# Actions.
NO_ALARM = Loss("`onFail`, `onSuccess`, `onLateAction`", "{fault}")
LATE_ELSEWHERE = Loss(
    "`lateAfterTimeout`, `onLateAction` of a data node",
    "what the data node waits for is in several DAGs: its lateness is not watched",
    "Set `lateAfterTimeout` and `onLateAction` on the activities that write it.",
)

# Schedules.
NOT_ACTIVATED = Loss(
    "`startAt` of Schedule",
    "give the moment of the first activation with --activated-at; until then the DAG has no schedule",
    "Convert again with --activated-at and that moment.",
)
RUNS_TO_MAKE_UP_FOR = Loss(
    "`startDateTime`, `startAt` of Schedule",
    "{runs} since {anchor} would be made up for. Give --backfill to have them, --start WHEN for the first interval to run, or "
    "--no-catchup to run the latest alone; until then the DAG has no schedule",
    "Convert again with --backfill, with --start WHEN, or with --no-catchup.",
)
UNKNOWN_RUNS = Loss(
    "`input`, `dependsOn` where the objects have several schedules",
    "which runs of the DAG `{dag}` it waits for is unknown, for {unscheduled} has no schedule: convert again with the option "
    "that the report names, or join the two DAGs by hand",
)

# Texts, parameters and what nobody knows.
UNKNOWN_NAME = Loss(
    "expressions",
    "`#{{{name}}}` is left as it was: {fault}",
    "Correct the name, or declare a parameter of this name.",
)
UNSAYABLE_MESSAGE = Loss("`subject`, `message` of SnsAlarm", "left as it was: {fault}")
UNSAYABLE = FailingTask("expressions that no template of Airflow can say", "{fault}")
NO_VALUE = Loss(
    "fields made of a parameter without value",
    "parameter `{name}` has no value: give it with --set {name}=…",
    "Convert again with the value.",
)
NO_SUCH_FIELD = Loss("fields", "{owner} has no such field, as far as we know", _SLIP)
NO_SUCH_ATTRIBUTE = Loss(
    "attributes of parameters", "a parameter has no attribute {name!r}, as far as we know", _SLIP
)
NO_SUCH_TYPE = Loss("`type`", "{name!r} is no type of Data Pipeline that we know.", _WRITE_THE_TASK)
NO_SUCH_OBJECT = FailingTask("references", "There is no object {id!r}.")
NO_SUCH_USE = FailingTask("references", "{type} {id!r} is not supported as {use}.")
FAULTY = FailingTask("objects that are faulty, with `--allow-invalid`, and references to them", "{fault}")

# Of which nothing is made yet.
NOT_YET = Loss(
    "types of which nothing is made yet",
    "not converted yet: the task that needs it fails and says so",
    "{advice}",
)
NOT_YET_AT_ALL = FailingTask("types of which nothing is made yet", "{type}{which} is not supported yet.")

# What belongs to a task that fails.
OF_A_FAILURE = Loss("fields of an object whose task fails", "its task fails: {fault}", _WRITE_THE_TASK)
FOR_A_FAILURE = Loss(
    "fields of what only such a task would use",
    "only `{id}` would use it, and its task fails",
    _WRITE_THE_TASK,
)
