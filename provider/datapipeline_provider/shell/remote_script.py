"""Writes the script for bash that does on another machine what a ShellCommandActivity does on the worker.

The machine needs bash and, for what is in S3, the AWS CLI.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from datapipeline_provider.data_nodes.s3_data_node import S3DataNode
from datapipeline_provider.s3 import address
from datapipeline_provider.shell.staging import OutputPathError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MARK = "datapipeline: "
"""What begins each line that the script itself writes to the standard error."""
_ENDED = f"{MARK}the command ended with exit code "

_CLI_WORDS = {"ServerSideEncryption": "--sse", "SSEKMSKeyId": "--sse-kms-key-id"}

_BEGIN = """\
fail() { echo "datapipeline: $*" >&2; exit 1; }
root=$(mktemp -d "${TMPDIR:-/tmp}/datapipeline-XXXXXXXX") || fail "no temporary directory can be made"
trap 'rm -rf "$root"' EXIT
trap 'exit 143' TERM
mkdir "$root/work" "$root/script"
"""
_NEEDS_CLI = 'command -v aws >/dev/null || fail "the AWS CLI (aws), which copies from and to S3, is not installed here"\n'
# Amazon's own exit code 194 has Systems Manager restart the machine and run the command again.
_END = """\
if [ "$code" -ne 0 ]; then
  echo "datapipeline: the command ended with exit code $code" >&2
  [ "$code" -eq 194 ] && exit 1
  exit "$code"
