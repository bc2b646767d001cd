"""Calls that blind those who watch: the trail, its key and bucket, the detector, the recorder."""

from workbench.simulation.apis.calls import Call, Json, reads, writes

_HOST = "{bucket}.s3.{region}.amazonaws.com"
_BUCKET = (("AWS::S3::Bucket", "arn:aws:s3:::{bucket}"),)
_KEY = (("AWS::KMS::Key", "{trail_key}"),)


def _key(name: str) -> Call:
    return writes("kms", name, {"keyId": "{trail_key}"}, {"keyId": "{trail_key}"}, resources=_KEY)


def _bucket(name: str, query: str, element: str, value: Json) -> Call:
    request: Json = {element: value, "bucketName": "{bucket}", "Host": _HOST, query: ""}
    return writes("s3", name, request, resources=_BUCKET)


# What CloudTrail asks of the key for each log file that it encrypts.
FOR_LOG_FILES = reads("kms", "GenerateDataKey", {
    "keyId": "{trail_key}", "keySpec": "AES_256",
    "encryptionContext": {"aws:cloudtrail:arn": "{trail}", "aws:s3:arn": "arn:aws:s3:::{bucket}/{key}"},
}, resources=_KEY)
SELECTORS = writes(
    "cloudtrail", "PutEventSelectors", {"trailName": "{trail}", "eventSelectors": "{selectors}"},
    {"trailARN": "{trail}", "eventSelectors": "{selectors}"},
)
LIFECYCLE = _bucket("PutBucketLifecycle", "lifecycle", "LifecycleConfiguration", {
    "xmlns": "http://s3.amazonaws.com/doc/2006-03-01/", "Rule": {
        "ID": "housekeeping", "Status": "Enabled", "Filter": {"Prefix": "AWSLogs/"},
        "Expiration": {"Days": 14},
    },
})

IMPAIRMENT = (
    writes("cloudtrail", "UpdateTrail", {
        "name": "{trail}", "isMultiRegionTrail": "{wide}", "includeGlobalServiceEvents": "{wide}",
    }, {
        "name": "org-trail", "s3BucketName": "{bucket}", "includeGlobalServiceEvents": "{wide}",
        "isMultiRegionTrail": "{wide}", "trailARN": "{trail}", "kmsKeyId": "{trail_key}",
        "logFileValidationEnabled": True, "isOrganizationTrail": True,
    }),
    _bucket("PutBucketPolicy", "policy", "bucketPolicy", "{document}"),
    _key("DisableKey"),
    _key("EnableKey"),
    writes("guardduty", "DeleteDetector", {"detectorId": "{detector}"}),
    writes("guardduty", "UpdateDetector", {"detectorId": "{detector}", "enable": False}),
    writes("config", "StopConfigurationRecorder", {"configurationRecorderName": "default"}),
)
