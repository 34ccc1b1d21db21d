"""What can go wrong with EMR, told with AWS's own words, the cluster or step, and what to do."""

from __future__ import annotations

from datapipeline_provider._compat import AirflowFailException
from datapipeline_provider.exceptions import DatapipelineError


class EmrError(DatapipelineError):
    """Something about a cluster or a step that another try may do better."""


class EmrFailError(EmrError, AirflowFailException):
    """Something that another try of the task cannot do better, so there is none."""


class RefusedError(EmrError):
    """A request that EMR refuses, or does not answer for long.

    :param code: AWS's code of the error, "" if there was no answer
    :param passing: whether the same request may be answered later
    """

    def __init__(self, about: str, code: str, reason: str, *, passing: bool) -> None:
        super().__init__(f"{about}: {reason}")
        self.code = code
        self.passing = passing

    @property
    def is_wrong_request(self) -> bool:
        """Whether it is the request itself that is wrong, so that it would be refused again."""
        return self.code in {"ValidationException", "InvalidRequestException"}

    def for_good(self) -> EmrError:
        """Return what to raise for a request that another try makes again: no other try, if it is the request that is wrong."""
        return EmrFailError(str(self)) if self.is_wrong_request else self
