"""Why a copy stops; facts in, sentence out, never a value of a row."""

from __future__ import annotations

from datapipeline_provider.exceptions import DatapipelineError


class RecordError(DatapipelineError):
    """A record that cannot be read, written or loaded.

    :param origin: the object or table it comes from.
    :param row: its number, from 1.
    :param problem: what is wrong with it.
    """

    def __init__(self, origin: str, row: int, problem: str) -> None:
        super().__init__(f"{origin}, row {row}: {problem}.")


class BatchError(DatapipelineError):
    """A batch of records that the database refused without saying which one."""

    def __init__(self, origin: str, first: int, last: int, problem: str) -> None:
        super().__init__(f"{origin}, one of the rows {first} to {last}: {problem}.")
