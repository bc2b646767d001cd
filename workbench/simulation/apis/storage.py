"""Calls to buckets and objects, keys and secrets, and the queries over them."""

from workbench.simulation.apis.calls import Call, Json, reads, writes

_HOST = "{bucket}.s3.{region}.amazonaws.com"
_BUCKET = (("AWS::S3::Bucket", "arn:aws:s3:::{bucket}"),)
_OBJECT = (("AWS::S3::Object", "arn:aws:s3:::{bucket}/{key}"), *_BUCKET)
_KEY = (("AWS::KMS::Key", "{kms}"),)


def _bucket(name: str, query: str) -> Call:
    """Return a question about a bucket: S3 writes the query's name as an empty parameter."""
    return reads("s3", name, {"bucketName": "{bucket}", "Host": _HOST, query: ""}, resources=_BUCKET)


def _object(name: str, read: bool) -> Call:
    request: Json = {"bucketName": "{bucket}", "Host": _HOST, "key": "{key}"}
    return Call("s3", name, read, request, resources=_OBJECT, data=True)


STORAGE = (
    # Buckets
    reads("s3", "ListBuckets", {"Host": "s3.{region}.amazonaws.com"}),
    _bucket("GetBucketAcl", "acl"),
    _bucket("GetBucketPolicy", "policy"),
    _bucket("GetBucketPolicyStatus", "policyStatus"),
    _bucket("GetBucketEncryption", "encryption"),
    _bucket("GetBucketVersioning", "versioning"),
    _bucket("GetBucketTagging", "tagging"),
    _bucket("GetBucketLogging", "logging"),
    _bucket("GetBucketPublicAccessBlock", "publicAccessBlock"),
    _bucket("GetBucketLocation", "location"),
    writes("s3", "PutBucketLifecycle", {
        "bucketName": "{bucket}", "Host": _HOST, "lifecycle": "",
        "LifecycleConfiguration": {"xmlns": "http://s3.amazonaws.com/doc/2006-03-01/", "Rule": {
            "ID": "cleanup", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1},
        }},
    }, resources=_BUCKET),
    writes("s3", "DeleteBucketPolicy", {"bucketName": "{bucket}", "Host": _HOST, "policy": ""},
           resources=_BUCKET),
    # Objects: data events
    Call("s3", "ListObjects", True, {
        "list-type": "2", "bucketName": "{bucket}", "Host": _HOST, "prefix": "{prefix}",
    }, resources=_BUCKET, data=True),
    _object("GetObject", True),
    _object("PutObject", False),
    # Keys
    reads("kms", "Decrypt", {
        "encryptionContext": {"aws:s3:arn": "arn:aws:s3:::{bucket}"}, "keyId": "{kms}",
        "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
    }, resources=_KEY),
    reads("kms", "GenerateDataKey", {
        "encryptionContext": {"aws:s3:arn": "arn:aws:s3:::{bucket}"}, "keySpec": "AES_256", "keyId": "{kms}",
    }, resources=_KEY),
    reads("kms", "ListAliases", {}),
    reads("kms", "DescribeKey", {"keyId": "{kms}"}, resources=_KEY),
    reads("kms", "GetKeyRotationStatus", {"keyId": "{kms}"}, resources=_KEY),
    # Secrets
    reads("secretsmanager", "ListSecrets", {}),
    reads("secretsmanager", "DescribeSecret", {"secretId": "{secret}"}),
    reads("secretsmanager", "GetSecretValue", {"secretId": "{secret}"}),
    # Queries
    writes("athena", "StartQueryExecution", {
        "queryString": "***OMITTED***", "clientRequestToken": "{token}", "workGroup": "analysts",
        "queryExecutionContext": {"database": "shipments"},
    }, {"queryExecutionId": "{query}"}),
    reads("athena", "GetQueryExecution", {"queryExecutionId": "{query}"}),
    reads("athena", "GetQueryResults", {"queryExecutionId": "{query}", "maxResults": 1000}),
    reads("glue", "GetTable", {"databaseName": "shipments", "name": "{table}"}),
)
FOR_SECRETS = reads("kms", "Decrypt", {
    "encryptionContext": {"SecretARN": "{secret}"}, "keyId": "{kms}",
    "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
}, resources=_KEY)
