"""What the ledger says of fields whose work is not converted yet, and what the user can do in its place."""

from __future__ import annotations

from collections.abc import Mapping

from datapipeline_converters import refusals
from datapipeline_converters.ledger import Verdict, refused


def later(advice: str) -> Verdict:
    """Return the verdict on a field that has no effect because the work it is for is not converted yet.

    :param advice: what the user can do, a sentence
    """
    return refused(refusals.NOT_YET, advice=advice)


# For those that are read and written.
STAGED: Mapping[str, Verdict] = {
    "input": later("The tasks are in order; name the data in the step that you write."),
    "output": later("The tasks are in order; name the data in the step that you write."),
}
# How long, and how often, preconditions look.
LATER_WAITING: Mapping[str, Verdict] = dict.fromkeys(
    ("attemptTimeout", "preconditionTimeout", "retryDelay"),
    later("Set it on the sensor that you write in its place."),
)
