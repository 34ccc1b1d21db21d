"""CloudFormation templates: every function in both spellings, conditions, and what templates get wrong."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from typing import Any

import pytest
from datapipeline_converters.carriers import cloudformation
from datapipeline_converters.carriers.json_text import parse_json
from datapipeline_converters.carriers.yaml_document import parse_yaml
from datapipeline_converters.conversion import convert
from datapipeline_converters.definition import Definition, Ref
from datapipeline_converters.errors import NoDefinitionError, UnreadableError
from datapipeline_converters.options import Options

SECTIONS = """
Parameters:
  Stage: {Type: String, Default: dev}
  Count: {Type: Number, Default: 3}
  Flag: {Type: String, Default: 'yes'}
  Word: {Type: String, Default: yes, AllowedValues: [yes, no]}
  Empty: {Type: String, Default: ''}
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>', Default: 'subnet-1, subnet-2'}
  Names: {Type: CommaDelimitedList, Default: 'a,b,c'}
  Open: {Type: String}
  OpenList: {Type: CommaDelimitedList}
  Image: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /images/latest}
  Hidden: {Type: String, NoEcho: true, Default: hunter2}
  HiddenOpen: {Type: String, NoEcho: 'true'}
  DbPassword: {Type: String, Default: geheim}
Mappings:
  Sizes:
    dev: {type: m5.large, zones: [z1, z2], spot: no}
    prod: {type: m5.4xlarge}
Conditions:
  IsDev: {'Fn::Equals': [{Ref: Stage}, dev]}
  Flagged: {'Fn::Equals': [{Ref: Flag}, 'yes']}
  SameWord: {'Fn::Equals': [{Ref: Word}, yes]}
  IsProd: {'Fn::Not': [{Condition: IsDev}]}
  Both: {'Fn::And': [{Condition: IsDev}, {'Fn::Equals': [{Ref: Count}, '3']}]}
  Either: {'Fn::Or': [{Condition: IsProd}, {Condition: Both}]}
  None: {'Fn::Or': [{Condition: IsProd}, {'Fn::Equals': [a, b]}]}
  Unknown: {'Fn::Equals': [{Ref: Open}, x]}
  Decided: {'Fn::Or': [{Condition: Unknown}, {Condition: IsDev}]}
  Ruled: {'Fn::And': [{Condition: Unknown}, {Condition: IsProd}]}
  SameHole: {'Fn::Equals': [{Ref: Open}, {Ref: Open}]}
  Secret: {'Fn::Equals': [{Ref: Hidden}, hunter2]}
  Regional: {'Fn::Equals': [{Ref: 'AWS::Region'}, eu-west-1]}
Resources:
  Bucket: {Type: 'AWS::S3::Bucket', Properties: {BucketName: {'Fn::Sub': 'data-${Stage}'}}}
  Unnamed: {Type: 'AWS::S3::Bucket'}
  Half: {Type: 'AWS::S3::Bucket', Properties: {BucketName: {'Fn::Sub': 'data-${Open}'}}}
  Topic: {Type: 'AWS::SNS::Topic', Properties: {TopicName: alarms}}
  Table: {Type: 'AWS::DynamoDB::Table', Properties: {TableName: orders}}
  Group: {Type: 'AWS::EC2::SecurityGroup'}
"""
PIPELINE = """
  P:
    Type: AWS::DataPipeline::Pipeline
    Properties:
      Name: p
      PipelineObjects:
      - Id: A
        Name: A
        Fields:
        - {Key: type, StringValue: ShellCommandActivity}
        - Key: command
          StringValue: VALUE
"""


def template(value: str, pipeline: str = PIPELINE) -> Any:
    """Return a template with a value, in YAML, as the command of its only object."""
    indented = textwrap.indent(value, " " * 12)
    text = SECTIONS + pipeline.replace("VALUE", "\n" + indented if "\n" in value else value)
    return parse_yaml(text, "t.yaml")[0]


def read(document: Any, **given: str) -> Definition:
    values = {name.replace("__", "::"): (value,) for name, value in given.items()}
    [definition] = cloudformation.read(document, "t.yaml", values)
    return definition


def command(definition: Definition) -> Any:
    values = definition.objects["A"].fields["command"]
    return values[0] if len(values) == 1 else values


def unknown(definition: Definition) -> list[str]:
    """Return the names of the parameters that the template's holes have become."""
    return [parameter.id for parameter in definition.parameters.values()]


