"""Knows the command line of spark-submit, and says the same in the words of EMR Serverless."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datapipeline_provider.emr_serverless.errors import StepRefusedError
from datapipeline_provider.emr_serverless.jobs import SPARK, Job, configured
from datapipeline_provider.emr_serverless.words import is_plain, options, s3, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# The properties that options stand for, by Spark's own table (org.apache.spark.deploy.SparkSubmit).
_PROPERTIES = {
    "--archives": "spark.archives",
    "--driver-class-path": "spark.driver.extraClassPath",
    "--driver-cores": "spark.driver.cores",
    "--driver-java-options": "spark.driver.extraJavaOptions",
    "--driver-library-path": "spark.driver.extraLibraryPath",
    "--driver-memory": "spark.driver.memory",
    "--exclude-packages": "spark.jars.excludes",
    "--executor-cores": "spark.executor.cores",
    "--executor-memory": "spark.executor.memory",
    "--files": "spark.files",
    "--jars": "spark.jars",
    "--name": "spark.app.name",
    "--num-executors": "spark.executor.instances",
    "--packages": "spark.jars.packages",
    "--py-files": "spark.submit.pyFiles",
    "--repositories": "spark.jars.repositories",
}
_FILES = ("spark.archives", "spark.files", "spark.jars", "spark.submit.pyFiles")
# Where the processes run is up to the service.
_ELSEWHERE = {"--deploy-mode", "--master", "--queue", "--total-executor-cores"}
_PROPERTIES_ELSEWHERE = {"spark.master", "spark.submit.deployMode", "spark.yarn.queue"}
_SWITCHES = {"--supervise", "--verbose", "-v"}
_DRIVER_VARIABLE = ("spark.yarn.appMasterEnv.", "spark.emr-serverless.driverEnv.")
# In S3, or part of the service's own image.
_READABLE = ("s3://", "s3a://", "s3n://", "local:", "/usr/", "https://", "http://")


def job(name: str, arguments: Sequence[str]) -> Job:
    """Return the job of a step that runs spark-submit.

    :param arguments: spark-submit's own, character for character
    :raises StepRefusedError: if EMR Serverless cannot do it
    """
    main_class, properties, rest = _read(name, list(arguments))
    if not rest:
        raise StepRefusedError(name, "spark-submit has no file to run", "Name one in S3.")
    for file in (rest[0], *_files(properties)):
        if not file.startswith(_READABLE):
            advice = "Put it into S3, and its address into the step."
            raise StepRefusedError(
                name, f"it reads {file!r}, and EMR Serverless has no machine with files of yours", advice
            )
    kept = {key: value for key, value in properties.items() if key not in _PROPERTIES_ELSEWHERE}
    plain = {key: value for key, value in kept.items() if is_plain(f"{key}={value}")}
    words = [*(("--class", main_class) if main_class else ()), *options("--conf", plain.items())]
    driver: dict[str, Any] = {"entryPoint": s3(rest[0]), "entryPointArguments": rest[1:]}
    if words:
        driver["sparkSubmitParameters"] = " ".join(words)
    # The others would not arrive whole in a text of options.
    others = {key: value for key, value in kept.items() if key not in plain}
    return Job(name, SPARK, {"sparkSubmit": driver}, configured("spark-defaults", others))


def _read(name: str, left: list[str]) -> tuple[str, dict[str, str], list[str]]:
    """Return the main class, the properties, and what follows the options."""
    main_class, properties = "", dict[str, str]()
    while left and left[0].startswith("-"):
        option, joined, value = left.pop(0).partition("=")
        if option in _SWITCHES:
            continue
        if not joined:
            value = value_of(name, f"spark-submit's {option}", left)
        if option == "--class":
            main_class = value
        elif option in ("--conf", "-c"):
            key, _, text = value.partition("=")
            properties[_renamed(key.strip())] = text.strip()
        elif option in _PROPERTIES:
            properties[_PROPERTIES[option]] = value
        elif option not in _ELSEWHERE:
            raise StepRefusedError(
                name, f"EMR Serverless has nothing like spark-submit's {option}", "Do without it."
            )
    for key in _FILES:
        if key in properties:
            properties[key] = ",".join(map(s3, _listed(properties[key])))
    return main_class, properties, left


def _renamed(key: str) -> str:
    of_yarn, own = _DRIVER_VARIABLE
    return f"{own}{key.removeprefix(of_yarn)}" if key.startswith(of_yarn) else key


def _files(properties: dict[str, str]) -> Iterable[str]:
    return (file for key in _FILES for file in _listed(properties.get(key, "")))


def _listed(text: str) -> list[str]:
    return [file.strip() for file in text.split(",") if file.strip()]