fi
"""
_TAIL = """\
tail_of() {
  size=$(wc -c <"$1")
  if [ "$size" -gt "$2" ]; then
    echo "[the first $((size - $2)) of $size bytes are left out]"
    tail -c "$2" "$1"
  else
    cat "$1"
  fi
}
"""


@dataclass(frozen=True)
class RemoteScript:
    """A command, or a script in S3, with what is staged around it.

    :param name: what it sees as $0
    :param command: the command; None if there is a script
    :param script_uri: `s3://bucket/key` of the script
    :param arguments: what it sees as $1, $2, ...
    :param environment: further environment variables
    :param inputs: data nodes to stage; those that are not in S3 are passed over
    :param outputs: likewise
    :param places: `s3://bucket/key` that gets the whole `stdout`, and `stderr`
    :param encryption: boto3's arguments for these
    :param limits: how many bytes of `stdout` and `stderr` may be printed, at the end; without them, all is as it comes
    """

    name: str
    command: str | None = None
    script_uri: str | None = None
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    inputs: Sequence[object] = ()
    outputs: Sequence[object] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    encryption: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        for k, node in _in_s3(self.outputs):
            if not node.is_directory:
                raise OutputPathError(k, node.address)

    def text(self) -> str:
        """Return the script.

        :raises S3AddressError: if an address is none
        """
        return "".join(self._parts())

    def _parts(self) -> Iterator[str]:
        for name, value in self.environment.items():
            yield f"export {name}={shlex.quote(value)}\n"
        yield _BEGIN
        inputs, outputs = list(_in_s3(self.inputs)), list(_in_s3(self.outputs))
        if inputs or outputs or self.script_uri or self.places:
            yield _NEEDS_CLI
        for k, _ in inputs:
            yield _directory("INPUT", "input", k)
        for k, _ in outputs:
            yield _directory("OUTPUT", "output", k)
        for k, node in inputs:
            yield from _fetch(k, node)
        yield from self._run()
        for k, node in outputs:
            yield _publish(k, node)

    def _run(self) -> Iterator[str]:
        program, name = self._program()
        yield from program
        arguments = " ".join(shlex.quote(argument) for argument in self.arguments)
        call = f"{name} {arguments}".rstrip()
        yield 'cd "$root/work"\n'
        if self.limits is None:
            yield f"{call} </dev/null\ncode=$?\ncd /\n"
        else:
            yield f'{call} </dev/null >"$root/stdout" 2>"$root/stderr"\ncode=$?\ncd /\n'
            yield _TAIL
            yield f'tail_of "$root/stdout" {self.limits[0]}\ntail_of "$root/stderr" {self.limits[1]} >&2\n'
        kept = [_store(f'"$root/{stream}"', uri, self.encryption) for stream, uri in self.places.items()]
        yield "problem=\n"
        for copy, uri in zip(kept, self.places.values(), strict=True):
            yield f"{copy} || problem={shlex.quote(f'{uri} was not written')}\n"
        yield _END
        yield '[ -z "$problem" ] || fail "$problem"\n'

    def _program(self) -> tuple[list[str], str]:
        if self.command is not None:
            return [], f"bash -c {shlex.quote(self.command)} {shlex.quote(self.name)}"
        bucket, key = address.split(self.script_uri or "")
        uri = address.join(bucket, key)
        name = key.rpartition("/")[2]
        fetched = f'aws s3 cp --only-show-errors {shlex.quote(uri)} "$root/script/"{shlex.quote(name)}'
        return [
            f"{fetched} || fail {shlex.quote(f'the script {uri} was not copied to this machine')}\n",
            f'script="$root/script/"{shlex.quote(name)}\n',
            "set -f\n",  # the first line's words are no patterns
            'IFS= read -r first <"$script"\n',
            "case $first in '#!'*) first=${first#??}; by=(${first%$'\\r'}) ;; *) by=(bash) ;; esac\n",
            "set +f\n",
        ], '"${by[@]:-bash}" "$script"'


def said(stderr: str) -> tuple[str, int | None]:
    """Return what the script itself said last, and the command's exit code if it is that.

    :param stderr: its standard error
    """
    for line in reversed(stderr.splitlines()):
        if line.startswith(_ENDED) and line.removeprefix(_ENDED).isdecimal():
            return "", int(line.removeprefix(_ENDED))
        if line.startswith(MARK):
            return line.removeprefix(MARK), None
    return "", None


def as_user(script: str, user: str) -> str:
    """Return a script for bash that root starts, and that runs another one as a user.

    The user's home is in the environment, which otherwise stays as it is.
    """
    return (
        f"user={shlex.quote(user)}\n"
        'if [ "$(id -un)" = "$user" ]; then\n'
        f"  exec bash -c {shlex.quote(script)}\n"
        "fi\n"
        'home=$(getent passwd "$user" | cut -d: -f6)\n'
        'if [ -z "$home" ]; then echo "datapipeline: there is no user $user on this machine" >&2; exit 1; fi\n'
        'cd "$home" 2>/dev/null || cd /\n'
        'exec runuser -u "$user" -- env HOME="$home" USER="$user" LOGNAME="$user" '
        f"bash -c {shlex.quote(script)}\n"
    )


def _in_s3(nodes: Sequence[object]) -> Iterator[tuple[int, S3DataNode]]:
    return ((k, node) for k, node in enumerate(nodes, 1) if isinstance(node, S3DataNode))


def _directory(variable: str, name: str, k: int) -> str:
    return f'mkdir "$root/{name}{k}"; export {variable}{k}_STAGING_DIR="$root/{name}{k}"\n'


def _fetch(k: int, node: S3DataNode) -> Iterator[str]:
    bucket, key = address.split(node.address)
    target = f'"$root/input{k}/"'
    below = shlex.quote(address.join(bucket, address.prefix(key)))
    wrong = shlex.quote(f"{node.address} (input {k}) was not copied to this machine")
    tree = f"aws s3 cp --only-show-errors --recursive {below} {target}"
    if node.is_directory or not key or key.endswith("/"):
        yield f"{tree} || fail {wrong}\n"
        return
    name = shlex.quote(key.rpartition("/")[2])
    uri = shlex.quote(address.join(bucket, key))
    yield f"if ! said=$(aws s3 cp --only-show-errors {uri} {target}{name} 2>&1); then\n"
    yield f'  {tree} || {{ echo "$said" >&2; fail {wrong}; }}\n'
    yield f'  [ -n "$(ls -A {target})" ] || {{ echo "$said" >&2; fail {wrong}; }}\n'
    yield "fi\n"


def _publish(k: int, node: S3DataNode) -> str:
    copy = _store(
        f'"$root/output{k}"', address.join(node.bucket, node.key), node.write_arguments, "--recursive "
    )
    return f"{copy} || fail {shlex.quote(f'{node.address} (output {k}) was not written')}\n"


def _store(source: str, uri: str, arguments: Mapping[str, str], how: str = "") -> str:
    encryption = " ".join(f"{_CLI_WORDS[key]} {shlex.quote(value)}" for key, value in arguments.items())
    return f"aws s3 cp --only-show-errors {how}{encryption} {source} {shlex.quote(uri)}"
