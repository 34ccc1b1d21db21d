"""EmrCluster: a cluster that the service launched for the work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import not_needed, verdict_table
from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.later import for_cluster, later
from datapipeline_converters.objects.resource import RESOURCE
from datapipeline_converters.objects.surroundings import CLUSTER
from datapipeline_converters.periods import Period
from datapipeline_converters.plan import FieldText

_GROUPS = "Instances.InstanceGroups[]"
_BY_REFERENCE = not_needed("only an EbsConfiguration leads to such an object")


@dataclass(frozen=True, kw_only=True)
class EmrCluster(Component):
    """A master, core and task machines with Hadoop, for an interval's activities."""

    release_label: FieldText | None = None
    ami_version: FieldText | None = None
    hadoop_version: FieldText | None = None
    applications: tuple[FieldText, ...] = ()
    supported_products: tuple[FieldText, ...] = ()
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
    terminate_after: Period | None = None
    init_timeout: Period | None = None

    page = "dp-object-emrcluster"
    awaits = "EMR clusters"
    surroundings = CLUSTER
    verdicts = verdict_table(
        RESOURCE,
        {
            "EbsBlockDeviceConfig": _BY_REFERENCE,
            "VolumeSpecification": _BY_REFERENCE,
            "additionalMasterSecurityGroupIds": for_cluster("Instances.AdditionalMasterSecurityGroups"),
            "additionalSlaveSecurityGroupIds": for_cluster("Instances.AdditionalSlaveSecurityGroups"),
            "amiVersion": for_cluster("AmiVersion"),
            "applications": for_cluster("Applications"),
            "availabilityZone": for_cluster("Instances.Placement.AvailabilityZone"),
            "bootstrapAction": for_cluster("BootstrapActions"),
            "configuration": for_cluster("Configurations"),
            "coreEbsConfiguration": for_cluster(f"{_GROUPS}.EbsConfiguration"),
            "coreGroupConfiguration": for_cluster(f"{_GROUPS}.Configurations"),
            "coreInstanceBidPrice": for_cluster(f"{_GROUPS}.BidPrice"),
            "coreInstanceCount": for_cluster(f"{_GROUPS}.InstanceCount"),
            "coreInstanceType": for_cluster(f"{_GROUPS}.InstanceType"),
            "emrLogUri": for_cluster("LogUri"),
            "emrManagedMasterSecurityGroupId": for_cluster("Instances.EmrManagedMasterSecurityGroup"),
            "emrManagedSlaveSecurityGroupId": for_cluster("Instances.EmrManagedSlaveSecurityGroup"),
            "enableDebugging": for_cluster("Steps"),
            "hadoopSchedulerType": for_cluster("Configurations"),
            "hadoopVersion": for_cluster("AmiVersion"),
            "httpProxy": for_cluster("BootstrapActions"),
            "initTimeout": later("Set `execution_timeout` on the task that starts the cluster."),
            "installHive": for_cluster("Applications"),
            "keyPair": for_cluster("Instances.Ec2KeyName"),
            "masterEbsConfiguration": for_cluster(f"{_GROUPS}.EbsConfiguration"),
            "masterGroupConfiguration": for_cluster(f"{_GROUPS}.Configurations"),
            "masterInstanceBidPrice": for_cluster(f"{_GROUPS}.BidPrice"),
            "masterInstanceType": for_cluster(f"{_GROUPS}.InstanceType"),
            "pigVersion": for_cluster("Applications"),
            "region": later("It is the `region_name` of Amazon's `EmrCreateJobFlowOperator`."),
            "releaseLabel": for_cluster("ReleaseLabel"),
            "resourceRole": for_cluster("JobFlowRole"),
            "role": for_cluster("ServiceRole"),
            "serviceAccessSecurityGroupId": for_cluster("Instances.ServiceAccessSecurityGroup"),
            "subnetId": for_cluster("Instances.Ec2SubnetId"),
            "supportedProducts": for_cluster("NewSupportedProducts"),
            "taskEbsConfiguration": for_cluster(f"{_GROUPS}.EbsConfiguration"),
            "taskGroupConfiguration": for_cluster(f"{_GROUPS}.Configurations"),
            "taskInstanceBidPrice": for_cluster(f"{_GROUPS}.BidPrice"),
            "taskInstanceCount": for_cluster(f"{_GROUPS}.InstanceCount"),
            "taskInstanceType": for_cluster(f"{_GROUPS}.InstanceType"),
            "terminateAfter": later(
                "Set `execution_timeout` on the tasks, and an `AutoTerminationPolicy` on the cluster that you start."
            ),
            "visibleToAllUsers": for_cluster("VisibleToAllUsers"),
        },
    )