# What each function comes to: long form, short form, text, and parameters that are left.
FUNCTIONS: list[tuple[Any, str, Any, list[str]]] = [
    ({"Ref": "Stage"}, "!Ref Stage", "dev", []),
    ({"Ref": "Count"}, "!Ref Count", "3", []),
    ({"Ref": "Flag"}, "!Ref Flag", "yes", []),
    ({"Fn::If": ["Flagged", "a", "b"]}, "!If [Flagged, a, b]", "a", []),
    ({"Ref": "Empty"}, "!Ref Empty", "", []),
    ({"Ref": "Subnets"}, "!Ref Subnets", ("subnet-1", "subnet-2"), []),
    ({"Ref": "Open"}, "!Ref Open", "#{Open}", ["Open"]),
    ({"Ref": "OpenList"}, "!Ref OpenList", "#{OpenList}", ["OpenList"]),
    ({"Ref": "Image"}, "!Ref Image", "#{Image}", ["Image"]),
    ({"Ref": "Hidden"}, "!Ref Hidden", "#{*Hidden}", ["*Hidden"]),
    ({"Ref": "HiddenOpen"}, "!Ref HiddenOpen", "#{*HiddenOpen}", ["*HiddenOpen"]),
    ({"Ref": "DbPassword"}, "!Ref DbPassword", "#{*DbPassword}", ["*DbPassword"]),
    ({"Ref": "AWS::Region"}, "!Ref AWS::Region", "#{AWS_Region}", ["AWS_Region"]),
    ({"Ref": "AWS::StackName"}, "!Ref AWS::StackName", "#{AWS_StackName}", ["AWS_StackName"]),
    ({"Ref": "Bucket"}, "!Ref Bucket", "data-dev", []),
    ({"Ref": "Half"}, "!Ref Half", "data-#{Open}", ["Open"]),
    ({"Ref": "Unnamed"}, "!Ref Unnamed", "#{Unnamed}", ["Unnamed"]),
    ({"Ref": "Topic"}, "!Ref Topic", "#{Topic}", ["Topic"]),
    ({"Ref": "Group"}, "!Ref Group", "#{Group}", ["Group"]),
    ({"Ref": "Table"}, "!Ref Table", "orders", []),
    ({"Fn::GetAtt": ["Group", "GroupId"]}, "!GetAtt Group.GroupId", "#{Group_GroupId}", ["Group_GroupId"]),
    ({"Fn::GetAtt": "Topic.TopicName"}, "!GetAtt [Topic, TopicName]", "alarms", []),
    ({"Fn::GetAtt": ["Bucket", "DomainName"]}, "!GetAtt Bucket.DomainName", "data-dev.s3.amazonaws.com", []),
    ({"Fn::GetAtt": ["Bucket", "Arn"]}, "!GetAtt Bucket.Arn", "#{Bucket_Arn}", ["Bucket_Arn"]),
    ({"Fn::Sub": "a-${Stage}-${Count}"}, "!Sub 'a-${Stage}-${Count}'", "a-dev-3", []),
    (
        {"Fn::Sub": "${!INPUT1_STAGING_DIR}/x"},
        "!Sub '${!INPUT1_STAGING_DIR}/x'",
        "${INPUT1_STAGING_DIR}/x",
        [],
    ),
    ({"Fn::Sub": "$1 #{@id} ${Open}"}, "!Sub '$1 #{@id} ${Open}'", "$1 #{@id} #{Open}", ["Open"]),
    (
        {"Fn::Sub": "${Bucket}/${Bucket.Arn}"},
        "!Sub '${Bucket}/${Bucket.Arn}'",
        "data-dev/#{Bucket_Arn}",
        ["Bucket_Arn"],
    ),
    ({"Fn::Sub": "-p ${Hidden}"}, "!Sub '-p ${Hidden}'", "-p #{*Hidden}", ["*Hidden"]),
    (
        {"Fn::Sub": ["${a}/${Stage}", {"a": {"Fn::Join": ["", ["x", "y"]]}}]},
        "!Sub ['${a}/${Stage}', {a: !Join ['', [x, y]]}]",
        "xy/dev",
        [],
    ),
    ({"Fn::Sub": ["${Stage}", {"Stage": "own"}]}, "!Sub ['${Stage}', {Stage: own}]", "own", []),
    ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}, 1]]}, "!Join ['-', [a, !Ref Stage, 1]]", "a-dev-1", []),
    ({"Fn::Join": [",", {"Ref": "Names"}]}, "!Join [',', !Ref Names]", "a,b,c", []),
    ({"Fn::Join": [",", {"Ref": "OpenList"}]}, "!Join [',', !Ref OpenList]", "#{OpenList}", ["OpenList"]),
    (
        {"Fn::Join": [";", {"Ref": "OpenList"}]},
        "!Join [';', !Ref OpenList]",
        "#{OpenList_joined}",
        ["OpenList_joined"],
    ),
    (
        {"Fn::Join": ["", ["a", {"Ref": "AWS::NoValue"}, "b"]]},
        "!Join ['', [a, !Ref AWS::NoValue, b]]",
        "ab",
        [],
    ),
    (
        {"Fn::Join": ["", ["s3://", {"Ref": "Open"}]]},
        "!Join ['', ['s3://', !Ref Open]]",
        "s3://#{Open}",
        ["Open"],
    ),
    (
        {"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "type"]},
        "!FindInMap [Sizes, !Ref Stage, type]",
        "m5.large",
        [],
    ),
    ({"Fn::FindInMap": ["Sizes", "dev", "zones"]}, "!FindInMap [Sizes, dev, zones]", ("z1", "z2"), []),
    (
        {"Fn::FindInMap": ["Sizes", "test", "type", {"DefaultValue": "t3.micro"}]},
        "!FindInMap [Sizes, test, type, {DefaultValue: t3.micro}]",
        "t3.micro",
        [],
    ),
    (
        {"Fn::FindInMap": ["Sizes", {"Ref": "Open"}, "type"]},
        "!FindInMap [Sizes, !Ref Open, type]",
        "#{Sizes_Open_type}",
        ["Sizes_Open_type"],
    ),
    ({"Fn::If": ["IsDev", "a", "b"]}, "!If [IsDev, a, b]", "a", []),
    ({"Fn::If": ["IsProd", "a", "b"]}, "!If [IsProd, a, b]", "b", []),
    ({"Fn::If": ["Both", "a", "b"]}, "!If [Both, a, b]", "a", []),
    ({"Fn::If": ["Either", "a", "b"]}, "!If [Either, a, b]", "a", []),
    ({"Fn::If": ["None", "a", "b"]}, "!If [None, a, b]", "b", []),
    ({"Fn::If": ["Decided", "a", "b"]}, "!If [Decided, a, b]", "a", []),
    ({"Fn::If": ["Ruled", "a", "b"]}, "!If [Ruled, a, b]", "b", []),
    ({"Fn::If": ["SameHole", "a", "b"]}, "!If [SameHole, a, b]", "a", []),
    ({"Fn::If": ["Secret", "a", "b"]}, "!If [Secret, a, b]", "a", []),
    ({"Fn::If": ["Unknown", "a", "b"]}, "!If [Unknown, a, b]", "#{If_Unknown}", ["If_Unknown"]),
    ({"Fn::If": ["Unknown", "a", "a"]}, "!If [Unknown, a, a]", "a", []),
    (
        {"Fn::If": ["IsDev", {"Ref": "Stage"}, {"Ref": "Open"}]},
        "!If [IsDev, !Ref Stage, !Ref Open]",
        "dev",
        [],
    ),
    ({"Fn::Select": [1, ["a", "b"]]}, "!Select [1, [a, b]]", "b", []),
    ({"Fn::Select": ["0", {"Ref": "Subnets"}]}, "!Select ['0', !Ref Subnets]", "subnet-1", []),
    ({"Fn::Select": [1, {"Ref": "OpenList"}]}, "!Select [1, !Ref OpenList]", "#{OpenList_1}", ["OpenList_1"]),
    ({"Fn::Select": [2, {"Fn::Split": ["-", "a-b-c"]}]}, "!Select [2, !Split ['-', a-b-c]]", "c", []),
    ({"Fn::Split": ["|", "a|b|"]}, "!Split ['|', 'a|b|']", ("a", "b", ""), []),
    (
        {"Fn::Select": [0, {"Fn::Split": ["/", {"Ref": "Open"}]}]},
        "!Select [0, !Split ['/', !Ref Open]]",
        "#{Open_part_0}",
        ["Open_part_0"],
    ),
    (
        {"Fn::Select": [0, {"Fn::Split": ["r", {"Ref": "Hidden"}]}]},
        "!Select [0, !Split ['r', !Ref Hidden]]",
        "#{*Hidden_part_0}",
        ["*Hidden_part_0"],
    ),
    ({"Fn::Base64": {"Fn::Sub": "echo ${Stage}"}}, "!Base64\nFn::Sub: 'echo ${Stage}'", "ZWNobyBkZXY=", []),
    ({"Fn::Base64": {"Ref": "Open"}}, "!Base64\nRef: Open", "#{Open_base64}", ["Open_base64"]),
    ({"Fn::ImportValue": "Net-Subnet"}, "!ImportValue Net-Subnet", "#{Net_Subnet}", ["Net_Subnet"]),
    (
        {"Fn::ImportValue": {"Fn::Sub": "${Stage}-Subnet"}},
        "!ImportValue\nFn::Sub: '${Stage}-Subnet'",
        "#{dev_Subnet}",
        ["dev_Subnet"],
    ),
    (
        {"Fn::Select": [0, {"Fn::GetAZs": ""}]},
        "!Select [0, !GetAZs '']",
        "#{AvailabilityZones_0}",
        ["AvailabilityZones_0"],
    ),
    (
        {"Fn::Select": [1, {"Fn::Cidr": ["10.0.0.0/16", 4, 8]}]},
        "!Select [1, !Cidr [10.0.0.0/16, 4, 8]]",
        "10.0.1.0/24",
        [],
    ),
    ({"Fn::Length": {"Ref": "Names"}}, "!Length\nRef: Names", "3", []),
    (
        "{{resolve:ssm:/db/host:1}} {{resolve:secretsmanager:prod/db:SecretString:password}}",
        "'{{resolve:ssm:/db/host:1}} {{resolve:secretsmanager:prod/db:SecretString:password}}'",
        "#{db_host_1} #{*prod_db_SecretString_password}",
        ["db_host_1", "*prod_db_SecretString_password"],
    ),
    (
        {"Fn::Sub": "{{resolve:ssm-secure:/${Stage}/${Open}:1}}"},
        "!Sub '{{resolve:ssm-secure:/${Stage}/${Open}:1}}'",
        "#{*dev_Open_1}",
        ["*dev_Open_1"],
    ),
    (
        "{{ resolve }} {{resolve:other:x}}",
        "'{{ resolve }} {{resolve:other:x}}'",
        "{{ resolve }} {{resolve:other:x}}",
        [],
    ),
    (
        "#{format(@scheduledStartTime,'YYYY')}",
        "\"#{format(@scheduledStartTime,'YYYY')}\"",
        "#{format(@scheduledStartTime,'YYYY')}",
        [],
    ),
]


