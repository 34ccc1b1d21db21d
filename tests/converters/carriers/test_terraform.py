from __future__ import annotations

from pathlib import Path

import pytest
from datapipeline_converters.carriers.read import read_definitions
from datapipeline_converters.definition import Definition, Ref
from datapipeline_converters.errors import NoDefinitionError, UnreadableError

SURROUNDINGS = r"""
variable "env" { default = "prod" }
variable "count_of" {
  type    = number
  default = 3
}
variable "on" {
  type    = bool
  default = true
}
variable "names" {
  type    = list(string)
  default = ["b", "a"]
}
variable "tags" { default = { z = "1", a = "2" } }
variable "bucket" { description = "Where the data is" }
variable "db_pass" { sensitive = true }
variable "cfg" {
  type = object({
    bucket  = string
    retries = optional(number, 3)
    inner   = optional(object({ name = optional(string, "z") }), {})
  })
  default = { bucket = "b" }
}
variable "all" {
  type    = map(object({ n = optional(number, 5) }))
  default = { x = {}, y = { n = 6 } }
}
variable "hidden" {
  sensitive = true
  default   = "s3cr3t"
}
locals {
  prefix = "s3://${var.env}"
  nested = { list = [{ id = "x" }, { id = "y" }] }
  loop   = local.loop
}
resource "aws_iam_role" "run" { name = "run-${var.env}" }
data "aws_region" "here" {}
"""


def definition(
    value: str, given: dict[str, tuple[str, ...]] | None = None, surroundings: str = SURROUNDINGS
) -> Definition:
    """Return a definition whose object A has a field x with a value."""
    text = f"""{surroundings}
resource "aws_datapipeline_pipeline_definition" "it" {{
  pipeline_id = "df-1"
  pipeline_object {{
    id   = "A"
    name = "A"
    field {{
      key          = "x"
      string_value = {value}
    }}
  }}
}}
"""
    (found,) = read_definitions(text, "x.tf", given or {})
    return found


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('"plain"', "plain"),
        ("12", "12"),
        ("1.50", "1.5"),
        ("true", "true"),
        ("-3", "-3"),
        (r'"a\n\"b\"\t\\ \u00e9"', 'a\n"b"\t\\ é'),
        ("\"#{format(@scheduledStartTime, 'YYYY')}\"", "#{format(@scheduledStartTime, 'YYYY')}"),
        ('"$${INPUT1_STAGING_DIR}/%%{x}"', "${INPUT1_STAGING_DIR}/%{x}"),
        ('"$HOME 100% $1 %"', "$HOME 100% $1 %"),
        ('"${local.prefix}/in"', "s3://prod/in"),
        ('<<EOF\n one $${X} "q" \\n\n  two ${var.env}\nEOF\n', ' one ${X} "q" \\n\n  two prod\n'),
        ("<<-EOF\n    one\n      two\n    EOF\n", "one\n  two\n"),
        ("<<-EOF\n    %{ for n in var.names ~}\n    - ${n}\n    %{ endfor ~}\n    EOF\n", "- b\n- a\n"),
        ('"%{ if var.on }yes%{ else }no%{ endif }"', "yes"),
        ('"%{ if var.env == "dev" }yes%{ endif }."', "."),
        ('var.env == "prod" ? "a" : "b"', "a"),
        ('!var.on || var.count_of > 2 ? "a" : "b"', "a"),
        ("var.count_of * 2 + 1", "7"),
        ("7 / 2", "3.5"),
        ("7 % 4", "3"),
        ("var.names[1]", "a"),
        ("var.tags.z", "1"),
        ('var.tags["a"]', "2"),
        ("local.nested.list[0].id", "x"),
        ('join(",", local.nested.list[*].id)', "x,y"),
        ('join(",", [for n in var.names : upper(n) if n != "b"])', "A"),
        ('join(",", [for k, v in var.tags : "${k}=${v}"])', "a=2,z=1"),
        ('join(",", keys({ for n in var.names : n => 1 }))', "a,b"),
        ('format("%s-%03d-%%", var.env, 7)', "prod-007-%"),
        ('lookup(var.tags, "q", "none")', "none"),
        ('try(var.tags.q, "none")', "none"),
        ('coalesce("", "x")', "x"),
        ('element(["a", "b"], 3)', "b"),
        ('replace("a-b-c", "-", "_")', "a_b_c"),
        ('substr("abcdef", 1, 3)', "bcd"),
        ('trimprefix("s3://b", "s3://")', "b"),
        ('join("", reverse(sort(["b", "a", "c"])))', "cba"),
        ('jsonencode({ b = [1, "x"], a = true })', '{"a":true,"b":[1,"x"]}'),
        ('jsondecode("{\\"k\\": [1, 2]}").k[1]', "2"),
        ('join(",", flatten([["a"], ["b", ["c"]]]))', "a,b,c"),
        ('length(concat(var.names, ["c"]))', "3"),
        ('contains(var.names, "a") ? "in" : "out"', "in"),
        ("aws_iam_role.run.name", "run-prod"),
        ("aws_iam_role.run.id", "run-prod"),
        ('base64encode("hi")', "aGk="),
        ('split("/", "a/b")[1]', "b"),
        ('title("a b")', "A B"),
        ('join(",", try(tolist("ab"), ["ab"]))', "ab"),
        ('join(",", try(toset("ab"), ["ab"]))', "ab"),
        ('can(tomap(["ab"])) ? "yes" : "no"', "no"),
        ('can(flatten("ab")) ? "yes" : "no"', "no"),
        ('can(concat("ab", ["c"])) ? "yes" : "no"', "no"),
        ('can(distinct("ab")) || can(reverse("ab")) || can(sort("ab")) ? "yes" : "no"', "no"),
        ('can(keys("ab")) || can(lookup("ab", "a")) || can(contains("ab", "a")) ? "yes" : "no"', "no"),
        ('can(one(["a", "b"])) ? "yes" : "no"', "no"),
        ("var.cfg.retries", "3"),
        ("var.cfg.inner.name", "z"),
        ("var.cfg.bucket", "b"),
        ("var.all.x.n", "5"),
        ("var.all.y.n", "6"),
    ],
)
def test_what_an_expression_is(written: str, text: str) -> None:
    found = definition(written)
    assert found.objects["A"].fields["x"] == (text,)
    assert found.parameters == {}


