"""HttpProxy: by which proxy a machine reached AWS."""

from __future__ import annotations

from dataclasses import dataclass

from datapipeline_converters.ledger import approximated, exact, verdict_table
from datapipeline_converters.objects.component import Component
from datapipeline_converters.objects.fields import Secret
from datapipeline_converters.objects.surroundings import PROXY
from datapipeline_converters.plan import FieldText

_OTHER_WAY = approximated(
    "the Airflow worker reaches AWS its own way",
    "Set `HTTPS_PROXY` for the Airflow workers if they need a proxy.",
)


@dataclass(frozen=True, kw_only=True)
class HttpProxy(Component):
    """A proxy and who logs in to it; settings, and no machine."""

    hostname: FieldText
    port: FieldText
    username: FieldText | None = None
    password: Secret | None = None
    windows_domain: FieldText | None = None
    windows_workgroup: FieldText | None = None
    s3_no_proxy: bool = False

    page = "dp-object-httpproxy"
    surroundings = PROXY
    verdicts = verdict_table(
        dict.fromkeys(("hostname", "port", "username", "windowsDomain", "windowsWorkgroup"), _OTHER_WAY),
        {
            "*password": approximated(
                "it stands in no file",
                "Put it into `HTTPS_PROXY` for the Airflow workers if they need a proxy.",
            ),
            "parent": exact("the parent's fields are applied"),
            "s3NoProxy": approximated(
                "the Airflow worker reaches S3 its own way",
                "Set `NO_PROXY=.amazonaws.com` for the Airflow workers if it was true and they need a proxy.",
            ),
        },
    )
