"""The many ways in which events name one resource, made one.

A role is told by name here and by ARN with a path there, a secret with six more letters or without, an
instance by its id. What stands for one resource gets one name: an ARN without what varies, and of EC2 the id,
which AWS gives out once. The rules are data: they run in Python on the few calls that tell of tags, and in
the engine on all events.

References
----------
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/getting-started.html
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

RULES = (
    (r"^arn:aws[a-z-]*:", "arn:aws:"),
    (r"^arn:aws:ec2:[^:]*:[^:]*:[a-z-]+/([a-z]+-[0-9a-f]{8,17})$", r"\1"),
    (r"^(arn:aws:iam::[^:]*:[a-z-]+)/.*/([^/]+)$", r"\1/\2"),
    (r"^(arn:aws:secretsmanager:[^:]*:[^:]*:secret:.+)-[A-Za-z0-9]{6}$", r"\1"),
    (r"^(arn:aws:(?:lambda|logs):[^:]*:[^:]*:(?:function|log-group):[^:]+):.*$", r"\1"),
    (r"^(arn:aws:autoscaling:[^:]*:[^:]*):autoScalingGroup:[^:]*:(.+)$", r"\1:\2"),
    (r"^(arn:aws:dynamodb:[^:]*:[^:]*:table/[^/]+)/.*$", r"\1"),
)
"""What varies in an ARN, and what is left of it; applied in this order."""


class Parameter(NamedTuple):
    """How a parameter of a request names a resource; `{v}`, `{a}` and `{r}` are value, account and region."""

    service: str
    name: str
    template: str


PARAMETERS = (
    Parameter("s3", "bucketName", "arn:aws:s3:::{v}"),
    Parameter("iam", "roleName", "arn:aws:iam::{a}:role/{v}"),
    Parameter("iam", "userName", "arn:aws:iam::{a}:user/{v}"),
    Parameter("iam", "instanceProfileName", "arn:aws:iam::{a}:instance-profile/{v}"),
    Parameter("lambda", "functionName", "arn:aws:lambda:{r}:{a}:function:{v}"),
    Parameter("secretsmanager", "secretId", "arn:aws:secretsmanager:{r}:{a}:secret:{v}"),
    Parameter("secretsmanager", "name", "arn:aws:secretsmanager:{r}:{a}:secret:{v}"),
    Parameter("kms", "keyId", "arn:aws:kms:{r}:{a}:key/{v}"),
    Parameter("dynamodb", "tableName", "arn:aws:dynamodb:{r}:{a}:table/{v}"),
    Parameter("rds", "dBInstanceIdentifier", "arn:aws:rds:{r}:{a}:db:{v}"),
    Parameter("rds", "dBClusterIdentifier", "arn:aws:rds:{r}:{a}:cluster:{v}"),
    Parameter("rds", "dBSnapshotIdentifier", "arn:aws:rds:{r}:{a}:snapshot:{v}"),
    Parameter("rds", "dBClusterSnapshotIdentifier", "arn:aws:rds:{r}:{a}:cluster-snapshot:{v}"),
    Parameter("ecr", "repositoryName", "arn:aws:ecr:{r}:{a}:repository/{v}"),
    Parameter("logs", "logGroupName", "arn:aws:logs:{r}:{a}:log-group:{v}"),
    Parameter("sns", "name", "arn:aws:sns:{r}:{a}:{v}"),
    Parameter("sqs", "queueName", "arn:aws:sqs:{r}:{a}:{v}"),
    Parameter("sqs", "queueUrl", "arn:aws:sqs:{r}:{a}:{v}"),
    Parameter("autoscaling", "autoScalingGroupName", "arn:aws:autoscaling:{r}:{a}:autoScalingGroupName/{v}"),
    Parameter("elasticfilesystem", "fileSystemId", "arn:aws:elasticfilesystem:{r}:{a}:file-system/{v}"),
    Parameter("ssm", "name", "arn:aws:ssm:{r}:{a}:parameter/{v}"),
)
"""Requests that name a resource by less than an ARN."""

_QUEUE = re.compile(
    r"^https://(?:sqs\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.amazonaws\.com(?:\.cn)?/(\d{12})/([^/]+)$"
)
_EC2_ID = r"\b[a-z]{1,10}-[0-9a-f]{8,17}\b"
_EC2_TYPES = {
    "i": "instance", "vol": "volume", "snap": "snapshot", "ami": "image", "sg": "security-group",
    "vpc": "vpc", "subnet": "subnet", "eni": "network-interface", "rtb": "route-table",
    "igw": "internet-gateway", "nat": "natgateway", "eipalloc": "elastic-ip", "acl": "network-acl",
    "key": "key-pair", "lt": "launch-template", "vpce": "vpc-endpoint", "pcx": "vpc-peering-connection",
    "tgw": "transit-gateway", "fl": "vpc-flow-log", "r": "reserved-instances",
    "sir": "spot-instances-request",
}  # fmt: skip
_NAMES_EC2_IDS = ("ec2.amazonaws.com", "ssm.amazonaws.com", "autoscaling.amazonaws.com")


def plain_name(named: str) -> str:
    """Give the one name of what an ARN or id stands for.

    Examples
    --------
    >>> plain_name("arn:aws:iam::111122223333:role/ci/deploy")
    'arn:aws:iam::111122223333:role/deploy'
    >>> plain_name("arn:aws-cn:ec2:cn-north-1:111122223333:instance/i-0041ecfb4974783a8")
    'i-0041ecfb4974783a8'
    """
    for pattern, left in RULES:
        named = re.sub(pattern, left, named)
    return named


def plain_names(named: ir.StringValue) -> ir.StringValue:
    """Do in the engine what `plain_name` does in Python."""
    for pattern, left in RULES:
        named = named.re_replace(pattern, left)
    return named


def as_arn(value: str, template: str, account: str | None, region: str | None) -> str:
    """Give a value of a request as an ARN, unless it is one."""
    queue = _QUEUE.match(value)
    if queue:
        region, account, value = queue[1] or queue[2], queue[3], queue[4]
    if value.startswith("arn:") or not account or not region:
        return value
    return template.format(v=value.lstrip("/") if ":parameter/" in template else value, a=account, r=region)


def ec2_arn(resource_id: str, account: str | None, region: str | None) -> str:
    """Give the ARN of an id of EC2; the id itself where its type is not known.

    Examples
    --------
    >>> ec2_arn("vol-0d5b16839de7a472b", "111122223333", "eu-west-1")
    'arn:aws:ec2:eu-west-1:111122223333:volume/vol-0d5b16839de7a472b'
    """
    kind = _EC2_TYPES.get(resource_id.partition("-")[0])
    return (
        f"arn:aws:ec2:{region}:{account}:{kind}/{resource_id}" if kind and account and region else resource_id
    )


def ec2_ids(text: str, kind: str | None = None) -> list[str]:
    """List the ids of EC2 in a text, those of one type where it is named."""
    found = list(dict.fromkeys(re.findall(_EC2_ID, text)))
    return [name for name in found if kind is None or _EC2_TYPES.get(name.partition("-")[0]) == kind]


@ibis.udf.scalar.builtin(  # type: ignore[untyped-decorator]  # Ibis comes without types
    name="regexp_extract_all", signature=(("string", "string"), "array<string>")
)
def _all_matches(text: str, pattern: str) -> list[str]:  # type: ignore[empty-body]
    """Every match of a pattern: the engine's own function, which Ibis has no name for."""


