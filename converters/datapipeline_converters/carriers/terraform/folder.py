"""Knows the files of a Terraform folder: one file's own blocks come before those of its neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from datapipeline_converters.carriers.terraform.functions import FailedError
from datapipeline_converters.carriers.terraform.syntax import Block, Node, parse_file
from datapipeline_converters.errors import UnreadableError

# Larger ones are not written by hand; the parser needs half a minute and 400 MB for one of this size.
MAX_BYTES = 1024 * 1024
# What is looked into beside a file, and all of it together.
_MOST_FILES = 300
_MOST_BYTES = 4 * MAX_BYTES


@dataclass(frozen=True)
class Folder:
    """A file and those beside it, which are parsed only if they may have what is looked for.

    :param path: where they are, None for standard input
    :param own: the file's blocks
    :param beside: the other files' texts, by file name
    :param unread: files that cannot be read; others may be added
    """

    path: Path | None
    own: Block
    beside: Mapping[str, str] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)

    def find(self, kind: str, *labels: str) -> Block | None:
        """Return the block of a kind with these labels; None if there is none, or neighbours have two."""
        own = next((block for block in self.own.of(kind) if block.labels == labels), None)
        if own is not None:
            return own
        found = [
            block for top in self._with(kind, *labels) for block in top.of(kind) if block.labels == labels
        ]
        return found[0] if len(found) == 1 else None

    def local(self, name: str) -> Node | None:
        """Return a local value; None if there is none, or neighbours have two."""
        for tops in ([self.own], self._with("locals", name)):
            found = [block for top in tops for block in top.of("locals") if name in block.attributes]
            if len(found) == 1:
                return found[0].attributes[name]
        return None

    def _with(self, *words: str) -> Iterator[Block]:
        """Yield the other files that have all of some words."""
        for name, text in self.beside.items():
            if name in self.unread or not all(word in text for word in words):
                continue
            try:
                yield parse_file(text, name)
            except UnreadableError:
                self.unread.append(name)

    def read(self, name: str) -> str:
        """Return the text of a file in the folder or below it.

        :raises FailedError: when it is elsewhere, missing, too large or no text
        """
        if self.path is None:
            raise FailedError(f"the file {name} beside standard input is not known; name the Terraform file")
        root = self.path.resolve()
        path = (root / name).resolve()
        if not path.is_relative_to(root):
            raise FailedError(f"the file {name} is outside the Terraform file's folder, so it is not read")
        try:
            if not path.is_file():
                raise FailedError(
                    f"the file {name} is not there; if it is a definition itself, give that file"
                )
            if path.stat().st_size > MAX_BYTES:
                raise FailedError(f"the file {name} is too large")
            return path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            raise FailedError(f"the file {name} cannot be read as UTF-8 text") from None


def open_folder(text: str, source: str, path: Path | None) -> Folder:
    """Return a file's blocks and those of the files beside it.

    :param path: the file, None for standard input
    :raises UnreadableError: when the file itself is not Terraform's language, or larger than any that a person writes
    """
    if len(text) > MAX_BYTES:
        raise UnreadableError(
            source, "more than 1 MiB of Terraform", "Give what `terraform show -json` says of it instead."
        )
    own = parse_file(text, source)
    if path is None:
        return Folder(None, own)
    beside: dict[str, str] = {}
    unread = []
    left = _MOST_BYTES
    for neighbour in sorted(path.parent.glob("*.tf"))[:_MOST_FILES]:
        try:
            size = neighbour.stat().st_size
            if neighbour.name == path.name:
                continue
            if size > min(MAX_BYTES, left) or not neighbour.is_file():
                unread.append(neighbour.name)
                continue
            left -= size
            beside[neighbour.name] = neighbour.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            unread.append(neighbour.name)
    return Folder(path.parent, own, beside, unread)
