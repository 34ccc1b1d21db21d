"""The ways a copy can go, the most direct first; each says itself whether it fits, and if not, why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datapipeline_provider.copy.routes.copy_objects import CopyObjects
from datapipeline_provider.copy.routes.export_files import ExportFile
from datapipeline_provider.copy.routes.load_files import LoadFiles
from datapipeline_provider.copy.routes.pipe import Pipe
from datapipeline_provider.copy.routes.record_by_record import RecordByRecord
from datapipeline_provider.copy.routes.rewrite_files import RewriteFiles
from datapipeline_provider.hooks.bulk import Declined, DeclinedError

if TYPE_CHECKING:
    from datapipeline_provider.copy.progress import Progress
    from datapipeline_provider.copy.routes.route import Route
    from datapipeline_provider.copy.sinks import Sink
    from datapipeline_provider.copy.sources import Source

ROUTES: tuple[Route, ...] = (
    CopyObjects(),
    ExportFile(),
    LoadFiles(),
    Pipe(),
    RewriteFiles(),
    RecordByRecord(),
)


def take(source: Source, sink: Sink, progress: Progress, routes: tuple[Route, ...] = ROUTES) -> None:
    """Copy everything by the first route that fits, and log which one that is and why no faster one is taken.

    A route that turns out not to fit on its way is undone, and the next one begins anew. The last one of `routes`
    has to fit everything.
    """
    log, declined = progress.log, []
    for each in routes:
        if not (isinstance(source, each.source) and isinstance(sink, each.sink)):
            continue
        offer = each.offer(source, sink)
        if isinstance(offer, Declined):
            declined.append((each.name, offer.reason))
            continue
        log.info("Copying from %s to %s: %s", source.describe(), sink.describe(), each.name)
        for name, reason in declined:
            log.info("Not by %s: %s", name, reason)
        try:
            offer(progress)
        except DeclinedError as error:
            declined = [(each.name, error.reason)]
            progress.restart()
            source.undo()
            sink.undo()
        else:
            source.finish()
            return
