"""Calls the service no faster than it allows, and waits where it says that it was too fast (dp-limits)."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from datapipeline_converters.account.faults import THROTTLED, AccountError, refused, unreached

if TYPE_CHECKING:
    from mypy_boto3_datapipeline import DataPipelineClient

# Calls a second that the service allows, and how many may come at once before.
_RATES = {"describe_objects": 2.0, "query_objects": 2.0}
_RATE = 1.0
_BURST = 100
# botocore's own attempts: each wait is at most twice the last. Other failures of the service are not worth more.
ATTEMPTS = 4
# How often a call is tried anew whose attempts were all refused for their rate, and the first pause before, in seconds.
_ROUNDS = 6
_PAUSE = 2.0


class Pace:
    """Says how long a call has to wait; threads share it.

    :param burst: how many calls of one operation may come at once
    """

    def __init__(self, burst: int = _BURST) -> None:
        self._burst = burst
        self._lock = threading.Lock()
        self._left: dict[str, float] = defaultdict(lambda: float(burst))
        self._at: dict[str, float] = {}

    def due(self, operation: str, now: float) -> float:
        """Take a place for a call, and return in how many seconds its turn is.

        :param now: in seconds, of a clock that never goes back
        """
        rate = _RATES.get(operation, _RATE)
        with self._lock:
            gained = (now - self._at.get(operation, now)) * rate
            self._at[operation] = now
            left = min(self._left[operation] + gained, self._burst) - 1
            self._left[operation] = left
        return max(-left / rate, 0.0)

    def hold(self, operation: str, seconds: float) -> None:
        """Keep the next calls of an operation back, since the service finds that they come too fast."""
        with self._lock:
            ahead = -seconds * _RATES.get(operation, _RATE)
            self._left[operation] = min(self._left[operation], ahead)


class Api:
    """The service's operations by boto3's names for them; errors are for the user.

    :param client: boto3's
    :param region: for messages
    """

    def __init__(self, client: DataPipelineClient, region: str, pace: Pace | None = None) -> None:
        self._client = client
        self.region = region
        self._pace = pace or Pace()

    def call(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """Return what the service answers.

        :param operation: `get_pipeline_definition`, say
        :raises AccountError: when it refuses or cannot be reached
        """
        from botocore.exceptions import BotoCoreError, ClientError

        pause, rounds = _PAUSE, _ROUNDS
        while True:
            time.sleep(self._pace.due(operation, time.monotonic()))
            try:
                answer: dict[str, Any] = getattr(self._client, operation)(**parameters)
            except ClientError as error:
                fault = error.response.get("Error", {})
                code = str(fault.get("Code", ""))
                rounds -= 1
                if code not in THROTTLED or not rounds:
                    raise refused(
                        _name(operation), code, str(fault.get("Message", "")), self.region
                    ) from None
                self._pace.hold(operation, pause)
                pause *= 2
            except BotoCoreError as error:
                raise unreached(error) from None
            else:
                return answer

    def pages(
        self, operation: str, key: str, limit: int | None = None, **parameters: Any
    ) -> tuple[list[Any], bool]:
        """Return the items of all pages, and whether these are all.

        :param key: where an answer has its items
        :param limit: how many pages are read at most
        :raises AccountError: when the service refuses or cannot be reached
        """
        items: list[Any] = []
        marker: dict[str, str] = {}
        pages = 0
        while limit is None or pages < limit:
            answer = self.call(operation, **parameters, **marker)
            items += answer.get(key, [])
            if not answer.get("hasMoreResults"):
                return items, True
            if not answer.get("marker"):
                raise AccountError(
                    f"{_name(operation)} says that there is more, and not where. Pull it again."
                )
            marker = {"marker": answer["marker"]}
            pages += 1
        return items, False


def _name(operation: str) -> str:
    """Return an operation's name as IAM has it."""
    return "".join(word.capitalize() for word in operation.split("_"))
