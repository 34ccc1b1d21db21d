"""What launches an EMR cluster: the request, field by field, and what the ledger says of each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from datapipeline_converters.carriers import definition_file
from datapipeline_converters.choices import Choices
from datapipeline_converters.conversion import Conversion, convert
from datapipeline_converters.options import Options
from datapipeline_converters.reports.report import before_first_run

from tests.converters.planned import NOW, ON_DEMAND, arguments, converted, grades, only_dag, ref, shell

RELEASE = {"releaseLabel": "emr-6.1.0"}
# What a cluster has that says nothing but its release.
MASTER = {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}
CORE = {"InstanceRole": "CORE", "InstanceType": "m5.xlarge", "InstanceCount": 1}
SCHEDULER = "yarn.resourcemanager.scheduler.class"
YARN = "org.apache.hadoop.yarn.server.resourcemanager.scheduler"


def cluster(**fields: Any) -> dict[str, Any]:
    return {"id": "C", "type": "EmrCluster", **fields}


def activity(**fields: Any) -> dict[str, Any]:
    return {"id": "A", "type": "EmrActivity", "runsOn": ref("C"), "step": ["a.jar,b"], **fields}


def launched(*others: dict[str, Any], choices: dict[str, Any] | None = None, **fields: Any) -> Conversion:
    """Convert a cluster with one activity on it."""
    options = Options(now=NOW, choices=Choices({}, {"C": choices} if choices else {}))
    own = {**RELEASE, **fields}
    return converted(
        cluster(**{key: value for key, value in own.items() if value is not None}),
        activity(),
        *others,
        options=options,
    )


def request(found: Conversion) -> dict[str, Any]:
    made: dict[str, Any] = arguments(found, "create_C")["job_flow_overrides"]
    return made


def groups(found: Conversion) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = request(found)["Instances"]["InstanceGroups"]
    return made


def test_a_cluster_that_says_nothing_but_its_release() -> None:
    found = launched()
    assert request(found) == {
        "ReleaseLabel": "emr-6.1.0",
        "Instances": {"InstanceGroups": [MASTER, CORE]},
        "ServiceRole": "DataPipelineDefaultRole",
        "JobFlowRole": "DataPipelineDefaultResourceRole",
    }
    task = arguments(found, "create_C")
    assert task["applications"] == ["Hive", "Pig"]
    assert task.keys() == {"job_flow_overrides", "applications", "doc_md"}
    assert arguments(found, "terminate_C") == {
        "cluster": "create_C",
        "doc_md": "Data Pipeline object `C` (EmrCluster)",
    }
    assert found.complete


REQUESTS: list[Any] = [
    ({"releaseLabel": "emr-5.20.0"}, {"ReleaseLabel": "emr-5.20.0"}),
    ({"emrLogUri": "s3://b/emr"}, {"LogUri": "s3://b/emr"}),
    ({"pipelineLogUri": "s3://b/logs"}, {"LogUri": "s3://b/logs"}),
    ({"emrLogUri": "s3://b/emr", "pipelineLogUri": "s3://b/logs"}, {"LogUri": "s3://b/emr"}),
    ({"role": "R"}, {"ServiceRole": "R"}),
    ({"resourceRole": "P"}, {"JobFlowRole": "P"}),
    ({"visibleToAllUsers": "false"}, {"VisibleToAllUsers": False}),
    ({"enableDebugging": "false"}, {}),
    (
        {"enableDebugging": "TRUE"},
        {
            "Steps": [
                {
                    "Name": "Setup Hadoop Debugging",
                    "ActionOnFailure": "CONTINUE",
                    "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["state-pusher-script"]},
                }
            ]
        },
    ),
    (
        {"hadoopSchedulerType": "PARALLEL_FAIR_SCHEDULING"},
        {
            "Configurations": [
                {
                    "Classification": "yarn-site",
                    "Properties": {SCHEDULER: f"{YARN}.fair.FairScheduler"},
                }
            ]
        },
    ),
    (
        {"hadoopSchedulerType": "parallel_capacity_scheduling"},
        {
            "Configurations": [
                {
                    "Classification": "yarn-site",
                    "Properties": {SCHEDULER: f"{YARN}.capacity.CapacityScheduler"},
                }
            ]
        },
    ),
    ({"hadoopSchedulerType": "DEFAULT_SCHEDULER"}, {}),
]


@pytest.mark.parametrize(("fields", "expected"), REQUESTS)
def test_the_request(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    found = launched(**fields)
    assert request(found) == {**request(launched()), **expected}
    assert found.complete
    own = {grade for (owner, _), grade in grades(found).items() if owner == "C"}
    assert own <= {"exact", "emulated", "not needed"}


INSTANCES: list[Any] = [
    ({"keyPair": "k"}, {"Ec2KeyName": "k"}),
    ({"subnetId": "subnet-1"}, {"Ec2SubnetId": "subnet-1"}),
    ({"availabilityZone": "us-east-1a"}, {"Placement": {"AvailabilityZone": "us-east-1a"}}),
    ({"availabilityZone": "us-east-1a", "subnetId": "subnet-1"}, {"Ec2SubnetId": "subnet-1"}),
    ({"emrManagedMasterSecurityGroupId": "sg-1"}, {"EmrManagedMasterSecurityGroup": "sg-1"}),
    ({"emrManagedSlaveSecurityGroupId": "sg-2"}, {"EmrManagedSlaveSecurityGroup": "sg-2"}),
    (
        {"additionalMasterSecurityGroupIds": ["sg-1", "sg-2"]},
        {"AdditionalMasterSecurityGroups": ["sg-1", "sg-2"]},
    ),
    ({"additionalSlaveSecurityGroupIds": "sg-3"}, {"AdditionalSlaveSecurityGroups": ["sg-3"]}),
    ({"serviceAccessSecurityGroupId": "sg-4"}, {"ServiceAccessSecurityGroup": "sg-4"}),
]


@pytest.mark.parametrize(("fields", "expected"), INSTANCES)
def test_where_the_machines_are(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    found = launched(**fields)
    assert request(found)["Instances"] == {"InstanceGroups": [MASTER, CORE], **expected}
    assert found.complete


TASK = {"InstanceRole": "TASK", "InstanceType": "m5.xlarge", "InstanceCount": 3}
GROUPS: list[Any] = [
    ({"masterInstanceType": "m5.large"}, [MASTER | {"InstanceType": "m5.large"}, CORE]),
    (
        {"coreInstanceType": "r5.xlarge", "coreInstanceCount": "4"},
        [MASTER, CORE | {"InstanceType": "r5.xlarge", "InstanceCount": 4}],
    ),
    ({"coreInstanceCount": "0"}, [MASTER]),
    ({"taskInstanceCount": "3"}, [MASTER, CORE, TASK]),
    ({"taskInstanceCount": "0", "taskInstanceType": "c5.xlarge"}, [MASTER, CORE]),
    (
        {"taskInstanceType": "c5.xlarge"},
        [MASTER, CORE, TASK | {"InstanceType": "c5.xlarge", "InstanceCount": 1}],
    ),
    (
        {"coreInstanceCount": "2", "coreInstanceBidPrice": "0.25"},
        [MASTER, CORE | {"InstanceCount": 2, "Market": "SPOT", "BidPrice": "0.25"}],
    ),
    (
        {"masterInstanceBidPrice": "OnDemandPrice"},
        [MASTER | {"Market": "SPOT", "BidPrice": "OnDemandPrice"}, CORE],
    ),
    (
        {"taskInstanceCount": "3", "taskInstanceBidPrice": "1"},
        [MASTER, CORE, TASK | {"Market": "SPOT", "BidPrice": "1"}],
    ),
    ({"taskInstanceBidPrice": "1"}, [MASTER, CORE]),
]


@pytest.mark.parametrize(("fields", "expected"), GROUPS)
def test_groups_of_machines(fields: dict[str, Any], expected: list[Any]) -> None:
    assert groups(launched(**fields)) == expected


OF_THE_TASK: list[Any] = [
    ({"region": "eu-west-1"}, {"region_name": "eu-west-1"}),
    ({"terminateAfter": "2 hours"}, {"terminate_after": timedelta(hours=2)}),
    ({"terminateAfter": "3"}, {"terminate_after": timedelta(hours=3)}),
    ({"initTimeout": "30 minutes"}, {"init_timeout": timedelta(minutes=30)}),
    ({"attemptTimeout": "1 day"}, {"execution_timeout": timedelta(days=1)}),
    ({"actionOnTaskFailure": "terminate"}, {"action_on_task_failure": "terminate"}),
    ({"actionOnResourceFailure": "retryAll"}, {"action_on_resource_failure": "retryall"}),
    ({"applications": ["Spark", "Hive,a=b"]}, {"applications": ["Spark", "Hive,a=b"]}),
    (
        {"bootstrapAction": ["s3://b/x.sh,a", "s3://b/y.sh"]},
        {"bootstrap_actions": ["s3://b/x.sh,a", "s3://b/y.sh"]},
    ),
    ({"maximumRetries": "5"}, {"retries": 5}),
    ({"retryDelay": "20 minutes"}, {"retry_delay": timedelta(minutes=20)}),
    ({"useOnDemandOnLastAttempt": "false"}, {}),
    (
        {"useOnDemandOnLastAttempt": "false", "masterInstanceBidPrice": "1"},
        {"use_on_demand_on_last_attempt": False},
    ),
    ({"useOnDemandOnLastAttempt": "true", "masterInstanceBidPrice": "1"}, {}),
]


@pytest.mark.parametrize(("fields", "expected"), OF_THE_TASK)
def test_arguments_of_the_task_that_launches(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    task = arguments(launched(**fields), "create_C")
    usual = {"applications": ["Hive", "Pig"], "doc_md": "Data Pipeline object `C` (EmrCluster)"}
    del task["job_flow_overrides"]
    assert task == {**usual, **expected}


def setting(classification: str, **fields: Any) -> dict[str, Any]:
    return {"id": "K", "type": "EmrConfiguration", "classification": classification, **fields}


PROPERTIES = [
    {"id": "P1", "type": "Property", "key": "fs.s3.block.size", "value": "67108864"},
    {"id": "P2", "type": "Property", "key": "io.file.buffer.size", "value": "4096"},
]
CORE_SITE = {
    "Classification": "core-site",
    "Properties": {"fs.s3.block.size": "67108864", "io.file.buffer.size": "4096"},
}


def test_settings() -> None:
    objects = [setting("core-site", property=[ref("P1"), ref("P2")]), *PROPERTIES]
    found = launched(*objects, configuration=ref("K"))
    assert request(found)["Configurations"] == [CORE_SITE]
    assert {grade for (owner, _), grade in grades(found).items() if owner in {"K", "P1", "P2"}} == {"exact"}


def test_settings_inside_settings() -> None:
    inner = setting("export", property=ref("P1")) | {"id": "I"}
    found = launched(
        setting("hadoop-env", configuration=ref("I")), inner, *PROPERTIES, configuration=ref("K")
    )
    assert request(found)["Configurations"] == [
        {
            "Classification": "hadoop-env",
            "Configurations": [{"Classification": "export", "Properties": {"fs.s3.block.size": "67108864"}}],
        }
    ]


@pytest.mark.parametrize(("kind", "place"), [("master", 0), ("core", 1), ("task", 2)])
def test_settings_of_a_group(kind: str, place: int) -> None:
    objects = [setting("core-site", property=[ref("P1"), ref("P2")]), *PROPERTIES]
    found = launched(*objects, taskInstanceCount="1", **{f"{kind}GroupConfiguration": ref("K")})
    assert [group.get("Configurations") for group in groups(found)] == [
        [CORE_SITE] if number == place else None for number in range(3)
    ]


def test_settings_of_one_classification_are_one() -> None:
    """EMR refuses a classification that comes twice; what the user says himself wins."""
    own = setting("yarn-site", property=[ref("P1"), ref("P3")])
    more = setting("yarn-site", property=ref("P2")) | {"id": "K2"}
    fixed = {"id": "P3", "type": "Property", "key": SCHEDULER, "value": "mine"}
    found = launched(
        *(own, more, fixed, *PROPERTIES),
        configuration=[ref("K"), ref("K2")],
        hadoopSchedulerType="PARALLEL_FAIR_SCHEDULING",
    )
    assert request(found)["Configurations"] == [
        {
            "Classification": "yarn-site",
            "Properties": {
                SCHEDULER: "mine",
                "io.file.buffer.size": "4096",
                "fs.s3.block.size": "67108864",
            },
        }
    ]


DISK = {"id": "D", "type": "EbsBlockDeviceConfig", "volumeSpecification": ref("V")}
VOLUME = {"id": "V", "type": "VolumeSpecification", "sizeInGB": "500", "volumeType": "io1"}


@pytest.mark.parametrize(("kind", "place"), [("master", 0), ("core", 1), ("task", 2)])
def test_disks(kind: str, place: int) -> None:
    objects: list[dict[str, Any]] = [
        {
            "id": "E",
            "type": "EbsConfiguration",
            "ebsOptimized": "true",
            "ebsBlockDeviceConfig": [ref("D"), ref("D2")],
        },
        DISK | {"volumesPerInstance": "2"},
        DISK | {"id": "D2", "volumeSpecification": ref("V2")},
        VOLUME | {"iops": "1000"},
        {"id": "V2", "type": "VolumeSpecification", "sizeInGB": "10", "volumeType": "gp2"},
    ]
    found = launched(*objects, taskInstanceCount="1", **{f"{kind}EbsConfiguration": ref("E")})
    expected = {
        "EbsOptimized": True,
        "EbsBlockDeviceConfigs": [
            {
                "VolumeSpecification": {"VolumeType": "io1", "SizeInGB": 500, "Iops": 1000},
                "VolumesPerInstance": 2,
            },
            {"VolumeSpecification": {"VolumeType": "gp2", "SizeInGB": 10}},
        ],
    }
    assert [group.get("EbsConfiguration") for group in groups(found)] == [
        expected if number == place else None for number in range(3)
    ]
    own = {grade for (owner, _), grade in grades(found).items() if owner in {"E", "D", "D2", "V", "V2"}}
    assert own == {"exact"}


LACKING: list[Any] = [
    (
        [DISK | {"volumeSpecification": ref("V")}, {"id": "V", "type": "VolumeSpecification"}],
        "'V' needs volumeType",
    ),
    (
        [{"id": "D", "type": "EbsBlockDeviceConfig", "volumesPerInstance": "1"}],
        "'D' has no volumeSpecification",
    ),
]


@pytest.mark.parametrize(("objects", "reason"), LACKING)
def test_a_disk_that_is_not_said_is_not_left_out(objects: list[dict[str, Any]], reason: str) -> None:
    disks = {"id": "E", "type": "EbsConfiguration", "ebsBlockDeviceConfig": ref("D")}
    found = launched(disks, *objects, coreEbsConfiguration=ref("E"))
    assert reason in arguments(found, "create_C")["reason"]
    assert not found.complete
    assert not only_dag(found).teardowns  # nothing is launched that could be ended


RETIRED: list[Any] = [
    {"amiVersion": "3.8.0"},
    {"hadoopVersion": "2.x"},
    {"amiVersion": "2.4.2", "hadoopVersion": "1.0.3"},
]


@pytest.mark.parametrize("fields", RETIRED)
def test_an_ami_is_a_release_now(fields: dict[str, Any]) -> None:
    found = launched(releaseLabel=None, **fields)
    assert request(found)["ReleaseLabel"] == "emr-5.36.2"
    for key in fields:
        assert grades(found)["C", key] == "approximated"
        (line,) = [line for line in found.lines if (line.object_id, line.field) == ("C", key)]
        assert "emr-5.36.2" in line.verdict.reason
        assert "release_label" in line.verdict.advice
    assert any("emr-5.36.2" in text for text in before_first_run(found.plan))
    assert found.complete


def test_no_release_at_all_is_told() -> None:
    found = launched(releaseLabel=None)
    assert request(found)["ReleaseLabel"] == "emr-5.36.2"
    assert any("names no release" in text for text in before_first_run(found.plan))


def test_what_is_filled_in_is_told() -> None:
    told = before_first_run(launched().plan)
    assert any("names no region" in text for text in told)
    assert any("no instance type for its master machines: they are m5.xlarge" in text for text in told)
    assert any("no instance type for its core machines: they are m5.xlarge" in text for text in told)
    assert any("names no place for logs" in text for text in told)
    logs = {"emrLogUri": "s3://b/logs"}
    said = launched(region="us-east-1", masterInstanceType="a", coreInstanceType="b", **logs)
    assert not before_first_run(said.plan)


CHOSEN: list[Any] = [
    pytest.param({"amiVersion": "3.8.0"}, "amiVersion", "approximated", id="instead of an AMI"),
    pytest.param({"releaseLabel": "emr-4.1.0"}, "releaseLabel", "emulated", id="instead of a release"),
]


@pytest.mark.parametrize(("fields", "key", "grade"), CHOSEN)
def test_another_release_by_choice(fields: dict[str, str], key: str, grade: str) -> None:
    found = launched(choices={"release_label": "emr-7.1.0"}, **{"releaseLabel": None, **fields})
    assert request(found)["ReleaseLabel"] == "emr-7.1.0"
    assert grades(found)["C", key] == grade
    assert "emr-5.36.2" not in found.files["x.report.md"].text


def test_another_type_of_machine_by_choice() -> None:
    types = {"masterInstanceType": "m1.small", "coreInstanceType": "m1.small"}
    found = launched(choices={"instance_type": "r5.large"}, **types)
    assert [group["InstanceType"] for group in groups(found)] == ["r5.large", "r5.large"]
    assert {grades(found)["C", key] for key in types} == {"emulated"}


def test_a_running_cluster_by_choice() -> None:
    found = launched(choices={"cluster_id": "j-1"}, masterInstanceType="m1.small")
    assert [task.id for task in only_dag(found).tasks] == ["A"]
    task = arguments(found, "A")
    assert task["cluster_id"] == "j-1"
    assert "cluster" not in task
    assert {grade for (owner, _), grade in grades(found).items() if owner == "C"} == {"not needed"}
    assert found.complete


def test_a_worker_group_needs_a_running_cluster() -> None:
    grouped = {"id": "A", "type": "EmrActivity", "workerGroup": "w", "step": ["a.jar"]}
    without = converted(grouped)
    assert "cluster_id" in arguments(without, "A")["reason"]
    assert not without.complete
    chosen = Options(now=NOW, choices=Choices({}, {"A": {"cluster_id": "j-1"}}))
    found = converted(grouped, options=chosen)
    assert arguments(found, "A")["cluster_id"] == "j-1"
    assert found.complete


HADOOP = "s3://elasticmapreduce/bootstrap-actions/configure-hadoop"
CONFIGURED: list[Any] = [
    (
        f"{HADOOP}, --yarn-key-value, a.b=12,--yarn-key-value,c=256,--mapred-key-value,d=-Xmx400M",
        [
            {"Classification": "yarn-site", "Properties": {"a.b": "12", "c": "256"}},
            {"Classification": "mapred-site", "Properties": {"d": "-Xmx400M"}},
        ],
    ),
    (f"{HADOOP},-e, a=false", [{"Classification": "emrfs-site", "Properties": {"a": "false"}}]),
    (f"{HADOOP},-s,a=1=2", [{"Classification": "hdfs-site", "Properties": {"a": "1=2"}}]),
    (
        "s3://#{myRegion}.elasticmapreduce/bootstrap-actions/configure-hadoop,-c,a=#{format(@scheduledStartTime, 'YYYY')}",
        [
            {
                "Classification": "core-site",
                "Properties": {"a": "{{ data_interval_start.strftime('%Y') }}"},
            }
        ],
    ),
]


@pytest.mark.parametrize(("action", "expected"), CONFIGURED)
def test_configure_hadoop_becomes_settings(action: str, expected: list[Any]) -> None:
    """Releases of EMR do not have this bootstrap action of AMIs."""
    schedule = {"id": "S", "type": "Schedule", "period": "1 day", "startDateTime": "2026-11-21T00:00:00"}
    found = converted(
        {"id": "Default", "schedule": ref("S"), "scheduleType": "cron"},
        schedule,
        cluster(bootstrapAction=[action, "s3://b/other.sh"], **RELEASE),
        activity(),
        parameters=[{"id": "myRegion", "default": "us-east-1"}],
        options=Options(now=NOW, backfill=True),
    )
    assert arguments(found, "create_C")["bootstrap_actions"] == ["s3://b/other.sh"]
    assert request(found)["Configurations"] == expected
    assert grades(found)["C", "bootstrapAction"] == "emulated"


def test_what_configure_hadoop_cannot_say_any_more_is_left_to_the_user() -> None:
    found = launched(bootstrapAction=f"{HADOOP},--yarn-config-file,s3://b/x.xml,-m,a=b")
    assert request(found)["Configurations"] == [{"Classification": "mapred-site", "Properties": {"a": "b"}}]
    assert grades(found)["C", "bootstrapAction"] == "refused"
    assert "--yarn-config-file, s3://b/x.xml" in found.plan.left[0]


def test_products_are_left_to_the_user() -> None:
    found = launched(supportedProducts="mapr,--edition,m5")
    assert grades(found)["C", "supportedProducts"] == "refused"
    assert not found.complete


PROXY = {"id": "Px", "type": "HttpProxy", "hostname": "proxy.corp", "port": "3128"}
PROXIES: list[Any] = [
    ({}, "http://proxy.corp:3128", ""),
    ({"username": "u"}, "http://u@proxy.corp:3128", ""),
    (
        {"username": "u", "*password": "hunter22"},
        "http://u:{{ var.value.x_secret_Px_password }}@proxy.corp:3128",
        "",
    ),
    ({"s3NoProxy": "true"}, "http://proxy.corp:3128", ",s3.amazonaws.com,.s3.amazonaws.com"),
]


@pytest.mark.parametrize(("fields", "url", "direct"), PROXIES)
def test_a_proxy(fields: dict[str, str], url: str, direct: str) -> None:
    found = launched(PROXY | fields, httpProxy=ref("Px"))
    around = f"localhost,127.0.0.1,169.254.169.254{direct}"
    variables = {"HTTP_PROXY": url, "HTTPS_PROXY": url, "NO_PROXY": around}
    variables |= {name.lower(): value for name, value in variables.items()}
    assert request(found)["Configurations"] == [
        {
            "Classification": "hadoop-env",
            "Configurations": [{"Classification": "export", "Properties": variables}],
        }
    ]
    own = {grade for (owner, _), grade in grades(found).items() if owner == "Px"}
    assert own == {"exact"}
    assert "hunter22" not in found.source
    holders = [name for name, file in found.files.items() if "hunter22" in file.text]
    assert holders == (["x.variables.json"] if "*password" in fields else [])


def test_a_proxy_of_windows_is_left_to_the_user() -> None:
    found = launched(PROXY | {"windowsDomain": "CORP"}, httpProxy=ref("Px"))
    assert grades(found)["Px", "windowsDomain"] == "refused"
    assert not found.complete


def test_alarms_of_a_cluster() -> None:
    def alarm(name: str) -> dict[str, str]:
        return {
            "id": name,
            "type": "SnsAlarm",
            "topicArn": "arn:aws:sns:us-east-1:1:t",
            "subject": name,
            "message": "#{node.name}",
            "role": "R",
        }

    found = launched(alarm("Bad"), alarm("Good"), onFail=ref("Bad"), onSuccess=ref("Good"))

    def told(task_id: str) -> dict[str, list[str]]:
        task = arguments(found, task_id)
        return {key: [each["subject"] for each in task[key]] for key in task if key.endswith("_callback")}

    assert told("create_C") == {"on_failure_callback": ["Bad"]}
    assert told("terminate_C") == {"on_failure_callback": ["Bad"], "on_success_callback": ["Good"]}
    assert arguments(found, "create_C")["on_failure_callback"][0]["message"] == "C"
    assert grades(found)["C", "onFail"] == grades(found)["C", "onSuccess"] == "exact"


def test_parameters_stay_open() -> None:
    found = converted(
        cluster(
            masterInstanceType="#{myType}",
            applications=["#{myApps}"],
            bootstrapAction="#{myAction}",
            **RELEASE,
        ),
        activity(),
        parameters=[
            {"id": "myType", "default": "m5.large"},
            {"id": "myApps", "isArray": "true", "default": ["Spark", "Hive"]},
            {"id": "myAction", "optional": "true"},
        ],
    )
    task = arguments(found, "create_C")
    assert groups(found)[0]["InstanceType"] == "{{ params.myType }}"
    assert 'applications=[dag.param("myApps")]' in found.source
    assert "bootstrap_actions" not in task


def test_a_secret_in_a_setting_is_in_no_file_but_its_own() -> None:
    objects = [setting("core-site", property=ref("P1")), PROPERTIES[0] | {"value": "#{*myKey}"}]
    found = converted(
        cluster(configuration=ref("K"), **RELEASE),
        activity(),
        *objects,
        parameters=[{"id": "*myKey", "default": "hunter22"}],
    )
    assert request(found)["Configurations"] == [
        {
            "Classification": "core-site",
            "Properties": {"fs.s3.block.size": "{{ var.value.x_secret_myKey }}"},
        }
    ]
    assert [name for name, file in found.files.items() if "hunter22" in file.text] == ["x.variables.json"]


def test_fields_of_a_cluster_that_activities_name() -> None:
    found = launched(
        shell("B", workerGroup="w", myCluster=ref("C"), command="echo #{myCluster.region}"),
        region="eu-west-1",
    )
    assert arguments(found, "B")["command"] == "echo eu-west-1"
    named = converted(cluster(region="eu-west-1", **RELEASE), activity(step="x.jar,#{runsOn.region}"))
    assert arguments(named, "A")["steps"] == ["x.jar,eu-west-1"]


def test_tags_of_the_pipeline() -> None:
    read = definition_file.read({"objects": [ON_DEMAND, cluster(**RELEASE), activity()]}, "x.json")
    tags = {"team": "data", "password": "hunter22", "empty": ""}
    found = convert(replace(read, tags=tags), Options(now=NOW))
    assert request(found)["Tags"] == [{"Key": "team", "Value": "data"}, {"Key": "empty", "Value": ""}]


def test_work_that_a_worker_does_launches_no_cluster() -> None:
    copied = {"id": "A", "type": "CopyActivity", "input": ref("I"), "output": ref("O"), "runsOn": ref("C")}
    nodes = [{"id": name, "type": "S3DataNode", "filePath": f"s3://b/{name}"} for name in "IO"]
    found = converted(cluster(terminateAfter="2 hours", region="us-east-1", **RELEASE), copied, *nodes)
    assert [task.id for task in only_dag(found).tasks] == ["A"]
    assert arguments(found, "A")["execution_timeout"] == timedelta(hours=2)
    own = {key: grade for (owner, key), grade in grades(found).items() if owner == "C"}
    assert own.pop("terminateAfter") == "approximated"
    assert set(own.values()) == {"not needed"}


def test_a_cluster_that_only_a_failing_task_would_use_is_not_launched() -> None:
    found = converted(cluster(region="us-east-1", **RELEASE), activity(step=None) | {"step": []})
    assert [task.id for task in only_dag(found).tasks] == ["A"]
    assert grades(found)["C", "region"] == "refused"
    assert len(found.plan.left) == 1


SIDE_BY_SIDE: list[Any] = [
    ("HadoopActivity", "emr-6.1.0", 2, None),
    ("HadoopActivity", "emr-5.28.0", 2, None),
    ("HadoopActivity", "emr-5.27.1", None, "approximated"),
    ("HadoopActivity", "emr-10.0.0", 2, None),
    ("EmrActivity", "emr-6.1.0", None, None),  # their steps were one after another
]


@pytest.mark.parametrize(("kind", "release", "level", "grade"), SIDE_BY_SIDE)
def test_work_side_by_side(kind: str, release: str, level: int | None, grade: str | None) -> None:
    own = {"step": ["x.jar"]} if kind == "EmrActivity" else {"jarUri": "s3://b/x.jar"}
    works = [{"id": name, "type": kind, "runsOn": ref("C"), **own} for name in "AB"]
    found = converted(cluster(releaseLabel=release), *works)
    assert request(found).get("StepConcurrencyLevel") == level
    assert (grades(found)["A", "runsOn"] == "approximated") == (grade is not None)
    alone = converted(cluster(releaseLabel=release), works[0])
    assert "StepConcurrencyLevel" not in request(alone)
