"""HttpProxy: by which proxy a machine reached AWS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from datapipeline_converters import refusals
from datapipeline_converters.ledger import approximated, exact, refused, verdict_table
from datapipeline_converters.objects.component import Component, Context
from datapipeline_converters.objects.fields import Secret
from datapipeline_converters.objects.surroundings import PROXY
from datapipeline_converters.plan import Argument, FieldText

# What is never reached by a proxy: the machine itself, and where it gets its credentials.
_NO_PROXY = ("localhost", "127.0.0.1", "169.254.169.254")
_S3 = ("s3.amazonaws.com", ".s3.amazonaws.com")
_IN_CLUSTER = exact("`HTTP_PROXY` and `HTTPS_PROXY` of programs on the cluster, and `NO_PROXY` beside them")
_NO_NTLM = refused(refusals.WINDOWS_LOGIN)
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

    def as_environment(self, context: Context, owner: Component, field: str) -> Mapping[str, Argument]:
        """Return the variables by which programs find a proxy, in both spellings that there are."""
        fields = ("hostname", "port", "username", "*password", "s3NoProxy")
        ntlm = ("windowsDomain", "windowsWorkgroup")
        context.realise(self, {**dict.fromkeys(fields, _IN_CLUSTER), **dict.fromkeys(ntlm, _NO_NTLM)})
        password = f":#{{{field}.*password}}" if self.password is not None else ""
        user = "" if self.username is None else f"#{{{field}.username}}{password}@"
        url = context.text(owner, field, f"http://{user}#{{{field}.hostname}}:#{{{field}.port}}")
        around = ",".join([*_NO_PROXY, *(_S3 if self.s3_no_proxy else ())])
        variables: dict[str, Argument] = {"HTTP_PROXY": url, "HTTPS_PROXY": url, "NO_PROXY": around}
        return {**variables, **{name.lower(): value for name, value in variables.items()}}
