"""Knows how tasks of a run agree on one cluster: by its name, the oldest that lives is the one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datapipeline_provider.hooks.emr import STARTING, UP

if TYPE_CHECKING:
    from collections.abc import Mapping

    from datapipeline_provider.hooks.emr import Cluster, EmrHook

LIVING = tuple(sorted(STARTING | UP))


def agreed(emr: EmrHook, name: str, log: Any, known: str | None = None) -> Cluster | None:
    """Return the oldest cluster of a name that lives, and terminate the others: somebody has launched one too many.

    Two tasks may launch at the same time, and a call whose answer was lost may have been done. Everybody who looks
    comes to the same choice.

    :param known: the id of one that the list may not show yet
    """
    living = {cluster.id: cluster for cluster in emr.clusters(name, LIVING)}
    if known is not None and known not in living:
        cluster = emr.cluster(known)
        living |= {known: cluster} if cluster.state in LIVING else {}
    if not living:
        return None
    first, *others = sorted(living.values(), key=lambda cluster: (cluster.created, cluster.id))
    for other in others:
        log.warning("Cluster %s is terminated: %s of the same name is older", other.id, first.id)
        emr.terminate(other.id)
    return first


def launched(emr: EmrHook, request: Mapping[str, Any], log: Any) -> tuple[Cluster, bool]:
    """Return the cluster of a request, which may still be starting, and whether it was there before: if not, it is new.

    :param request: of RunJobFlow; its Name is what the cluster is found by
    """
    name = request["Name"]
    found = agreed(emr, name, log)
    if found is not None:
        log.info("Cluster %s is there already (%s)", found.id, found.state)
        return found, True

    def already() -> str | None:
        living = emr.clusters(name, LIVING)
        return living[0].id if living else None

    cluster_id = emr.run_job_flow(request, already)
    log.info("Launched cluster %s, %r", cluster_id, name)
    return agreed(emr, name, log, cluster_id) or emr.cluster(cluster_id), False
