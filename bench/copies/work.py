"""What one measurement does, and with what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Role = Literal["ours", "peer", "limit", "longer"]
Execute = Callable[[], object]


@dataclass(frozen=True)
class Work:
    """One measurement.

    :param path: from where to where: `postgresql->s3`.
    :param role: whose it is; `longer` is ours with more rows, for its memory.
    :param what: what does it, for people.
    :param make: imports and prepares everything in the measured process; what it returns is measured.
    :param result: where the rows arrive: `s3:key`, `postgresql:table` or `mariadb:table`.
    :param form: how an object there is to be read: `quoted`, `header`, `unquoted`, `gzip`, `large`, `tabs`.
    :param times: how many times the workload's rows it moves; 0 if that is not known beforehand.
    """

    path: str
    role: Role
    what: str
    make: Callable[[], Execute]
    result: str
    form: str = "quoted"
    times: int = 1

    @property
    def name(self) -> str:
        """The name that a measured process is given."""
        return f"{self.path} by {self.what}" + (", longer" if self.role == "longer" else "")
