"""What one API call looks like in CloudTrail, apart from who made it and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Any  # whatever json.dumps writes


@dataclass(frozen=True, slots=True)
class Call:
    """The shape of one API's events; `{words}` in the templates are filled in when it is made."""

    service: str
    name: str
    read: bool
    request: Json = None
    response: Json = None
    resources: tuple[tuple[str, str], ...] = ()
    data: bool = False
    api_version: str | None = None

    @property
    def source(self) -> str:
        """The eventSource."""
        return f"{self.service}.amazonaws.com"


Resources = tuple[tuple[str, str], ...]


def reads(
    service: str, name: str, request: Json = None, *, resources: Resources = (),
    api_version: str | None = None,
) -> Call:
    """Return a call that changes nothing."""
    return Call(service, name, True, request, None, resources, False, api_version)


def writes(
    service: str, name: str, request: Json = None, response: Json = None, *, resources: Resources = (),
    api_version: str | None = None,
) -> Call:
    """Return a call that changes something."""
    return Call(service, name, False, request, response, resources, False, api_version)


def fill(template: Json, names: Mapping[str, Json]) -> Json:
    """Return a copy of a template with its `{words}` replaced.

    A text that is nothing but one word takes the value with its type.

    Examples
    --------
    >>> fill({"bucketName": "{bucket}", "items": ["a-{n}"]}, {"bucket": "logs", "n": 2})
    {'bucketName': 'logs', 'items': ['a-2']}
    """
    if isinstance(template, str):
        if "{" not in template:
            return template
        if template[0] == "{" and template.find("}") == len(template) - 1:
            return names[template[1:-1]]
        return template.format_map(names)
    if isinstance(template, dict):
        return {key: fill(value, names) for key, value in template.items()}
    if isinstance(template, list):
        return [fill(value, names) for value in template]
    return template


# Services that AWS records in us-east-1, whatever the caller's region.
GLOBAL_SERVICES = frozenset({"iam", "organizations", "account", "ce", "route53", "cloudfront"})

# What a refusal is called, by service; all others say AccessDenied.
_REFUSALS = {
    "ec2": "Client.UnauthorizedOperation",
    "secretsmanager": "AccessDeniedException",
    "kms": "AccessDeniedException",
    "lambda": "AccessDeniedException",
    "ssm": "AccessDeniedException",
    "organizations": "AccessDeniedException",
    "cloudtrail": "AccessDeniedException",
    "guardduty": "AccessDeniedException",
    "config": "AccessDeniedException",
    "account": "AccessDeniedException",
}
# A refused call of these two still shows what was asked for.
_SHOWS_REQUEST = frozenset({"ec2", "s3"})


def refusal(call: Call, caller_arn: str, resource: str) -> dict[str, str]:
    """Return errorCode and errorMessage of a call that IAM did not allow."""
    action = f"{call.service}:{_ACTIONS.get(call.name) or call.name.split('2015')[0]}"
    reason = f"because no identity-based policy allows the {action} action"
    message = f"User: {caller_arn} is not authorized to perform: {action} on resource: {resource} {reason}"
    if call.service == "ec2":
        message = f"You are not authorized to perform this operation. {message}"
    return {"errorCode": _REFUSALS.get(call.service, "AccessDenied"), "errorMessage": message}


# IAM's word for an action where it is not the API's name.
_ACTIONS = {
    "ListBuckets": "ListAllMyBuckets", "ListObjects": "ListBucket",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
}


def hides_request(call: Call) -> bool:
    """Whether a refused call shows no requestParameters."""
    return call.service not in _SHOWS_REQUEST


def host(call: Call, region: str, names: Mapping[str, Json]) -> str:
    """Return the host name the client called."""
    if call.service == "s3" and "bucket" in names:
        return f"{names['bucket']}.s3.{region}.{domain(region)}"
    if call.service in ("iam", "organizations", "account"):
        return f"{call.service}.{'us-east-1.' if call.service != 'iam' else ''}amazonaws.com"
    return f"{call.service}.{region}.{domain(region)}"


def domain(region: str) -> str:
    """Return the domain under which a region's endpoints are found."""
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
