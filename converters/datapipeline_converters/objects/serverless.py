"""Knows what of a cluster and its work EMR Serverless can do, and what becomes there of the fields of an EmrCluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from datapipeline_converters import refusals
from datapipeline_converters.ledger import Verdict, approximated, emulated, exact, not_needed, refused
from datapipeline_converters.objects.component import Component, Context
from datapipeline_converters.objects.configurations import PART
from datapipeline_converters.objects.place import Place

WORD = "emr-serverless"
"""What the choice `run_on` has for it."""
SPARK, HIVE = "SPARK", "HIVE"
"""Its engines, each with an application of its own."""
RUNNERS = frozenset({"command-runner.jar", "script-runner.jar"})
"""The jars that run a program of the cluster's."""
PROGRAMS: Mapping[str, str] = {"hive": HIVE, "hive-script": HIVE, "spark-submit": SPARK}
"""The programs that EMR Serverless has in another form, and the engine of each."""
SETTINGS: Mapping[str, Sequence[str]] = {
    SPARK: ("spark-defaults",),
    HIVE: ("hive-site", "tez-site", "emrfs-site", "core-site"),
}
"""The classifications that an engine has there."""
RELEASES = (6, 6)
"""Its first release."""
NEAREST_RELEASE = "emr-6.15.0"
"""What takes the place of older ones: the last of the line nearest to them."""

PLACE = Place(
    "serverless",
    approximated(
        "its steps are job runs of EMR Serverless, with the Spark and Hive of its releases; each takes 12 hours at most unless "
        "the cluster's `terminateAfter` says another limit",
        "See docs/workers.md for what differs, and for what the execution role needs.",
    ),
)
RELEASE_CHOSEN = "`release_label` was chosen: {}"
_TASK = "of the task that creates the application"
_CAPACITY = approximated(
    "machines come and go as a job needs them",
    "Where size matters, say it in properties such as `spark.executor.memory` and `spark.dynamicAllocation.maxExecutors`.",
)
_NO_GROUPS = approximated(
    "there are no groups of machines",
    "Say it in an EmrConfiguration that the cluster itself refers to, as far as the job needs it.",
)
_DISKS = approximated(
    "each machine has 20 GB", "Where that is too little, set `spark.emr-serverless.executor.disk`."
)
_GROUPS_OF_PORTS = emulated(f"`security_group_ids` {_TASK}: jobs have all of the cluster's groups")
_NO_CLUSTER = "no cluster is launched"

