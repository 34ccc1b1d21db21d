"""What can go wrong with a machine of EC2, told with AWS's own words, the machine, and what to do."""

from __future__ import annotations

from datapipeline_provider._compat import AirflowFailException
from datapipeline_provider.exceptions import DatapipelineError


class Ec2Error(DatapipelineError):
    """Something about a machine that another try may do better."""


class Ec2FailError(Ec2Error, AirflowFailException):
    """Something that another try of the task cannot do better, so there is none."""


class MachineLostError(Ec2Error):
    """The machine is not there any more, and the run has not ended it."""

    def __init__(self, instance_id: str, why: str) -> None:
        super().__init__(f"Instance {instance_id} is {why}")


class MachineExpiredError(Ec2FailError):
    """The machine's longest life is over."""

    def __init__(self, instance_id: str, life: str) -> None:
        super().__init__(
            f"Instance {instance_id} has been ended because its longest life, {life} (terminateAfter), is over. "
            "Work that was on it is not tried again: clear the task with the one that launches the machine."
        )


class NotUsableError(Ec2Error):
    """A machine did not come up in time."""

    def __init__(self, instance_id: str, what: str, limit: str) -> None:
        super().__init__(
            f"Instance {instance_id} was ended because it {what} within {limit} (initTimeout). Commands reach it through AWS "
            "Systems Manager: its image needs the SSM Agent, its instance profile the policy AmazonSSMManagedInstanceCore, and "
            "its network a way to Systems Manager."
        )


class StillThereError(Ec2Error):
    """Machines were to end and have not."""

    def __init__(self, instance_ids: str, seconds: float) -> None:
        super().__init__(
            f"Instances {instance_ids} were told to end and are still there after {seconds:.0f} s. They cost money until they "
            "are terminated: look in the EC2 console, then clear this task."
        )
