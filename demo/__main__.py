"""The command line of the demo: `python -m demo [--keep-running | --stop]`."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path

from demo import console, run
from demo.conversion import ConversionFailedError
from demo.local_airflow import AirflowCommandError
from tests.servers.process import (
    ProgramMissingError,
    ServerError,
    reach_loopback_directly,
    record,
    recorded,
    stop_recorded,
    wait_until,
)

FOLDER = Path(__file__).parents[1] / ".demo"
RUNNING = FOLDER / "demo.running"
EXPECTED_ERRORS = (
    AirflowCommandError,
    ConversionFailedError,
    ProgramMissingError,
    ServerError,
    TimeoutError,
    run.DemoError,
)


def main(argv: list[str] | None = None) -> int:
    """Run or stop the demo and return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m demo", description="Convert the examples and run them here."
    )
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--keep-running", action="store_true", help="leave Airflow up until Ctrl-C")
    choice.add_argument(
        "--stop", action="store_true", help="stop a demo that runs elsewhere, or its leftovers"
    )
    arguments = parser.parse_args(argv)
    return stop() if arguments.stop else start(arguments.keep_running)


def start(keep_running: bool) -> int:
    """Run the demo in a fresh folder, unless one runs already."""
    if (other := recorded(RUNNING)) is not None:
        print(f"A demo runs already (process {other.pid}); `make demo-down` stops it.", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    reach_loopback_directly()
    remove_leftovers()
    FOLDER.mkdir()
    record(os.getpid(), RUNNING)
    try:
        run.run(FOLDER, keep_running)
    except KeyboardInterrupt:
        console.say("Interrupted; everything that was started is stopped")
        return 0 if keep_running else 130
    except EXPECTED_ERRORS as error:
        print(f"\nThe demo stopped: {error}", file=sys.stderr)
        return 1
    finally:
        RUNNING.unlink()
    return 0


def stop() -> int:
    """End a demo that runs in another terminal, or the servers of one that was killed."""
    if (other := recorded(RUNNING)) is not None:
        other.send_signal(signal.SIGTERM)
        wait_until(lambda: recorded(RUNNING) is None, 60, "The demo has ended")
    remove_leftovers()
    return 0


def remove_leftovers() -> None:
    """Stop what an interrupted demo left, by its recorded process ids, and remove its folder."""
    if stopped := stop_recorded(FOLDER):
        console.say(f"Stopped what an interrupted demo left: {', '.join(stopped)}")
    shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