@pytest.mark.parametrize(("long", "short", "text", "left"), FUNCTIONS, ids=lambda item: str(item)[:50])
def test_functions(long: Any, short: str, text: Any, left: list[str]) -> None:
    document = template("VALUE")
    fields = document["Resources"]["P"]["Properties"]["PipelineObjects"][0]["Fields"]
    fields[1]["StringValue"] = long
    in_json = read(parse_json(json.dumps(document), "t.json")[0])
    in_yaml = read(template(short))
    for definition in (in_json, in_yaml):
        assert command(definition) == text
        assert unknown(definition) == left
        assert definition.problems == ()
    assert in_json.objects == in_yaml.objects
    assert in_json.values == in_yaml.values


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("yes", "true"),
        ("!Ref Word", "true"),
        ("!If [SameWord, a, b]", "a"),
        ("!FindInMap [Sizes, dev, spot]", "false"),
        ("!Sub ['${a}', {a: on}]", "true"),
        ("'yes'", "yes"),
    ],
)
def test_words_that_yaml_takes_for_true_or_false(value: str, text: str) -> None:
    """They are the same wherever they stand: CloudFormation does not know that they were words."""
    found = read(template(value))
    assert command(found) == text
    assert found.problems == ()


@pytest.mark.parametrize(
    ("value", "given", "text", "left"),
    [
        ("!Ref Stage", {"Stage": "prod"}, "prod", []),
        ("!Ref Open", {"Open": "#{myX}"}, "#{myX}", []),
        ("!FindInMap [Sizes, !Ref Stage, type]", {"Stage": "prod"}, "m5.4xlarge", []),
        ("!If [IsProd, a, b]", {"Stage": "prod"}, "a", []),
        ("!If [Unknown, a, b]", {"Open": "x"}, "a", []),
        ("!If [Unknown, a, b]", {"Open": "y"}, "b", []),
        ("!Ref AWS::Region", {"AWS__Region": "eu-west-1"}, "eu-west-1", []),
        ("!Ref AWS::Region", {"AWS_Region": "eu-west-1"}, "eu-west-1", []),
        ("!If [Regional, a, b]", {"AWS__Region": "eu-west-1"}, "a", []),
        ("!Sub 'arn:${AWS::Partition}'", {"AWS__Region": "cn-north-1"}, "arn:aws-cn", []),
        ("!Sub 'arn:${AWS::Partition}'", {"AWS__Region": "us-gov-west-1"}, "arn:aws-us-gov", []),
        ("!Sub '${AWS::URLSuffix}'", {"AWS__Region": "cn-north-1"}, "amazonaws.com.cn", []),
        ("!Sub '${AWS::Partition}'", {"AWS__Partition": "x"}, "x", []),
        ("!GetAtt Bucket.Arn", {"AWS__Region": "us-east-1"}, "arn:aws:s3:::data-dev", []),
        (
            "!Ref Topic",
            {"AWS__Region": "us-east-1", "AWS__AccountId": "123456789012"},
            "arn:aws:sns:us-east-1:123456789012:alarms",
            [],
        ),
        ("!Ref Topic", {"AWS__Region": "us-east-1"}, "#{Topic}", ["Topic"]),
        ("!Ref Unnamed", {"Unnamed": "b"}, "b", []),
        ("!Ref Group", {"Group": "sg-1"}, "sg-1", []),
        ("!GetAtt Group.GroupId", {"Group.GroupId": "sg-1"}, "sg-1", []),
        ("!GetAtt Group.GroupId", {"Group_GroupId": "sg-1"}, "sg-1", []),
        ("!ImportValue Net-Subnet", {"Net-Subnet": "s"}, "s", []),
        ("!ImportValue Net-Subnet", {"Net_Subnet": "s"}, "s", []),
        ("!Ref OpenList", {"OpenList": "a, b"}, ("a", "b"), []),
        ("!Select [1, !Ref OpenList]", {"OpenList": "a,b"}, "b", []),
        ("!Ref Image", {"Image": "ami-1"}, "ami-1", []),
        ("!Ref Hidden", {"Hidden": "mine"}, "#{*Hidden}", ["*Hidden"]),
        ("!Ref Open", {"*Open": "mine"}, "#{*Open}", ["*Open"]),
        ("'{{resolve:ssm:/db/host}}'", {"db_host": "h"}, "h", []),
        ("!Ref Group", {"*Group": "mine"}, "#{*Group}", ["*Group"]),
        ("!ImportValue DbPassword", {"DbPassword": "mine"}, "#{*DbPassword}", ["*DbPassword"]),
        ("'{{resolve:secretsmanager:db}}'", {"db": "mine"}, "#{*db}", ["*db"]),
        ("!Ref AWS::StackName", {"AWS__StackName": "s"}, "s", []),
    ],
)
def test_given_values(value: str, given: Mapping[str, str], text: Any, left: list[str]) -> None:
    definition = read(template(value), **given)
    assert command(definition) == text
    assert unknown(definition) == left
    names = {name.replace("__", "::").removeprefix("*") for name in given}
    assert definition.used == names


