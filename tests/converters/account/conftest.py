"""A completed Data Pipeline account on loopback, filled by the AWS CLI."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.servers import datapipeline
from tests.servers.datapipeline import DataPipeline

Aws = Callable[..., Any]
Put = Callable[..., str]


@pytest.fixture(scope="package")
def emulator() -> Iterator[DataPipeline]:
    with datapipeline.run() as server:
        yield server


@pytest.fixture
def account(emulator: DataPipeline, monkeypatch: pytest.MonkeyPatch) -> DataPipeline:
    """An empty account that every AWS client in this process finds by its environment."""
    emulator.reset()
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.aws.endpoint_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    return emulator


@cache
def _cli() -> Any:
    """The AWS CLI as a whole; to make it takes most of the time of a call."""
    from awscli.clidriver import create_clidriver

    return create_clidriver()


@pytest.fixture
def aws(account: DataPipeline) -> Aws:
    """The AWS CLI, run in this process: `aws("list-pipelines")` gives its parsed answer, None where it prints none."""

    def run(*arguments: str) -> Any:
        printed = io.StringIO()
        with redirect_stdout(printed):
            # Its own commands, list-runs say, end with None.
            assert not _cli().main(["datapipeline", *arguments, "--output", "json"]), arguments
        return json.loads(printed.getvalue()) if printed.getvalue().strip() else None

    return run


@pytest.fixture
def put(aws: Aws, tmp_path: Path) -> Put:
    """Create a pipeline with the AWS CLI, put its definition, and give its id."""

    def put_pipeline(name: str, definition: dict[str, Any], *, activate: bool = False, **tags: str) -> str:
        file = tmp_path / "put.json"
        file.write_text(json.dumps(definition), encoding="utf-8")
        tagged = ["--tags", *(f"key={key},value={value}" for key, value in tags.items())] if tags else []
        made = aws("create-pipeline", "--name", name, "--unique-id", name, "--description", "d", *tagged)
        pipeline_id = str(made["pipelineId"])
        said = aws(
            "put-pipeline-definition", "--pipeline-id", pipeline_id, "--pipeline-definition", f"file://{file}"
        )
        assert not said["errored"]
        if activate:
            aws("activate-pipeline", "--pipeline-id", pipeline_id)
        return pipeline_id

    return put_pipeline
