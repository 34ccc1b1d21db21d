"""An S3 that answers as Amazon's does to those who lack rights, which the emulators do not: it hides what there is not.

By the guide (API_HeadObject, API_GetObject, "Troubleshoot access denied errors"): what one may not read and what is not
there look alike to those who may not list, a HEAD has no text, and within an account or organisation a refusal names the right.
"""

from __future__ import annotations

import http.server
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from tests.servers.process import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator

BUCKET = "hiding"
ERROR = '<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
LIST = '<?xml version="1.0"?><ListBucketResult><KeyCount>{count}</KeyCount>{contents}</ListBucketResult>'
NAMED = (
    "User: arn:aws:iam::123456789012:user/etl is not authorized to perform: {right} on resource: &quot;{resource}&quot; "
    "because no identity-based policy allows the {right} action"
)


@dataclass
class Hiding:
    """One bucket, and what whoever asks may do.

    :param rights: of `get` and `list`.
    :param own: whether the bucket is of the same account or organisation as whoever asks, who is told then which right is missing.
    :param answer: a status and a code that every request gets, None for a server that works.
    """

    port: int
    keys: set[str] = field(default_factory=set)
    rights: set[str] = field(default_factory=set)
    own: bool = True
    answer: tuple[int, str] | None = None
    asked: list[str] = field(default_factory=list)

    @property
    def endpoint_url(self) -> str:
        """The base address of the server."""
        return f"http://{LOOPBACK}:{self.port}"

    def reply(self, method: str, target: str) -> tuple[int, str]:
        """Return the status and the text of an answer."""
        self.asked.append(method)
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query, keep_blank_values=True)
        bucket, _, key = unquote(path).lstrip("/").partition("/")
        if self.answer is not None:
            return self.answer[0], ERROR.format(code=self.answer[1], message="As it was told to.")
        if bucket != BUCKET:
            return 404, ERROR.format(code="NoSuchBucket", message="The specified bucket does not exist")
        if not key:
            return self._list(query["prefix"][0]) if "list" in self.rights else self._refuse("s3:ListBucket")
        if "get" not in self.rights:
            return self._refuse("s3:GetObject")
        if key in self.keys:
            return 200, "x"
        if "list" in self.rights:
            return 404, ERROR.format(code="NoSuchKey", message="The specified key does not exist.")
        return self._refuse("s3:ListBucket")

    def _refuse(self, right: str) -> tuple[int, str]:
        named = NAMED.format(right=right, resource=f"arn:aws:s3:::{BUCKET}")
        return 403, ERROR.format(code="AccessDenied", message=named if self.own else "Access Denied")

    def _list(self, prefix: str) -> tuple[int, str]:
        found = sorted(key for key in self.keys if key.startswith(prefix))[:1]
        contents = "".join(f"<Contents><Key>{key}</Key><Size>1</Size></Contents>" for key in found)
        return 200, LIST.format(count=len(found), contents=contents)


@contextmanager
def run() -> Iterator[Hiding]:
    """Run an empty bucket that nobody may do anything with, until the block ends."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, text = hiding.reply(self.command, self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text.encode())

        do_HEAD = do_GET  # noqa: N815 - the name that the library asks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer((LOOPBACK, 0), Handler)
    hiding = Hiding(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hiding
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
