"""EmrCluster: a cluster that is launched for the work and ended after it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from datapipeline_converters import refusals
from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import (
    Verdict,
    approximated,
    emulated,
    exact,
    not_needed,
    refused,
    verdict_table,
)
from datapipeline_converters.objects import serverless
from datapipeline_converters.objects.component import Context
from datapipeline_converters.objects.configurations import (
    configuration,
    configure_hadoop,
    exported,
    merged,
)
from datapipeline_converters.objects.resource import (
    LAUNCHED,
    LIFE_AT_WORKER,
    RESOURCE,
    Resource,
    without_nothing,
)
from datapipeline_converters.objects.runnable import Activity
from datapipeline_converters.objects.surroundings import CLUSTER
from datapipeline_converters.periods import Period
from datapipeline_converters.plan import Argument, Call, FieldText

_PACKAGE = "datapipeline_provider.operators.emr_cluster"
_SERVERLESS = "datapipeline_provider.operators.emr_serverless"
# The newest release of the line nearest to what the AMIs had: Hadoop 2, Hive, Pig.
_RELEASE = "emr-5.36.2"
# What a cluster had that named no types, m1.small, is too small for any release.
_INSTANCE_TYPE = "m5.xlarge"
_APPLICATIONS = ("Hive", "Pig")
_SERVICE_ROLE = "DataPipelineDefaultRole"
_INSTANCE_PROFILE = "DataPipelineDefaultResourceRole"
_SCHEDULER = "org.apache.hadoop.yarn.server.resourcemanager.scheduler"
_SCHEDULER_CLASS = "yarn.resourcemanager.scheduler.class"
_SCHEDULERS = {
    "parallel_fair_scheduling": f"{_SCHEDULER}.fair.FairScheduler",
    "parallel_capacity_scheduling": f"{_SCHEDULER}.capacity.CapacityScheduler",
}
_DEBUGGING: Mapping[str, Argument] = {
    "Name": "Setup Hadoop Debugging",
    "ActionOnFailure": "CONTINUE",
    "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["state-pusher-script"]},
}

_BY_REFERENCE = not_needed("only an EbsConfiguration leads to such an object")
_NO_CLUSTER = not_needed("no cluster is launched: an Airflow worker does the work")
_CHOSEN = not_needed("no cluster is launched: a running one was chosen")
_NO_AMI = approximated(
    "AMIs of EMR are retired: the cluster has a release, whose Hadoop, Hive and Pig are newer",
    "Check that the work runs with it; to have another release, convert again with `release_label`.",
)
_RELEASES_APPLICATION = approximated(
    "the release's own is installed, whatever version this says", "Check that the scripts run with it."
)
# EMR's first release that does several steps at a time.
_SIDE_BY_SIDE = (5, 28)
_TASKS_AT_ONCE = 2
_VERSION = re.compile(r"emr-(\d{1,3})\.(\d{1,3})(?:\.\d{1,3})?")
_WAITS = approximated(
    "before release emr-5.28 the steps of a cluster wait for each other, where activities ran side by side",
    "To have them run so again, convert again with another `release_label`.",
)
_LIFE = emulated(
    "`terminate_after` of the task that launches it: the tasks on it keep it, whether they wait for a step or have just "
    "begun; while the run works elsewhere, the cluster may live on until the next of them begins, or the run ends",
    "To have EMR itself end a cluster that is idle, add an `AutoTerminationPolicy` to the task's `job_flow_overrides`.",
)
_CONFIGURED = emulated("what configure-hadoop sets is among the `Configurations` of the cluster")


def _request(key: str) -> Verdict:
    return exact(f"`{key}` of the request that launches the cluster")


def _group(key: str) -> Verdict:
    return _request(f"Instances.InstanceGroups[].{key}")


@dataclass(frozen=True, kw_only=True)
class EmrCluster(Resource):
    """A master, core and task machines with Hadoop."""

    release_label: FieldText | None = None
    applications: tuple[FieldText, ...] = ()
    bootstrap_action: tuple[FieldText, ...] = ()
    configuration: tuple[Ref, ...] = ()
    master_group_configuration: tuple[Ref, ...] = ()
    core_group_configuration: tuple[Ref, ...] = ()
    task_group_configuration: tuple[Ref, ...] = ()
    master_ebs_configuration: Ref | None = None
    core_ebs_configuration: Ref | None = None
    task_ebs_configuration: Ref | None = None
    master_instance_type: FieldText | None = None
    core_instance_type: FieldText | None = None
    task_instance_type: FieldText | None = None
    core_instance_count: int | None = None
    task_instance_count: int | None = None
    master_instance_bid_price: FieldText | None = None
    core_instance_bid_price: FieldText | None = None
    task_instance_bid_price: FieldText | None = None
    hadoop_scheduler_type: (
        Literal["parallel_fair_scheduling", "parallel_capacity_scheduling", "default_scheduler"] | None
    ) = None
    http_proxy: Ref | None = None
    enable_debugging: str = "false"
    visible_to_all_users: bool | None = None
    emr_log_uri: FieldText | None = None
    pipeline_log_uri: FieldText | None = None
    region: FieldText | None = None
    role: FieldText | None = None
    resource_role: FieldText | None = None
    key_pair: FieldText | None = None
    subnet_id: FieldText | None = None
    availability_zone: FieldText | None = None
    emr_managed_master_security_group_id: FieldText | None = None
    emr_managed_slave_security_group_id: FieldText | None = None
    additional_master_security_group_ids: tuple[FieldText, ...] = ()
    additional_slave_security_group_ids: tuple[FieldText, ...] = ()
    service_access_security_group_id: FieldText | None = None

    page = "dp-object-emrcluster"
    is_cluster = True
    surroundings = CLUSTER
    verdicts = verdict_table(
        LAUNCHED,
        {
            "EbsBlockDeviceConfig": _BY_REFERENCE,
            "VolumeSpecification": _BY_REFERENCE,
            "additionalMasterSecurityGroupIds": _request("Instances.AdditionalMasterSecurityGroups"),
            "additionalSlaveSecurityGroupIds": _request("Instances.AdditionalSlaveSecurityGroups"),
            "amiVersion": _NO_AMI,
            "applications": exact("`applications` of the task that launches the cluster"),
            "availabilityZone": _request("Instances.Placement.AvailabilityZone"),
            "bootstrapAction": exact("`bootstrap_actions` of the task that launches the cluster"),
            "configuration": _request("Configurations"),
            "coreEbsConfiguration": _group("EbsConfiguration"),
            "coreGroupConfiguration": _group("Configurations"),
            "coreInstanceBidPrice": _group("BidPrice"),
            "coreInstanceCount": _group("InstanceCount"),
            "coreInstanceType": _group("InstanceType"),
            "emrLogUri": _request("LogUri"),
            "emrManagedMasterSecurityGroupId": _request("Instances.EmrManagedMasterSecurityGroup"),
            "emrManagedSlaveSecurityGroupId": _request("Instances.EmrManagedSlaveSecurityGroup"),
            "enableDebugging": exact("the first of the `Steps` of the request that launches the cluster"),
            "hadoopSchedulerType": emulated(
                "`yarn.resourcemanager.scheduler.class` in `yarn-site`; the default is EMR's"
            ),
            "hadoopVersion": _NO_AMI,
            "httpProxy": approximated(
                "environment variables of Hadoop on the cluster, and of what it starts: EMR's own service goes its own way",
                "See that the cluster's network lets EMR reach its service without a proxy.",
            ),
            "installHive": _RELEASES_APPLICATION,
            "keyPair": _request("Instances.Ec2KeyName"),
            "masterEbsConfiguration": _group("EbsConfiguration"),
            "masterGroupConfiguration": _group("Configurations"),
            "masterInstanceBidPrice": _group("BidPrice"),
            "masterInstanceType": _group("InstanceType"),
            "pigVersion": _RELEASES_APPLICATION,
            "pipelineLogUri": _request("LogUri"),
            "region": exact("`region_name` of the task that launches the cluster"),
            "releaseLabel": _request("ReleaseLabel"),
            "resourceRole": _request("JobFlowRole"),
            "role": _request("ServiceRole"),
            "serviceAccessSecurityGroupId": _request("Instances.ServiceAccessSecurityGroup"),
            "subnetId": _request("Instances.Ec2SubnetId"),
            "supportedProducts": refused(refusals.SUPPORTED_PRODUCTS),
            "taskEbsConfiguration": _group("EbsConfiguration"),
            "taskGroupConfiguration": _group("Configurations"),
            "taskInstanceBidPrice": _group("BidPrice"),
            "taskInstanceCount": _group("InstanceCount"),
            "taskInstanceType": _group("InstanceType"),
            "terminateAfter": _LIFE,
            "visibleToAllUsers": _request("VisibleToAllUsers"),
        },
    )

    def as_cluster(self, context: Context) -> Mapping[str, Argument]:
        """Return the `cluster_id` of the running cluster that was chosen for it; nothing where one is to be launched."""
        running = context.chosen(self, "cluster_id")
        if running:
            context.realise(self, dict.fromkeys(self.verdicts, _CHOSEN))
        return running

    def as_worker(self, context: Context) -> Period | None:
        """Return the cluster's longest life, for work that a worker does as well."""
        context.realise(self, {**dict.fromkeys(self.verdicts, _NO_CLUSTER), **_AT_WORKER})
        return self.terminate_after

    def operator(self, context: Context) -> Call:
        """Return the operator that launches the cluster."""
        arguments: dict[str, Argument] = {
            "job_flow_overrides": self._request(context),
            "applications": self.applications or list(_APPLICATIONS),
            "bootstrap_actions": self._actions(context)[0],
            "region_name": self.region,
            "terminate_after": None if self.terminate_after is None else self.terminate_after.length,
            "init_timeout": None if self.init_timeout is None else self.init_timeout.length,
            **self.actions(context),
        }
        if self._bids and not self.use_on_demand_on_last_attempt:
            arguments["use_on_demand_on_last_attempt"] = False
        if self.region is None:
            context.tell(
                f"`{self.id}` names no region: clusters are launched in that of the AWS connection `aws_default`"
            )
        if self.emr_log_uri is None and self.pipeline_log_uri is None:
            context.tell(
                f"`{self.id}` names no place for logs: give the task that launches it a `LogUri`, in `job_flow_overrides`; "
                "scripts and commands are stored there for its steps, and the log of a step that fails is read there"
            )
        return Call(f"{_PACKAGE}.CreateEmrClusterOperator", without_nothing(arguments))

    def ending(self, context: Context, launcher: str) -> Call:
        """Return the operator that terminates the cluster."""
        return Call(f"{_PACKAGE}.TerminateEmrClusterOperator", {"cluster": launcher})

    def as_application(self, context: Context, engines: Collection[str]) -> dict[str, Argument]:
        """Return an operator's arguments for doing this cluster's work on EMR Serverless, but for the application."""
        context.chosen(self, "run_on")
        users = context.on_serverless(self)
        creates = any(context.cluster_of(user) is not None for user in users)
        context.realise(self)
        also = bool(context.users_of(self))
        verdicts = serverless.ON_APPLICATION if creates else serverless.ON_CHOSEN_APPLICATION
        serverless.tell(context, self, verdicts, also=also)
        if self.emr_log_uri:
            context.note(self.id, "pipelineLogUri", not_needed("`emrLogUri` says where the logs are"))
        for_all = {
            engine for user in users if isinstance(user, Activity) for engine in user.serverless(context)
        }
        settings = {
            ref: context.get(ref).as_job_setting(context, for_all, also=also) for ref in self.configuration
        }
        context.tell(
            f"EMR Serverless does work of `{self.id}`: the AWS connection `aws_default` needs leave to start it there and to "
            "pass the execution role on, and the role what the work needs: see docs/workers.md"
        )
        return {
            **context.chosen(self, "application_id", "execution_role"),
            **without_nothing(
                {
                    "log_uri": self.emr_log_uri or self.pipeline_log_uri,
                    "configurations": [
                        each
                        for each in settings.values()
                        if each and each["classification"] in serverless.of_engines(engines)
                    ],
                    "job_timeout": None if self.terminate_after is None else self.terminate_after.length,
                    "tags": dict(context.pipeline_tags),
                    "region_name": self.region,
                }
            ),
        }

    def application(self, context: Context) -> Call:
        """Return the operator that creates the applications."""
        users = [user for user in context.on_serverless(self) if context.cluster_of(user) is not None]
        engines = {
            engine for user in users if isinstance(user, Activity) for engine in user.serverless(context)
        }
        groups = (
            *(self.emr_managed_master_security_group_id, self.emr_managed_slave_security_group_id),
            *self.additional_master_security_group_ids,
            *self.additional_slave_security_group_ids,
        )
        arguments: dict[str, Argument] = {
            "release_label": self._serverless_release(context),
            "application_types": sorted(engines, reverse=True),
            "subnet_ids": [] if self.subnet_id is None else [self.subnet_id],
            "security_group_ids": [group for group in groups if group is not None],
            "tags": dict(context.pipeline_tags),
            "region_name": self.region,
        }
        if self.region is None:
            context.tell(
                f"`{self.id}` names no region: applications are created in that of the AWS connection `aws_default`"
            )
        return Call(f"{_SERVERLESS}.CreateEmrServerlessApplicationOperator", without_nothing(arguments))

    def application_ending(self, context: Context, launcher: str) -> Call:
        """Return the operator that deletes the applications."""
        where: dict[str, Argument] = {} if self.region is None else {"region_name": self.region}
        return Call(
            f"{_SERVERLESS}.DeleteEmrServerlessApplicationOperator", {"application": launcher, **where}
        )

    def _serverless_release(self, context: Context) -> Argument:
        chosen = context.chosen(self, "release_label").get("release_label")
        if chosen is not None:
            context.note(self.id, "releaseLabel", emulated(serverless.RELEASE_CHOSEN.format(chosen)))
            return chosen
        if self.release_label is None:
            context.tell(
                f"`{self.id}` names no release: its application has {serverless.NEAREST_RELEASE}; another can be had as "
                "`release_label`"
            )
            return serverless.NEAREST_RELEASE
        said = "".join(context.constants(self, "releaseLabel")).strip()
        version = _VERSION.fullmatch(said)
        if version is None or (int(version[1]), int(version[2])) >= serverless.RELEASES:
            return self.release_label
        older = f"EMR Serverless has no {said}: it is {serverless.NEAREST_RELEASE}, with newer Spark and Hive"
        advice = (
            "Check that the work runs with it; to have another release, convert again with `release_label`."
        )
        context.note(self.id, "releaseLabel", approximated(older, advice))
        return serverless.NEAREST_RELEASE

    def _request(self, context: Context) -> dict[str, Argument]:
        """Return a RunJobFlow request of EMR, but for what is separated by commas."""
        if self.emr_log_uri:
            context.note(
                self.id, "pipelineLogUri", not_needed("`emrLogUri` says where the cluster's logs are")
            )
        tags = [{"Key": key, "Value": value} for key, value in context.pipeline_tags.items()]
        return without_nothing(
            {
                "ReleaseLabel": self._release(context),
                "LogUri": self.emr_log_uri or self.pipeline_log_uri,
                "Instances": self._instances(context),
                "Configurations": self._configurations(context),
                "StepConcurrencyLevel": self._steps_at_once(context),
                "Steps": [_DEBUGGING] if self.enable_debugging.strip().lower() == "true" else [],
                "ServiceRole": self.role or _SERVICE_ROLE,
                "JobFlowRole": self.resource_role or _INSTANCE_PROFILE,
                "VisibleToAllUsers": self.visible_to_all_users,
                "Tags": tags,
            }
        )

    def _release(self, context: Context) -> Argument:
        chosen = context.chosen(self, "release_label").get("release_label")
        if chosen is not None:
            context.note(self.id, "releaseLabel", emulated(f"`release_label` was chosen: {chosen}"))
        found = chosen or self.release_label or _RELEASE
        if isinstance(found, str):
            for key in ("amiVersion", "hadoopVersion"):
                context.note(self.id, key, approximated(f"it is {found}"))
        if found is _RELEASE:
            context.tell(
                f"`{self.id}` names no release that is left: its clusters have {_RELEASE}; another can be had as "
                "`release_label`, and `instance_type` if that has not the types any more"
            )
        return found

    def _steps_at_once(self, context: Context) -> int | None:
        """Return how many steps run side by side, None for one: Task Runner did two activities at a time."""
        users = [user for user in context.users_of(self) if not user.one_at_a_time]
        if len(users) < 2:
            return None
        release = context.chosen(self, "release_label").get("release_label")
        if release is None and self.release_label is not None:
            release = "".join(context.constants(self, "releaseLabel"))
        version = _VERSION.fullmatch(str(_RELEASE if release is None else release).strip())
        if version and (int(version[1]), int(version[2])) >= _SIDE_BY_SIDE:
            return _TASKS_AT_ONCE
        for user in users:
            context.note(user.id, "runsOn", _WAITS)
        return None

    def _instances(self, context: Context) -> dict[str, Argument]:
        placement = {"AvailabilityZone": self.availability_zone} if self.availability_zone else {}
        if self.subnet_id:
            context.note(self.id, "availabilityZone", not_needed("`subnetId` says where the cluster is"))
        return without_nothing(
            {
                "InstanceGroups": self._groups(context),
                "Ec2KeyName": self.key_pair,
                "Ec2SubnetId": self.subnet_id,
                "Placement": {} if self.subnet_id else placement,
                "EmrManagedMasterSecurityGroup": self.emr_managed_master_security_group_id,
                "EmrManagedSlaveSecurityGroup": self.emr_managed_slave_security_group_id,
                "AdditionalMasterSecurityGroups": self.additional_master_security_group_ids,
                "AdditionalSlaveSecurityGroups": self.additional_slave_security_group_ids,
                "ServiceAccessSecurityGroup": self.service_access_security_group_id,
            }
        )

    @property
    def _counts(self) -> Mapping[str, int]:
        core = 1 if self.core_instance_count is None else self.core_instance_count
        task = self.task_instance_count
        if task is None:
            task = 0 if self.task_instance_type is None else 1
        return {kind: count for kind, count in (("master", 1), ("core", core), ("task", task)) if count > 0}

    @property
    def _bids(self) -> Mapping[str, FieldText]:
        bids = {kind: getattr(self, f"{kind}_instance_bid_price") for kind in self._counts}
        return {kind: bid for kind, bid in bids.items() if bid is not None}

    def _groups(self, context: Context) -> list[dict[str, Argument]]:
        chosen = context.chosen(self, "instance_type").get("instance_type")
        groups = []
        for kind, count in self._counts.items():
            written = getattr(self, f"{kind}_instance_type")
            if chosen is None and written is None:
                context.tell(
                    f"`{self.id}` names no instance type for its {kind} machines: they are {_INSTANCE_TYPE}"
                )
            if chosen is not None:
                key = f"{kind}InstanceType"
                context.note(self.id, key, emulated(f"`instance_type` was chosen: {chosen}"))
            configurations = getattr(self, f"{kind}_group_configuration")
            disks = getattr(self, f"{kind}_ebs_configuration")
            group: dict[str, Argument] = {
                "InstanceRole": kind.upper(),
                "InstanceType": chosen or written or _INSTANCE_TYPE,
                "InstanceCount": count,
                "Market": "SPOT" if kind in self._bids else None,
                "BidPrice": self._bids.get(kind),
                "Configurations": merged(context.get(ref).as_setting(context) for ref in configurations),
                "EbsConfiguration": {} if disks is None else context.get(disks).as_setting(context),
            }
            groups.append(without_nothing(group))
        return groups

    def _configurations(self, context: Context) -> list[dict[str, Argument]]:
        """Return the cluster's Configurations; what an EmrConfiguration says wins over what other fields say."""
        found = [context.get(ref).as_setting(context) for ref in self.configuration]
        found += self._actions(context)[1]
        if scheduler := _SCHEDULERS.get(self.hadoop_scheduler_type or ""):
            found.append(configuration("yarn-site", {_SCHEDULER_CLASS: scheduler}))
        if self.http_proxy is not None:
            proxy = context.get(self.http_proxy).as_environment(context, self, "httpProxy")
            found.append(exported("hadoop-env", proxy))
        return merged(found)

    def _actions(self, context: Context) -> tuple[list[FieldText], list[dict[str, Argument]]]:
        """Return the bootstrap actions that releases of EMR have, and what others set as Configurations."""
        actions, settings = [], []
        for action in self.bootstrap_action:
            hadoop = configure_hadoop(action.source)
            if hadoop is None:
                actions.append(action)
                continue
            context.note(self.id, "bootstrapAction", _CONFIGURED)
            if hadoop.rest:
                lost = refused(refusals.CONFIGURE_HADOOP, options=", ".join(hadoop.rest))
                context.note(self.id, "bootstrapAction", lost)
            for file, key, value in hadoop.settings:
                text = context.text(self, "bootstrapAction", value)
                settings.append(configuration(file, {key: text}))
        return actions, settings


# What of a cluster still counts where a worker does the work on it.
_AT_WORKER = {
    "onFail": RESOURCE["onFail"],
    "onSuccess": RESOURCE["onSuccess"],
    "terminateAfter": LIFE_AT_WORKER,
}
