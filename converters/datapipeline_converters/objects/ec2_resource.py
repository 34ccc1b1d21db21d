"""Ec2Resource: a machine that the service launched for the work; an Airflow worker takes its place."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import approximated, not_needed, verdict_table
from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.runnable import DATA_NODE
from datapipeline_converters.periods import Period

_NO_MACHINE = not_needed("no machine is launched: the work runs on the Airflow worker")
_IDENTITY = approximated(
    "the work runs as the Airflow worker and its AWS connection `aws_default`, which needs what this role could do"
)
_NETWORK = approximated(
    "the work runs from where the Airflow worker is: it needs the same ways through the network"
)


@dataclass(frozen=True, kw_only=True)
class Ec2Resource(Component):
    """One EC2 machine for an interval's activities."""

    terminate_after: Period | None = None

    page = "dp-object-ec2resource"
    verdicts = verdict_table(
        DATA_NODE,
        dict.fromkeys(
            [
                "actionOnResourceFailure",
                "actionOnTaskFailure",
                "associatePublicIpAddress",
                "attemptTimeout",
                "dependsOn",
                "imageId",
                "initTimeout",
                "instanceCount",
                "instanceType",
                "keyPair",
                "logUri",
                "minInstanceCount",
                "onFail",
                "onLateAction",
                "onSuccess",
                "precondition",
                "schedule",
                "spotBidPrice",
                "useOnDemandOnLastAttempt",
            ],
            _NO_MACHINE,
        ),
        dict.fromkeys(
            ["availabilityZone", "httpProxy", "region", "securityGroupIds", "securityGroups", "subnetId"],
            _NETWORK,
        ),
        {
            "resourceRole": _IDENTITY,
            "role": _IDENTITY,
            "runAsUser": approximated("commands run as the Airflow worker's user"),
            "terminateAfter": approximated(
                "the `execution_timeout` of each task that ran here: it counts for one attempt, not for the machine"
            ),
        },
    )

    def as_worker(self) -> Period | None:
        """Return the machine's longest life."""
        return self.terminate_after
