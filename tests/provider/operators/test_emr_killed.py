"""Workers that are killed between a request and what comes of it: the next try, or the end of the run, takes care."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from datapipeline_provider.operators.emr_activity import EmrActivityOperator

from tests.provider.operators.emr_runs import Tries

if TYPE_CHECKING:
    from tests.servers.emr import Emr

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[3]
# Runs a first try of the task, and kills itself as soon as EMR has answered the request, before anybody has seen the answer.
KILLED = """
import os, signal, sys
from functools import cached_property
from datapipeline_provider.hooks.emr import EmrHook
from datapipeline_provider.operators.emr_activity import EmrActivityOperator
from tests.provider.operators.emr_runs import Tries

operation, cluster_id, step = sys.argv[1:]
made = EmrHook.client.func

def client(hook):
    found = made(hook)
    found.meta.events.register(f"after-call.emr.{operation}", lambda **_: os.kill(os.getpid(), signal.SIGKILL))
    return found

EmrHook.client = cached_property(client)
EmrHook.client.__set_name__(EmrHook, "client")
tries = Tries(xcoms={"create": cluster_id})
task = tries.create()
if step:
    task = tries.task(EmrActivityOperator, "work", cluster="create", steps=[step])
tries.run(task)
"""


def killed(operation: str, cluster_id: str = "", step: str = "") -> None:
    """Run a first try that dies."""
    program = [sys.executable, "-c", KILLED, operation, cluster_id, step]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_the_next_try_takes_the_cluster_over(tries: Tries, emr: Emr) -> None:
    killed("RunJobFlow")
    (cluster_id,) = emr.states()
    assert tries.run(tries.create(), number=2, tries=2) == cluster_id
    tries.run(tries.terminate())
    assert emr.states() == {cluster_id: "TERMINATED"}


def test_without_another_try_the_end_of_the_run_terminates(tries: Tries, emr: Emr) -> None:
    killed("RunJobFlow")
    tries.create()
    tries.run(tries.terminate())
    assert list(emr.states().values()) == ["TERMINATED"]


def test_a_step_does_not_go_on_beside_that_of_the_next_try(tries: Tries, emr: Emr, tmp_path: Any) -> None:
    cluster_id = tries.run(tries.create())
    step = f"command-runner.jar,bash,-c,sleep 5; echo x >> {tmp_path}/x"
    killed("AddJobFlowSteps", cluster_id, step)
    tries.run(tries.task(EmrActivityOperator, "work", cluster="create", steps=[step]), number=2, tries=2)
    assert list(emr.steps(cluster_id).values()) == ["CANCELLED", "COMPLETED"]
    assert (tmp_path / "x").read_text() == "x\n"
