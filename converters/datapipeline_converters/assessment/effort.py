"""How much work a pipeline takes: a grade, and the reasons for it, so that anyone can disagree with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from datapipeline_converters.assessment.summary import Reason, Summary
from datapipeline_converters.wording import counted

GRADES = ("S", "M", "L", "XL")
# The most points that each grade but the last has.
_LIMITS = (3, 9, 18)
MEANINGS: Mapping[str, str] = {
    "S": "convert, fill in the connections, compare one run",
    "M": "some work by hand: a few fields, commands or settings",
    "L": "several parts to build or to decide about",
    "XL": "a project of its own",
}


def effort(summary: Summary) -> tuple[str, tuple[Reason, ...]]:
    """Return the grade of a pipeline, and its reasons, the heaviest first; no grade for what cannot be read."""
    if not summary.is_pipeline:
        return "", ()
    reasons = sorted(_reasons(summary), key=lambda reason: -reason.points)
    total = sum(reason.points for reason in reasons)
    grade = next((name for name, limit in zip(GRADES, _LIMITS, strict=False) if total <= limit), GRADES[-1])
    return grade, tuple(reasons)


def _reasons(summary: Summary) -> Iterator[Reason]:
    blockers = Counter(blocker.kind for blocker in summary.blockers)
    if number := blockers["invalid"]:
        yield Reason(
            min(3 + number // 2, 6),
            f"Data Pipeline would refuse it: {counted(number, 'problem')} to correct",
        )
    if summary.failing_tasks:
        kinds = Counter(blocker.type for blocker in summary.blockers if blocker.kind == "task")
        named = ", ".join(f"{number} {kind}" if number > 1 else kind for kind, number in kinds.most_common(4))
        text = f"{counted(summary.failing_tasks, 'task')} to build by hand" + (f": {named}" if named else "")
        yield Reason(min(3 * summary.failing_tasks, 15), text)
    if number := len({(b.type, b.field) for b in summary.blockers if b.kind == "field"}):
        yield Reason(min(number, 6), f"{counted(number, 'kind')} of fields refused")
    if number := blockers["other"]:
        yield Reason(min(number, 4), f"{counted(number, 'thing')} more left to you")
    serious = {finding.what for finding in summary.commands if finding.serious}
    if serious:
        yield Reason(min(2 * len(serious), 6), f"commands use {', '.join(sorted(serious))}")
    if number := len({f.object_id for f in summary.commands if f.what == "script in S3"}):
        yield Reason(min(number, 3), f"{counted(number, 'script')} in S3 to look through")
    if clusters := summary.objects.get("EmrCluster", 0):
        yield Reason(2, f"{counted(clusters, 'EMR cluster')}: release, roles and network")
    if old := {finding.what for finding in summary.retired if finding.serious}:
        yield Reason(min(len(old) + 1, 4), f"retired: {', '.join(sorted(old))}")
    if summary.secrets:
        yield Reason(1, f"{counted(len(summary.secrets), 'secret')} in plain text to replace")
    if summary.decisions:
        yield Reason(1, "when it starts has to be decided")
    if number := blockers["value"]:
        yield Reason(1, f"{counted(number, 'parameter')} without value")
    if summary.dags > 1:
        yield Reason(min(summary.dags - 1, 3), f"{summary.dags} DAGs, for it has several schedules")
    if summary.tasks >= 10:
        yield Reason(min(summary.tasks // 10, 5), f"{counted(summary.tasks, 'task')} to compare")
