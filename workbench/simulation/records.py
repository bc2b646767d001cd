"""One CloudTrail record, its fields in the order in which AWS writes them."""

from dataclasses import dataclass
from typing import Any

from workbench.simulation.apis.calls import Call
from workbench.simulation.clock import iso
from workbench.simulation.identities import Caller

Json = dict[str, Any]
EVENT_VERSION = "1.11"
TLS_VERSION, CIPHER_SUITE = "TLSv1.3", "TLS_AES_128_GCM_SHA256"
API_CALL, SIGN_IN, SERVICE_EVENT = "AwsApiCall", "AwsConsoleSignIn", "AwsServiceEvent"


@dataclass(frozen=True, slots=True)
class Body:
    """What a call asked, what came back, and how CloudTrail files it.

    `more` is additionalEventData, `details` serviceEventDetails, `host` the host name that was called
    (none: no tlsDetails). A `shared` record carries a sharedEventID though there is no second copy, as
    services' own calls do; sign-in events have no request id (`numbered` False).
    """

    request: Json | None = None
    response: Json | None = None
    resources: tuple[Json, ...] = ()
    more: Json | None = None
    details: Json | None = None
    host: str = ""
    kind: str = API_CALL
    shared: bool = False
    numbered: bool = True

    def of(self, owner: str) -> tuple[Json, ...]:
        """Return the resources that an account owns: its copy of a record shows no others."""
        return tuple(entry for entry in self.resources if entry.get("accountId", owner) == owner)


@dataclass(frozen=True, slots=True)
class Stamp:
    """When and where a call was recorded, and under which ids."""

    time: int
    region: str
    account: str
    event_id: str
    request_id: str | None
    shared_id: str | None


def record(caller: Caller, identity: Json, call: Call, body: Body, fault: Json, stamp: Stamp) -> Json:
    """Return a record.

    Parameters
    ----------
    caller
        Who called, from where, with what.
    identity
        The userIdentity this copy shows: the caller's own, or what an owner is told.
    call, body
        The API, and what was said.
    fault
        errorCode and errorMessage, or nothing.
    stamp
        Time, place and ids of this copy.

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    """
    console = caller.console and body.kind == API_CALL and identity is caller.identity
    private = caller.endpoint if call.service == "s3" else None
    fields: Json = {
        "eventVersion": EVENT_VERSION, "userIdentity": identity, "eventTime": iso(stamp.time),
        "eventSource": call.source, "eventName": call.name, "awsRegion": stamp.region,
        "sourceIPAddress": private[1] if private else caller.address, "userAgent": caller.agent, **fault,
        "requestParameters": body.request, "responseElements": body.response,
        "additionalEventData": body.more, "requestID": stamp.request_id, "eventID": stamp.event_id,
        "readOnly": call.read, "resources": list(body.resources),
        "eventType": body.kind, "apiVersion": call.api_version, "managementEvent": not call.data,
        "recipientAccountId": stamp.account, "sharedEventID": stamp.shared_id,
        "vpcEndpointId": private[0] if private else None,
        "vpcEndpointAccountId": caller.account if private else None, "serviceEventDetails": body.details,
        "eventCategory": "Data" if call.data else "Management",
        "tlsDetails": _tls(body.host) if body.host and not caller.is_service else None,
        "sessionCredentialFromConsole": "true" if console else None,
    }
    return {name: value for name, value in fields.items() if name in _ALWAYS or value not in (None, [])}


# These stand in every record, with null where there is nothing to tell.
_ALWAYS = frozenset({"requestParameters", "responseElements"})


def _tls(host: str) -> Json:
    return {"tlsVersion": TLS_VERSION, "cipherSuite": CIPHER_SUITE, "clientProvidedHostHeader": host}


def serving_region(region: str) -> Json:
    """Return STS's additionalEventData."""
    return {"RequestDetails": {"awsServingRegion": region, "endpointType": "regional"}}
