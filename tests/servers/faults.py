"""What goes wrong between the emulator of AWS and its callers, as a test orders it; the emulator keeps its state."""

from __future__ import annotations

import io
import json
import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Application: TypeAlias = "Callable[[dict[str, Any], Any], Iterable[bytes]]"

FORM = "application/x-www-form-urlencoded"
STATUSES = {400: "400 Bad Request", 500: "500 Internal Server Error", 503: "503 Service Unavailable"}
SCOPE = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/")


@dataclass
class Fault:
    """What happens to some calls.

    :param service: as in a signature (`elasticmapreduce`, `ec2`, `ssm`, `s3`), empty for all
    :param operation: its name in the API, empty for all
    :param answer: status, code and message instead of the work; None if the work is done and the answer lost
    :param times: how many calls it happens to
    :param until: when it ends, on time.monotonic's clock
    :param late: how many seconds the answer waits after the work is done, instead of getting lost
    """

    service: str
    operation: str
    answer: tuple[int, str, str] | None
    times: float = float("inf")
    until: float = float("inf")
    late: float = 0.0

    def happens_to(self, call: Call) -> bool:
        """Say whether a call is meant."""
        return (
            self.service in ("", call.service)
            and self.operation in ("", call.operation)
            and self.times > 0
            and time.monotonic() < self.until
        )


@dataclass(frozen=True)
class Call:
    """A call that came: its service, its operation (method and path where the service has no names), and the answer's HTTP status, 0 for none."""

    service: str
    operation: str
    status: int


@dataclass
class Faults:
    """What is to go wrong, and which calls came.

    :param calls: all calls since the last `clear`, in the order of their answers
    """

    calls: list[Call] = field(default_factory=list)
    _faults: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def unavailable(self, seconds: float, service: str = "", status: int = 503) -> None:
        """Let all calls, or those of a service, fail for a while."""
        until = time.monotonic() + seconds
        self._add(Fault(service, "", (status, "ServiceUnavailable", "As the test ordered."), until=until))

    def refuse(
        self,
        operation: str,
        code: str,
        message: str = "As the test ordered.",
        times: float = 1,
        status: int = 400,
    ) -> None:
        """Answer the next calls of an operation with an error, without doing the work."""
        self._add(Fault("", operation, (status, code, message), times))

    def lose_answer(self, operation: str, times: float = 1) -> None:
        """Do the work of the next calls of an operation, and close the connection instead of answering."""
        self._add(Fault("", operation, None, times))

    def late_answer(self, operation: str, seconds: float, times: float = 1) -> None:
        """Do the work of the next calls of an operation at once, and answer much later."""
        self._add(Fault("", operation, None, times, late=seconds))

    def clear(self) -> None:
        """Let everything go well again, and forget the calls."""
        with self._lock:
            self._faults.clear()
            self.calls.clear()

    def names(self, service: str) -> list[str]:
        """Give the operations of a service that were called, in order."""
        return [call.operation for call in self.calls if call.service == service]

    def _add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def take(self, call: Call) -> Fault | None:
        """Give what is to happen to a call, and count it."""
        with self._lock:
            for fault in self._faults:
                if fault.happens_to(call):
                    fault.times -= 1
                    return fault
        return None

    def note(self, call: Call, status: int) -> None:
        """Remember a call by its answer."""
        with self._lock:
            self.calls.append(Call(call.service, call.operation, status))

    def around(self, application: Application) -> Application:
        """Stand in front of a WSGI application."""

        def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            call = _call(environ)
            fault = self.take(call)
            if fault is not None and fault.answer is not None:
                status, code, message = fault.answer
                self.note(call, status)
                body, kind = _error(call, code, message)
                start_response(STATUSES[status], [("Content-Type", kind), ("Content-Length", str(len(body)))])
                return [body]
            answered: list[int] = []

            def begin(status: str, headers: Any, *rest: Any) -> Any:
                answered.append(int(status.split()[0]))
                return start_response(status, headers, *rest)

            parts = application(environ, begin)
            if fault is not None and fault.late:
                time.sleep(fault.late)
            elif fault is not None:
                self.note(call, 0)
                raise ConnectionAbortedError("the answer is lost, as ordered")
            self.note(call, answered[0] if answered else 0)
            return parts

        return answer


def _call(environ: dict[str, Any]) -> Call:
    scope = SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    return Call(scope[1] if scope else "", _operation(environ), 0)


def _operation(environ: dict[str, Any]) -> str:
    """Give the operation's name, which a header or the form has; method and path otherwise."""
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return str(target).rpartition(".")[2]
    if environ.get("CONTENT_TYPE", "").startswith(FORM) and environ.get("CONTENT_LENGTH"):
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        environ["wsgi.input"] = io.BytesIO(body)
        if action := parse_qs(body.decode(errors="replace")).get("Action"):
            return str(action[0])
    return f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"


def _error(call: Call, code: str, message: str) -> tuple[bytes, str]:
    """Write an error as the service writes it."""
    if call.service in {"elasticmapreduce", "emr-serverless", "ssm", "datapipeline"}:
        return json.dumps({"__type": code, "message": message}).encode(), "application/x-amz-json-1.1"
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    frames = {"ec2": f"<Response><Errors>{error}</Errors></Response>", "s3": error}
    return frames.get(call.service, f"<ErrorResponse>{error}</ErrorResponse>").encode(), "text/xml"