@pytest.mark.parametrize(
    ("written", "text", "name", "starred"),
    [
        ('"s3://${var.bucket}/in"', "s3://#{bucket}/in", "bucket", False),
        ("var.db_pass", "#{*db_pass}", "db_pass", True),
        ("var.hidden", "#{*hidden}", "hidden", True),
        ("data.aws_region.here.name", "#{aws_region_here_name}", "aws_region_here_name", False),
        ("aws_iam_role.run.arn", "#{aws_iam_role_run_arn}", "aws_iam_role_run_arn", False),
        ("module.vpc.subnets[0]", "#{vpc_subnets_0}", "vpc_subnets_0", False),
        ("upper(var.bucket)", "#{upper_bucket}", "upper_bucket", False),
        ("random_password.it.result", "#{*random_password_it_result}", "random_password_it_result", True),
        # What is compared with a bucket is not the bucket.
        ('var.bucket == "s3cr3t" ? "a" : "b"', "#{result_of_bucket}", "result_of_bucket", False),
        ("!var.bucket", "#{result_of_bucket}", "result_of_bucket", False),
        ("var.bucket + 1", "#{bucket_1}", "bucket_1", False),
        ("var.api_key", "#{*api_key}", "api_key", True),
        ('join("/", [var.bucket, "in"])', "#{bucket}/in", "bucket", False),
        ("var.missing", "#{missing}", "missing", False),
        ('replace("a-b", "/[a-z]/", "x")', "#{replace}", "replace", False),  # a pattern of Go's
        ("var.x", "#{x_of_terraform}", "x_of_terraform", False),  # x is a field, and fields come first
    ],
)
def test_what_only_terraform_knows_is_a_parameter(written: str, text: str, name: str, starred: bool) -> None:
    found = definition(written)
    assert found.objects["A"].fields["x"] == (text,)
    assert [(parameter.name, parameter.starred) for parameter in found.parameters.values()] == [
        (name, starred)
    ]
    assert "s3cr3t" not in repr(found.repairs)
    assert [name in repair.text for repair in found.repairs if "parameter" in repair.text] == [True]


