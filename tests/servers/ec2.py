"""EC2 over moto's server, completed where moto only pretends: instances that commands really run on, by SSM.

RunInstances is idempotent by its ClientToken. What the user data say is not done, and nothing is checked of images, prices and
the rights of profiles: every instance that runs is managed by SSM, at once or a little later.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends
from moto.ec2.responses import EC2Response

from tests.servers import ssm
from tests.servers.machine import Machine, environment_of, put_amazon_programs
from tests.servers.moto import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.servers.moto import Aws
    from tests.servers.sandbox import Sandbox


class MismatchError(EC2ClientError):
    """The same ClientToken with other parameters."""

    def __init__(self) -> None:
        super().__init__("IdempotentParameterMismatch", "The same client token, with other parameters")


@dataclass
class Ec2:
    """The completed emulator, as a test steers it.

    :param aws: where it is; `aws.faults` breaks calls: `refuse("RunInstances", "InsufficientInstanceCapacity")`
    :param folder: what instances have on their disks, `folder/<instance id>`
    :param sandbox: where commands run; without one, only commands of our own may run
    :param deaf: SSM knows no instance, as without a way to the service
    :param online_seconds: how long SSM does not know an instance after it was asked for it first
    :param delivery_seconds: how long SSM does not know an invocation, and then has not delivered it, each
    :param requests: the parameters of each RunInstances that launched something, as its form has them: `{"MinCount": ["1"]}`
    :param commands: what SSM was told to run, one for each instance, in order
    """

    aws: Aws
    folder: Path
    sandbox: Sandbox | None = None
    deaf: bool = False
    online_seconds: float = 0.0
    delivery_seconds: float = 0.0
    requests: list[dict[str, list[str]]] = field(default_factory=list)
    commands: list[ssm.Invocation] = field(default_factory=list)
    _machines: dict[str, Machine] = field(default_factory=dict)
    _looked_for: dict[str, float] = field(default_factory=dict)
    _launched: dict[str, tuple[dict[str, list[str]], Any]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def reset(self) -> None:
        """Kill all that runs, and forget everything, also what other services have."""
        self.stop()
        self.aws.reset()
        self.deaf, self.online_seconds, self.delivery_seconds, self.sandbox = False, 0.0, 0.0, None
        self.requests.clear()
        self.commands.clear()
        self._machines.clear()
        self._looked_for.clear()
        self._launched.clear()

    def stop(self) -> None:
        """Kill all that runs."""
        for machine in list(self._machines.values()):
            machine.switch_off()
        for command in list(self.commands):
            command.give_up()

    @property
    def client(self) -> Any:
        """A boto3 client of EC2."""
        return self.aws.client("ec2")

    def instance(self, instance_id: str) -> dict[str, Any]:
        """Give an instance as DescribeInstances has it."""
        found = self.client.describe_instances(InstanceIds=[instance_id])["Reservations"]
        (instance,) = (each for one in found for each in one["Instances"])
        return dict(instance)

    def break_down(self, instance_id: str) -> None:
        """Let an instance end by itself, as on the Spot market."""
        _backend(self.aws).terminate_instances([instance_id])
        self.runs(instance_id)

    def add_security_group(self, group_id: str) -> None:
        """Make a security group of the default network with a given id, which a call cannot choose."""
        backend = _backend(self.aws)
        made = backend.create_security_group(group_id, group_id)
        groups = backend.groups[made.vpc_id]
        made.id = made.group_id = group_id
        groups[group_id] = groups.pop(next(key for key, group in groups.items() if group is made))

    def states(self) -> dict[str, str]:
        """Give the state of each instance, by its id, in the order of their launch."""
        return {each.id: str(each.state) for each in self._instances()}

    def machine(self, instance_id: str) -> Machine:
        """Give the computer that is an instance."""
        with self._lock:
            if instance_id not in self._machines:
                machine = Machine(self.folder / instance_id, environment_of(self.aws), sandbox=self.sandbox)
                machine.programs = [put_amazon_programs(machine.folder / "bin")]
                self._machines[instance_id] = machine
            return self._machines[instance_id]

    def runs(self, instance_id: str) -> bool:
        """Say whether an instance is there and running; one that has ended loses what runs on it."""
        running = self.states().get(instance_id) == "running"
        if not running and instance_id in self._machines:
            self._machines[instance_id].switch_off()
        return running

    def managed(self) -> list[str]:
        """Give the instances that SSM knows."""
        now = time.monotonic()
        return [
            instance_id
            for instance_id, state in self.states().items()
            if state == "running"
            and not self.deaf
            and now - self._looked_for.setdefault(instance_id, now) >= self.online_seconds
        ]

    def run_instances(self, response: EC2Response, launch: Callable[[], Any]) -> Any:
        """Answer RunInstances: once for each ClientToken."""
        form = {key: list(value) for key, value in response.querystring.items()}
        (token,) = form.pop("ClientToken")
        with self._lock:
            if token not in self._launched:
                self._launched[token] = form, launch()
                self.requests.append(form)
            asked, answer = self._launched[token]
        if asked != form:
            raise MismatchError
        return answer

    def _instances(self) -> list[Any]:
        return [each for one in _backend(self.aws).reservations.values() for each in one.instances]


@contextmanager
def run(aws: Aws, folder: Path) -> Iterator[Ec2]:
    """Complete a running emulator until the block ends; moto's other servers in this process stay as they are."""
    ec2 = Ec2(aws, folder)
    plain = EC2Response.call_action

    class Answering(EC2Response):
        def run_instances(self) -> Any:
            return ec2.run_instances(self, super().run_instances)

    def call_action(response: EC2Response) -> Any:
        if f":{aws.port}" in response.headers["Host"]:
            response.__class__ = Answering
        return plain(response)

    with patch.object(EC2Response, "call_action", call_action), ssm.answering(ec2):
        try:
            yield ec2
        finally:
            ec2.stop()


def _backend(aws: Aws) -> Any:
    return ec2_backends[ACCOUNT][aws.region]
