"""Stands for an object that could not be converted: fails, and says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from datapipeline_provider._compat import AirflowFailException, BaseOperator

if TYPE_CHECKING:
    from datapipeline_provider._compat import Context


class NotConvertedOperator(BaseOperator):
    """Fails at once and without retries, so that work which was not converted cannot go unnoticed.

    :param object_type: the object's type in the definition, such as "HttpProxy".
    :param reason: why it was not converted, a sentence; shown as it is, not templated.
    """

    def __init__(self, *, object_type: str, reason: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.object_type = object_type
        self.reason = reason

    def execute(self, context: Context) -> NoReturn:
        """Fail.

        :raises AirflowFailException: always.
        """
        raise AirflowFailException(
            f"{self.task_id}, of type {self.object_type} in AWS Data Pipeline, was not converted: "
            f"{self.reason.rstrip('. ')}. Write a task in the DAG's file that does its work and put it in this "
            f"one's place, or delete this one if the work is not needed; then clear this task to go on."
        )
