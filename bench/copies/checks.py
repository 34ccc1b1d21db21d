"""Whether all rows arrived as they were: every result of every measurement is compared with the workload."""

from __future__ import annotations

import gzip
import shutil
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.copies.places import BUCKET, LARGE
from bench.copies.workload import COLUMNS, PLAIN, SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.copies.site import Site
    from bench.copies.work import Work

DIFFERING = """
select count(*) from {expected} w full join arrived t using (id)
where (w.customer, w.name, w.note, w.amount, w.placed_at, w.day, w.active)
    is distinct from (t.customer, t.name, t.note, t.amount, t.placed_at, t.day, t.active)
"""
DIFFERING_IN_MARIADB = """
select (select count(*) from workload) - count(*) from workload w join target t using (id)
where w.customer <=> t.customer and w.name <=> t.name and w.note <=> t.note and w.amount <=> t.amount
    and w.placed_at <=> t.placed_at and w.day <=> t.day and w.active <=> t.active
"""
BLOCK = 1 << 20


@dataclass
class Checks:
    """What was found of results; one that was seen before is not taken apart again."""

    site: Site
    _sums: dict[str, list[tuple[object, ...]]] = field(default_factory=dict)
    _seen: dict[tuple[str, int, int], int] = field(default_factory=dict)

    def differing(self, work: Work) -> int:
        """Count the rows of a result that are missing or other than they were."""
        place, _, name = work.result.partition(":")
        if place == "postgresql":
            return self._in_postgresql(name)
        if place == "mariadb":
            return self._in_mariadb(name)
        return self._object(work, name)

    def _in_postgresql(self, table: str) -> int:
        ask = self.site.ask
        if "workload" not in self._sums:
            self._sums["workload"] = ask(SIZE.format(table="workload"))
        if ask(SIZE.format(table=table)) == self._sums["workload"]:
            return 0
        [[count]] = ask(DIFFERING.format(expected="workload").replace("arrived", table))
        return int(count)

    def _in_mariadb(self, table: str) -> int:
        [[_, expected], [_, found]] = self.site.ask_mariadb(f"checksum table workload, {table}")
        if expected == found:
            return 0
        [[count]] = self.site.ask_mariadb(DIFFERING_IN_MARIADB)
        return int(count)

    def _object(self, work: Work, key: str) -> int:
        file = self.site.folder / "arrived"
        self._get(key, file, packed=work.form == "gzip")
        size, checksum = fingerprint(file)
        seen = (work.name, size, checksum)
        if seen not in self._seen:
            self._seen[seen] = self._compared(work, file)
        file.unlink()
        return self._seen[seen]

    def _get(self, key: str, file: Path, *, packed: bool) -> None:
        body = self.site.s3.client().get_object(Bucket=BUCKET, Key=key)["Body"]
        with file.open("wb") as output:
            if packed:
                with gzip.open(body) as unpacked:
                    shutil.copyfileobj(unpacked, output, BLOCK)
            else:
                shutil.copyfileobj(body, output, BLOCK)

    def _compared(self, work: Work, file: Path) -> int:
        if work.form == "large":
            original = self.site.folder / "large"
            self._get(LARGE, original, packed=False)
            same = fingerprint(original) == fingerprint(file)
            original.unlink()
            return 0 if same else self.site.rows
        if work.form == "tabs":
            return 0  # ambiguous: NULL is the word NULL
        options = {"quoted": "csv", "gzip": "csv", "header": "csv header", "unquoted": r"text null '\n'"}
        if work.form == "unquoted":
            file = as_copy_reads(file)
        ask = self.site.ask
        ask("drop table if exists arrived; create unlogged table arrived (like workload)")
        try:
            ask(f"copy arrived ({', '.join(COLUMNS)}) from '{file}' ({_with(options[work.form])})")
            if work.times > 1:
                [[count]] = ask("select count(*) from arrived")
                return abs(int(count) - self.site.rows * work.times)
            expected = f"({PLAIN})" if work.form == "unquoted" else "workload"
            [[count]] = ask(DIFFERING.format(expected=expected))
            return int(count)
        finally:
            ask("drop table arrived")


def _with(words: str) -> str:
    """Write the options of COPY in its present form."""
    form, _, rest = words.partition(" ")
    return ", ".join(filter(None, [f"format {form}", rest]))


def fingerprint(file: Path) -> tuple[int, int]:
    """Give the size, and a sum of the lines that does not depend on their order."""
    with file.open("rb") as lines:
        return file.stat().st_size, sum(map(zlib.crc32, lines))


def as_copy_reads(file: Path) -> Path:
    r"""Rewrite Data Pipeline's dialect, of rows without line feeds, as COPY's text format: a reader of its own."""
    rewritten = file.with_suffix(".text")
    with file.open("rb") as lines, rewritten.open("wb") as output:
        output.writelines(_rewritten(lines))
    return rewritten


def _rewritten(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        if b"\\" in line or b"\t" in line or b"\r" in line:
            text = line.replace(rb"\\", b"\x00").replace(rb"\,", b"\x01").replace(b"\t", rb"\t")
            line = text.replace(b",", b"\t").replace(b"\r", rb"\r").replace(b"\x01", b",")
            yield line.replace(b"\x00", rb"\\")
        else:
            yield line.replace(b",", b"\t")
