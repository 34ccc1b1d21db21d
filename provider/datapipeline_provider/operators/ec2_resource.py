"""The machine of an Ec2Resource: one task launches it, another ends it, and the work is between them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from datapipeline_provider.ec2.errors import Ec2Error, Ec2FailError
from datapipeline_provider.operators._stopping import StoppableOperator
from datapipeline_provider.operators._teardown import EndingOperator

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from datapipeline_provider._compat import Context
    from datapipeline_provider.ec2.machine import Keeper, Machine
    from datapipeline_provider.hooks.ec2 import Ec2Hook

# Errors of EC2 that say the request itself is wrong: the same request is refused again.
_WRONG = (
    "Invalid",
    "Missing",
    "Unsupported",
    "VPCIdNotSpecified",
    "UnauthorizedOperation",
    "UnknownParameter",
)


class _Ec2Operator(StoppableOperator):
    """What the two share: who they are to AWS."""

    def __init__(
        self,
        *,
        region_name: str | None = None,
        aws_conn_id: str | None = "aws_default",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.region_name = region_name
        self.aws_conn_id = aws_conn_id

    def _keeper(self) -> tuple[Ec2Hook, Keeper]:
        from datapipeline_provider.ec2.machine import Keeper
        from datapipeline_provider.hooks.ec2 import Ec2Hook
        from datapipeline_provider.hooks.ssm import SsmHook

        ec2 = Ec2Hook(self.aws_conn_id, self.region_name)
        ssm = SsmHook(self.aws_conn_id, self.region_name, self.pause)
        return ec2, Keeper(ec2, ssm, self.log, self.pause)


class CreateEc2ResourceOperator(_Ec2Operator):
    """Launches the EC2 instance of an Ec2Resource and waits until it takes commands (dp-object-ec2resource).

    A setup: `TerminateEc2ResourceOperator` is its teardown. Commands reach the instance through AWS Systems Manager. What an
    earlier try has launched in this run is ended first, also where the try was killed before EC2's answer came.

    :param instance_type: the type, `t3.small` if not given; templated, as all texts here.
    :param image_id: the image; the region's newest Amazon Linux 2023 if not given.
    :param subnet_id: where it is; the default network if not given.
    :param security_group_ids: its security groups.
    :param security_groups: the same by name.
    :param key_pair: who may log in with SSH.
    :param associate_public_ip_address: whether it gets a public address; as the subnet says if not given.
    :param availability_zone: likewise where.
    :param resource_role: its instance profile, as name or ARN: who the work on it is to AWS.
    :param spot_bid_price: the highest price in USD an hour; not from the Spot market if not given.
    :param use_on_demand_on_last_attempt: whether the last try does without the Spot market.
    :param terminate_after: the longest life of an instance. Work on it fails then and is not tried again.
    :param init_timeout: how long it may take until it takes commands; 30 minutes if not given.
    :param action_on_task_failure: `terminate` ends the machine when a task on it has failed for good; else `continue`.
    :param action_on_resource_failure: `retryall` has an instance that is lost replaced, as often as this task has `retries`,
        and what ran on it run again; with `retrynone` it fails.
    :param tags: tags of the instance, besides those that say whose it is.
    :param region_name: where it is; as the connection says if not given.
    :param aws_conn_id: the connection to AWS.
    """

    template_fields: Sequence[str] = (
        "instance_type",
        "image_id",
        "subnet_id",
        "security_group_ids",
        "security_groups",
        "key_pair",
        "availability_zone",
        "resource_role",
        "spot_bid_price",
        "tags",
        "region_name",
    )

    def __init__(
        self,
        *,
        instance_type: str = "t3.small",
        image_id: str | None = None,
        subnet_id: str | None = None,
        security_group_ids: Sequence[str] = (),
        security_groups: Sequence[str] = (),
        key_pair: str | None = None,
        associate_public_ip_address: bool | None = None,
        availability_zone: str | None = None,
        resource_role: str | None = None,
        spot_bid_price: str | None = None,
        use_on_demand_on_last_attempt: bool = True,
        terminate_after: timedelta | None = None,
        init_timeout: timedelta | None = None,
        action_on_task_failure: str = "continue",
        action_on_resource_failure: str = "retrynone",
        tags: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.instance_type = instance_type
        self.image_id = image_id
        self.subnet_id = subnet_id
        self.security_group_ids = security_group_ids
        self.security_groups = security_groups
        self.key_pair = key_pair
        self.associate_public_ip_address = associate_public_ip_address
        self.availability_zone = availability_zone
        self.resource_role = resource_role
        self.spot_bid_price = spot_bid_price
        self.use_on_demand_on_last_attempt = use_on_demand_on_last_attempt
        self.terminate_after = terminate_after
        self.init_timeout = init_timeout
        self.action_on_task_failure = action_on_task_failure
        self.action_on_resource_failure = action_on_resource_failure
        self.tags = tags or {}

    def execute(self, context: Context) -> dict[str, Any]:
        """Launch it and return what the tasks on it have to know.

        :raises Ec2Error: if it does not come up; nothing is left of it then
        """
        from dataclasses import replace

        from botocore.exceptions import ClientError

        ec2, keeper = self._keeper()
        ti: Any = context["ti"]
        try:
            machine = self._machine(context, ec2)
            if leftover := keeper.end_all(machine.resource):
                self.log.info("An earlier try had launched %s", ", ".join(leftover))
            last = ti.try_number > ti.max_tries
            instance = keeper.launch(machine, f"try {ti.try_number}", last=last)
        except ClientError as error:
            raise self._refused(error) from error
        self.log.info("Instance %s takes commands", instance.id)
        return replace(machine, instance_id=instance.id).as_json()

    def _machine(self, context: Context, ec2: Ec2Hook) -> Machine:
        from datapipeline_provider.ec2 import names
        from datapipeline_provider.ec2.machine import INIT_SECONDS, Machine
        from datapipeline_provider.ec2.request import architecture, run_request
        from datapipeline_provider.hooks.ssm import SsmHook

        image = self.image_id
        if not image:
            ssm = SsmHook(self.aws_conn_id, self.region_name, self.pause)
            image = ssm.newest_image(architecture(self.instance_type))
        resource = names.resource_of(context, self.task_id)
        request = run_request(
            image_id=image,
            instance_type=self.instance_type,
            resource=resource,
            tags={**self.tags, **names.tags_of(context, self.task_id)},
            subnet_id=self.subnet_id,
            group_ids=self._groups(ec2),
            key_pair=self.key_pair,
            associate_public_ip_address=self.associate_public_ip_address,
            availability_zone=self.availability_zone,
            instance_profile=self.resource_role,
            terminate_after=self.terminate_after,
        )
        return Machine(
            instance_id="",
            resource=resource,
            request=request,
            region=ec2.region,
            life_seconds=None if self.terminate_after is None else self.terminate_after.total_seconds(),
            init_seconds=INIT_SECONDS if self.init_timeout is None else self.init_timeout.total_seconds(),
            spot_price=self.spot_bid_price or "",
            last_on_demand=self.use_on_demand_on_last_attempt,
            replacements=(self.retries or 0) if self.action_on_resource_failure.lower() == "retryall" else 0,
            end_on_task_failure=self.action_on_task_failure.lower() == "terminate",
        )

    def _groups(self, ec2: Ec2Hook) -> list[str]:
        ids = list(self.security_group_ids)
        if self.security_groups:
            try:
                ids += ec2.group_ids(list(self.security_groups), self.subnet_id)
            except LookupError as error:
                raise Ec2FailError(f"{self.task_id}: {error} in the network of the machine.") from None
        return ids

    def _refused(self, error: Any) -> Ec2Error:
        from datapipeline_provider.hooks.aws import code_of

        code = code_of(error)
        kind = Ec2FailError if code.startswith(_WRONG) else Ec2Error
        return kind(f"{self.task_id}: AWS refuses {error.operation_name}: {error}.")


class TerminateEc2ResourceOperator(EndingOperator, _Ec2Operator):
    """Ends all instances that a task has launched in this run, and waits until they are ended: a teardown.

    :param instance: the id of the task that launches the machine, of the same DAG.
    :param region_name: where it is; as the connection says if not given. Templated.
    :param aws_conn_id: the connection to AWS.
    """

    template_fields: Sequence[str] = ("region_name",)

    def __init__(self, *, instance: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.instance = instance

    def execute(self, context: Context) -> None:
        """End them.

        :raises StillThereError: if one does not end
        """
        from datapipeline_provider.ec2 import names

        ti: Any = context["ti"]
        launched = ti.xcom_pull(task_ids=self.instance)
        known = launched.get("instance_id", "") if isinstance(launched, dict) else ""
        _, keeper = self._keeper()
        keeper.end_all(names.resource_of(context, self.instance), known)