@pytest.mark.parametrize(
    ("value", "text", "values"),
    [
        ("var.api_key", "#{*api_key}", {"*api_key": ("s3cr3t",)}),
        ('"run -p ${local.password}"', "run -p #{*password}", {"*password": ("s3cr3t",)}),
        ("upper(local.password)", "#{*upper_password}", {}),
        ('"x${var.token}"', "x", {}),  # a place for a secret is none
        ('join(",", var.token_columns)', "a,b", {}),
    ],
)
def test_what_is_named_like_a_secret_is_one(
    value: str, text: str, values: dict[str, tuple[str, ...]]
) -> None:
    surroundings = """
variable "api_key" { default = "s3cr3t" }
variable "token" { default = "" }
variable "token_columns" { default = ["a", "b"] }
locals { password = "s3cr3t" }
"""
    found = definition(value, surroundings=surroundings)
    assert found.objects["A"].fields["x"] == (text,)
    assert found.values == values
    assert "s3cr3t" not in repr(found.repairs)


def test_a_secret_keeps_its_value_and_a_variable_its_description() -> None:
    assert definition("var.hidden").values == {"*hidden": ("s3cr3t",)}
    assert "s3cr3t" not in repr(definition("var.hidden").objects)
    assert definition("var.bucket").parameters["bucket"].description == "Where the data is"


@pytest.mark.parametrize(
    ("written", "given", "text"),
    [
        ("var.bucket", {"bucket": ("b",)}, "b"),
        ("var.env", {"env": ("dev",)}, "dev"),
        ('join("+", var.names)', {"names": ("x",)}, "x"),
        ("var.count_of + 1", {"count_of": ("4",)}, "5"),
        ('var.on ? "a" : "b"', {"on": ("false",)}, "b"),
        ("var.db_pass", {"db_pass": ("pw",)}, "#{*db_pass}"),
        ("var.bucket", {"*bucket": ("b",)}, "#{*bucket}"),
    ],
)
def test_given_values(written: str, given: dict[str, tuple[str, ...]], text: str) -> None:
    found = definition(written, given)
    assert found.objects["A"].fields["x"] == (text,)
    assert found.used == {name.removeprefix("*") for name in given}


@pytest.mark.parametrize(
    ("written", "part"),
    [
        ("local.loop", r"local\.loop asks for itself"),
        ("var.names", "a list, a map or null where a text goes"),
        ("var.tags.q", "no attribute 'q'"),
        ("var.names[9]", "has no value"),
        ("1 / 0", "has no value"),
        (
            "\"#{format(@scheduledStartTime, '${var.bucket}')}\"",
            r"var\.bucket stands within an expression #{\.\.\.} and is not known here",
        ),
        ('file("${path.module}/x")', "beside standard input"),
        ('"%{ for n in var.bucket }x%{ endfor }"', r"the elements of var\.bucket are not known"),
    ],
)
def test_what_has_no_value(written: str, part: str) -> None:
    with pytest.raises(
        UnreadableError, match=rf"x\.tf: aws_datapipeline_pipeline_definition 'it' \(line \d+\): .*{part}"
    ):
        definition(written)


@pytest.mark.parametrize(
    ("text", "error", "part"),
    [
        ('resource "aws_s3_bucket" "x" {}', NoDefinitionError, "Terraform without pipelines"),
        (
            'resource "aws_datapipeline_pipeline" "x" { name = "n" }',
            NoDefinitionError,
            "'x' has no definition",
        ),
        ('resource "aws_datapipeline_pipeline" "x" {\n name = \n}', UnreadableError, "line 2, column"),
        (
            'resource "aws_cloudformation_stack" "x" { template_body = file("../t.yaml") }',
            UnreadableError,
            "beside standard input",
        ),
    ],
)
def test_what_is_refused(text: str, error: type[UnreadableError], part: str) -> None:
    with pytest.raises(error, match=part):
        read_definitions(text, "x.tf", {})


