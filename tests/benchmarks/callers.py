"""Who makes the calls of the corpus, from where and with what. Data only; words are filled as in `calls`."""

from typing import Any, NamedTuple

from tests.benchmarks.calls import FUNCTION, Json

NOUNS = (
    "anchor", "basin", "cargo", "delta", "ember", "ferry", "gauge", "harbor", "inlet", "jetty", "keel",
    "mast", "north", "orbit", "pilot", "quay", "relay", "signal", "tide", "vessel", "wharf", "yard", "zenith",
)
REGIONS = {"us-east-1": 9, "eu-west-1": 6, "us-west-2": 3, "ap-southeast-2": 2, "sa-east-1": 1}
ACCOUNTS = {f"{300_000_000_000 + 47_110_815_239 * number}": 14 - number for number in range(12)}
AGENTS = (
    "Boto3/1.40.12 md/Botocore#1.40.12 ua/2.1 os/linux#6.1.147 lang/python#3.13.5 Botocore/1.40.12",
    "aws-cli/2.28.3 md/awscrt#0.27.4 ua/2.1 os/linux#6.8.0 lang/python#3.13.4 md/prompt#off",
    "aws-sdk-java/2.32.9 md/io#async md/http#NettyNio ua/2.1 os/Linux#6.1.147 lang/java#21.0.8",
    "aws-sdk-go-v2/1.38.0 ua/2.1 os/linux lang/go#1.24.5 md/GOOS#linux md/GOARCH#arm64",
    "APN/1.0 HashiCorp/1.0 Terraform/1.12.2 terraform-provider-aws/6.7.0 aws-sdk-go-v2/1.37.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
)
SERVICES = ("ec2", "lambda", "ecs-tasks", "config", "cloudtrail", "autoscaling", "access-analyzer", "s3")


class Caller(NamedTuple):
    """One kind of caller: `weight` per mille, its userIdentity, whence and with what it calls."""

    weight: float
    identity: Json
    address: str = "$address"
    agent: str = "$agent"
    console: bool = False


def _session(role: str = "$role", name: str = "$session", federated: Json | None = None, **more: Any) -> Json:
    issuer = {
        "type": "Role", "principalId": "$roleid", "arn": f"arn:aws:iam::$account:role/{role}",
        "accountId": "$account", "userName": role,
    }
    context: Json = {"sessionIssuer": issuer}
    if federated:
        context["webIdFederationData"] = federated
    context["attributes"] = {"creationDate": "$time", "mfaAuthenticated": "false"}
    return {
        "type": "AssumedRole", "principalId": f"$roleid:{name}",
        "arn": f"arn:aws:sts::$account:assumed-role/{role}/{name}", "accountId": "$account",
        "accessKeyId": "ASIA$base16", "sessionContext": {**context, **more},
    }


_LAMBDA = {"issuerType": "AWS::Lambda::Function", "credentialsIssuedTo": FUNCTION}
_USER = {
    "type": "IAMUser", "principalId": "AIDA$user17", "arn": "arn:aws:iam::$account:user/$person",
    "accountId": "$account", "accessKeyId": "AKIA$user16", "userName": "$person",
}
CALLERS = (
    Caller(420, _session()),
    Caller(120, _session(name="i-0$hex16", ec2RoleDelivery="2.0")),
    Caller(120, {**_session(), "inScopeOf": _LAMBDA}),
    Caller(60, _session("AWSReservedSSO_Build_0a1b2c3d4e5f6071", "$person@example.com"), "$v6", console=True),
    Caller(40, _session(federated={
        "federatedProvider": "arn:aws:iam::$account:oidc-provider/ci.example", "attributes": {},
    })),
    Caller(60, _USER),
    Caller(150, {"type": "AWSService", "invokedBy": "$service.amazonaws.com"}, "$service.amazonaws.com",
           "$service.amazonaws.com"),
    Caller(27, {"type": "AWSAccount", "principalId": "AROA$base17:$session", "accountId": "$peer"}),
    Caller(3, {"type": "Root", "principalId": "$account", "arn": "arn:aws:iam::$account:root",
               "accountId": "$account"}, console=True),
)