def test_several_given_values_are_a_list() -> None:
    [found] = cloudformation.read(template("!Join ['+', !Ref OpenList]"), "t", {"OpenList": ("a,b", "c")})
    assert command(found) == "a,b+c"


def test_secrets_are_starred_parameters_with_their_value() -> None:
    found = read(template("!Sub '${Hidden} ${HiddenOpen} ${DbPassword}'"))
    assert found.values == {"*Hidden": ("hunter2",), "*DbPassword": ("geheim",)}
    assert [parameter.starred for parameter in found.parameters.values()] == [True, True, True]
    texts = [repair.text for repair in found.repairs]
    assert not any("hunter2" in text or "geheim" in text for text in texts)


@pytest.mark.parametrize(
    ("value", "name", "secret"),
    [
        ("!Base64\nRef: Hidden", "*Hidden_base64", "aHVudGVyMg=="),
        ("!Select [0, !Split ['r', !Ref Hidden]]", "*Hidden_part_0", "hunte"),
        ("'{{resolve:secretsmanager:x}}'", "*x", None),
    ],
)
def test_what_is_made_of_a_secret_is_one(value: str, name: str, secret: str | None) -> None:
    found = read(template(value))
    assert dict(found.values) == ({} if secret is None else {name: (secret,)})
    assert unknown(found) == [name]


def test_what_a_hole_is_called_tells_what_it_is() -> None:
    found = read(template("!Sub '${Open} ${AWS::Region} ${Unnamed} ${Group.GroupId}'"))
    assert {name: parameter.description for name, parameter in found.parameters.items()} == {
        "Open": "The template's parameter Open",
        "AWS_Region": "CloudFormation's AWS::Region",
        "Unnamed": "The resource Unnamed (AWS::S3::Bucket)",
        "Group_GroupId": "Attribute GroupId of the resource Group (AWS::EC2::SecurityGroup)",
    }
    assert found.values == {}


def test_choices_are_those_of_the_template() -> None:
    document = template("!Ref Open")
    document["Parameters"]["Open"]["AllowedValues"] = ["x", "y"]
    assert read(document).parameters["Open"].allowed_values == ("x", "y")
    assert read(document, Open="y").problems == ()
    [problem] = read(document, Open="z").problems
    assert "'z' of the template's parameter Open is not one of 'x', 'y'" in str(problem)


NAMES = """
  P:
    Type: AWS::DataPipeline::Pipeline
    Properties:
      Name: p
      ParameterObjects:
      - {Id: Stage, Attributes: [{Key: type, StringValue: String}]}
      PipelineObjects:
      - Id: A
        Name: A
        Fields:
        - {Key: type, StringValue: ShellCommandActivity}
        - {Key: Open, StringValue: x}
        - {Key: note, StringValue: "#{Unnamed}"}
        - {Key: command, StringValue: !Sub "VALUE"}
"""


def test_a_hole_never_has_the_name_of_something_else() -> None:
    """An expression would mean the field, or the pipeline's own parameter."""
    document = template("${Open} ${Unnamed} ${Stage}", NAMES)
    del document["Parameters"]["Stage"]["Default"]
    found = read(document)
    assert command(found) == "#{Open_of_template} #{Unnamed_of_template} #{Stage_of_template}"
    assert set(found.parameters) == {"Stage", "Open_of_template", "Unnamed_of_template", "Stage_of_template"}


# Structure


def parts(text: str) -> Definition:
    return read(parse_yaml(SECTIONS + text, "t.yaml")[0])


OBJECT = """
  P:
    Type: AWS::DataPipeline::Pipeline
    Properties:
      Name: p
      PipelineObjects:
      - {Id: B, Name: Bee, Fields: [{Key: type, StringValue: Ec2Resource}]}
      - Id: A
        Name: A
        Fields:
        - {Key: type, StringValue: ShellCommandActivity}
        - FIELD
"""


@pytest.mark.parametrize(
    ("field", "expected", "repair"),
    [
        ("{Key: command, StringValue: 3}", ("3",), "the number 3 was read as the text '3'"),
        ("{Key: command, StringValue: true}", ("true",), "the boolean true was read as the text 'true'"),
        (
            "{Key: command, StringValue: yes}",
            ("true",),
            "yes without quotes: read as true, as CloudFormation reads it",
        ),
        ("{Key: command, StringValue: [x]}", ("x",), "StringValue is a list of one: read as its item"),
        ("{Key: command, StringValue: [x, y]}", ("x", "y"), "StringValue is a list: read as several values"),
        ("{Key: runsOn, RefValue: B}", (Ref("B"),), ""),
        ("{Key: runsOn, RefValue: [B]}", (Ref("B"),), "RefValue is a list of one: read as its item"),
        ("{Key: runsOn, RefValue: Bee}", (Ref("B"),), "'Bee' is a name: read as the id 'B'"),
        ("{Key: runsOn, StringValue: B}", (Ref("B"),), "the text 'B' names an object: read as a reference"),
        (
            "{Key: runsOn, StringValue: [{RefValue: B}]}",
            (Ref("B"),),
            "a RefValue within a StringValue: read as the RefValue alone",
        ),
        (
            "{Key: runsOn, StringValue: !Ref B}",
            (Ref("B"),),
            "`Ref` of 'B', which is an object of the pipeline: read as a reference to it",
        ),
        (
            "{Key: runsOn, RefValue: !Ref B}",
            (Ref("B"),),
            "`Ref` of 'B', which is an object of the pipeline: read as a reference to it",
        ),
        (
            "{Key: command, RefValue: Stage}",
            ("dev",),
            "RefValue 'Stage' is a parameter of the template: its value was put in",
        ),
        (
            "{Key: command, RefValue: Open}",
            ("#{Open}",),
            "RefValue 'Open' is a parameter of the template: its value was put in",
        ),
        (
            "{Key: stage, RefValue: 'true'}",
            ("true",),
            "RefValue names no object, and the field takes a text: read as that",
        ),
        (
            "{Key: stage, RefValue: true}",
            ("true",),
            "RefValue names no object, and the field takes a text: read as that",
        ),
        (
            "{Key: command, RefValue: '#{myX}'}",
            ("#{myX}",),
            "RefValue names no object, and the field takes a text: read as that",
        ),
        (
            "{Key: command, StringValue: !Ref '#{myX}'}",
            ("#{myX}",),
            "`Ref` of an expression of Data Pipeline: read as the text",
        ),
        (
            "{Key: command, StringValue: !Sub '${OUTPUT1_STAGING_DIR}'}",
            ("${OUTPUT1_STAGING_DIR}",),
            "${OUTPUT1_STAGING_DIR} is the shell's, so it stays; in `Fn::Sub` write ${!OUTPUT1_STAGING_DIR}",
        ),
        (
            "{Key: command, StringValue: !Ref Subnets}",
            ("subnet-1", "subnet-2"),
            "StringValue is a list: read as several values",
        ),
        ("{Key: command, StringValue: x, Note: y}", ("x",), "nothing that a pipeline has there: not read"),
        ("{key: command, stringValue: x}", ("x",), ""),
        ("!If [IsDev, {Key: command, StringValue: x}, {Key: command, StringValue: y}]", ("x",), ""),
        (
            "!If [Unknown, {Key: command, StringValue: x}, {Key: command, StringValue: y}]",
            ("#{If_Unknown}",),
            "stands for what the condition Unknown decides, which depends on Open: 'x' if it holds, else 'y', which the template alone does not say",
        ),
    ],
)
def test_fields(field: str, expected: Any, repair: str) -> None:
    found = parts(OBJECT.replace("FIELD", field))
    key = "runsOn" if "runsOn" in field else "stage" if "stage" in field else "command"
    assert found.objects["A"].fields[key] == expected
    assert found.problems == ()
    assert not repair or repair in [item.text for item in found.repairs]


