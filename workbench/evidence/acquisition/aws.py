"""Talking to AWS: the session, the client, and what an error of AWS means for an acquisition.

boto3 is an extra and slow to import, so it is imported where it is first needed.

References
----------
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from workbench.errors import EvidenceError, ParameterError
from workbench.version import __version__

_SOURCE = re.compile(r"s3://(?P<bucket>[A-Za-z0-9][A-Za-z0-9._-]{2,254})(?:/(?P<prefix>.*))?", re.DOTALL)
_KEEP = "What is there already is kept: run the same command again"
_CREDENTIALS = frozenset(
    {
        "AuthorizationHeaderMalformed",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
    }
)


def parse_source(source: str) -> tuple[str, str]:
    """Cut `s3://BUCKET/PREFIX` into bucket and prefix.

    Raises
    ------
    ParameterError
        It is no such address.

    Examples
    --------
    >>> parse_source("s3://acme-trail/AWSLogs/o-a1b2c3d4e5/")
    ('acme-trail', 'AWSLogs/o-a1b2c3d4e5/')
    """
    found = _SOURCE.fullmatch(source)
    if not found:
        raise ParameterError(f"{source} is no S3 address. Write s3://BUCKET or s3://BUCKET/PREFIX")
    return found["bucket"], found["prefix"] or ""


def aws_session(profile: str | None = None, region: str | None = None) -> Any:
    """Return a boto3 session, with the credentials that the AWS CLI would use.

    Parameters
    ----------
    profile
        A profile of the AWS configuration; None: the usual search for credentials.
    region
        Where to send the first request; S3 itself leads to the region of the bucket.

    Raises
    ------
    EvidenceError
        boto3 is not installed, or there is no such profile.

    Examples
    --------
    >>> aws_session(region="eu-west-1").region_name
    'eu-west-1'
    """
    try:
        import boto3
    except ImportError as error:
        raise EvidenceError(
            f'S3 cannot be read: {error}. Install the extra: pip install "cloudtrail-workbench[aws]"'
        ) from error
    with told("no AWS session"):
        return boto3.Session(profile_name=profile, region_name=region)


@dataclass(frozen=True)
class Store:
    """One bucket as an acquisition sees it: the client, and what each request carries."""

    client: Any
    bucket: str
    extra: dict[str, str]

    def pages(self, operation: str, prefix: str) -> Iterator[dict[str, Any]]:
        """Give the pages of a listing."""
        paginator = self.client.get_paginator(operation)
        return iter(paginator.paginate(Bucket=self.bucket, Prefix=prefix, **self.extra))

    def get(self, key: str, etag: str, version_id: str | None) -> dict[str, Any]:
        """Ask for one object, as it was listed and not as it may be by now."""
        version = {"VersionId": version_id} if version_id else {}
        answer: dict[str, Any] = self.client.get_object(
            Bucket=self.bucket, Key=key, IfMatch=etag, **version, **self.extra
        )
        return answer


def open_store(
    session: Any, bucket: str, *, endpoint_url: str | None, requester_pays: bool, workers: int
) -> Store:
    """Return the bucket with a client for so many threads.

    Raises
    ------
    ParameterError
        The endpoint is no URL.
    """
    with told("no S3 client"):
        try:
            client = session.client("s3", endpoint_url=endpoint_url, config=_config(10, workers))
        except ValueError as error:
            raise ParameterError(f"{error}. Write --endpoint-url https://HOST, or leave it out") from error
    return Store(client, bucket, {"RequestPayer": "requester"} if requester_pays else {})


def side_client(session: Any, service: str, region: str) -> Any:
    """Return a client for what is good to have: it gives up soon, so that the objects are not held up."""
    config = _config(3, 1, connect_timeout=5, read_timeout=20)
    return session.client(service, region_name=region, config=config)


def _config(attempts: int, connections: int, **timeouts: int) -> Any:
    from botocore.config import Config

    return Config(
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=connections,
        user_agent_extra=f"cloudtrail-workbench/{__version__}",
        **timeouts,
    )


def answered_at(answer: dict[str, Any]) -> dt.datetime | None:
    """Give AWS's own time of an answer; None where it does not carry one.

    Examples
    --------
    >>> answered_at({"ResponseMetadata": {"HTTPHeaders": {"date": "Wed, 02 Sep 2026 04:20:00 GMT"}}})
    datetime.datetime(2026, 9, 2, 4, 20, tzinfo=datetime.timezone.utc)
    """
    date = header(answer, "date")
    return parsedate_to_datetime(date) if date else None


def header(answer: dict[str, Any], name: str) -> str | None:
    """Give a header of an answer, by its name in lower case."""
    headers: dict[str, str] = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return headers.get(name)


def error_code(error: Exception) -> str:
    """Give AWS's word for an error, or the name of the exception where AWS never answered.

    Examples
    --------
    >>> error_code(TimeoutError())
    'TimeoutError'
    """
    answer = getattr(error, "response", None) or {}
    return str(answer.get("Error", {}).get("Code") or type(error).__name__)


def concerns_all(error: Exception) -> bool:
    """Tell whether an error concerns every object: no usable credentials, or no answer at all."""
    from botocore.exceptions import ClientError

    return not isinstance(error, ClientError) or error_code(error) in _CREDENTIALS


@contextmanager
def told(fact: str) -> Iterator[None]:
    """Turn an error of AWS or of its client into one that says fact, place and remedy.

    Raises
    ------
    EvidenceError
        AWS refused, or did not answer.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise EvidenceError(f"{fact}: {str(error).rstrip('.')}. {_remedy(error)}") from error


def _remedy(error: Exception) -> str:
    from botocore import exceptions as of

    code = error_code(error)
    if isinstance(error, of.ProfileNotFound):
        return "Name a profile of your AWS configuration"
    if isinstance(error, of.NoCredentialsError | of.PartialCredentialsError):
        return "Sign in, or name a profile with credentials: --profile"
    if code in _CREDENTIALS or "Token" in code or "SSO" in code:
        return f"Renew the credentials. {_KEEP}"
    if code in {"AccessDenied", "403", "AllAccessDisabled"}:
        return "Listing needs s3:ListBucket on the bucket"
    if code == "NoSuchBucket":
        return "Check the name of the bucket"
    if isinstance(error, of.HTTPClientError | of.ConnectionError):
        return f"Check network, region and endpoint. {_KEEP}"
    return "AWS's documentation tells what the error means"
