"""The rules: what each is about, whether AWS refuses what breaks it, and what to do. Their ids do not change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Rule:
    """One rule.

    :param id: stable, in kebab case
    :param title: what is wrong, in one line
    :param help: why it matters and what to do
    :param page: the page of the AWS Data Pipeline Developer Guide
    :param kept: for an error, why `convert` goes on in spite of it; "" where it ends with status 2
    :param about_type: whether the page of the object's own type tells more than `page`
    """

    id: str
    level: Level
    title: str
    help: str
    page: str
    kept: str = ""
    about_type: bool = False

    @property
    def refused(self) -> bool:
        """Tell whether `convert` refuses a definition that breaks the rule."""
        return self.level is Level.ERROR and not self.kept


_ERROR, _WARNING = Level.ERROR, Level.WARNING
_SERVICE = "a limit of the service, which Airflow does not have"

_DEFINITION = "dp-writing-pipeline-definition"
_EXPRESSIONS = "dp-pipeline-expressions"
_LIMITS = "dp-limits"
_PARAMETERS = "dp-custom-templates"
_SCHEDULE = "dp-object-schedule"
_STYLES = "dp-concepts-schedules"

_ALL = (
    # Objects, ids and references
    Rule(
        "duplicate-id",
        _ERROR,
        "Two different objects have one id",
        "References find an object by its id, so each id may stand only once. Rename one of the objects.",
        _DEFINITION,
    ),
    Rule(
        "dangling-reference",
        _ERROR,
        "A reference leads to no object",
        "Add the object that is missing, or correct the id. Ids are told apart by case.",
        _DEFINITION,
    ),
    Rule(
        "no-value",
        _ERROR,
        "A value is neither text nor a reference",
        'A field holds texts and references, `{"ref": "<id>"}`; `id`, `name` and `type` hold one text.',
        _DEFINITION,
    ),
    Rule(
        "circular-parent",
        _ERROR,
        "The parents of an object go in a circle",
        "An object inherits from its `parent`, and so on: the chain has to end. Remove one of the references.",
        _DEFINITION,
    ),
    Rule(
        "dependency-cycle",
        _ERROR,
        "Objects wait for each other",
        "Through `dependsOn`, `input`, `output` and preconditions no object may wait for itself. Remove one of the "
        "dependencies.",
        "dp-how-tasks-scheduled",
    ),
    Rule(
        "wrong-reference-type",
        _ERROR,
        "A reference leads to an object of the wrong type",
        "Each reference field takes objects of certain types only.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "reference-needed",
        _ERROR,
        "Text stands where a reference belongs",
        'Write the object\'s id as a reference, `{"ref": "<id>"}`. Expressions are not evaluated in these fields.',
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "text-needed",
        _ERROR,
        "A reference stands where text belongs",
        "Write the value itself, as text.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "single-value",
        _ERROR,
        "Several values in a field that takes one",
        "Leave one of the values.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "repaired-input",
        _WARNING,
        "The input was not quite a definition and was set right",
        "It was read as it was certainly meant. AWS takes it less easily: correct it as the message says.",
        _DEFINITION,
    ),
    # Types and fields
    Rule(
        "unknown-type",
        _ERROR,
        "There is no such type",
        "Type names are told apart by case. The guide lists all types under `Pipeline Object Reference`.",
        _DEFINITION,
    ),
    Rule(
        "missing-type",
        _WARNING,
        "An object has no type and nothing inherits from it",
        "An object without a type is a template for others, which name it as `parent`. Alone it does nothing.",
        _DEFINITION,
    ),
    Rule(
        "odd-default",
        _WARNING,
        "The Default object is not what it should be",
        "The object with the id `Default` gives its fields to all others. It has no type and no parent.",
        _DEFINITION,
    ),
    Rule(
        "unknown-field",
        _WARNING,
        "No type has such a field",
        "It has no effect. Fields of your own are named `my` and a capital letter or an underscore.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "field-case",
        _WARNING,
        "A field's name is written in the wrong case",
        "Field names are told apart by case, so as it stands the field has no effect.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "misplaced-field",
        _WARNING,
        "A field of another type",
        "The object's type has no such field, so it has no effect here.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "forbidden-field",
        _WARNING,
        "A field that the type must not have",
        "The guide says that this type cannot have the field. It is ignored. Remove it.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "missing-field",
        _ERROR,
        "A required field is missing",
        "It may also come from the object's `parent` or from `Default`.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "missing-aws-field",
        _ERROR,
        "A required field is missing that only AWS needs",
        "Roles usually stand on `Default`: DataPipelineDefaultRole and DataPipelineDefaultResourceRole.",
        _DEFINITION,
        kept="in Airflow it is part of a connection",
        about_type=True,
    ),
    Rule(
        "missing-one-of",
        _ERROR,
        "One of several fields is needed, and none is there",
        "Give one of them. It may also come from the object's `parent` or from `Default`.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "idle-node-path",
        _ERROR,
        "A data node that no activity uses has no path",
        "Give it `filePath` or `directoryPath`, or take the node out.",
        _DEFINITION,
        kept="no task reads or writes the node",
        about_type=True,
    ),
    Rule(
        "conflicting-fields",
        _ERROR,
        "Fields that exclude each other are given together",
        "Remove all but one of them; one of them may be inherited.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "unused-worker-group",
        _WARNING,
        "Both runsOn and workerGroup are given",
        "`runsOn` wins, `workerGroup` has no effect. Remove one of them.",
        _DEFINITION,
        about_type=True,
    ),
    # Values
    Rule(
        "invalid-integer",
        _ERROR,
        "A whole number is needed",
        "Write digits only.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "invalid-number",
        _ERROR,
        "A number is needed",
        "Write a number such as 0.5.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "invalid-boolean",
        _ERROR,
        "Neither true nor false",
        "Write true or false, in any case.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "invalid-period",
        _ERROR,
        "Not a period",
        "A period is a positive whole number and a unit: minutes, hours, days, weeks, months or years.",
        _SCHEDULE,
    ),
    Rule(
        "invalid-moment",
        _ERROR,
        "Not a date and time",
        "Write a moment in UTC like 2024-01-31T06:00:00.",
        _SCHEDULE,
    ),
    Rule(
        "invalid-choice",
        _ERROR,
        "A value that is not among those there are",
        "Write one of the values that the message names, in any case.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "invalid-value",
        _ERROR,
        "A value that the field cannot take",
        "The message says what would be right.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "unusual-choice",
        _WARNING,
        "A value that the guide does not list",
        "The guide lists the values that the message names; AWS takes the field for plain text.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "unknown-region",
        _WARNING,
        "Not a region's code",
        "Region codes are written like us-east-1, with hyphens.",
        "dp-manage-region",
    ),
    Rule(
        "out-of-range",
        _WARNING,
        "A number is outside the range that the guide gives",
        "The message says what the guide allows.",
        _DEFINITION,
        about_type=True,
    ),
    Rule(
        "invalid-terminate-after",
        _WARNING,
        "terminateAfter is no period",
        "AWS let it pass and never ended the machine. Write a number and a unit; a bare number counts hours.",
        "dp-object-ec2resource",
        about_type=True,
    ),
    Rule(
        "empty-text",
        _ERROR,
        "A field is empty",
        "The service does not save a definition with an empty field. Remove the field or give it a value.",
        "API: PutPipelineDefinition",
        kept="an empty text does no harm to a DAG",
    ),
    # Expressions and parameters
    Rule(
        "expression",
        _ERROR,
        "An expression cannot be read or evaluated",
        "Expressions stand in `#{` and `}`; the guide lists their functions.",
        _EXPRESSIONS,
    ),
    Rule(
        "unresolved-name",
        _WARNING,
        "An expression names what is not there",
        "Such an expression stays as it was written.",
        _EXPRESSIONS,
    ),
    Rule(
        "suspicious-date-pattern",
        _WARNING,
        "A date pattern probably means something else",
        "Patterns are those of Joda-Time: HH is the hour to 23, dd the day of the month, mm the minute, MM the month.",
        "dp-pipeline-reference-functions-datetime",
    ),
    Rule(
        "undeclared-parameter",
        _WARNING,
        "A name that nothing declares",
        "It is neither a field of the object nor a parameter. Declare it among the parameters, or correct the name.",
        _PARAMETERS,
    ),
    Rule(
        "unused-parameter",
        _WARNING,
        "A parameter that nothing names",
        "No text names it, so its value has no effect.",
        _PARAMETERS,
    ),
    Rule(
        "missing-parameter-value",
        _WARNING,
        "A required parameter has no value",
        "Without a value the pipeline cannot be activated. Give one in `values`, with --set or --values, or a default.",
        _PARAMETERS,
    ),
    Rule(
        "parameter-value",
        _ERROR,
        "A value that its parameter does not allow",
        "The parameter's `type`, `allowedValues` and `isArray` say what it takes.",
        _PARAMETERS,
    ),
    Rule(
        "parameter-attribute",
        _ERROR,
        "A parameter's attribute cannot be read",
        "`optional` and `isArray` are true or false; only `default` and `allowedValues` take several values.",
        _PARAMETERS,
    ),
    Rule(
        "unknown-attribute",
        _WARNING,
        "A parameter has an attribute that there is not",
        "It has no effect.",
        _PARAMETERS,
    ),
    Rule(
        "parameter-type",
        _WARNING,
        "A parameter's type is none",
        "The types are String, Integer, Double and AWS::S3::ObjectKey; it is taken for String.",
        _PARAMETERS,
    ),
    Rule(
        "parameter-name",
        _WARNING,
        "A parameter's name does not begin with my",
        "The guide asks for names that begin with `my`.",
        _PARAMETERS,
    ),
    Rule(
        "duplicate-parameter",
        _ERROR,
        "A parameter is declared twice, differently",
        "Remove one of the declarations.",
        _PARAMETERS,
    ),
    Rule(
        "plain-text-secret",
        _WARNING,
        "A secret stands in plain text",
        "Whoever can read the definition can read it. Put it into a starred parameter, and its value elsewhere.",
        "dp-pipeline-characters",
    ),
    # Schedules
    Rule(
        "missing-schedule",
        _ERROR,
        "An activity has no schedule",
        "Give it a Schedule, on `Default` say, or make the pipeline run on demand.",
        _STYLES,
    ),
    Rule(
        "unscheduled-object",
        _ERROR,
        "A data node or resource has no schedule",
        "Every data node and resource has a Schedule in a pipeline that is not on demand; put it on `Default`, say.",
        _STYLES,
        kept="in Airflow it runs with the tasks that use it",
    ),
    Rule(
        "missing-schedule-type",
        _WARNING,
        "No scheduleType says when an interval runs",
        "The guide prints no default; timeseries, the end of an interval, is assumed. Write cron or timeseries on "
        "`Default`.",
        _STYLES,
    ),
    Rule(
        "mixed-on-demand",
        _ERROR,
        "Part of the pipeline is on demand, part is not",
        "A pipeline on demand has `scheduleType` ondemand on `Default`, and no other style anywhere.",
        _STYLES,
    ),
    Rule(
        "on-demand-not-on-default",
        _WARNING,
        "scheduleType ondemand does not stand on Default",
        "The guide asks for it there.",
        _STYLES,
    ),
    Rule(
        "period-out-of-range",
        _ERROR,
        "A Schedule's period is too short or too long",
        "It lies between 15 minutes and 3 years.",
        _LIMITS,
    ),
    Rule(
        "end-before-start",
        _ERROR,
        "A Schedule ends before it starts",
        "endDateTime is later than the start.",
        _SCHEDULE,
    ),
    Rule(
        "schedule-without-runs",
        _WARNING,
        "A Schedule makes no run",
        "Its first interval is not over when it ends. Move endDateTime.",
        _SCHEDULE,
    ),
    # What the guide advises
    Rule(
        "missing-log-uri",
        _WARNING,
        "No pipelineLogUri",
        "Without it AWS keeps no logs of the pipeline. Put it on `Default`.",
        "dp-viewing-logs",
    ),
    Rule(
        "missing-terminate-after",
        _WARNING,
        "A resource has no terminateAfter",
        "A machine whose work hangs then runs, and costs, without end.",
        "dp-object-ec2resource",
        about_type=True,
    ),
    Rule(
        "late-action-without-timeout",
        _WARNING,
        "onLateAction without lateAfterTimeout",
        "The action never runs: nothing says when the object is late.",
        "dp-concepts-actions",
    ),
    Rule(
        "staging-needs-directory",
        _WARNING,
        "Staged output goes to a file",
        "What a command leaves in its output directory is uploaded to a `directoryPath`; a `filePath` gets nothing.",
        "dp-concepts-staging",
    ),
    Rule(
        "staging-needs-nodes",
        _WARNING,
        "A HiveActivity that stages has no input or no output",
        "The guide asks for both; set `stage` to false where the script names its tables itself.",
        "dp-object-hiveactivity",
    ),
    Rule(
        "exists-on-dynamodb",
        _WARNING,
        "Exists does not work on a DynamoDBDataNode",
        "Use DynamoDBTableExists or DynamoDBDataExists.",
        "dp-object-exists",
    ),
    Rule(
        "release-and-ami",
        _WARNING,
        "A cluster has both a release and an AMI version",
        "releaseLabel is for EMR 4.0 and later, amiVersion and hadoopVersion for earlier ones. Remove one.",
        "dp-object-emrcluster",
    ),
    # Limits of the service
    Rule(
        "too-many-objects",
        _WARNING,
        "More objects than a pipeline has by default",
        "The limit of 100 can be raised by AWS.",
        _LIMITS,
    ),
    Rule("too-many-fields", _ERROR, "Too many fields", "An object has at most 50 fields.", _LIMITS, _SERVICE),
    Rule(
        "long-name",
        _WARNING,
        "A long id or field name",
        "The guide gives 256 bytes; for ids the API takes 1,024 characters.",
        _LIMITS,
    ),
    Rule(
        "too-long-name",
        _ERROR,
        "An id, name or field name that is too long",
        "Ids and names have at most 1,024 characters, field names at most 256 bytes.",
        _LIMITS,
        _SERVICE,
    ),
    Rule(
        "too-long-value",
        _ERROR,
        "A value that is too long",
        "A field has at most 10,240 bytes. Put a long script into a file in S3 and name it as scriptUri.",
        _LIMITS,
        _SERVICE,
    ),
    Rule(
        "too-large-object",
        _ERROR,
        "An object that is too large",
        "An object has at most 15,360 bytes, names included.",
        _LIMITS,
        _SERVICE,
    ),
    Rule(
        "too-many-parameters",
        _ERROR,
        "Too many parameters",
        "A definition has at most 50.",
        _LIMITS,
        _SERVICE,
    ),
    Rule(
        "too-many-steps",
        _ERROR,
        "Too many steps or bootstrap actions",
        "There are at most 255.",
        _LIMITS,
        _SERVICE,
    ),
    Rule("too-many-tags", _ERROR, "Too many tags", "A pipeline has at most 10.", _LIMITS, _SERVICE),
)

RULES: Mapping[str, Rule] = {rule.id: rule for rule in _ALL}
