"""Which tests go to which process, where pytest-xdist runs them in several: `pytest -n 2`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    import pytest

# Folders whose files share something that is slow to make: a running Airflow.
WHOLE_FOLDERS = ("tests/end_to_end",)


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Gives out whole files, and whole folders where those share something, in the order in which they were collected."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in WHOLE_FOLDERS if file.startswith(f"{folder}/")), file)
