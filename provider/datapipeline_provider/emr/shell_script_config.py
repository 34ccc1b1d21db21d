"""A script that runs on the cluster before or after an activity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass
class ShellScriptConfig:
    """A script in S3 with its arguments (dp-object-shellscriptconfig).

    :param script_uri: `s3://bucket/key`; templated.
    :param script_arguments: what the script sees as $1, $2, ...; lists inside are flattened, None is left out; templated.
    """

    script_uri: str
    script_arguments: Sequence[Any] = ()

    template_fields: ClassVar[tuple[str, ...]] = ("script_uri", "script_arguments")

    def serialize(self) -> dict[str, object]:
        """Give it as JSON values, for display and for the DAG's hash."""
        return {
            "type": "ShellScriptConfig",
            "script_uri": self.script_uri,
            "script_arguments": list(self.script_arguments),
        }
