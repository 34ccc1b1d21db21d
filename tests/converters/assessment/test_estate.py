"""What several pipelines add up to: lineage, waves, access, groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from datapipeline_converters.assessment.iam import LONGEST_POLICY, Need, policies
from datapipeline_converters.assessment.page.graph import draw
from datapipeline_converters.assessment.summary import Dataset, Status

from tests.converters.assessment.estates import copying, folder, of, shell, summary

DAY = "#{format(@scheduledStartTime,'YYYY-MM-dd')}"


def links(*summaries: Any) -> list[tuple[str, str, tuple[str, ...], tuple[str, ...], bool]]:
    return [
        (str(link.written), str(link.read), link.writers, link.readers, link.certain)
        for link in of(*summaries).links
    ]


def test_one_pipeline_writes_what_another_reads() -> None:
    assert links(
        copying("a", "s3://lake/in/", "s3://lake/raw/"), copying("b", "s3://lake/raw", "s3://lake/out/")
    ) == [("s3://lake/raw", "s3://lake/raw", ("a",), ("b",), True)]


@pytest.mark.parametrize(
    ("written", "read", "linked", "certain"),
    [
        ("s3://lake/raw/orders/", "s3://lake/raw/", True, True),
        ("s3://lake/raw/", "s3://lake/raw/orders/", True, True),
        ("s3://lake/raw/", "s3://lake/rawest/", False, False),
        ("s3://lake/raw/", "s3://pond/raw/", False, False),
        ("s3://lake/raw/#{format(@scheduledStartTime,'YYYY')}", "s3://lake/raw/", True, False),
        ("s3://lake/raw/#{@scheduledStartTime}/a", "s3://lake/raw/#{@scheduledStartTime}/b", True, False),
        ("s3://lake/day=#{@scheduledStartTime}", "s3://lake/other/", False, False),
        ("s3://#{myBucket}/raw/", "s3://lake/raw/", False, False),
        # A date pattern writes digits, and no names.
        (f"s3://lake/raw/{DAY}", "s3://lake/raw/orders", False, False),
        (f"s3://lake/raw/{DAY}", "s3://lake/raw/_SUCCESS", False, False),
        (f"s3://lake/raw/{DAY}", "s3://lake/raw/2024-01-31/a", True, False),
        (f"s3://lake/raw/{DAY}/a", f"s3://lake/raw/{DAY}", True, False),
        (f"s3://lake/raw/{DAY}/a", f"s3://lake/raw/{DAY}/b", False, False),
        (f"s3://lake/raw/{DAY}", "s3://lake/raw/#{@scheduledStartTime}", True, False),
        ("s3://lake/raw/#{format(@scheduledStartTime,'MMM')}", "s3://lake/raw/Jan", True, False),
        ("s3://lake/raw/a#{@scheduledStartTime}", "s3://lake/raw/b/", False, False),
    ],
)
def test_paths(written: str, read: str, linked: bool, certain: bool) -> None:
    found = links(copying("a", "s3://pool/in/", written), copying("b", read, "s3://pool/out/"))
    assert [link[-1] for link in found] == ([certain] if linked else [])


def test_a_table_links_by_database_and_name() -> None:
    def sql(name: str, field: str, host: str) -> Any:
        database = {
            "id": "Db",
            "type": "JdbcDatabase",
            "connectionString": f"jdbc:postgresql://{host}:5432/shop",
            "jdbcDriverClass": "org.postgresql.Driver",
            "username": "u",
            "*password": "#{*myPassword}",
        }
        table = {"id": "T", "type": "SqlDataNode", "table": "Orders", "database": {"ref": "Db"}}
        return summary(shell(**{field: {"ref": "T"}}), database, table, name=name)

    assert links(sql("a", "output", "db1"), sql("b", "input", "db1"), sql("c", "input", "db2")) == [
        ("table: db1/shop/orders", "table: db1/shop/orders", ("a",), ("b",), True)
    ]


def test_a_precondition_waits_for_what_another_writes() -> None:
    waiting = summary(
        shell(precondition={"ref": "P"}),
        {"id": "P", "type": "S3PrefixNotEmpty", "s3Prefix": "s3://lake/raw/"},
        name="b",
    )
    assert links(copying("a", "s3://pool/in/", "s3://lake/raw/"), waiting)[0][2:4] == (("a",), ("b",))


def test_a_condition_on_its_node_is_read_where_the_node_is() -> None:
    waiting = summary(
        shell(input={"ref": "In"}),
        folder("In", "s3://lake/raw/") | {"precondition": {"ref": "P"}},
        {"id": "P", "type": "S3PrefixNotEmpty", "s3Prefix": "#{node.directoryPath}"},
        name="b",
    )
    assert [str(dataset) for dataset in waiting.reads] == ["s3://lake/raw"]
    assert waiting.unknown_needs == ()


def test_waves_follow_the_data() -> None:
    chain = [copying(name, f"s3://pool/{i}/", f"s3://pool/{i + 1}/") for i, name in enumerate("abc")]
    alone = copying("alone", "s3://pond/in/", "s3://pond/out/")
    assert of(*reversed(chain), alone).waves == {"a": 1, "b": 2, "c": 3, "alone": 1}


def test_what_is_hard_moves_late_and_what_it_feeds_later() -> None:
    first = replace(copying("first", "s3://pool/0/", "s3://pool/1/"), effort="L")
    second = copying("second", "s3://pool/1/", "s3://pool/2/")
    easy = copying("easy", "s3://pond/0/", "s3://pond/1/")
    assert of(first, second, easy).waves == {"easy": 1, "first": 2, "second": 3}


def test_the_only_wave_is_the_first() -> None:
    assert of(replace(copying("a", "s3://pool/0/", "s3://pool/1/"), effort="XL")).waves == {"a": 1}


def test_a_circle_moves_together_and_before_what_it_feeds() -> None:
    circle = [copying("a", "s3://pool/1/", "s3://pool/2/"), copying("b", "s3://pool/2/", "s3://pool/1/")]
    after = copying("after", "s3://pool/2/", "s3://pool/3/")
    assert of(*circle, after).waves == {"a": 1, "b": 1, "after": 2}


def test_a_wave_has_the_order_of_the_estate() -> None:
    names = ["m", "a", "z", "b"]
    found = of(*(copying(name, f"s3://pond/{name}/in/", f"s3://pond/{name}/out/") for name in names))
    assert found.by_wave == {1: ("m", "a", "z", "b")}


def test_what_most_pipelines_have_stands_first() -> None:
    twice = summary(shell("One", command="sudo x"), shell("Two", command="sudo y"), name="twice")
    others = [summary(shell(command="docker run x"), name=name) for name in "ab"]
    found = [(group.key[0], len(group.pipelines), group.count) for group in of(twice, *others).commands]
    assert found == [("docker", 2, 2), ("sudo", 1, 2)]


def test_a_circle_is_drawn_from_the_left() -> None:
    chain = [copying(name, f"s3://pool/{i}/", f"s3://pool/{i + 1}/") for i, name in enumerate("abc")]
    circle = [copying("x", "s3://lake/1/", "s3://lake/2/"), copying("y", "s3://lake/2/", "s3://lake/1/")]
    drawing = draw(of(*chain, *circle))
    assert drawing is not None
    columns = sorted({node.x for node in drawing.nodes})
    assert {node.name: columns.index(node.x) for node in drawing.nodes} == {
        "a": 0,
        "b": 1,
        "c": 2,
        "x": 0,
        "y": 1,
    }


def test_data_is_named_as_far_as_it_is_known() -> None:
    found = [
        Dataset("s3", "lake", "raw"),
        Dataset("s3", "lake", "raw", whole=False),
        Dataset("s3", "lake", "", whole=False),
        Dataset("dynamodb", "", "orders"),
        Dataset("dynamodb", "eu-west-1", "orders"),
    ]
    assert [str(one) for one in found] == [
        "s3://lake/raw",
        "s3://lake/raw/…",
        "s3://lake/…",
        "dynamodb: orders",
        "dynamodb: eu-west-1/orders",
    ]


def test_a_long_chain_needs_no_deep_stack() -> None:
    base = copying("p0", "s3://pool/0/", "s3://pool/1/")
    chain = [
        replace(
            base,
            name=f"p{i}",
            reads=(replace(base.reads[0], path=str(i)),),
            writes=(replace(base.writes[0], path=str(i + 1)),),
        )
        for i in range(3000)
    ]
    assert of(*chain).waves["p2999"] == 3000


def test_thousands_that_share_a_folder_are_one_link() -> None:
    base = copying("p", "s3://pool/in/", "s3://pool/in/")
    found = of(*(replace(base, name=f"p{i}") for i in range(3000)))
    assert len(found.links) == 1
    assert set(found.waves.values()) == {1}


def test_names_differ() -> None:
    found = of(*(summary(shell(), name=name) for name in ("etl", "ETL", "etl")))
    assert len({one.name.lower() for one in found.summaries}) == 3


def test_copies_are_a_family() -> None:
    found = of(
        copying("a", "s3://pool/1/", "s3://pool/2/"),
        copying("b", "s3://pond/1/", "s3://pond/2/"),
        summary(shell(), name="c"),
    )
    assert found.families == (("a", "b"),)


def statements(*summaries: Any) -> dict[str, dict[str, Any]]:
    (policy,) = of(*summaries).policies
    found: Any = policy["Statement"]
    return {statement["Sid"]: statement for statement in found}


def test_the_policy_of_a_copy() -> None:
    alarm = {
        "id": "Alarm",
        "type": "SnsAlarm",
        "topicArn": "arn:aws:sns:eu-west-1:123456789012:ops",
        "subject": "s",
    }
    alarm["message"] = "m"
    found = statements(
        summary(
            shell(input={"ref": "In"}, output={"ref": "Out"}, stage="true", onFail={"ref": "Alarm"}),
            folder("In", "s3://lake/raw/"),
            folder("Out", "s3://lake/out/#{@scheduledStartTime}/"),
            alarm,
        )
    )
    assert found == {
        "ReadObjects": {
            "Sid": "ReadObjects",
            "Effect": "Allow",
            "Action": ["s3:GetObject"],
            "Resource": ["arn:aws:s3:::lake/raw/*"],
        },
        "WriteObjects": {
            "Sid": "WriteObjects",
            "Effect": "Allow",
            "Action": ["s3:AbortMultipartUpload", "s3:PutObject"],
            "Resource": ["arn:aws:s3:::lake/out/*"],
        },
        "ListFolders": {
            "Sid": "ListFolders",
            "Effect": "Allow",
            "Action": ["s3:ListBucket"],
            "Resource": ["arn:aws:s3:::lake"],
            "Condition": {"StringLike": {"s3:prefix": ["raw", "raw/*"]}},
        },
        "SendAlarms": {
            "Sid": "SendAlarms",
            "Effect": "Allow",
            "Action": ["sns:Publish"],
            "Resource": ["arn:aws:sns:eu-west-1:123456789012:ops"],
        },
    }


def test_one_file_needs_no_list() -> None:
    node = {"id": "In", "type": "S3DataNode", "filePath": "s3://lake/raw/a.csv"}
    found = statements(summary(shell(input={"ref": "In"}), node))
    assert {sid: statement["Resource"] for sid, statement in found.items()} == {
        "ReadObjects": ["arn:aws:s3:::lake/raw/a.csv"]
    }


WAITING_FOR_A_KEY = {
    "S3KeyExists": [{"id": "P", "type": "S3KeyExists", "s3Key": "s3://lake/raw/_SUCCESS"}],
    "Exists": [
        {"id": "P", "type": "S3DataNode", "filePath": "s3://lake/raw/_SUCCESS", "precondition": {"ref": "E"}},
        {"id": "E", "type": "Exists"},
    ],
}


@pytest.mark.parametrize(("kind", "field"), [("S3KeyExists", "precondition"), ("Exists", "input")])
def test_who_waits_for_a_key_may_list_the_bucket(kind: str, field: str) -> None:
    """Without that, S3 answers 403 for a key that is not there yet, and not 404."""
    found = statements(summary(shell(**{field: {"ref": "P"}}), *WAITING_FOR_A_KEY[kind]))
    assert found["ReadObjects"]["Resource"] == ["arn:aws:s3:::lake/raw/_SUCCESS"]
    assert found["ListFolders"] == {
        "Sid": "ListFolders",
        "Effect": "Allow",
        "Action": ["s3:ListBucket"],
        "Resource": ["arn:aws:s3:::lake"],
    }


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (
            "aws --region eu-west-1 dynamodb scan --table-name t; aws sns publish && aws redshift-data x",
            "`aws dynamodb`, `aws sns`, `aws redshift-data`",
        ),
        ("X=$(aws s3 ls)", "`aws s3`"),
        ("aws s3 cp s3://a/b .", "`s3://`"),
        ("aws configure set x y; echo aws sns", ""),
    ],
)
def test_services_that_commands_use_are_told_of(command: str, said: str) -> None:
    text = f"object `Work`, field `command`: what the command does with {said} is not in the policy"
    assert summary(shell(command=command)).unknown_needs == ((text,) if said else ())


def test_a_wider_folder_covers_a_narrower_one() -> None:
    found = statements(
        copying("a", "s3://lake/raw/orders/", "s3://pool/a/"), copying("b", "s3://lake/raw/", "s3://pool/b/")
    )
    assert found["ReadObjects"]["Resource"] == ["arn:aws:s3:::lake/raw/*"]


def test_a_cluster_is_handed_its_two_roles_and_nothing_else() -> None:
    cluster = {"id": "C", "type": "EmrCluster", "role": "Service", "resourceRole": "Machine"}
    found = statements(summary(shell(), cluster))
    assert found["HandRolesToClusters"]["Resource"] == [
        "arn:aws:iam::*:role/Machine",
        "arn:aws:iam::*:role/Service",
    ]
    assert found["HandRolesToClusters"]["Condition"] == {
        "StringEquals": {"iam:PassedToService": ["ec2.amazonaws.com", "elasticmapreduce.amazonaws.com"]}
    }
    assert found["StartClusters"]["Action"] == [
        "elasticmapreduce:ListClusters",
        "elasticmapreduce:RunJobFlow",
    ]
    assert "TagClusters" not in found


def test_the_tags_of_a_pipeline_are_put_on_its_clusters() -> None:
    found = statements(summary(shell(), {"id": "C", "type": "EmrCluster"}, tags={"team": "lake"}))
    assert found["TagClusters"]["Action"] == ["elasticmapreduce:AddTags"]


@pytest.mark.parametrize(
    ("fields", "folder"),
    [
        ({"emrLogUri": "s3://logs/emr/", "pipelineLogUri": "s3://logs/all/"}, "logs/emr/*"),
        ({"pipelineLogUri": "s3://logs/all"}, "logs/all/*"),
    ],
)
def test_logs_of_clusters_are_read_and_what_is_made_for_steps_is_stored_beside_them(
    fields: dict[str, str], folder: str
) -> None:
    found = statements(summary(shell(), {"id": "C", "type": "EmrCluster", **fields}))
    for sid in ("ReadObjects", "WriteObjects"):
        assert found[sid]["Resource"] == [f"arn:aws:s3:::{folder}"]


def test_a_role_keeps_its_path() -> None:
    roles = {
        "role": "arn:aws:iam::123456789012:role/team/etl/Service",
        "resourceRole": "arn:aws:iam::123456789012:instance-profile/Machine",
    }
    found = statements(summary(shell(), {"id": "C", "type": "EmrCluster", **roles}))
    assert found["HandRolesToClusters"]["Resource"] == [
        "arn:aws:iam::*:role/Machine",
        "arn:aws:iam::*:role/team/etl/Service",
    ]


def test_tables_and_databases() -> None:
    found = statements(
        summary(
            shell(input={"ref": "T"}),
            {"id": "T", "type": "DynamoDBDataNode", "tableName": "orders", "region": "eu-west-1"},
            {
                "id": "R",
                "type": "RdsDatabase",
                "rdsInstanceId": "prod",
                "username": "u",
                "*password": "#{*myP}",
            },
        )
    )
    assert found["ReadTables"]["Resource"] == ["arn:aws:dynamodb:eu-west-1:*:table/orders"]
    assert found["FindRdsInstances"]["Resource"] == ["arn:aws:rds:*:*:db:prod"]
    assert "WriteTables" not in found


def test_what_only_a_run_knows_is_listed_and_not_allowed_everything() -> None:
    found = copying("a", "s3://#{myBucket}/raw/", "s3://pool/out/")
    assert "object `In`, field `directoryPath`: the bucket is not known before a run" in found.unknown_needs
    assert set(statements(found)) == {"WriteObjects"}


def test_china_has_names_of_its_own() -> None:
    table = {"id": "T", "type": "DynamoDBDataNode", "tableName": "orders", "region": "cn-north-1"}
    found = statements(summary(shell(input={"ref": "T"}), table))
    assert found["ReadTables"]["Resource"] == ["arn:aws-cn:dynamodb:cn-north-1:*:table/orders"]


def test_policies_fit_into_aws_limit() -> None:
    import json

    many = [Need("s3-read", f"s3:::bucket-{number}/folder/*") for number in range(2000)]
    found = policies(many)
    assert len(found) > 1
    assert all(len(json.dumps(policy, separators=(",", ":"))) <= LONGEST_POLICY for policy in found)
    resources = [
        text for policy in found for statement in policy["Statement"] for text in statement["Resource"]
    ]
    assert len(resources) == 2000
    for policy in found:
        sids = [statement["Sid"] for statement in policy["Statement"]]
        assert len(sids) == len(set(sids))


def test_equal_findings_are_one_group() -> None:
    found = of(
        *(summary(shell(command="sudo x"), shell("Two", command="sudo y"), name=name) for name in "ab")
    )
    (group,) = found.commands
    assert (group.key[0], group.count, group.pipelines) == ("sudo", 4, ("a", "b"))
    assert found.unfit == 2
    assert found.statuses[Status.READY] == 2
