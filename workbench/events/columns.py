"""The columns of the events table, written down once.

First AWS's, under AWS's camelCase names, in the order and with the types of CloudTrail Lake's event schema;
then ours, in snake_case. Everything that reads or writes events takes the columns from here.

References
----------
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-supported-event-schemas.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import pyarrow as pa

TEXT = pa.string()
BOOLEAN = pa.bool_()
TIMESTAMP = pa.timestamp("us")
MAP = pa.map_(TEXT, TEXT)


def _texts(*names: str) -> list[pa.Field]:
    return [pa.field(name, TEXT) for name in names]


SESSION_CONTEXT = pa.struct([
    pa.field("attributes", pa.struct([pa.field("creationDate", TIMESTAMP), *_texts("mfaAuthenticated")])),
    pa.field("sessionIssuer", pa.struct(_texts("type", "principalId", "arn", "accountId", "userName"))),
    pa.field(
        "webIdFederationData", pa.struct([*_texts("federatedProvider"), pa.field("attributes", MAP)])
    ),
    *_texts("sourceIdentity", "ec2RoleDelivery", "ec2IssuedInVpc"),
])
USER_IDENTITY = pa.struct([
    *_texts("type", "principalId", "arn", "accountId", "accessKeyId", "userName"),
    pa.field("sessionContext", SESSION_CONTEXT),
    pa.field("onBehalfOf", pa.struct(_texts("userId", "identityStoreArn"))),
    pa.field(
        "inScopeOf", pa.struct(_texts("sourceArn", "sourceAccount", "issuerType", "credentialsIssuedTo"))
    ),
    *_texts("invokedBy", "identityProvider"),
])
RESOURCES = pa.list_(pa.struct(_texts("accountId", "type", "arn", "arnPrefix")))
TLS_DETAILS = pa.struct(_texts("tlsVersion", "cipherSuite", "clientProvidedHostHeader"))
TAG_CONTEXT = pa.struct([
    pa.field("resourceTags", pa.list_(pa.struct([*_texts("arn"), pa.field("tags", MAP)]))),
    pa.field("principalTags", MAP),
])
EVENT_CONTEXT = pa.struct([pa.field("requestContext", MAP), pa.field("tagContext", TAG_CONTEXT)])

AWS = pa.schema([
    *_texts("eventVersion"),
    pa.field("userIdentity", USER_IDENTITY),
    pa.field("eventTime", TIMESTAMP),
    *_texts("eventSource", "eventName", "awsRegion", "sourceIPAddress", "userAgent"),
    *_texts("errorCode", "errorMessage"),
    pa.field("requestParameters", MAP),
    pa.field("responseElements", MAP),
    pa.field("additionalEventData", MAP),
    *_texts("requestID", "eventID"),
    pa.field("readOnly", BOOLEAN),
    pa.field("resources", RESOURCES),
    *_texts("eventType", "apiVersion"),
    pa.field("managementEvent", BOOLEAN),
    *_texts("recipientAccountId", "sharedEventID", "annotation", "vpcEndpointId", "vpcEndpointAccountId"),
    pa.field("serviceEventDetails", MAP),
    pa.field("addendum", MAP),
    pa.field("edgeDeviceDetails", MAP),
    pa.field("insightDetails", MAP),
    *_texts("eventCategory"),
    pa.field("tlsDetails", TLS_DETAILS),
    *_texts("sessionCredentialFromConsole"),
    pa.field("eventContext", EVENT_CONTEXT),
    *_texts("eventJson", "eventJsonChecksum"),
])
"""AWS's columns: what `SELECT *` returns on CloudTrail Lake."""

OURS = pa.schema([
    *_texts("source_file"),
    pa.field("source_index", pa.int64()),
    pa.field("flags", pa.list_(TEXT)),
    *_texts("integrity", "principal", "principal_kind", "principal_account", "access_key_id", "role_arn"),
    *_texts("session_name", "issued_access_key_id", "target_role_arn", "extra"),
])
"""Our columns: provenance, quality, and the keys that questions are asked by."""

EVENTS = pa.schema([*AWS, *OURS])
"""All columns of the events table, in order."""


_SQL_TYPES = {
    TEXT: "VARCHAR",
    BOOLEAN: "BOOLEAN",
    TIMESTAMP: "TIMESTAMP",
    pa.int64(): "BIGINT",
    pa.int32(): "INTEGER",
    pa.float64(): "DOUBLE",
    pa.binary(): "BLOB",
}


def sql_type(kind: pa.DataType) -> str:
    """Spell an Arrow type as DuckDB does.

    Examples
    --------
    >>> sql_type(TLS_DETAILS)
    'STRUCT("tlsVersion" VARCHAR, "cipherSuite" VARCHAR, "clientProvidedHostHeader" VARCHAR)'
    >>> sql_type(MAP), sql_type(TIMESTAMP)
    ('MAP(VARCHAR, VARCHAR)', 'TIMESTAMP')
    """
    if pa.types.is_struct(kind):
        return "STRUCT(" + ", ".join(f'"{field.name}" {sql_type(field.type)}' for field in kind) + ")"
    if pa.types.is_map(kind):
        return f"MAP({sql_type(kind.key_type)}, {sql_type(kind.item_type)})"
    if pa.types.is_list(kind):
        return f"{sql_type(kind.value_type)}[]"
    return _SQL_TYPES[kind]