@pytest.mark.parametrize(
    "field",
    [
        "!Ref AWS::NoValue",
        "{Key: command, StringValue: !Ref AWS::NoValue}",
        "{Key: command, StringValue: !If [IsProd, x, !Ref AWS::NoValue]}",
        "!If [IsProd, {Key: command, StringValue: x}, !Ref AWS::NoValue]",
    ],
)
def test_no_value_takes_the_field_away(field: str) -> None:
    found = parts(OBJECT.replace("FIELD", field))
    assert dict(found.objects["A"].fields) == {}
    assert found.problems == ()


def test_what_only_the_rest_of_a_template_has_is_asked_for() -> None:
    text = OBJECT.replace("FIELD", "{Key: command, StringValue: !Sub 'ls ${Bucket}'}")
    alone = parse_yaml(text, "t.yaml")[0]
    found = read(alone)
    assert command(found) == "ls #{Bucket}"
    assert found.problems == ()
    assert any("which the rest of the template has" in repair.text for repair in found.repairs)
    assert command(read(alone, Bucket="b")) == "ls b"
    whole = read({"Resources": alone}, Bucket="b")
    assert command(whole) == "ls b"
    assert whole.problems == ()


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        (
            "{Key: command, StringValue: !Ref Nobody}",
            "'Nobody' is neither a parameter nor a resource of the template",
        ),
        ("{Key: command, StringValue: !Sub '${Nobody}'}", "'Nobody' is neither a parameter nor a resource"),
        (
            "{Key: command, StringValue: !GetAtt Nobody.Arn}",
            "'Nobody.Arn' is neither a parameter nor a resource",
        ),
        ("{Key: command, StringValue: !Sub '${x:-y}'}", "CloudFormation cannot read ${x:-y} in `Fn::Sub`."),
        ("{Key: runsOn, RefValue: C}", "refers to 'C', which is no object's id"),
        ("{Key: runsOn, RefValue: Stage}", "refers to 'Stage', which is no object's id"),
        ("{Key: myOther, RefValue: C}", "refers to 'C', which is no object's id"),
        ("{Key: runsOn, RefValue: B, StringValue: x}", "a value is neither text nor"),
    ],
)
def test_what_aws_would_refuse(field: str, problem: str) -> None:
    found = parts(OBJECT.replace("FIELD", field))
    assert [str(item) for item in found.problems if problem in str(item)], found.problems


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (
            "{Key: command, StringValue: !Foo x}",
            "P.PipelineObjects.A.Fields.command.StringValue: Fn::Foo is no function",
        ),
        ("{Key: command, StringValue: {'Fn::ToJsonString': a}}", "`Fn::ToJsonString` has no object"),
        (
            "{Key: command, StringValue: x, 'Fn::Transform': {Name: 'AWS::Include'}}",
            "the transform 'AWS::Include' brings in what is not in this file. Put it in here. Give the processed",
        ),
        (
            "{Key: command, StringValue: {'Fn::Transform': {Name: 'AWS::Include'}}}",
            "the transform 'AWS::Include' brings in what",
        ),
        ("{Key: command, StringValue: {Ref: Stage, Other: x}}", "Ref stands beside Other"),
        ("{Key: command, StringValue: {Ref: [x]}}", "`Ref` names no parameter"),
        ("{Key: command, StringValue: !Select [5, [a]]}", "index 5 of 1 items"),
        ("{Key: command, StringValue: !Select [x, [a]]}", "'x' is no index"),
        ("{Key: command, StringValue: !Select [!Ref Open, [a]]}", "Open is not. Give it with --set Open=..."),
        ("{Key: command, StringValue: !Select [0]}", "not two values for `Fn::Select`"),
        ("{Key: command, StringValue: !Join ['-', x]}", "`Fn::Join` has no list"),
        ("{Key: command, StringValue: !Split ['', x]}", "`Fn::Split` has no delimiter"),
        ("{Key: command, StringValue: !Sub [a, b, c]}", "`Fn::Sub` has no text"),
        ("{Key: command, StringValue: !GetAtt Bucket}", "`Fn::GetAtt` names no attribute"),
        (
            "{Key: command, StringValue: !FindInMap [Sizes, test, type]}",
            "there is no Sizes.test.type in `Mappings`",
        ),
        ("{Key: command, StringValue: !FindInMap [Sizes]}", "`Fn::FindInMap` has not three values"),
        ("{Key: command, StringValue: !If [Nobody, a, b]}", "the template has no condition 'Nobody'"),
        ("{Key: command, StringValue: !If [IsDev, a]}", "`Fn::If` has not three values"),
        (
            "{Key: command, StringValue: !Cidr [x, 1]}",
            "`Fn::Cidr`: 'x' does not appear to be an IPv4 or IPv6 network",
        ),
        ("{Key: command, StringValue: {a: b}}", "StringValue is an object, not a text"),
        ("{Key: command, StringValue: !Sub '${Names}'}", "a list where a text goes. Write a text."),
        ("{Key: type, StringValue: !Ref Open}", "A.type: this has to be known, and Open is not"),
        ("{Key: !Ref Open, StringValue: x}", "this has to be known, and Open is not"),
        ("{Key: runsOn, RefValue: !Ref Open}", "A.runsOn: this has to be known, and Open is not"),
        (
            "{Key: command, StringValue: !Sub \"#{format(@scheduledStartTime, '${Open}')}\"}",
            "within an expression #{...}: this has to be known, and Open is not",
        ),
        ("x", "P.PipelineObjects.A.Fields: a text, not an object"),
    ],
)
def test_what_cannot_be_read(field: str, message: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        parts(OBJECT.replace("FIELD", field))
    assert message in str(caught.value)
    assert str(caught.value).startswith("t.yaml: ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#{a} ${Open}", "#{a} #{Open}"),
        ("#{format(x, '}')} ${Open}", "#{format(x, '}')} #{Open}"),
        ('#{format(x, \\"}\\")} ${Open}', '#{format(x, "}")} #{Open}'),
        ("{ ${Open}", "{ #{Open}"),
        ("#${Open}", "##{Open}"),
    ],
)
def test_a_hole_beside_expressions(text: str, expected: str) -> None:
    found = parts(OBJECT.replace("FIELD", f'{{Key: command, StringValue: !Sub "{text}"}}'))
    assert command(found) == expected


