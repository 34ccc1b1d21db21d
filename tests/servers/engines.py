"""Spark, Hive's language on Spark and Hadoop's MapReduce for the steps of EMR: `python -m tests.servers.engines` installs them.

They run on this machine alone, with real paths in S3. Hive's language is Spark's reading of it; there is no HDFS and no YARN.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from tests.servers.process import LOOPBACK, ProgramMissingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.servers.moto import Aws

ROOT = Path(__file__).parents[2]
VENV = ROOT / ".venvs" / "engines"
REQUIREMENTS = Path(__file__).with_name("engines.txt")
PROGRAMS = {folder.name: folder for folder in Path(__file__).with_name("programs").iterdir()}
"""Folders of programs, as a cluster has them, by application."""
S3_JARS = ("hadoop-aws-*.jar", "aws-java-sdk-bundle-*.jar")
S3_FILE_SYSTEM = "org.apache.hadoop.fs.s3a.S3AFileSystem"
JAVA = Path(__file__).with_name("java")
MAIN_CLASSES = {
    "dynamodb-tools": None,
    "hadoop-examples": "Examples",
    "hadoop-streaming": "Streaming",
    "spark-examples": None,
    "spark-job": None,
    "word-count": "WordCount",
}
"""Jars of our own by name, `java/NAME`, and the class that each runs; Amazon's jar with the first one's classes runs none."""
STAND_INS = (
    (re.compile(r"^s3n?://dynamodb-(emr|dpl)-[^/]+/emr-ddb-storage-handler/.*\.jar$"), "dynamodb-tools"),
    (re.compile(r"/hadoop-streaming[^/]*\.jar$"), "hadoop-streaming"),
)
"""Where steps expect jars of Amazon's that are not to be had, and which of ours stand for them."""
COMPILER = "org.codehaus.commons.compiler.samples.CompilerDemo"
SCHEMES = ("s3", "s3n", "s3a")


class EngineError(Exception):
    """The engines cannot be installed; the message is the installer's."""


def installed() -> Path:
    """Install the engines unless they are there and newer than their list; give Spark's home.

    :raises ProgramMissingError: there is no Java on this machine
    :raises EngineError: what the installer says
    """
    if shutil.which("java") is None:
        raise ProgramMissingError("No Java: install default-jre-headless, for Spark, Hive and Hadoop.")
    VENV.parent.mkdir(exist_ok=True)
    with _alone():
        made = VENV / "installed"
        if not made.exists() or made.stat().st_mtime < REQUIREMENTS.stat().st_mtime:
            _install()
            made.touch()
        for name, main_class in MAIN_CLASSES.items():
            _compile(JAVA / name, jar(name), main_class)
    return _package("pyspark")


def jar(name: str) -> Path:
    """Give the file of a jar that is made of the folder `java/name`."""
    return VENV / "jars" / f"{name}.jar"


def configure(folder: Path, configurations: Sequence[Mapping[str, Any]], aws: Aws) -> dict[str, str]:
    """Write the configuration files of a cluster.

    :param folder: for the files, and beside it the warehouse and the metastore
    :param configurations: the cluster's `Configurations`
    :param aws: whose S3 is meant by S3 addresses
    :returns: what the programs of PROGRAMS want in their environment
    """
    folder.mkdir(parents=True, exist_ok=True)
    home = folder.parent
    wanted = {each["Classification"]: each for each in configurations}
    for name, properties in _own_settings(home, aws).items():
        given = wanted.pop(name, {}).get("Properties", {})
        _write(folder, name, properties | dict(given))
    exported: dict[str, str] = {}
    for name, each in wanted.items():
        _write(folder, name, each.get("Properties", {}))
        for inner in each.get("Configurations", []):
            if inner["Classification"] == "export":
                exported |= inner.get("Properties", {})
    (folder / "log4j2.properties").write_text(LOGGING)
    return exported | {
        "SPARK_HOME": str(_package("pyspark")),
        "SPARK_CONF_DIR": str(folder),
        "HADOOP_CONF_DIR": str(folder),
        "SPARK_LOCAL_IP": LOOPBACK,
        "PYSPARK_PYTHON": sys.executable,
        "ENGINE_JARS": str(VENV / "jars"),
    }


def stand_in(address: str) -> Path | None:
    """Give the jar that stands for one of Amazon's, or nothing."""
    return next((jar(name) for pattern, name in STAND_INS if pattern.search(address)), None)


LOGGING = """\
rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex
"""