def write(folder: Path, files: dict[str, str]) -> tuple[Definition, ...]:
    """Write files and read the first."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    path = folder / next(iter(files))
    return read_definitions(path.read_text(), path.name, {}, path)


PIPELINE = """
resource "aws_datapipeline_pipeline" "p" {
  for_each    = toset(["one", "two"])
  name        = "pipe-${each.key}"
  description = "for ${each.value}"
  tags        = { Env = var.env }
}
variable "env" { default = "dev" }
"""
DEFINITION = """
locals { definition = jsondecode(file("${path.module}/sub/definition.json")) }
resource "aws_datapipeline_pipeline_definition" "d" {
  for_each    = aws_datapipeline_pipeline.p
  pipeline_id = aws_datapipeline_pipeline.p[each.key].id
  dynamic "pipeline_object" {
    for_each = local.definition.objects
    iterator = it
    content {
      id   = it.value.id
      name = lookup(it.value, "name", it.value.id)
      dynamic "field" {
        for_each = { for k, v in it.value : k => v if !contains(["id", "name"], k) }
        content {
          key          = field.key
          string_value = can(field.value.ref) ? null : field.value
          ref_value    = try(field.value.ref, null)
        }
      }
      field {
        key          = "index"
        string_value = it.key
      }
    }
  }
}
"""
OBJECTS = '{"objects": [{"id": "D", "name": "Dee", "retries": 3}, {"id": "A", "on": {"ref": "D"}}]}'


@pytest.mark.parametrize(
    ("each", "pipeline"),
    [
        ("aws_datapipeline_pipeline.p", "aws_datapipeline_pipeline.p[each.key].id"),
        ("aws_datapipeline_pipeline.p", "each.value.id"),
        ('toset(["two", "one"])', "aws_datapipeline_pipeline.p[each.value].id"),
    ],
)
def test_files_beside_it(tmp_path: Path, each: str, pipeline: str) -> None:
    text = DEFINITION.replace("= aws_datapipeline_pipeline.p\n", f"= {each}\n")
    text = text.replace("aws_datapipeline_pipeline.p[each.key].id", pipeline)
    found = write(tmp_path, {"main.tf": text, "pipeline.tf": PIPELINE, "sub/definition.json": OBJECTS})
    assert [(one.name, one.description, one.tags) for one in found] == [
        ("pipe-one", "for one", {"Env": "dev"}),
        ("pipe-two", "for two", {"Env": "dev"}),
    ]
    assert [one.part for one in found] == [
        'aws_datapipeline_pipeline_definition.d["one"]',
        'aws_datapipeline_pipeline_definition.d["two"]',
    ]
    for one in found:
        assert one.objects["D"].name == "Dee"
        assert one.objects["D"].fields == {"retries": ("3",), "index": ("0",)}
        assert one.objects["A"].fields == {"on": (Ref("D"),), "index": ("1",)}


def test_a_broken_file_beside_it_is_told_where_it_may_matter(tmp_path: Path) -> None:
    text = """
