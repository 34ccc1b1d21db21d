"""The examples: what `dags/definitions/X.json` becomes is `dags/X.py`, byte for byte.

Rewrite them all with `python -m tests.golden`, then read the difference before you commit it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from datapipeline_converters.choices import Choices
from datapipeline_converters.conversion import Conversion, convert
from datapipeline_converters.options import Options
from datapipeline_converters.sources import Input, read_input

DAGS = Path(__file__).parent.parent / "dags"
NAMES = sorted(path.stem for path in (DAGS / "definitions").glob("*.json"))
BACKFILLED = {"alarms", "hourly_and_daily", "nightly_warehouse", "shell_command_activity"}
CHOICES = {
    "ec2_resource": Choices(
        {},
        {
            "Box": {"run_on": "ec2"},
            "Publish": {"run_on": "ssh"},
            "Archive": {"run_on": "queue"},
        },
    ),
    "emr_serverless": Choices(
        {
            "run_on": "emr-serverless",
            "execution_role": "arn:aws:iam::111122223333:role/click-jobs",
        }
    ),
}
NOW = datetime.fromisoformat("2026-11-21T00:00:00")


def convert_example(name: str) -> Conversion:
    """Return what an example becomes."""
    (definition,) = read_input(Input(DAGS / "definitions" / f"{name}.json"))
    choices = CHOICES.get(name, Choices())
    return convert(definition, Options(name=name, backfill=name in BACKFILLED, choices=choices, now=NOW))


def main() -> None:
    """Write every example's DAG file anew."""
    for name in NAMES:
        (DAGS / f"{name}.py").write_text(convert_example(name).files[f"{name}.py"].text, encoding="utf-8")


if __name__ == "__main__":
    main()
