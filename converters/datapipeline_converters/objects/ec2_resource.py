"""Ec2Resource: a machine that the service launched for the work; an Airflow worker takes its place, or one like it."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import approximated, emulated, exact, not_needed, verdict_table
from datapipeline_converters.objects.component import Context
from datapipeline_converters.objects.place import NO_COMMAND, Place
from datapipeline_converters.objects.placing import by_ssh, in_queue
from datapipeline_converters.objects.resource import (
    LAUNCHED,
    LIFE_AT_WORKER,
    RESOURCE,
    Resource,
    without_nothing,
)
from datapipeline_converters.objects.runnable import ACTIVITY
from datapipeline_converters.objects.surroundings import MACHINE
from datapipeline_converters.periods import Period
from datapipeline_converters.plan import Argument, Call

_NO_MACHINE = not_needed("no machine is launched: the work runs on the Airflow worker")
_IDENTITY = approximated(
    "the work runs as the AWS connection `aws_default`, or else as the Airflow worker itself",
    "Let them do what this role could do.",
)
_NETWORK = approximated(
    "the work runs from where the Airflow worker is",
    "Give the worker the same ways through the network.",
)
_MODULE = "datapipeline_provider.operators.ec2_resource"
_LAUNCHED = Place(
    "ec2", exact("the tasks around it launch and end an EC2 instance, on which the command runs")
)
# The fields that are arguments of the task that launches the machine.
_TEXTS = {
    "instanceType": "instance_type",
    "imageId": "image_id",
    "subnetId": "subnet_id",
    "keyPair": "key_pair",
    "availabilityZone": "availability_zone",
    "resourceRole": "resource_role",
    "spotBidPrice": "spot_bid_price",
    "region": "region_name",
}
_LISTS = {"securityGroupIds": "security_group_ids", "securityGroups": "security_groups"}
_ONE_INSTANCE = not_needed("there is exactly one instance")

_ON_A_MACHINE = verdict_table(
    LAUNCHED,
    {
        key: exact(f"`{argument}` of the task that launches it")
        for key, argument in {
            **_TEXTS,
            **_LISTS,
            "associatePublicIpAddress": "associate_public_ip_address",
        }.items()
    },
    {
        "httpProxy": approximated(
            "commands on the instance reach AWS its own way",
            "Set the proxy in the image, or as `HTTPS_PROXY` in the commands.",
        ),
        "initTimeout": exact("`init_timeout` of the task that launches it"),
        "instanceCount": _ONE_INSTANCE,
        "minInstanceCount": _ONE_INSTANCE,
        "pipelineLogUri": ACTIVITY["pipelineLogUri"],
        "role": approximated(
            "the instance is launched as the AWS connection `aws_default`",
            "Let the connection launch instances and pass the instance profile on (`iam:PassRole`).",
        ),
        "runAsUser": exact("`remote_user` of the tasks on it"),
    },
)


@dataclass(frozen=True, kw_only=True)
class Ec2Resource(Resource):
    """One EC2 machine for an interval's activities."""

    http_proxy: Ref | None = None
    associate_public_ip_address: bool | None = None
    max_active_instances: int | None = None

    page = "dp-object-ec2resource"
    surroundings = MACHINE
    verdicts = verdict_table(
        RESOURCE,
        dict.fromkeys(
            ("associatePublicIpAddress", "instanceCount", "instanceType", "minInstanceCount", "spotBidPrice"),
            _NO_MACHINE,
        ),
        dict.fromkeys(
            ("availabilityZone", "httpProxy", "securityGroupIds", "securityGroups", "subnetId"),
            _NETWORK,
        ),
        {
            "imageId": approximated(
                "the work finds what is installed on the Airflow worker",
                "Install there what the commands need of what this image had.",
            ),
            "keyPair": approximated(
                "nobody logs in to a machine of the work's own", "See the logs of the tasks in Airflow."
            ),
            "region": approximated(
                "the work runs where the Airflow worker is",
                "Set `region_name` in the AWS connection `aws_default` if commands rely on it.",
            ),
            "resourceRole": _IDENTITY,
            "role": approximated(
                "no machine is launched as this role, and the rest is done as the AWS connection `aws_default`",
                "Let the connection do what this role could do.",
            ),
            "runAsUser": approximated(
                "commands run as the Airflow worker's user",
                "See that the worker's user may do what the commands do.",
            ),
            "terminateAfter": LIFE_AT_WORKER,
        },
    )

    def as_worker(self, context: Context) -> Period | None:
        """Return the machine's longest life."""
        context.realise(self)
        if self.http_proxy is not None:
            context.realise(context.get(self.http_proxy))
        return self.terminate_after

    def as_place(self, context: Context, *, commands: bool) -> Place | None:
        """Return what takes the machine's place, as the user chose."""
        wanted = context.wanted(self, "run_on")
        if wanted == "worker":
            context.chosen(self, "run_on")
        if wanted == "ssh":
            return by_ssh(self, context, commands=commands)
        if wanted == "queue":
            context.chosen(self, "run_on")
            name = context.chosen(self, "queue").get("queue") or self.id
            return in_queue(str(name), "which takes the place of the machine", context)
        if wanted == "ec2":
            return _LAUNCHED if commands else NO_COMMAND
        return None

    def as_pool(self, context: Context) -> str | None:
        """Return the pool of the tasks that ran here; what it inherits limits the activities themselves."""
        if self.max_active_instances is None or not context.is_own(self, "maxActiveInstances"):
            return None
        name = context.add_pool(self, self.max_active_instances)
        context.note(
            self.id,
            "maxActiveInstances",
            emulated(
                f"the slots of the pool `{name}`: so many tasks run there at once, and so in no more runs than that",
                "Import the pool before the first run: tasks of a pool that there is not wait for ever.",
            ),
        )
        return name

    def as_user(self, context: Context) -> Argument:
        """Return who commands run as on the machine, None for who it is anyway."""
        return self._text(context, "runAsUser")

    def _text(self, context: Context, field: str) -> Argument:
        return next(iter(context.texts(self, field)), None)

    def operator(self, context: Context) -> Call:
        """Return the operator that launches the machine."""
        context.chosen(self, "run_on")
        context.note_instead(self, _ON_A_MACHINE)
        if self.http_proxy is not None:
            context.realise(context.get(self.http_proxy))
        context.tell(
            f"`{self.id}` is launched in EC2 by the AWS connection `aws_default`, which needs leave for that, for commands by "
            "Systems Manager, and to pass the instance profile on; the profile needs the policy AmazonSSMManagedInstanceCore: "
            "see docs/workers.md"
        )
        if not context.texts(self, "region"):
            context.tell(
                f"`{self.id}` names no region: it is launched in that of the AWS connection `aws_default`"
            )
        if not context.texts(self, "imageId"):
            context.tell(f"`{self.id}` names no image: it has the newest Amazon Linux 2023")
        arguments: dict[str, Argument] = {
            **{name: self._text(context, key) for key, name in _TEXTS.items()},
            **{name: context.texts(self, key) for key, name in _LISTS.items()},
            "associate_public_ip_address": self.associate_public_ip_address,
            "use_on_demand_on_last_attempt": None if self.use_on_demand_on_last_attempt else False,
            "terminate_after": None if self.terminate_after is None else self.terminate_after.length,
            "init_timeout": None if self.init_timeout is None else self.init_timeout.length,
            **self.actions(context),
            "tags": dict(context.pipeline_tags),
        }
        return Call(f"{_MODULE}.CreateEc2ResourceOperator", without_nothing(arguments))

    def ending(self, context: Context, launcher: str) -> Call:
        """Return the operator that ends the machine."""
        region = self._text(context, "region")
        where: dict[str, Argument] = {} if region is None else {"region_name": region}
        return Call(f"{_MODULE}.TerminateEc2ResourceOperator", {"instance": launcher, **where})