# Of an EmrCluster whose work EMR Serverless does.
ON_APPLICATION: Mapping[str, Verdict] = {
    "actionOnResourceFailure": not_needed("the service replaces its own machines"),
    "actionOnTaskFailure": not_needed(
        "an application costs nothing while no job runs, and is deleted at the end"
    ),
    "additionalMasterSecurityGroupIds": _GROUPS_OF_PORTS,
    "additionalSlaveSecurityGroupIds": _GROUPS_OF_PORTS,
    "amiVersion": approximated(f"AMIs of EMR are retired: the release is {NEAREST_RELEASE}"),
    "applications": not_needed("an application has the engine that the job needs, and nothing else"),
    "availabilityZone": approximated("jobs run in the zones of their subnets, without subnets in any"),
    "bootstrapAction": refused(refusals.NOTHING_INSTALLED),
    "configuration": emulated("`configurations` of the tasks, as far as the engine has such settings"),
    "coreEbsConfiguration": _DISKS,
    "coreGroupConfiguration": _NO_GROUPS,
    "coreInstanceBidPrice": _CAPACITY,
    "coreInstanceCount": _CAPACITY,
    "coreInstanceType": _CAPACITY,
    "emrLogUri": exact("`log_uri` of the tasks"),
    "emrManagedMasterSecurityGroupId": _GROUPS_OF_PORTS,
    "emrManagedSlaveSecurityGroupId": _GROUPS_OF_PORTS,
    "enableDebugging": not_needed("the console shows the history of jobs anyway"),
    "hadoopSchedulerType": not_needed("there is no scheduler of Hadoop's"),
    "hadoopVersion": approximated(f"the release is {NEAREST_RELEASE}"),
    "httpProxy": approximated(
        "jobs reach AWS by the network of their subnets", "Give the subnets a way to what the proxy led to."
    ),
    "initTimeout": not_needed("no machine has to come up before a job asks for it"),
    "installHive": approximated("Hive is the release's"),
    "keyPair": approximated("nobody logs in to machines of the service", "See the logs of the jobs."),
    "masterEbsConfiguration": _DISKS,
    "masterGroupConfiguration": _NO_GROUPS,
    "masterInstanceBidPrice": _CAPACITY,
    "masterInstanceType": _CAPACITY,
    "pigVersion": not_needed("Pig runs on clusters alone"),
    "pipelineLogUri": exact("`log_uri` of the tasks"),
    "region": exact("`region_name` of the tasks"),
    "releaseLabel": exact(f"`release_label` {_TASK}"),
    "resourceRole": emulated(
        "jobs run as the role that was chosen as `execution_role`",
        "Let that role do what this profile could, and trust emr-serverless.amazonaws.com.",
    ),
    "role": approximated(
        "applications and jobs are started as the AWS connection `aws_default`",
        "Let the connection do that, and pass the execution role on (`iam:PassRole`).",
    ),
    "serviceAccessSecurityGroupId": not_needed("no machine of yours is reached by the service"),
    "subnetId": exact(f"`subnet_ids` {_TASK}"),
    "supportedProducts": refused(refusals.SUPPORTED_PRODUCTS),
    "taskEbsConfiguration": _DISKS,
    "taskGroupConfiguration": _NO_GROUPS,
    "taskInstanceBidPrice": _CAPACITY,
    "taskInstanceCount": _CAPACITY,
    "taskInstanceType": _CAPACITY,
    "terminateAfter": approximated("`job_timeout` of the tasks: the limit of each job, not of all together"),
    "useOnDemandOnLastAttempt": not_needed("there is no Spot market"),
    "visibleToAllUsers": not_needed("who sees applications is said in IAM"),
}
_ITS_OWN = approximated("the application that was chosen has a network of its own")
# Of one for which an application was chosen that there is.
ON_CHOSEN_APPLICATION: Mapping[str, Verdict] = {
    **ON_APPLICATION,
    **dict.fromkeys(
        (
            "additionalMasterSecurityGroupIds",
            "additionalSlaveSecurityGroupIds",
            "availabilityZone",
            "emrManagedMasterSecurityGroupId",
            "emrManagedSlaveSecurityGroupId",
            "subnetId",
        ),
        _ITS_OWN,
    ),
    **dict.fromkeys(
        ("amiVersion", "hadoopVersion", "releaseLabel"),
        approximated(
            "the application that was chosen has a release of its own", "See that the work runs with it."
        ),
    ),
    **dict.fromkeys(
        (
            "attemptTimeout",
            "failureAndRerunMode",
            "lateAfterTimeout",
            "maxActiveInstances",
            "maximumRetries",
            "onLateAction",
            "reportProgressTimeout",
            "retryDelay",
            "schedule",
            "scheduleType",
        ),
        not_needed(f"{_NO_CLUSTER}: there is an application, which was chosen"),
    ),
    **dict.fromkeys(
        ("onFail", "onSuccess"),
        approximated(
            f"{_NO_CLUSTER} that could fail or finish: only alarms of the tasks tell of anything",
            "Set it on the activities that ran there.",
        ),
    ),
}
RESIZING: Mapping[str, Verdict] = dict.fromkeys(
    ("resizeClusterBeforeRunning", "resizeClusterMaxInstances"),
    not_needed("machines come and go as a job needs them"),
)


class NeedsClusterError(Exception):
    """Raised by an activity that EMR Serverless cannot do.

    :param reason: why, as a part of a sentence
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def stays(reason: str) -> Verdict:
    """Return the verdict on where an activity runs that EMR Serverless cannot do."""
    return approximated(f"it runs on an EMR cluster, although `{WORD}` was chosen: {reason}")


def of_engines(engines: Iterable[str]) -> set[str]:
    """Return the classifications that some engines have."""
    return {name for engine in engines for name in SETTINGS[engine]}


def engine_of(step: str) -> str:
    """Return the engine that does a step.

    :param step: `jar,argument,...`, expressions included
    :raises NeedsClusterError: if there is none, or only a run knows
    """
    jar, program, *_ = [*(part.strip() for part in PART.findall(step)), "", ""]
    if _last(jar) in RUNNERS:
        if found := PROGRAMS.get(_last(program)):
            return found
        raise NeedsClusterError(_not_there(program))
    raise NeedsClusterError(_not_there(jar))


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _not_there(program: str) -> str:
    if "#{" in _last(program):
        return f"only a run knows which program `{program}` is"
    return f"only Spark and Hive run there, and not `{program}`"


def tell(context: Context, component: Component, verdicts: Mapping[str, Verdict], *, also: bool) -> None:
    """Take note of what becomes of fields.

    :param also: whether a cluster is made of the object as well, so that only what is lost has to be added
    """
    if not also:
        context.note_instead(component, verdicts)
        return
    for field, verdict in verdicts.items():
        if verdict.worse_than(emulated("")):
            context.note(component.id, field, verdict)