WHOLE = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: [AWS::LanguageExtensions, OurMacro]
Parameters:
  Stage: {Type: String, Default: dev}
  Open: {Type: String}
  myBucket: {Type: String}
  myBoth: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  Unknown: !Equals [!Ref Open, x]
Resources:
  Fn::ForEach::Topics: [T, [a, b], {'Topic${T}': {Type: AWS::SNS::Topic}}]
  First:
    Type: AWS::DataPipeline::Pipeline
    DeletionPolicy: Retain
    Properties:
      Name: !Sub 'copy-${Stage}'
      Description: !Sub 'for ${Open}'
      Activate: false
      Odd: 1
      PipelineTags: [{Key: team, Value: data}, {Key: stage, Value: !Ref Stage}]
      ParameterObjects:
      - Id: myBucket
        Attributes:
        - {Key: description, StringValue: !Sub 'Bucket of ${Open}'}
        - {Key: type, StringValue: String}
        - {Key: default, StringValue: own-default}
      - Id: myBoth
        Attributes:
        - {Key: default, StringValue: !Ref Stage}
        - {Key: allowedValues, StringValue: dev}
        - {Key: allowedValues, StringValue: prod}
        - {Key: watermark, StringValue: !Ref AWS::NoValue}
      ParameterValues:
      - {Id: myBucket, StringValue: !Ref myBucket}
      - {Id: myList, StringValue: a}
      - {Id: myList, StringValue: b}
      - {Id: myNothing}
      PipelineObjects:
      - {Id: Default, Name: Default, Fields: [{Key: scheduleType, StringValue: ondemand}]}
  Second:
    Type: AWS::DataPipeline::Pipeline
    Condition: IsProd
    Properties:
      Name: second
      PipelineObjects: [{Id: Default, Name: Default, Fields: []}]
  Third:
    Type: AWS::DataPipeline::Pipeline
    Condition: Unknown
    Properties:
      Name: !Ref Open
      PipelineObjects: [{Id: Default, Name: Default, Fields: []}]
