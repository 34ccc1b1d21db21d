from __future__ import annotations

from pathlib import Path

import pytest
from datapipeline_converters.carriers.terraform.variables import read_variables
from datapipeline_converters.errors import UnreadableError
from datapipeline_converters.sources import Input, read_input
from datapipeline_converters.values_files import merge_values, read_given

VALUES = """
env    = "prod"
hours  = 3
on     = true
names  = ["b", "a"]
tags   = { Team = "data" }
nothing = null
script = <<EOF
one
EOF
"""


def test_every_kind_of_value() -> None:
    assert read_variables(VALUES, "x.tfvars") == {
        "env": "prod",
        "hours": "3",
        "on": "true",
        "names": ["b", "a"],
        "tags": '{"Team": "data"}',
        "nothing": None,
        "script": "one\n",
    }


@pytest.mark.parametrize("text", ['x = var.y\npassword = "s3cr3t"', 'x = upper("s3cr3t", 1)', 'x = "s3cr3t'])
def test_what_is_not_written_out(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"x\.tfvars: ") as caught:
        read_variables(text, "x.tfvars")
    assert "s3cr3t" not in str(caught.value)


def test_they_are_the_values_of_variables(tmp_path: Path) -> None:
    (tmp_path / "terraform.tfvars").write_text(VALUES)
    (tmp_path / "main.tf").write_text("""
variable "env" {}
variable "names" { type = list(string) }
variable "tags" { type = map(string) }
resource "aws_datapipeline_pipeline_definition" "it" {
  pipeline_id = "df-1"
  pipeline_object {
    id   = "A"
    name = "A"
    field {
      key          = "x"
      string_value = "${var.env} ${join("+", var.names)} ${var.tags.Team}"
    }
  }
}
""")
    given = merge_values(read_given([tmp_path / "terraform.tfvars"], []))
    (found,) = read_input(Input(tmp_path / "main.tf"), given)
    assert found.objects["A"].fields["x"] == ("prod b+a data",)
    assert found.parameters == {}
