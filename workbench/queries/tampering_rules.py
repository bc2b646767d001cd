"""Which calls reduce what is logged or who watches: a table to read, to doubt and to add to.

A line is `service name | condition | kind | words`. Conditions: none; `PARAMETER PATTERN`, a regular
expression found in a request parameter; `PARAMETER !PATTERN`, not found in it; `recorded WORD`, what the
selectors of the request leave (`none`, `reads`, `writes`, `some`, `all`); `hidden`, the record does not show
what was asked; `of-logs`, the bucket or key is one of logs; `of-logs PARAMETER PATTERN`, both. The first line
that holds gives the kind, all that hold give the words.
"""

from typing import NamedTuple

KINDS = {
    "stopped": "recording ends until it is started again",
    "deleted": "what records, or holds records, is deleted",
    "narrowed": "less is recorded",
    "redirected": "records go elsewhere, or under another key",
    "delivery-broken": "records are kept from those who read them",
    "bucket-policy": "others may read, write or delete log files",
    "bucket-lifecycle": "log files expire",
    "versioning-off": "deleted log files cannot be brought back",
    "log-deleted": "records are deleted",
    "key-disabled": "log files cannot be written or read for want of their key",
    "key-policy": "others may use the key of log files, or CloudTrail may not",
    "detector-off": "less is detected, or shown to those who watch",
    "recorder-off": "changes of configuration are not recorded",
    "alarm-off": "nobody is told",
    "unclear": "what was asked cannot be seen",
    "widened": "more is recorded than before, or everything again",
    "resumed": "what was off is on again",
}
"""The vocabulary of `kind`, and what it means."""

LOGS, TOOLS = ("T1562.008", "T1685.002"), ("T1562.001", "T1685")
TECHNIQUES = {
    **dict.fromkeys(("detector-off", "recorder-off", "alarm-off"), TOOLS),
    "bucket-lifecycle": ("T1485.001", "T1485.001"),
    "log-deleted": ("T1070", "T1070"),
    "widened": (None, None),
    "resumed": (None, None),
}
"""ATT&CK's numbers in v18 and in v19, which moved T1562; kinds that are not here have those of `LOGS`."""


class TamperingRule(NamedTuple):
    """One line of the table; `parameter` and `pattern` are empty where any such call counts.

    `target` is the request parameter that names what is touched.
    """

    eventSource: str  # noqa: N815  # the word is AWS's
    eventName: str  # noqa: N815  # the word is AWS's
    of_logs: bool
    parameter: str
    pattern: str
    kind: str
    words: str
    target: str