resource "aws_datapipeline_pipeline_definition" "d" {
  pipeline_id = aws_datapipeline_pipeline.p.id
  pipeline_object {
    id   = "A"
    name = var.env
  }
}
"""
    broken = 'variable "env" {\n default = \n}'
    (found,) = write(tmp_path, {"main.tf": text, "variables.tf": broken, "network.tf": "vpc {\n = }"})
    assert found.objects["A"].name == "#{env}"
    assert [repair.place for repair in found.repairs if "cannot be read" in repair.text] == ["variables.tf"]


def test_too_much_terraform() -> None:
    text = PIPELINE + "# nothing\n" * 120_000
    with pytest.raises(UnreadableError, match="more than 1 MiB of Terraform"):
        read_definitions(text, "x.tf", {})


def test_a_file_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text(OBJECTS)
    each = DEFINITION.replace("= aws_datapipeline_pipeline.p\n", '= toset(["one"])\n')
    outside = each.replace("sub/definition.json", "../secret.json")
    with pytest.raises(UnreadableError, match="outside the Terraform file's folder"):
        write(tmp_path / "module", {"main.tf": outside, "pipeline.tf": PIPELINE})


MODULE = """
variable "name" {}
variable "cmd" {}
variable "token" {
  sensitive = true
  default   = "t"
}
resource "aws_datapipeline_pipeline" "p" { name = var.name }
resource "aws_datapipeline_pipeline_definition" "d" {
  pipeline_id = aws_datapipeline_pipeline.p.id
  pipeline_object {
    id   = "A"
    name = "A"
    field {
      key          = "command"
      string_value = "${var.cmd} ${var.token}"
    }
  }
}
"""
CALLERS = """
variable "env" {}
module "one" {
  source = "./modules/pipe"
  name   = "one"
  cmd    = "echo one"
  token  = "secret-1"
}
module "each" {
  source   = "./modules/pipe"
  for_each = { b = "echo b" }
  name     = "of-${each.key}"
  cmd      = "${each.value} ${var.env}"
}
module "open" {
  source = "./modules/pipe"
  name   = var.env
  cmd    = "x"
}
module "other" {
  source = "./modules/other"
  name   = "other"
}
"""


def test_a_module_is_read_once_for_each_call(tmp_path: Path) -> None:
    folder = tmp_path / "modules" / "pipe"
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text(MODULE)
    (tmp_path / "main.tf").write_text(CALLERS)
    found = read_definitions(MODULE, "main.tf", {}, folder / "main.tf")
    assert [(one.name, one.part, one.objects["A"].fields["command"]) for one in found] == [
        ("one", "module.one.aws_datapipeline_pipeline_definition.d", ("echo one #{*token}",)),
        ("of-b", 'module.each["b"].aws_datapipeline_pipeline_definition.d', ("echo b #{env} #{*token}",)),
        ("open_d", "module.open.aws_datapipeline_pipeline_definition.d", ("x #{*token}",)),
    ]
    assert [one.values for one in found] == [
        {"*token": ("secret-1",)},
        {"*token": ("t",)},
        {"*token": ("t",)},
    ]
    assert (found[0].repairs[0].place, found[0].repairs[0].text) == (
        "module.one",
        "../../main.tf line 3 calls this folder: read with its name, cmd, token",
    )
    given = read_definitions(MODULE, "main.tf", {"env": ("prod",)}, folder / "main.tf")
    assert [one.name for one in given] == ["one", "of-b", "prod"]
    assert given[1].used == {"env"}


def test_a_call_whose_number_is_not_known_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "pipe"
    folder.mkdir()
    (folder / "main.tf").write_text(MODULE)
    (tmp_path / "main.tf").write_text(
        'variable "all" {}\nmodule "m" {\n source = "./pipe"\n for_each = var.all\n name = each.key\n cmd = "x"\n}\n'
    )
    (one,) = read_definitions(MODULE, "main.tf", {}, folder / "main.tf")
    assert one.objects["A"].fields["command"] == ("#{cmd} #{*token}",)
    assert one.repairs[0].text == (
        "../main.tf line 2 calls this folder, and how often is not known here: "
        "the elements of var.all are not known here"
    )


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("var.name", "d"),
        ("terraform.workspace", "d"),
        ('"${var.name}-nightly-${terraform.workspace}"', "nightly"),
        ('"copy-${var.name}-orders"', "copy-orders"),
    ],
)
def test_a_name_that_is_not_known_whole(written: str, name: str) -> None:
    (one,) = read_definitions(MODULE.replace("name = var.name", f"name = {written}"), "main.tf", {})
    assert one.name == name
    (told,) = (repair.text for repair in one.repairs if repair.place == "name")
    assert told.endswith(f"is not known here: the pipeline is called {name!r}")


def test_count() -> None:
    text = """
variable "enabled" {}
resource "aws_datapipeline_pipeline_definition" "d" {
  count       = COUNT
  pipeline_id = "x"
  pipeline_object {
    id   = "A${count.index}"
    name = "A"
  }
}
"""
    assert [list(one.objects) for one in read_definitions(text.replace("COUNT", "2"), "x.tf", {})] == [
        ["A0"],
        ["A1"],
    ]
    assert [one.part for one in read_definitions(text.replace("COUNT", "2"), "x.tf", {})] == [
        "aws_datapipeline_pipeline_definition.d[0]",
        "aws_datapipeline_pipeline_definition.d[1]",
    ]
    (one,) = read_definitions(text.replace("COUNT", "var.enabled ? 1 : 0"), "x.tf", {})
    assert any(repair.place == "count" for repair in one.repairs)
    with pytest.raises(NoDefinitionError, match="`count` or `for_each` makes none of its pipelines"):
        read_definitions(text.replace("COUNT", "var.enabled ? 1 : 0"), "x.tf", {"enabled": ("false",)})


@pytest.mark.parametrize(
    ("kind", "body", "places"),
    [
        (
            "aws_datapipeline_pipeline_definition",
            """
  pipeline_object {
    id      = "A"
    comment = "c"
    field {
      key         = "x"
      stringvalue = "lost"
      string_value = "y"
    }
  }