"""


def whole(**given: str) -> dict[str, Definition]:
    document = parse_yaml(WHOLE, "stack.yaml")[0]
    found = cloudformation.read(document, "stack.yaml", {name: (value,) for name, value in given.items()})
    return {definition.name: definition for definition in found}


def test_a_whole_template() -> None:
    found = whole()
    assert list(found) == ["copy-dev", "stack_Third"]
    first = found["copy-dev"]
    assert first.source == "stack.yaml"
    assert first.description == "for ${Open}"
    assert first.tags == {"team": "data", "stage": "dev"}
    assert set(first.parameters) == {"myBucket", "myBoth"}
    assert first.parameters["myBucket"].default == ()
    assert first.parameters["myBucket"].description == "Bucket of ${Open}"
    assert first.parameters["myBucket"].attributes["default"] == ("own-default",)
    assert first.parameters["myBoth"].default == ("dev",)
    assert first.parameters["myBoth"].allowed_values == ("dev", "prod")
    assert first.values == {"myList": ("a", "b")}
    assert [(repair.place, repair.text) for repair in first.repairs] == [
        ("template", "Transform OurMacro: what it changes is known to CloudFormation alone: not applied"),
        ("template", "Resources.Fn::ForEach::Topics: what it makes is known to CloudFormation alone: not applied"),
        ("Stage", "the template's parameter Stage: its default was put in; to have another, convert again with --set Stage=..."),
        ("Second", "this pipeline was passed over: its condition IsProd does not hold"),
        ("First.DeletionPolicy", "about the stack, not the pipeline: not read"),
        ("First.Odd", "not a property of a pipeline: not read"),
        ("First.Activate", "the stack does not activate the pipeline; DAGs arrive paused either way"),
        ("myBucket", "its value is that of the template's parameter myBucket, which is not known: a default of its own does not hold"),
        ("First.myBoth.watermark", "`AWS::NoValue`, or no value at all: left out"),
        ("First.ParameterValues.myNothing", "`AWS::NoValue`, or no value at all: left out"),
    ]  # fmt: skip
    assert [repair.text for repair in found["stack_Third"].repairs if repair.place == "Third"] == [
        "its condition Unknown depends on Open: read as if it held; --set decides it"
    ]


def test_given_values_decide_which_pipelines_there_are() -> None:
    assert list(whole(Stage="prod", Open="x")) == ["copy-prod", "second", "x"]
    assert list(whole(Open="y")) == ["copy-dev"]
    found = whole(myBucket="b", Open="y")["copy-dev"]
    assert found.values["myBucket"] == ("b",)
    assert found.used == {"myBucket", "Open"}


def test_resources_alone_are_a_template() -> None:
    document = {
        "P": {"Type": "AWS::DataPipeline::Pipeline", "Properties": {"Name": "p", "PipelineObjects": []}}
    }
    assert cloudformation.is_template(document)
    [found] = cloudformation.read(document, "x", {})
    assert found.name == "p"


@pytest.mark.parametrize(
    ("document", "error", "message"),
    [
        ({"Resources": {"B": {"Type": "AWS::S3::Bucket"}, "C": {"Type": "AWS::S3::Bucket"}, "J": {"Type": "AWS::Glue::Job"}}}, NoDefinitionError, "a CloudFormation template without any AWS::DataPipeline::Pipeline; it has AWS::S3::Bucket, AWS::Glue::Job"),
        ({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {}}, NoDefinitionError, "it has nothing"),
        ({"AWSTemplateFormatVersion": "2010-09-09"}, UnreadableError, "without `Resources`"),
        ({"AWSTemplateFormatVersion": "x", "Resources": []}, UnreadableError, "`Resources` is a list, not an object"),
        ({"AWSTemplateFormatVersion": "x", "Resources": {"P": "x"}}, UnreadableError, "`Resources.P` is a text, not an object"),
        ({"Resources": {"P": {"Type": "AWS::DataPipeline::Pipeline"}}}, UnreadableError, "P: a pipeline without `Properties`"),
        ({"Resources": {"P": {"Type": "AWS::DataPipeline::Pipeline", "Properties": {}}}}, UnreadableError, "P: a pipeline without `PipelineObjects`"),
        ({"Resources": {"P": {"Type": "AWS::DataPipeline::Pipeline", "Properties": {"PipelineObjects": "x"}}}}, UnreadableError, "P.PipelineObjects: a text, not a list"),
        ({"Resources": {"P": {"Type": "AWS::DataPipeline::Pipeline", "Properties": {"PipelineObjects": [{"Name": "x"}]}}}}, UnreadableError, "has no id"),
        ({"Resources": {"P": {"Type": "AWS::DataPipeline::Pipeline"}, "Fn::ForEach::L": ["N", [], {"P${N}": {"Type": "AWS::DataPipeline::Pipeline"}}]}}, UnreadableError, "`Fn::ForEach::L` makes pipelines"),
        ({"Resources": {"Fn::ForEach::L": ["N", [], {"P${N}": {"Type": "AWS::DataPipeline::Pipeline"}}]}}, UnreadableError, "`Fn::ForEach::L` makes pipelines"),
        ({"Conditions": {"C": {"Fn::Equals": ["a", "b"]}}, "Resources": {"P": {"Type": "AWS::DataPipeline::Pipeline", "Condition": "C"}}}, UnreadableError, "none of its pipelines belongs to the stack: P: this pipeline was passed over: its condition C does not hold"),
        ({"Conditions": {"C": {"Condition": "D"}, "D": {"Fn::Not": [{"Condition": "C"}]}}, "Resources": {"P": {"Type": "AWS::DataPipeline::Pipeline", "Condition": "C"}}}, UnreadableError, "condition C depends on itself"),
        ({"Conditions": {"C": {"Fn::Contains": [[], "a"]}}, "Resources": {"P": {"Type": "AWS::DataPipeline::Pipeline", "Condition": "C"}}}, UnreadableError, "'Fn::Contains' is no function of conditions"),
    ],
)  # fmt: skip
def test_templates_that_cannot_be_read(document: Any, error: type[UnreadableError], message: str) -> None:
    assert cloudformation.is_template(document)
    with pytest.raises(error) as caught:
        cloudformation.read(document, "x.json", {})
    assert message in str(caught.value)
    assert type(caught.value) is error


def test_names_of_resources_in_a_circle_are_refused() -> None:
    document = template("!Ref Bucket")
    document["Resources"]["Bucket"]["Properties"]["BucketName"] = {"Fn::Sub": "${Bucket}-x"}
    with pytest.raises(UnreadableError, match="resource Bucket depends on itself"):
        read(document)


def test_texts_that_grow_without_end_are_refused() -> None:
    value: Any = "x" * 10
    for _ in range(25):
        value = {"Fn::Sub": ["${a}${a}", {"a": value}]}
    document = template("x")
    document["Resources"]["P"]["Properties"]["PipelineObjects"][0]["Fields"][1]["StringValue"] = value
    with pytest.raises(UnreadableError, match="a text of more than 1,000,000 characters"):
        read(document)


@pytest.mark.parametrize(
    "document",
    [
        {"objects": []},
        {"pipelineObjects": []},
        {"PipelineObjects": []},
        {"Resources": {}},
        {"Resources": {"A": {"Type": "transform"}}},
        {"name": "n", "steps": []},
        [],
        "Resources",
    ],
)
def test_what_is_no_template(document: Any) -> None:
    assert not cloudformation.is_template(document)


def test_placeholders_in_a_default() -> None:
    text = OBJECT.replace("Name: p\n", "Name: '${table} copy'\n", 1).replace(
        "FIELD", "{Key: command, StringValue: !Ref Stage}"
    )
    document = parse_yaml(SECTIONS.replace("Default: dev", "Default: '${stage}'") + text, "t.yaml")[0]
    assert command(read(document)) == "#{stage}"
    assert command(read(document, stage="prod")) == "prod"


def test_placeholders_of_another_tool() -> None:
    """Where a name has them, the whole file is one that Terraform's `templatefile` or the like fills in first."""
    text = OBJECT.replace("Name: p\n", "Name: '${table} copy'\n", 1).replace(
        "FIELD",
        "{Key: command, StringValue: 'run ${table} ${db_password} $${HOME} ${INPUT1_STAGING_DIR} $1'}",
    )
    found = parts(text)
    assert found.name == "copy"
    assert command(found) == "run #{table} #{*db_password} ${HOME} ${INPUT1_STAGING_DIR} $1"
    assert unknown(found) == ["table", "*db_password"]
    given = read(parse_yaml(SECTIONS + text, "t.yaml")[0], table="orders", db_password="geheim")
    assert given.name == "orders copy"
    assert command(given) == "run orders #{*db_password} ${HOME} ${INPUT1_STAGING_DIR} $1"
    assert given.values == {"*db_password": ("geheim",)}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("!Sub '${AWS::StackName}-pipe'", "pipe"),
        ("!Sub 'nightly-${AWS::StackName}-copy'", "nightly-copy"),
        ("!Sub '${Open}${AWS::StackName}'", "t_P"),
        ("!Ref Open", "t_P"),
        ("!Sub '${Stage}-${Open}'", "dev"),
    ],
)
def test_a_name_that_is_not_known_whole(written: str, name: str) -> None:
    found = parts(
        OBJECT.replace("Name: p\n", f"Name: {written}\n", 1).replace("FIELD", "{Key: x, StringValue: y}")
    )
    assert (found.name, found.part) == (name, "P")
    assert [repair.text for repair in found.repairs if repair.place == "P.Name"] == [
        f"{SHOWN[written]!r} is not known whole: the pipeline is called {name!r}"
    ]


SHOWN = {
    "!Sub '${AWS::StackName}-pipe'": "${AWS_StackName}-pipe",
    "!Sub 'nightly-${AWS::StackName}-copy'": "nightly-${AWS_StackName}-copy",
    "!Sub '${Open}${AWS::StackName}'": "${Open}${AWS_StackName}",
    "!Ref Open": "${Open}",
    "!Sub '${Stage}-${Open}'": "dev-${Open}",
}