def touched(events: ir.Table, among: Iterable[str]) -> ir.ArrayValue:
    """List the names of the resources that an event names, in `resources` or in its request; some are NULL.

    Ids of EC2 count in answers as well: what a call makes has its name there. Ways to name what is not
    `among` the plain names of interest are left out, for their cost.
    """
    wanted = set(among)
    services = {name.split(":", 3)[2] for name in wanted if name.startswith("arn:aws:")}
    none = ibis.literal([], type="array<string>")
    listed = events.resources.map(lambda entry: entry.arn).fill_null(none)
    values = events.requestParameters.values().fill_null(none)  # ARNs and ids: others are known under none
    lists = [listed, values]
    by_name = [_by_parameter(events, known) for known in PARAMETERS if known.service in services]
    if by_name:
        lists.append(ibis.array(by_name))
    if any(re.fullmatch(_EC2_ID, name) for name in wanted):
        is_ec2 = events.eventSource.isin(_NAMES_EC2_IDS)
        for text in (_text_of(events.requestParameters), _text_of(events.responseElements)):
            lists.append(ibis.ifelse(is_ec2, _all_matches(text, _EC2_ID), none).fill_null(none))
    return ibis.array(
        lists
    ).flatten()  # concat would spell each list twice, and lists of lists ever more often


def _text_of(values: ir.MapValue) -> ir.StringValue:
    return values.values().join(" ")


def _by_parameter(events: ir.Table, known: Parameter) -> ir.StringValue:
    value = events.requestParameters.get(known.name, ibis.null("string"))
    account, region = events.recipientAccountId, events.awsRegion
    if known.name == "queueUrl":
        value = value.re_extract(r"/([^/]+)$", 1)
    if known.template.endswith(":parameter/{v}"):
        value = value.re_replace("^/+", "")
    before, _, _ = known.template.partition("{v}")
    pieces = re.split(r"(\{[ar]\})", before)
    parts = [{"{a}": account, "{r}": region}.get(piece, ibis.literal(piece)) for piece in pieces if piece]
    joined = parts[0]
    for part in [*parts[1:], value]:
        joined = joined + part
    is_it = (events.eventSource == f"{known.service}.amazonaws.com") & ~value.startswith("arn:")
    return ibis.ifelse(is_it, joined, ibis.null("string"))
