"""Role assumption as a table: who asked for which role, whether it worked, and whether the key was used."""

import ibis
import ibis.expr.types as ir

STS = "sts.amazonaws.com"
ROLE_CALLS = ("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot")
KEY_CALLS = (*ROLE_CALLS, "GetSessionToken", "GetFederationToken")
_REFUSED = r"on resource: (arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+)"
_INSTANCE = r"^i-[0-9a-f]{8,17}\z"


def issuances(events: ir.Table) -> ir.Table:
    """Return the STS calls that issue credentials, one row per call, refused ones too.

    The owner's copy of a cross-account call is the same call: it is left out when the caller's copy is in the
    case. An owner's copy alone names its caller by a unique id; another event that shows the id with an ARN
    resolves it, else the caller is told as ACCOUNT:ID.

    Parameters
    ----------
    events
        The whole events table.

    Returns
    -------
    ibis Table
        `eventTime`, `eventID`, `eventName`, `caller` (one spelling per principal: a role's ARN for all its
        sessions, an instance id where EC2 asked for an instance), `caller_principal` (the same caller as
        spelled in `events.principal`), `caller_kind`, `caller_account`, `caller_key` (access key the caller
        used), `target` (role ARN; root's ARN for AssumeRoot; the caller for token calls), `target_account`,
        `issued_key` (NULL when refused or not recorded), `denied` (it did not work), `recipientAccountId`,
        `awsRegion`, `source_file`, `source_index`. Ordered by time, then eventID.

    Examples
    --------
    >>> from tests.builders import assume_role, table, user
    >>> issuances(table(assume_role(user(), "Deploy"))).select("caller", "target").to_pyarrow().to_pylist()
    [{'caller': 'arn:aws:iam::111122223333:user/alice', 'target': 'arn:aws:iam::111122223333:role/Deploy'}]

    References
    ----------
    https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
    """
    calls = events.filter((events.eventSource == STS) & events.eventName.isin(KEY_CALLS))
    asked = calls.requestParameters.get("targetPrincipal", ibis.null("string"))
    named = asked.re_extract("([0-9]{12})", 1)
    root = "arn:" + partition(calls.awsRegion) + ":iam::" + named + ":root"
    # a refused call is recorded without its parameters; AWS names the role in the message
    refused = calls.errorMessage.re_extract(_REFUSED, 1).nullif("")
    token = calls.eventName.isin(["GetSessionToken", "GetFederationToken"])
    calls = calls.mutate(
        denied=calls.errorCode.notnull(),
        target=ibis.cases(
            (calls.eventName == "AssumeRoot", ibis.ifelse(named == "", None, root)),
            (token, calls.principal),
            else_=ibis.coalesce(calls.target_role_arn, refused),
        ),
    )
    known = _with_caller(without_owner_copies(calls.filter(calls.target.notnull())), events)
    return known.select(
        "eventTime",
        "eventID",
        "eventName",
        "caller",
        "caller_kind",
        caller_principal=known.principal,
        caller_account=ibis.ifelse(
            known.caller_kind == "instance", known.target.split(":")[4], known.principal_account
        ),
        caller_key=known.access_key_id,
        target=known.target,
        target_account=known.target.split(":")[4],
        issued_key=ibis.ifelse(known.denied, None, known.issued_access_key_id),
        denied=known.denied,
        recipientAccountId=known.recipientAccountId,
        awsRegion=known.awsRegion,
        source_file=known.source_file,
        source_index=known.source_index,
    ).order_by("eventTime", "eventID")


def partition(region: ir.StringValue) -> ir.StringValue:
    """Return the partition that a region is of, as ARNs spell it."""
    return ibis.cases(
        (region.startswith("cn-"), "aws-cn"), (region.startswith("us-gov-"), "aws-us-gov"), else_="aws"
    )


def without_owner_copies(events: ir.Table) -> ir.Table:
    """Leave out the owner's copy of a cross-account call where the caller's copy is in the case.

    Both copies bear one `sharedEventID`; the owner's names its caller by an id only (`AWSAccount`). On calls
    of AWS services `sharedEventID` means nothing.

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    """
    paired = events.filter(events.sharedEventID.notnull())
    owners = paired.filter(paired.principal_kind == "account")
    callers = paired.filter(~paired.principal_kind.isin(["account", "service"]))
    shared = callers.select(shared="sharedEventID").distinct()
    copies = owners.semi_join(shared, owners.sharedEventID == shared.shared)
    copies = copies.select(copy="eventID", copy_in="recipientAccountId")
    same = [events.eventID == copies.copy, events.recipientAccountId.identical_to(copies.copy_in)]
    return events.anti_join(copies, same)


def _with_caller(calls: ir.Table, events: ir.Table) -> ir.Table:
    shown = events.filter(events.principal_kind.isin(["role", "iam_user"]))
    ids = (
        shown.select(unique_id=_unique_id(shown), named="principal", named_kind="principal_kind")
        .filter(lambda t: t.unique_id.re_search("^A(ID|RO)A"))
        .group_by("unique_id")
        .agg(named=lambda t: t.named.max(), named_kind=lambda t: t.named_kind.max())
    )
    calls = calls.mutate(bare=_unique_id(calls))
    joined = calls.left_join(ids, [calls.bare == ids.unique_id, calls.principal_kind == "account"])
    session = joined.requestParameters.get("roleSessionName", "")
    instance = (joined.principal == "ec2.amazonaws.com") & session.re_search(_INSTANCE)
    unresolved = (joined.principal_kind == "account") & joined.named.isnull()
    account = joined.principal_account.fill_null("unknown")
    bare = ibis.ifelse(joined.principal == account, joined.principal, account + ":" + joined.principal)
    return joined.mutate(
        caller=ibis.cases(
            (instance, session), (unresolved, bare), else_=ibis.coalesce(joined.named, joined.principal)
        ),
        caller_kind=ibis.cases(
            (instance, "instance"), else_=ibis.coalesce(joined.named_kind, joined.principal_kind)
        ),
    )


def _unique_id(events: ir.Table) -> ir.StringValue:
    return events.userIdentity["principalId"].fill_null("").split(":")[0]