_LIST = r"""
cloudtrail StopLogging | | stopped | stops a trail
cloudtrail DeleteTrail | | deleted | deletes a trail
cloudtrail UpdateTrail | isMultiRegionTrail ^false$ | narrowed | records the trail's own region alone
cloudtrail UpdateTrail | includeGlobalServiceEvents ^false$ | narrowed | leaves global services out, such as IAM
cloudtrail UpdateTrail | enableLogFileValidation ^false$ | narrowed | ends the digests: nothing proves log files
cloudtrail UpdateTrail | isOrganizationTrail ^false$ | narrowed | leaves the member accounts out
cloudtrail UpdateTrail | s3BucketName . | redirected | names the bucket of the trail
cloudtrail UpdateTrail | s3KeyPrefix . | redirected | names the prefix of the trail's files
cloudtrail UpdateTrail | kmsKeyId . | redirected | names the key of the trail's files
cloudtrail UpdateTrail | cloudWatchLogsLogGroupArn ^$ | delivery-broken | ends the delivery to CloudWatch Logs
cloudtrail UpdateTrail | snsTopicName ^$ | delivery-broken | ends the notices of new files
cloudtrail UpdateTrail | isMultiRegionTrail ^true$ | widened | records every region
cloudtrail UpdateTrail | includeGlobalServiceEvents ^true$ | widened | records global services
cloudtrail UpdateTrail | enableLogFileValidation ^true$ | widened | has digests written
cloudtrail UpdateTrail | hidden | unclear | may change where and what a trail records
cloudtrail PutEventSelectors | recorded none | narrowed | records no management events
cloudtrail PutEventSelectors | recorded reads | narrowed | records reading calls alone: no change is seen
cloudtrail PutEventSelectors | recorded writes | narrowed | records changing calls alone
cloudtrail PutEventSelectors | recorded some | narrowed | leaves services or calls out
cloudtrail PutEventSelectors | recorded all | widened | records every management event
cloudtrail PutEventSelectors | hidden | unclear | may change which events a trail records
cloudtrail PutInsightSelectors | insightSelectors ^\[\s*\]$ | narrowed | ends the insights into unusual activity
cloudtrail PutInsightSelectors | hidden | unclear | may end the insights into unusual activity
cloudtrail StopEventDataStoreIngestion | | stopped | stops recording into an event data store
cloudtrail DeleteEventDataStore | | deleted | deletes an event data store and its events
cloudtrail UpdateEventDataStore | recorded none | narrowed | records no management events
cloudtrail UpdateEventDataStore | recorded reads | narrowed | records reading calls alone: no change is seen
cloudtrail UpdateEventDataStore | recorded writes | narrowed | records changing calls alone
cloudtrail UpdateEventDataStore | recorded some | narrowed | leaves services or calls out
cloudtrail UpdateEventDataStore | recorded all | widened | records every management event
cloudtrail UpdateEventDataStore | multiRegionEnabled ^false$ | narrowed | records one region alone
cloudtrail UpdateEventDataStore | organizationEnabled ^false$ | narrowed | leaves the member accounts out
cloudtrail UpdateEventDataStore | terminationProtectionEnabled ^false$ | narrowed | may be deleted from now on
cloudtrail UpdateEventDataStore | hidden | unclear | may change what an event data store records
cloudtrail DeleteChannel | | delivery-broken | ends the delivery of events from outside AWS
cloudtrail DeregisterOrganizationDelegatedAdmin | | delivery-broken | takes the trails from those who look after them
cloudtrail StartLogging | | resumed | starts a trail
cloudtrail StartEventDataStoreIngestion | | resumed | records into an event data store again
cloudtrail RestoreEventDataStore | | resumed | brings an event data store back
s3 PutBucketPolicy | of-logs | bucket-policy | sets who may do what with log files
s3 DeleteBucketPolicy | of-logs | bucket-policy | takes the right to deliver from CloudTrail
s3 PutBucketAcl | of-logs | bucket-policy | sets who may do what with log files
s3 DeleteBucket | of-logs | deleted | deletes a bucket of log files
s3 PutBucketLifecycle | of-logs LifecycleConfiguration Expiration | bucket-lifecycle | lets log files expire
s3 PutBucketLifecycleConfiguration | of-logs LifecycleConfiguration Expiration | bucket-lifecycle | lets log files expire
s3 DeleteBucketLifecycle | of-logs | widened | log files expire no more
s3 PutBucketVersioning | of-logs VersioningConfiguration Suspended | versioning-off | keeps no old versions of log files
s3 PutBucketVersioning | of-logs VersioningConfiguration "MfaDelete"\s*:\s*"Disabled" | versioning-off | versions can be deleted without a second factor
s3 PutBucketLogging | BucketLoggingStatus !LoggingEnabled | stopped | ends the access log of a bucket
s3 DeleteObject | key (^|/)AWSLogs/ | log-deleted | deletes a delivered log or digest
s3 DeleteObjects | of-logs | log-deleted | deletes objects of a bucket of log files
kms DisableKey | of-logs | key-disabled | disables the key of log files
kms ScheduleKeyDeletion | of-logs | key-disabled | has the key of log files deleted
kms DeleteImportedKeyMaterial | of-logs | key-disabled | takes the material from the key of log files
kms PutKeyPolicy | of-logs | key-policy | sets who may use the key of log files
kms RevokeGrant | of-logs | key-policy | ends a grant on the key of log files
kms RetireGrant | of-logs | key-policy | ends a grant on the key of log files
kms EnableKey | of-logs | resumed | enables the key of log files
kms CancelKeyDeletion | of-logs | widened | keeps the key of log files
logs DeleteLogGroup | | log-deleted | deletes a log group
logs DeleteLogStream | | log-deleted | deletes a log stream
logs PutRetentionPolicy | retentionInDays ^(1|3|5|7|14)$ | narrowed | keeps log events for two weeks or less
logs DeleteSubscriptionFilter | | delivery-broken | ends the forwarding of log events
logs DeleteMetricFilter | | alarm-off | ends the count that an alarm may rest on
ec2 DeleteFlowLogs | | stopped | ends the record of network traffic
route53resolver DeleteResolverQueryLogConfig | | stopped | ends the record of DNS queries
route53resolver DisassociateResolverQueryLogConfig | | stopped | ends the record of DNS queries of a VPC
bedrock DeleteModelInvocationLoggingConfiguration | | stopped | ends the record of model use
guardduty DeleteDetector | | detector-off | deletes the detector
guardduty UpdateDetector | enable ^false$ | detector-off | disables the detector
guardduty UpdateDetector | features DISABLED | detector-off | switches features of the detector off
guardduty UpdateDetector | dataSources "enable"\s*:\s*false | detector-off | takes sources from the detector
guardduty UpdateDetector | enable ^true$ | resumed | enables the detector
guardduty UpdateDetector | hidden | unclear | may disable the detector
guardduty UpdateMemberDetectors | features DISABLED | detector-off | switches features of member accounts off
guardduty CreateFilter | action ^ARCHIVE$ | detector-off | archives findings unseen
guardduty UpdateFilter | action ^ARCHIVE$ | detector-off | archives findings unseen
guardduty CreateFilter | hidden | unclear | may archive findings unseen
guardduty CreateIPSet | activate ^true$ | detector-off | exempts addresses from detection
guardduty UpdateIPSet | activate ^true$ | detector-off | exempts addresses from detection
guardduty DeletePublishingDestination | | delivery-broken | ends the export of findings
guardduty DisassociateFromMasterAccount | | detector-off | leaves the central account
guardduty DisassociateFromAdministratorAccount | | detector-off | leaves the central account
guardduty DisassociateMembers | | detector-off | lets go of member accounts
guardduty DeleteMembers | | detector-off | lets go of member accounts
guardduty StopMonitoringMembers | | detector-off | watches member accounts no more
guardduty StartMonitoringMembers | | resumed | watches member accounts again
guardduty DisableOrganizationAdminAccount | | detector-off | takes the central account its office
securityhub DisableSecurityHub | | detector-off | disables Security Hub
securityhub EnableSecurityHub | | resumed | enables Security Hub
securityhub BatchDisableStandards | | detector-off | ends checks
securityhub DisassociateFromMasterAccount | | detector-off | leaves the central account
securityhub DisassociateFromAdministratorAccount | | detector-off | leaves the central account
securityhub DisassociateMembers | | detector-off | lets go of member accounts
securityhub DisableImportFindingsForProduct | | detector-off | takes no findings of a product
securityhub DisableOrganizationAdminAccount | | detector-off | takes the central account its office
macie2 DisableMacie | | detector-off | disables Macie
inspector2 Disable | | detector-off | disables Inspector
detective DeleteGraph | | detector-off | disables Detective
access-analyzer DeleteAnalyzer | | detector-off | deletes an analyzer
access-analyzer CreateArchiveRule | | detector-off | archives findings unseen
config StopConfigurationRecorder | | recorder-off | stops the recorder
config DeleteConfigurationRecorder | | recorder-off | deletes the recorder
config DeleteDeliveryChannel | | recorder-off | ends the delivery of what is recorded
config PutConfigurationRecorder | configurationRecorder "allSupported"\s*:\s*false | narrowed | records some kinds of resources alone
config DeleteConfigRule | | recorder-off | ends a check
config StartConfigurationRecorder | | resumed | starts the recorder
organizations DeregisterDelegatedAdministrator | servicePrincipal ^(access-analyzer|cloudtrail|config|config-multiaccountsetup|detective|guardduty|inspector2|macie|securityhub)\. | detector-off | takes the central account its office
organizations DisableAWSServiceAccess | servicePrincipal ^(access-analyzer|cloudtrail|config|config-multiaccountsetup|detective|guardduty|inspector2|macie|securityhub)\. | detector-off | takes the view of the whole organization
organizations LeaveOrganization | | narrowed | leaves the trail of the organization
monitoring DeleteAlarms | | alarm-off | deletes alarms
monitoring DisableAlarmActions | | alarm-off | silences alarms
events DisableRule | | alarm-off | disables a rule of EventBridge
events DeleteRule | | alarm-off | deletes a rule of EventBridge
events RemoveTargets | | alarm-off | a rule of EventBridge tells nobody
events EnableRule | | resumed | enables a rule of EventBridge
"""  # noqa: E501  # a line is a rule