""",
            ["pipeline_object.comment", "field.stringvalue", "pipeline_id"],
        ),
        (
            "awscc_datapipeline_pipeline",
            """
  name = "n"
  pipeline_objects = [{ id = "A", comment = "c", fields = [{ key = "x", string_value = "y", note = "n" }] }]
""",
            ["pipeline_objects.comment", "fields.note"],
        ),
    ],
)
def test_what_no_provider_takes_is_told(kind: str, body: str, places: list[str]) -> None:
    (found,) = read_definitions(f'resource "{kind}" "d" {{{body}}}', "x.tf", {})
    assert found.objects["A"].fields == {"x": ("y",)}
    assert [repair.place for repair in found.repairs] == places


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        ('key = var.it\n string_value = "x"', "the key of a field of A is not known here"),
        ('key = "type"\n string_value = var.it', "A.type is not known here"),
        (
            'key = "runsOn"\n ref_value = "r-${var.it}"',
            "the object that A.runsOn refers to is not known here",
        ),
    ],
)
def test_where_no_parameter_can_stand(field: str, fault: str) -> None:
    text = f"""
variable "it" {{}}
resource "aws_datapipeline_pipeline_definition" "d" {{
  pipeline_id = "x"
  pipeline_object {{
    id = "A"
    field {{
      {field}
    }}
  }}
}}
"""
    with pytest.raises(UnreadableError, match=f"{fault}. Give the values it needs with --set"):
        read_definitions(text, "x.tf", {})
    (found,) = read_definitions(text, "x.tf", {"it": ("x",)})
    assert found.used == {"it"}


def test_what_sets_lose() -> None:
    fields = [("step", "b"), ("step", "a"), ("step", "b"), ("empty", ""), ("one", "1")]
    blocks = "".join(f'field {{\n key = "{key}"\n string_value = "{value}"\n }}\n' for key, value in fields)
    text = f"""
resource "aws_datapipeline_pipeline_definition" "d" {{
  pipeline_id = "x"
  region      = "eu-west-1"
  pipeline_object {{
    id   = "A"
    name = "A"
    {blocks}
  }}
}}
"""
    (found,) = read_definitions(text, "x.tf", {})
    assert found.objects["A"].fields == {"step": ("b", "a"), "one": ("1",)}
    assert [repair.place for repair in found.repairs] == [
        "A.step",  # b twice
        "A.empty",
        "A.step",  # the order
        "region",
        "pipeline_id",
    ]


TEMPLATE = """{"Resources": {"P": {"Type": "AWS::DataPipeline::Pipeline", "Properties": {"Name": "${name}",
 "PipelineObjects": [{"Id": "A", "Name": "A", "Fields": [{"Key": "x", "StringValue": "${bucket}"},
 {"Key": "y", "StringValue": {"Ref": "Where"}}]}]}},
 "B": {"Type": "AWS::S3::Bucket"}}, "Parameters": {"Where": {"Type": "String"}}}"""


@pytest.mark.parametrize("kind", ["aws_cloudformation_stack", "aws_cloudformation_stack_set"])
@pytest.mark.parametrize(
    "stack",
    [
        'template_body = templatefile("${path.module}/t.json", { name = "n", bucket = var.bucket })',
        "template_body = data.template_file.t.rendered",
    ],
)
def test_a_template_of_cloudformation(tmp_path: Path, stack: str, kind: str) -> None:
    text = f"""
resource "{kind}" "s" {{
  name = "s"
  parameters = {{ Where = "here" }}
  {stack}
}}
data "template_file" "t" {{
  template = file("${{path.module}}/t.json")
  vars = {{
    name   = "n"
    bucket = var.bucket
  }}
}}
"""
    (found,) = write(tmp_path, {"main.tf": text, "t.json": TEMPLATE})
    assert found.name == "n"
    assert found.objects["A"].fields == {"x": ("#{bucket}",), "y": ("here",)}
    assert list(found.parameters) == ["bucket"]
