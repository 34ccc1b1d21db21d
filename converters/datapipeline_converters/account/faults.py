"""Knows what AWS's refusals mean for somebody who wants to read pipelines."""

from __future__ import annotations

from datapipeline_converters.errors import ConversionError

# botocore's exceptions are told apart by name, so that this module can be read without it.
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized"})
THROTTLED = frozenset(
    {
        "RequestLimitExceeded",
        "RequestThrottled",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_CREDENTIALS = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "InvalidClientTokenId", "RequestExpired"}
    | {"InvalidSignatureException", "MissingAuthenticationToken", "OptInRequired", "SignatureDoesNotMatch"}
    | {"UnrecognizedClientException"}
)
_AGAIN = "Run the same command again: it continues where this one stopped."
_POLICY = "dp2airflow pull needs datapipeline:{} on your user or role."


class AccountError(ConversionError):
    """The account does not give what was asked for; the text is for the user.

    :param code: the service's word for it, "" where the request did not get that far
    :param everywhere: whether all other requests would fail likewise
    """

    def __init__(self, text: str, code: str = "", *, everywhere: bool = False) -> None:
        super().__init__(text)
        self.code = code
        self.everywhere = everywhere

    @property
    def of_one(self) -> bool:
        """Tell whether one pipeline of several may be what the service refuses."""
        return self.code in {
            "InvalidRequestException",
            "PipelineDeletedException",
            "PipelineNotFoundException",
        }


def refused(operation: str, code: str, message: str, region: str) -> AccountError:
    """Return the error for an answer of the service that is a refusal.

    :param operation: as IAM names it, GetPipelineDefinition say
    :param message: what the service said
    """
    if code in _DENIED:
        text = (
            f"no permission for datapipeline:{operation} ({message.rstrip('.')}). {_POLICY.format(operation)}"
        )
        return AccountError(text, code)
    if code in _CREDENTIALS:
        return AccountError(
            f"AWS does not take the credentials ({code}). Renew them. {_AGAIN}", code, everywhere=True
        )
    if code in THROTTLED:
        text = (
            f"{operation} was refused for its rate for minutes: others use the account's limit too. {_AGAIN}"
        )
        return AccountError(text, code)
    if code == "PipelineNotFoundException":
        return AccountError(
            f"{operation} says that there is no such pipeline in {region}. The service says so too where you may "
            f"not read it: check the id, the region and the account, then whether a policy allows datapipeline:{operation} "
            "for this pipeline (policies may go by tag or by datapipeline:PipelineCreator).",
            code,
        )
    if code == "PipelineDeletedException":
        return AccountError("the pipeline was deleted. Its definition is gone.", code)
    if code == "InvalidRequestException":
        return AccountError(
            f"{operation} is not taken: {message.rstrip('.')}. Check the pipeline's id.", code
        )
    return AccountError(f"{operation} failed: {code}: {message.rstrip('.')}. {_AGAIN}", code)


def unreached(error: Exception) -> AccountError:
    """Return the error for a request that never got to the service.

    :param error: one of botocore's
    """
    name = type(error).__name__
    advice = {
        "NoCredentialsError": "no AWS credentials were found. Give a profile with --profile, or log in.",
        "PartialCredentialsError": "the AWS credentials are incomplete: key and secret go together. Correct them.",
        "CredentialRetrievalError": "the AWS credentials could not be had. Log in again.",
        "ProfileNotFound": f"{error}. `aws configure list-profiles` shows the profiles there are.",
        "NoRegionError": "no AWS region is known. Give one with --region.",
        "InvalidRegionError": f"{error}. Give a region such as us-east-1.",
        "EndpointConnectionError": f"{error}. Check the region (Data Pipeline is in few) and the network.",
    }
    if name in advice:
        return AccountError(advice[name], everywhere=True)
    if "SSO" in name or "Token" in name:
        return AccountError(f"{error}. Log in again with `aws sso login`.", everywhere=True)
    return AccountError(f"{error}. {_AGAIN}")
