"""Ec2Resource: a machine that the service launched for the work; an Airflow worker takes its place."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.definition import Ref
from datapipeline_converters.ledger import approximated, not_needed, verdict_table
from datapipeline_converters.objects.component import Component, Context
from datapipeline_converters.objects.resource import RESOURCE
from datapipeline_converters.objects.surroundings import MACHINE
from datapipeline_converters.periods import Period

_NO_MACHINE = not_needed("no machine is launched: the work runs on the Airflow worker")
_IDENTITY = approximated(
    "the work runs as the AWS connection `aws_default`, or else as the Airflow worker itself",
    "Let them do what this role could do.",
)
_NETWORK = approximated(
    "the work runs from where the Airflow worker is",
    "Give the worker the same ways through the network.",
)


@dataclass(frozen=True, kw_only=True)
class Ec2Resource(Component):
    """One EC2 machine for an interval's activities."""

    terminate_after: Period | None = None
    http_proxy: Ref | None = None

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
            "terminateAfter": approximated(
                "the `execution_timeout` of each task that ran here: it counts for one attempt, not for the machine"
            ),
        },
    )

    def as_worker(self, context: Context) -> Period | None:
        """Return the machine's longest life."""
        context.realise(self)
        if self.http_proxy is not None:
            context.realise(context.get(self.http_proxy))
        return self.terminate_after