def test_ids_that_are_not_known_whole_agree() -> None:
    text = OBJECT.replace("Id: B,", "Id: !Sub '${AWS::StackName}B',").replace(
        "FIELD", "{Key: runsOn, RefValue: !Join ['', [!Ref 'AWS::StackName', B]]}"
    )
    text = text.replace("Id: A\n", "Id: !Sub '${AWS::StackName}'\n")
    found = parts(text)
    assert list(found.objects) == ["B", "AWS_StackName"]
    assert found.objects["AWS_StackName"].fields["runsOn"] == (Ref("B"),)
    assert found.parameters == {}
    assert "'${AWS_StackName}B' is not known whole: the object is called 'B'" in [
        repair.text for repair in found.repairs
    ]


HOLDS = "Unknown, and Open is not known: converted as if it holds; convert again with --set Open=..."


@pytest.mark.parametrize(
    ("field", "expected", "left"),
    [
        ("!If [Unknown, {Key: x, StringValue: a}, !Ref AWS::NoValue]", {"x": ("a",)}, HOLDS),
        ("!If [Unknown, !Ref AWS::NoValue, {Key: x, StringValue: a}]", {}, HOLDS),
        ("!If [Unknown, {Key: x, StringValue: a}, {Key: z, StringValue: a}]", {"x": ("a",)}, HOLDS),
        ("{Key: runsOn, RefValue: !If [Unknown, B, A]}", {"runsOn": (Ref("B"),)}, HOLDS),
        # What a value is taken to be holds for every condition: Open is x, so it is not y.
        (
            "!If [Unknown, {Key: x, StringValue: a}, !Ref AWS::NoValue]\n"
            "        - !If [Other, {Key: z, StringValue: a}, !Ref AWS::NoValue]",
            {"x": ("a",)},
            HOLDS,
        ),
    ],
)
def test_one_branch_is_taken_where_a_condition_is_not_known(field: str, expected: Any, left: str) -> None:
    sections = SECTIONS.replace("  Decided:", "  Other: {'Fn::Equals': [{Ref: Open}, y]}\n  Decided:")
    found = read(parse_yaml(sections + OBJECT.replace("FIELD", field), "t.yaml")[0])
    assert {key: found.objects["A"].fields[key] for key in found.objects["A"].fields} == expected
    assert found.left[0].endswith(left)
    assert any(repair.text.startswith("the condition Unknown depends on Open") for repair in found.repairs)


def test_the_branch_that_was_taken_is_left_to_the_user() -> None:
    field = "!If [Unknown, {Key: command, StringValue: a}, !Ref AWS::NoValue]"
    text = OBJECT.replace("FIELD", f"{{Key: workerGroup, StringValue: w}}\n        - {field}")
    default = "- {Id: Default, Name: Default, Fields: [{Key: scheduleType, StringValue: ondemand}]}\n"
    text = text.replace("PipelineObjects:\n", f"PipelineObjects:\n      {default}")
    converted = convert(parts(text), Options(name="p"))
    assert not converted.complete
    assert any(sentence.endswith(HOLDS) for sentence in converted.plan.left)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("{a: 1, b: [x, true]}", '{"a":1,"b":["x",true]}'),
        ("{a: 'say \"é\"', b: {Ref: Stage}}", '{"a":"say \\"é\\"","b":"dev"}'),
        ("[{Ref: Open}, {Ref: 'AWS::NoValue'}]", '["#{Open}"]'),
    ],
)
def test_json_of_a_value(written: str, text: str) -> None:
    found = parts(
        OBJECT.replace("FIELD", f"{{Key: command, StringValue: {{'Fn::ToJsonString': {written}}}}}")
    )
    assert command(found) == text


@pytest.mark.parametrize(
    ("written", "expected", "left"),
    [
        (
            "'ls s3://${self:custom.bucket}/ ${HOME}'",
            "ls s3://#{self_custom_bucket}/ ${HOME}",
            ["self_custom_bucket"],
        ),
        ("!Sub 'ls ${self:custom.bucket} ${Stage}'", "ls #{self_custom_bucket} dev", ["self_custom_bucket"]),
        (
            "\"${self:custom.${opt:stage, 'dev'}.name}\"",
            "#{self_custom_opt_stage_dev_name}",
            ["self_custom_opt_stage_dev_name"],
        ),
        (
            "'${ssm(eu-west-1):/a/db_password}'",
            "#{*ssm_eu_west_1_a_db_password}",
            ["*ssm_eu_west_1_a_db_password"],
        ),
        ("'${param:-none} ${env:0:3} ${self}'", "${param:-none} ${env:0:3} ${self}", []),
    ],
)
def test_placeholders_of_the_serverless_framework(written: str, expected: str, left: list[str]) -> None:
    found = parts(OBJECT.replace("FIELD", f"{{Key: command, StringValue: {written}}}"))
    assert command(found) == expected
    assert unknown(found) == left


def test_what_looks_like_a_placeholder_is_the_shells_elsewhere() -> None:
    found = parts(OBJECT.replace("FIELD", "{Key: command, StringValue: 'run ${table} $${HOME}'}"))
    assert command(found) == "run ${table} $${HOME}"
    assert found.problems == ()


def test_a_password_in_a_value_is_not_shown() -> None:
    document = template("!Sub '${Open} ${Url}'")
    url = "jdbc:postgresql://h/d?user=u&password=hunter3"
    document["Parameters"]["Url"] = {"Type": "String", "Default": url, "AllowedValues": ["x"]}
    found = read(document)
    assert command(found) == f"#{{Open}} {url}"
    told = [*(str(problem) for problem in found.problems), *(repair.text for repair in found.repairs)]
    assert any("Url" in text for text in told)
    assert not any("hunter3" in text for text in told)


def test_conditions_that_are_chained_without_end_are_refused() -> None:
    document = template("!If [C0, a, b]")
    document["Conditions"] |= {f"C{n}": {"Fn::Not": [{"Condition": f"C{n + 1}"}]} for n in range(3000)}
    document["Conditions"]["C3000"] = {"Fn::Equals": ["a", "b"]}
    with pytest.raises(UnreadableError, match="P: nested or chained too deeply"):
        read(document)


def test_a_parameter_of_the_template_may_name_an_object() -> None:
    document = parse_yaml(SECTIONS + OBJECT.replace("FIELD", "{Key: runsOn, RefValue: Where}"), "t.yaml")[0]
    document["Parameters"]["Where"] = {"Type": "String", "Default": "B"}
    found = read(document)
    assert found.objects["A"].fields["runsOn"] == (Ref("B"),)
    assert found.problems == ()
    [problem] = read(document, Where="C").problems
    assert "refers to 'Where', which is no object's id" in str(problem)