_TARGETS = {
    "cloudtrail": "name",
    "PutEventSelectors": "trailName",
    "PutInsightSelectors": "trailName",
    **dict.fromkeys(
        (
            "StopEventDataStoreIngestion",
            "StartEventDataStoreIngestion",
            "DeleteEventDataStore",
            "UpdateEventDataStore",
            "RestoreEventDataStore",
        ),
        "eventDataStore",
    ),
    "s3": "bucketName",
    "kms": "keyId",
    "logs": "logGroupName",
    "guardduty": "detectorId",
    "config": "configurationRecorderName",
    "DeleteDeliveryChannel": "deliveryChannelName",
    "DeleteConfigRule": "configRuleName",
    "access-analyzer": "analyzerName",
    "organizations": "servicePrincipal",
    "events": "name",
    "RemoveTargets": "rule",
}


def _read(line: str) -> TamperingRule:
    call, condition, kind, words = (part.strip() for part in line.split(" |", 3))
    source, name = call.split()
    scope, _, rest = condition.partition(" ") if condition.startswith("of-logs") else ("", "", condition)
    parameter, _, pattern = rest.partition(" ")
    target = _TARGETS.get(name, _TARGETS.get(source, ""))
    service = f"{source}.amazonaws.com"
    return TamperingRule(service, name, bool(scope), parameter, pattern, kind, words, target)


TAMPERING_CALLS = tuple(_read(line) for line in _LIST.strip().splitlines())
"""The rules, as data, the graver first where several speak of one call."""