def _own_settings(home: Path, aws: Aws) -> dict[str, dict[str, str]]:
    """Give the settings by which the engines run on this machine, by classification."""
    keys = {
        "fs.defaultFS": "file:///",
        "hadoop.tmp.dir": f"{home}/hadoop-tmp",
        "fs.s3a.endpoint": aws.endpoint_url,
        "fs.s3a.access.key": aws.access_key,
        "fs.s3a.secret.key": aws.secret_key,
        "fs.s3a.aws.credentials.provider": "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider",
        "fs.s3a.path.style.access": "true",
        "fs.s3a.connection.ssl.enabled": "false",
        "fs.s3a.attempts.maximum": "2",
    }
    return {
        "core-site": keys | {f"fs.{scheme}.impl": S3_FILE_SYSTEM for scheme in SCHEMES},
        "mapred-site": {"mapreduce.framework.name": "local"},
        "hive-site": {
            "javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={home}/metastore;create=true",
            "datanucleus.schema.autoCreateAll": "true",
            "hive.metastore.schema.verification": "false",
            "hive.exec.scratchdir": f"{home}/hive-scratch",
            "hive.exec.dynamic.partition.mode": "nonstrict",
        },
        "spark-defaults": {
            "spark.sql.warehouse.dir": f"{home}/warehouse",
            "spark.sql.shuffle.partitions": "2",
            "spark.ui.enabled": "false",
            "spark.driver.bindAddress": LOOPBACK,
            "spark.driver.host": LOOPBACK,
            "spark.driver.memory": "512m",
            "spark.driver.extraJavaOptions": f"-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dderby.system.home={home}",
            "spark.local.dir": f"{home}/spark-tmp",
        },
    }


def _write(folder: Path, classification: str, properties: Mapping[str, str]) -> None:
    """Write the file that EMR makes of a classification."""
    if classification.endswith("-site"):
        rows = (
            f"<property><name>{escape(name)}</name><value>{escape(value)}</value></property>\n"
            for name, value in properties.items()
        )
        text = f"<configuration>\n{''.join(rows)}</configuration>\n"
        (folder / f"{classification}.xml").write_text(text)
    else:
        lines = "".join(f"{name} {value}\n" for name, value in properties.items())
        (folder / f"{classification}.conf").write_text(lines)


@contextmanager
def _alone() -> Iterator[None]:
    """Keep other processes that run tests from installing at the same time."""
    with (VENV.parent / "engines.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install() -> None:
    _uv("venv", "--clear", "--python", sys.executable, VENV)
    into = ("pip", "install", "--python", VENV / "bin" / "python")
    _uv(*into, "--no-deps", "--requirements", REQUIREMENTS)
    jars = _package("pyspark") / "jars"
    for pattern in S3_JARS:
        for jar in _package("sagemaker_pyspark").rglob(pattern):
            shutil.move(jar, jars / jar.name)
    shutil.rmtree(_package("sagemaker_pyspark"))


def _compile(sources: Path, file: Path, main_class: str | None) -> None:
    """Make a jar, unless it is newer than its sources; no compiler of Java's is needed, Spark brings Janino along."""
    java = sorted(sources.glob("*.java"))
    if file.exists() and file.stat().st_mtime > max(each.stat().st_mtime for each in java):
        return
    with tempfile.TemporaryDirectory() as folder:
        # Janino does not look for further sources, so it gets all at once, and knows no `*` in a class path.
        _run(
            "java",
            "-cp",
            f"{_package('pyspark')}/jars/*",
            COMPILER,
            "-d",
            folder,
            "-classpath",
            _jars(),
            *java,
        )
        file.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(file, "w") as made:
            main = f"Main-Class: {main_class}\n" if main_class else ""
            made.writestr("META-INF/MANIFEST.MF", f"Manifest-Version: 1.0\n{main}")
            for each in sorted(Path(folder).rglob("*.class")):
                made.write(each, each.relative_to(folder))


def _package(name: str) -> Path:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return VENV / "lib" / version / "site-packages" / name


def _jars() -> str:
    """Give all of Spark's jars as a class path."""
    return os.pathsep.join(map(str, sorted((_package("pyspark") / "jars").glob("*.jar"))))


def _uv(*arguments: str | Path) -> None:
    _run(Path(sys.executable).parent / "uv", arguments[0], "--quiet", *arguments[1:])


def _run(*command: str | Path) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EngineError(f"{words[0]} failed: {done.stderr or done.stdout}")


if __name__ == "__main__":
    print(installed())
