"""No password of the examples is in any file but the one for connections."""

from __future__ import annotations

import json

import pytest

from tests.golden import DAGS, convert_example


@pytest.mark.parametrize("name", ["nightly_warehouse", "rds_to_s3"])
def test_passwords_of_the_examples(name: str) -> None:
    definition = json.loads((DAGS / "definitions" / f"{name}.json").read_text())
    secrets = [value for key, value in definition["values"].items() if key.startswith("*")]
    assert secrets
    files = convert_example(name).files
    for secret in secrets:
        assert [file for file, content in files.items() if secret in content.text] == [
            f"{name}.connections.json"
        ]
    assert files[f"{name}.connections.json"].secret
