"""Ec2Resource: a machine that the service launched for the work; an Airflow worker takes its place."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import approximated, exact, not_needed, verdict_table
from datapipeline_converters.objects.component import Component, Context
from datapipeline_converters.periods import Period

_NO_MACHINE = not_needed("no machine is launched: the work runs on the Airflow worker")
_NO_ALARM = approximated("no machine is launched that could fail: the alarms of the tasks tell of failures")
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
        dict.fromkeys(
            [
                "actionOnResourceFailure",
                "actionOnTaskFailure",
                "associatePublicIpAddress",
                "attemptStatus",
                "attemptTimeout",
                "dependsOn",
                "failureAndRerunMode",
                "initTimeout",
                "instanceCount",
                "instanceType",
                "keyPair",
                "lateAfterTimeout",
                "logUri",
                "maxActiveInstances",
                "maximumRetries",
                "minInstanceCount",
                "onLateAction",
                "pipelineLogUri",
                "precondition",
                "reportProgressTimeout",
                "retryDelay",
                "runsOn",
                "schedule",
                "scheduleType",
                "spotBidPrice",
                "useOnDemandOnLastAttempt",
                "workerGroup",
            ],
            _NO_MACHINE,
        ),
        dict.fromkeys(("onFail", "onSuccess"), _NO_ALARM),
        dict.fromkeys(
            ["availabilityZone", "httpProxy", "region", "securityGroupIds", "securityGroups", "subnetId"],
            _NETWORK,
        ),
        {
            "imageId": approximated("the Airflow worker needs the software that was on this image"),
            "parent": exact("the parent's fields are applied"),
            "resourceRole": _IDENTITY,
            "role": _IDENTITY,
            "runAsUser": approximated("commands run as the Airflow worker's user"),
            "terminateAfter": approximated(
                "the `execution_timeout` of each task that ran here: it counts for one attempt, not for the machine"
            ),
        },
    )

    def as_worker(self, context: Context) -> Period | None:
        """Return the machine's longest life."""
        context.realise(self)
        return self.terminate_after
