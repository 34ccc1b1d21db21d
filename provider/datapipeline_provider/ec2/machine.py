"""Knows the machine of a run: which instance it is now, what takes its place when it is lost, and when its life is over."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from datapipeline_provider.ec2 import names
from datapipeline_provider.ec2.errors import (
    Ec2FailError,
    MachineExpiredError,
    MachineLostError,
    NotUsableError,
    StillThereError,
)
from datapipeline_provider.ec2.request import on_spot
from datapipeline_provider.hooks.ec2 import COMING, Instance

if TYPE_CHECKING:
    from collections.abc import Callable

    from datapipeline_provider.hooks.ec2 import Ec2Hook
    from datapipeline_provider.hooks.ssm import SsmHook

INIT_SECONDS = 1800.0
"""How long a machine may take to come up where nothing is said."""
END_SECONDS = 900.0
POLL_SECONDS = 5.0


@dataclass(frozen=True)
class Machine:
    """What the task that launches a machine hands to those that work on it, as JSON.

    :param instance_id: the first instance
    :param resource: what all its instances are marked with
    :param request: RunInstances' arguments, but for the market
    :param region: where it is
    :param life_seconds: how long each instance may live; None without limit
    :param init_seconds: how long each may take to come up
    :param spot_price: the highest price on the Spot market; "" for none
    :param last_on_demand: whether the last instance is not of the Spot market
    :param replacements: how many instances may take the place of lost ones, one after the other
    :param end_on_task_failure: whether a task that fails on it ends it
    """

    instance_id: str
    resource: str
    request: dict[str, Any]
    region: str
    life_seconds: float | None = None
    init_seconds: float = INIT_SECONDS
    spot_price: str = ""
    last_on_demand: bool = True
    replacements: int = 0
    end_on_task_failure: bool = False
    tags: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as values of JSON."""
        return asdict(self)

    def request_for(self, *, last: bool) -> dict[str, Any]:
        """Return what to ask for.

        :param last: whether it is the last that may be asked for
        """
        if self.spot_price and not (last and self.last_on_demand):
            return on_spot(self.request, self.spot_price)
        return self.request

    def ends_at(self, instance: Instance) -> datetime | None:
        """Return when an instance's life is over, None for never."""
        if self.life_seconds is None:
            return None
        return instance.launched + timedelta(seconds=self.life_seconds)


class Keeper:
    """Launches, finds and ends the instances of a machine.

    :param ec2: the client
    :param ssm: the client in the same region
    :param pause: waits some seconds, or raises if the task is to stop
    """

    def __init__(self, ec2: Ec2Hook, ssm: SsmHook, log: Any, pause: Callable[[float], None]) -> None:
        self._ec2 = ec2
        self._ssm = ssm
        self._log = log
        self._pause = pause

    def launch(self, machine: Machine, what: str, *, last: bool) -> Instance:
        """Launch an instance and return when it takes commands; one that does not come up is ended.

        :param what: which launch it is, see `names.token`
        :param last: whether it is the last that may be launched
        :raises NotUsableError: if it does not come up in time
        :raises MachineLostError: if it ends while it comes up
        """
        request = machine.request_for(last=last)
        instance = self._ec2.launch(request, names.token(machine.resource, what))
        market = " on the Spot market" if "InstanceMarketOptions" in request else ""
        self._log.info("Launched instance %s (%s%s)", instance.id, request["InstanceType"], market)
        try:
            return self._wait_until_up(instance.id, machine)
        except BaseException:
            self._log.info("Ending instance %s", instance.id)
            self._ec2.terminate([instance.id])
            raise

    def current(self, machine: Machine) -> Instance:
        """Return the instance that work runs on now; what was lost is replaced as often as the machine allows.

        Everybody who asks gets the same: an instance's replacement follows from the instance.

        :raises MachineLostError: if nothing takes the place of what is lost
        :raises MachineExpiredError: if its life is over; it is ended then
        """
        instance = self._ec2.instance(machine.instance_id) or Instance(
            machine.instance_id, "terminated", datetime.now(UTC), "EC2 does not know it"
        )
        for number in range(machine.replacements + 1):
            self.check_life(machine, instance)
            if instance.state in COMING:
                return self._wait_until_up(instance.id, machine)
            if number == machine.replacements:
                break
            self._log.warning("Instance %s is %s; another takes its place", instance.id, instance.why)
            what = f"in place of {instance.id}"
            last = number == machine.replacements - 1
            launched = self._ec2.launch(machine.request_for(last=last), names.token(machine.resource, what))
            self._log.info("Instance %s takes its place", launched.id)
            instance = self._ec2.instance(launched.id) or launched
        raise MachineLostError(instance.id, instance.why)

    def check(self, machine: Machine, instance_id: str) -> None:
        """Raise if an instance is lost, or its life is over."""
        instance = self._ec2.instance(instance_id)
        if instance is None:
            raise MachineLostError(instance_id, "not known to EC2 any more")
        self.check_life(machine, instance)
        if instance.state not in COMING:
            raise MachineLostError(instance_id, instance.why)

    def check_life(self, machine: Machine, instance: Instance) -> None:
        """End an instance whose life is over.

        :raises MachineExpiredError: if it is
        """
        end = machine.ends_at(instance)
        if end is not None and datetime.now(UTC) >= end:
            self._ec2.terminate([instance.id])
            raise MachineExpiredError(instance.id, str(timedelta(seconds=machine.life_seconds or 0)))

    def end_all(self, resource: str, also: str = "", seconds: float = END_SECONDS) -> list[str]:
        """End all instances of a resource of a run, wait until they are, and return their ids.

        :param also: the id of one that is certainly among them; EC2's lists lag behind
        :raises StillThereError: if one is still there after so many seconds
        """
        ended: dict[str, None] = {}
        deadline = time.monotonic() + seconds
        while True:
            there = [instance.id for instance in self._ec2.instances(resource)]
            if also and also not in ended and also not in there:
                instance = self._ec2.instance(also)
                there += [also] if instance is not None and instance.state != "terminated" else []
            if not there:
                return list(ended)
            if time.monotonic() > deadline:
                raise StillThereError(", ".join(there), seconds)
            if new := [each for each in there if each not in ended]:
                self._log.info("Ending instances %s", ", ".join(new))
                ended |= dict.fromkeys(new)
                self._ec2.terminate(new)
            self._pause(POLL_SECONDS)

    def _wait_until_up(self, instance_id: str, machine: Machine) -> Instance:
        deadline = time.monotonic() + machine.init_seconds
        while True:
            instance = self._ec2.instance(instance_id)
            if instance is not None:
                self.check_life(machine, instance)
                if instance.state not in COMING:
                    raise MachineLostError(instance_id, instance.why)
                if instance.state == "running" and self._ssm.is_online(instance_id):
                    return instance
            if time.monotonic() > deadline:
                runs = instance is not None and instance.state == "running"
                what = "runs, but took no commands" if runs else "did not run"
                self._ec2.terminate([instance_id])
                raise NotUsableError(instance_id, what, str(timedelta(seconds=machine.init_seconds)))
            self._pause(POLL_SECONDS)


def machine_of(value: object, task_id: str) -> Machine:
    """Return the machine that a task has handed over.

    :raises Ec2FailError: if it has handed over none
    """
    if not isinstance(value, dict):
        raise Ec2FailError(f"Task {task_id!r}, which launches the machine, has launched none in this run.")
    return Machine(**value)
