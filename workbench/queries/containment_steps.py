"""Kinds of access to take away, as data: what shows it, the command that ends it, what may stand in that."""

from typing import NamedTuple

_NAME = r"^[A-Za-z0-9_+=,.@][A-Za-z0-9_+=,.@-]{0,127}\z"
PATTERNS = {
    "name": ("name", _NAME),
    "key": ("subject", r"^[A-Z0-9]{16,128}\z"),
    "trail": (
        "subject",
        r"^(arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:[0-9]{12}:trail/)?[A-Za-z0-9][A-Za-z0-9._-]{2,127}\z",
    ),
    "policy": ("extra", r"^arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9_+=,.@/-]{1,640}\z"),
    "inline": ("extra", _NAME),
    "region": ("region", r"^[a-z]{2}[a-z0-9-]{3,28}\z"),
    "opened": ("subject", r"^[a-z]{2}[a-z0-9-]{3,28}\z"),
    "partition": ("partition", r"^aws[a-z-]*\z"),
}
"""What may stand in a command: placeholder, the column it comes from, and what that must look like."""

# The shell writes the moment at which the command runs: every session issued before it ends.
_REVOKE = (
    """--policy-name RevokeOlderSessions --policy-document '{"Version":"2012-10-17","Statement":"""
    """[{"Effect":"Deny","Action":"*","Resource":"*","Condition":"""
    """{"DateLessThan":{"aws:TokenIssueTime":"'"$(date -u +%Y-%m-%dT%H:%M:%SZ)"'"}}}]}'"""
)
_OFF = "aws iam update-access-key --user-name {name} --access-key-id {key} --status Inactive"
_DENY_ALL = "--policy-arn arn:{partition}:iam::aws:policy/AWSDenyAll"
_NO_LOGIN = "aws iam delete-login-profile --user-name {name}"


class Step(NamedTuple):
    """One kind of access to take away.

    `what` is what is used later (key, user, role, trail, region, root), `subject` and `extra` the request
    parameters that name it, `undone_by` the call that takes the change back, `ends` whether the step takes
    access away.
    """

    name: str
    kind: str
    what: str
    command: str
    note: str = ""
    subject: str = ""
    extra: str = ""
    undone_by: str = ""
    ends: bool = True


STEPS = (
    Step("KeyUsed", "access key used", "key", _OFF, undone_by="DeleteAccessKey"),
    Step("CreateAccessKey", "key created", "key", _OFF, undone_by="DeleteAccessKey"),
    Step(
        "RoleUsed",
        "role sessions",
        "role",
        "aws iam put-role-policy --role-name {name} " + _REVOKE,
        "ends every session of the role issued before now, lawful ones too",
    ),
    Step(
        "CenterRoleUsed",
        "role sessions",
        "role",
        "",
        "a role of IAM Identity Center cannot be changed here: end the user's sessions and assignments there",
    ),
    Step(
        "LinkedRoleUsed", "role sessions", "role", "", "a service-linked role: only its service can open it"
    ),
    Step(
        "UserUsed",
        "user sessions",
        "user",
        "aws iam put-user-policy --user-name {name} " + _REVOKE,
        "ends the user's console and token sessions issued before now",
    ),
    Step(
        "GetFederationToken",
        "federation token",
        "user",
        "aws iam put-user-policy --user-name {name} " + _REVOKE,
        "the token outlives the key that asked for it: this ends the user's tokens issued before now",
    ),
    Step(
        "CreateLoginProfile",
        "console password set",
        "user",
        _NO_LOGIN,
        "",
        "userName",
        "",
        "DeleteLoginProfile",
    ),
    Step(
        "UpdateLoginProfile",
        "console password set",
        "user",
        _NO_LOGIN,
        "",
        "userName",
        "",
        "DeleteLoginProfile",
    ),
    Step(
        "CreateUser",
        "user created",
        "user",
        "aws iam attach-user-policy --user-name {name} " + _DENY_ALL,
        "",
        "userName",
        "",
        "DeleteUser",
    ),
    Step(
        "CreateRole",
        "role created",
        "role",
        "aws iam attach-role-policy --role-name {name} " + _DENY_ALL,
        "",
        "roleName",
        "",
        "DeleteRole",
    ),
    Step(
        "UpdateAssumeRolePolicy",
        "trust policy changed",
        "role",
        "aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument",
        "shows who may assume the role now; put back what stood there before",
        "roleName",
        "",
        "DeleteRole",
        ends=False,
    ),
    Step(
        "AttachUserPolicy",
        "policy attached",
        "user",
        "aws iam detach-user-policy --user-name {name} --policy-arn {policy}",
        "",
        "userName",
        "policyArn",
        "DetachUserPolicy",
    ),
    Step(
        "AttachRolePolicy",
        "policy attached",
        "role",
        "aws iam detach-role-policy --role-name {name} --policy-arn {policy}",
        "",
        "roleName",
        "policyArn",
        "DetachRolePolicy",
    ),
    Step(
        "PutUserPolicy",
        "policy attached",
        "user",
        "aws iam delete-user-policy --user-name {name} --policy-name {inline}",
        "",
        "userName",
        "policyName",
        "DeleteUserPolicy",
    ),
    Step(
        "PutRolePolicy",
        "policy attached",
        "role",
        "aws iam delete-role-policy --role-name {name} --policy-name {inline}",
        "",
        "roleName",
        "policyName",
        "DeleteRolePolicy",
    ),
    Step(
        "StopLogging",
        "trail stopped",
        "trail",
        "aws cloudtrail start-logging --name {trail} --region {region}",
        "",
        "name",
        "",
        "StartLogging",
    ),
    Step(
        "EnableRegion",
        "region enabled",
        "region",
        "aws account disable-region --region-name {opened}",
        "look first for what runs there: disabling a region does not stop or delete it",
        "regionName",
        "",
        "DisableRegion",
    ),
    Step(
        "RootUsed",
        "root used",
        "root",
        "",
        "no command takes root's access away: sign in as root, change password and MFA, delete its keys",
    ),
)
"""The steps, as data, in the order in which they are listed."""
