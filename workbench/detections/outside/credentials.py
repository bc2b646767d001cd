"""Credentials of an instance, used where the instance is not."""

import ibis
import ibis.expr.types as ir

from workbench.detections.outside.found import Kind, as_hits, attributed
from workbench.detections.outside.networks import alike
from workbench.queries.filters import is_denied
from workbench.queries.top import source_kind

STOLEN = Kind(
    "instance-credentials-elsewhere", "Instance credentials elsewhere", "high",
    "credential-access, initial-access", "T1552.005, T1078.004",
)  # fmt: skip
_INSTANCE = "^i-([0-9a-f]{8}|[0-9a-f]{17})$"
_AGENT_SERVICES = ("ssmmessages.amazonaws.com", "ec2messages.amazonaws.com")
_AGENT_CALLS = (
    "UpdateInstanceInformation", "PutInventory", "PutComplianceItems", "ListInstanceAssociations",
    "UpdateInstanceAssociationStatus", "UpdateAssociationStatus", "GetDeployablePatchSnapshotForInstance",
)  # fmt: skip
_NEEDED = (
    "eventID", "eventTime", "eventName", "eventSource", "sourceIPAddress", "userAgent", "userIdentity",
    "errorCode", "vpcEndpointId", "principal", "session_name", "origin_principal",
)  # fmt: skip
_BY_HAND = r"^\[?aws-cli/|^curl/|^python-requests/|Mozilla/|macos|Darwin/|kali|parrot"
_SHARED = 2  # instances behind one address: it is a gateway
_HABIT = 3  # days on which an address is used: it is where the instance is


def instance_credentials(events: ir.Table) -> ir.Table:
    """Find calls with the credentials of an EC2 instance that did not come from the instance.

    Where an instance is, its own agent (SSM) tells: other addresses are elsewhere. Without calls of an agent
    from a public address, programs that run unattended tell, and what a person types elsewhere (AWS CLI, a
    browser, a Mac) is a hit of less weight. Calls by AWS services, from inside AWS and through VPC endpoints
    are no hits.

    Parameters
    ----------
    events
        The whole events table.

    Returns
    -------
    ibis Table
        Hits, as of `run`, one for each call. `high`: elsewhere than the agent; `medium`: no agent to compare
        with, or refused; `low`: neither, and several instances use that address, or one on several days.

    Examples
    --------
    >>> from tests.builders import role_event, table
    >>> here = {"session": "i-0123456789abcdef0", "sourceIPAddress": "198.51.100.7"}
    >>> agent = role_event(**here, eventSource="ssm.amazonaws.com", eventName="UpdateInstanceInformation")
    >>> stolen = role_event(**here | {"sourceIPAddress": "203.0.113.9"})
    >>> hits = instance_credentials(table(agent, stolen))
    >>> hits.select("severity", "reason").to_pyarrow().to_pylist()  # doctest: +NORMALIZE_WHITESPACE
    [{'severity': 'high', 'reason': 'ListUsers with the credentials of i-0123456789abcdef0 from 203.0.113.9;
      its agent calls from 198.51.100.7'}]

    References
    ----------
    https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_finding-types-iam.html
    """
    calls = _from_outside(attributed(events))
    homes = calls.group_by("session_name", "principal").agg(
        agents=calls.sourceIPAddress.collect(where=calls.is_agent, distinct=True),
        is_known=(calls.is_agent & (calls.source_kind == "address")).any(),
        unattended=calls.sourceIPAddress.collect(where=~calls.is_by_hand, distinct=True),
    )
    same = [calls[name].identical_to(homes[name]) for name in ("session_name", "principal")]
    told = calls.inner_join(homes, same).filter(~ibis._.is_agent)
    told = told.filter(~_is_in(told, told.agents))
    public = told.source_kind == "address"
    is_far = ibis.ifelse(public, told.is_known, told.agents.notnull())
    is_odd = public & told.is_by_hand & ~_is_in(told, told.unattended)
    hits = told.mutate(is_far=is_far).filter(is_far | is_odd).left_join(_gateways(calls), "sourceIPAddress")
    return as_hits(hits.mutate(severity=_severity(hits), reason=_reason(hits)), STOLEN)


def _from_outside(events: ir.Table) -> ir.Table:
    """Keep the calls of instance sessions that did not come from inside of AWS; tell which its agent made."""
    own = events.filter((events.principal_kind == "role") & events.session_name.re_search(_INSTANCE))
    own = alike(own.select(*_NEEDED))
    own = own.mutate(source_kind=source_kind(own.sourceIPAddress))
    own = own.filter(
        own.source_kind.isin(("address", "private"))
        & own.vpcEndpointId.isnull()
        & own.userIdentity.invokedBy.isnull()
    )
    ssm = (own.eventSource == "ssm.amazonaws.com") & own.eventName.isin(_AGENT_CALLS)
    return own.mutate(
        is_agent=(own.eventSource.isin(_AGENT_SERVICES) | ssm).fill_null(False),
        is_by_hand=own.userAgent.re_search(_BY_HAND).fill_null(False),
    )


def _is_in(told: ir.Table, homes: ir.ArrayValue) -> ir.BooleanValue:
    return homes.contains(told.sourceIPAddress).fill_null(False)


def _gateways(calls: ir.Table) -> ir.Table:
    """Return the addresses that several instances use, or that are used on several days."""
    used = calls.group_by("sourceIPAddress").agg(
        instances=calls.session_name.nunique(), days=calls.eventTime.date().nunique()
    )
    return used.filter((used.instances >= _SHARED) | (used.days >= _HABIT))


def _severity(hits: ir.Table) -> ir.StringValue:
    return ibis.cases(
        (hits.is_far & ~is_denied(hits), "high"),
        (hits.is_far | hits.instances.isnull(), "medium"),
        else_="low",
    )


def _reason(hits: ir.Table) -> ir.StringValue:
    said = hits.eventName.fill_null("?") + " with the credentials of " + hits.session_name
    said = said + " from " + hits.sourceIPAddress
    agent = ibis.literal("; its agent calls from ") + hits.agents.sort().join(", ")
    shared = (
        ibis.literal("; calls from there of ") + hits.instances.cast("string")
        + ibis.ifelse(hits.instances == 1, " instance on ", " instances on ") + hits.days.cast("string")
        + ibis.ifelse(hits.days == 1, " day", " days")
    )  # fmt: skip
    return (
        said
        + ibis.ifelse(hits.is_far, agent, "; no agent of it to compare with")
        + ibis.ifelse(~hits.is_far & hits.instances.notnull(), shared, "")
        + ibis.ifelse(is_denied(hits), ibis.literal("; denied: ") + hits.errorCode, "")
    )
