"""Calls that deserve a look wherever they occur: what an intruder has to do sooner or later.

A call in this list is no verdict. Administrators and pipelines make most of them on an ordinary day; the list
says where to look first, and `why` says what for.
"""

from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from workbench.queries.filters import is_denied


class SensitiveCall(NamedTuple):
    """One call: `tactic` is a MITRE ATT&CK tactic, `weight` 1 (common) to 3 (rare in daily work)."""

    eventSource: str  # noqa: N815  # the word is AWS's
    eventName: str  # noqa: N815  # the word is AWS's
    tactic: str
    weight: int
    why: str


_LIST = """
cloudtrail StopLogging 3 Impairment stops a trail: what follows is not recorded
cloudtrail DeleteTrail 3 Impairment deletes a trail
cloudtrail UpdateTrail 2 Impairment changes where and what a trail records
cloudtrail PutEventSelectors 2 Impairment changes which events a trail records
cloudtrail DeleteEventDataStore 3 Impairment deletes recorded events
cloudtrail StopEventDataStoreIngestion 3 Impairment stops recording into an event data store
ec2 DeleteFlowLogs 3 Impairment stops the record of network traffic
route53resolver DeleteResolverQueryLogConfig 3 Impairment stops the record of DNS queries
route53resolver DisassociateResolverQueryLogConfig 3 Impairment stops the record of DNS queries of a VPC
guardduty DeleteDetector 3 Impairment turns threat detection off
guardduty UpdateDetector 2 Impairment changes threat detection
guardduty DisassociateFromAdministratorAccount 3 Impairment leaves central threat detection
guardduty DisassociateFromMasterAccount 3 Impairment leaves central threat detection
guardduty StopMonitoringMembers 3 Impairment stops central threat detection
guardduty CreateIPSet 2 Impairment may exempt addresses from detection
guardduty CreateFilter 2 Impairment may archive findings unseen
securityhub DisableSecurityHub 3 Impairment turns Security Hub off
securityhub BatchDisableStandards 2 Impairment turns checks off
config StopConfigurationRecorder 3 Impairment stops the record of configuration changes
config DeleteDeliveryChannel 3 Impairment stops the delivery of configuration changes
config DeleteConfigRule 2 Impairment removes a check
logs DeleteLogGroup 2 Impairment deletes logs
logs DeleteLogStream 2 Impairment deletes logs
monitoring DeleteAlarms 2 Impairment removes alarms
monitoring DisableAlarmActions 2 Impairment silences alarms
macie2 DisableMacie 3 Impairment turns Macie off
inspector2 Disable 3 Impairment turns Inspector off
wafv2 DeleteWebACL 2 Impairment removes a web firewall
bedrock DeleteModelInvocationLoggingConfiguration 3 Impairment stops the record of model use
organizations LeaveOrganization 3 Impairment takes the account out of central control
organizations DetachPolicy 2 Impairment removes a guard rail of the organization
organizations DisablePolicyType 3 Impairment removes all guard rails of one kind
iam CreateAccessKey 3 Persistence makes a long-term key
iam CreateUser 2 Persistence makes a user
iam CreateLoginProfile 3 Persistence gives a user a console password
iam UpdateLoginProfile 3 Persistence changes a console password
iam UpdateAssumeRolePolicy 3 Persistence changes who may become a role
iam CreateRole 1 Persistence makes a role
iam AddUserToGroup 2 Privilege-escalation gives a user a group's permissions
iam AttachUserPolicy 3 Privilege-escalation gives a user permissions
iam AttachRolePolicy 2 Privilege-escalation gives a role permissions
iam AttachGroupPolicy 2 Privilege-escalation gives a group permissions
iam PutUserPolicy 3 Privilege-escalation gives a user permissions
iam PutRolePolicy 2 Privilege-escalation gives a role permissions
iam PutGroupPolicy 2 Privilege-escalation gives a group permissions
iam CreatePolicyVersion 2 Privilege-escalation replaces what a policy allows
iam SetDefaultPolicyVersion 2 Privilege-escalation changes what a policy allows
iam DeactivateMFADevice 3 Credential-access removes a second factor
iam DeleteVirtualMFADevice 2 Credential-access removes a second factor
iam UpdateAccountPasswordPolicy 2 Credential-access changes the rules for passwords
iam DeleteAccountPasswordPolicy 3 Credential-access removes the rules for passwords
iam CreateSAMLProvider 3 Persistence trusts another identity provider
iam UpdateSAMLProvider 3 Persistence changes which identity provider is trusted
iam CreateOpenIDConnectProvider 3 Persistence trusts another identity provider
iam UpdateOpenIDConnectProviderThumbprint 2 Persistence changes which identity provider is trusted
rolesanywhere CreateTrustAnchor 3 Persistence trusts certificates from outside
rolesanywhere CreateProfile 3 Persistence lets certificates become roles
sso CreateAccountAssignment 2 Persistence gives a person access to an account
sso CreatePermissionSet 2 Persistence makes a permission set
sso AttachManagedPolicyToPermissionSet 2 Privilege-escalation widens a permission set
sts GetFederationToken 3 Persistence credentials that outlive the removal of a key
sts GetSessionToken 2 Persistence temporary credentials of a user
sts AssumeRoot 3 Privilege-escalation root of a member account
signin GetSigninToken 2 Lateral-movement turns a session of the API into one of the console
secretsmanager GetSecretValue 1 Credential-access reads a secret
secretsmanager BatchGetSecretValue 2 Credential-access reads many secrets
ssm GetParameter 1 Credential-access may read a secret
ssm GetParameters 1 Credential-access may read secrets
ssm GetParametersByPath 1 Credential-access may read secrets
ec2 GetPasswordData 2 Credential-access reads a Windows password
ec2 GetConsoleScreenshot 2 Credential-access shows the screen of an instance
kms PutKeyPolicy 2 Credential-access changes who may use a key
kms CreateGrant 1 Credential-access lets somebody use a key
ssm SendCommand 2 Execution runs commands on instances
ssm StartSession 2 Lateral-movement opens a shell on an instance
ssm ResumeSession 2 Lateral-movement opens a shell on an instance
ec2-instance-connect SendSSHPublicKey 2 Lateral-movement opens a shell on an instance
ec2-instance-connect SendSerialConsoleSSHPublicKey 3 Lateral-movement opens the serial console of an instance
ec2 EnableSerialConsoleAccess 3 Lateral-movement opens serial consoles
ec2 ModifyInstanceAttribute 2 Execution may replace what an instance runs at start
ec2 AssociateIamInstanceProfile 2 Privilege-escalation gives an instance a role
ec2 ReplaceIamInstanceProfileAssociation 2 Privilege-escalation gives an instance another role
ec2 CreateKeyPair 1 Persistence makes a key for logins to instances
lambda UpdateFunctionCode 1 Execution replaces the code of a function
lambda UpdateFunctionConfiguration 1 Execution changes what a function runs with
lambda AddPermission 2 Persistence lets others call a function
lambda CreateFunctionUrlConfig 2 Persistence opens a function to the web
lambda CreateEventSourceMapping 1 Persistence runs a function on events
ec2 ModifySnapshotAttribute 3 Exfiltration may share a disk with others
ec2 ModifyImageAttribute 3 Exfiltration may share an image with others
rds ModifyDBSnapshotAttribute 3 Exfiltration may share a database with others
rds ModifyDBClusterSnapshotAttribute 3 Exfiltration may share a database with others
rds StartExportTask 2 Exfiltration exports a database to S3
s3 PutBucketPolicy 2 Exfiltration changes who may read a bucket
s3 PutBucketAcl 2 Exfiltration changes who may read a bucket
s3 DeleteBucketPolicy 2 Exfiltration changes who may read a bucket
s3 PutBucketReplication 2 Exfiltration copies objects elsewhere
s3 DeleteBucketPublicAccessBlock 3 Exfiltration lets a bucket become public
s3 PutBucketPublicAccessBlock 1 Exfiltration may let a bucket become public
s3 DeleteAccountPublicAccessBlock 3 Exfiltration lets buckets become public
s3 PutAccountPublicAccessBlock 2 Exfiltration may let buckets become public
ecr SetRepositoryPolicy 2 Exfiltration changes who may read images
ec2 CreateTrafficMirrorSession 3 Collection copies network traffic
ec2 AuthorizeSecurityGroupIngress 1 Impairment opens a port
s3 PutBucketVersioning 2 Impact may end the keeping of old versions
s3 PutBucketLifecycle 2 Impact may let objects expire
s3 DeleteBucket 1 Impact deletes a bucket
backup DeleteRecoveryPoint 2 Impact deletes a backup
backup DeleteBackupVault 3 Impact deletes a backup vault
rds DeleteDBInstance 2 Impact deletes a database
rds DeleteDBCluster 2 Impact deletes a database
kms ScheduleKeyDeletion 3 Impact makes data unreadable
kms DisableKey 2 Impact makes data unreadable
ec2 DeleteSnapshot 1 Impact deletes a copy of a disk
ec2 RunInstances 1 Impact starts machines
bedrock PutFoundationModelEntitlement 2 Impact opens model use
bedrock PutUseCaseForModelAccess 2 Impact opens model use
ses UpdateAccountSendingEnabled 3 Impact opens the sending of mail
account PutAlternateContact 2 Persistence changes whom AWS informs
account EnableRegion 3 Impairment opens a region that may not be watched
account CloseAccount 3 Impact closes the account
"""


def _read(line: str) -> SensitiveCall:
    source, name, weight, tactic, why = line.split(" ", 4)
    return SensitiveCall(f"{source}.amazonaws.com", name, tactic.replace("-", " "), int(weight), why)


SENSITIVE_CALLS = tuple(_read(line) for line in _LIST.strip().splitlines())
"""The calls, as data; `eventName` without the API version that Lambda appends to its names."""


def sensitive_calls(events: ir.Table) -> ir.Table:
    """Return the events that are in `SENSITIVE_CALLS`, with the reason to look at them.

    Parameters
    ----------
    events
        The events table.

    Returns
    -------
    ibis Table
        `eventTime` (naive UTC), `principal`, `principal_kind`, `recipientAccountId`, `awsRegion`,
        `eventSource`, `eventName`, `tactic`, `weight` (1 to 3), `why`, `errorCode`, `denied`,
        `sourceIPAddress`, `userAgent`, `eventID`, `source_file`, `source_index`; ordered by time, then
        eventID.

    Examples
    --------
    >>> from tests.builders import event, table
    >>> rows = table(event(eventName="CreateAccessKey"), event(eventName="ListUsers"))
    >>> sensitive_calls(rows).select("eventName", "why").to_pyarrow().to_pylist()
    [{'eventName': 'CreateAccessKey', 'why': 'makes a long-term key'}]
    """
    listed = ibis.memtable(
        [(*call,) for call in SENSITIVE_CALLS],
        schema={
            "_source": "string",
            "_name": "string",
            "tactic": "string",
            "weight": "int64",
            "why": "string",
        },
    )
    # Lambda and CloudFront write the API version into the name: UpdateFunctionCode20150331v2
    plain = events.mutate(
        _plain=events.eventName.re_replace("[0-9_]{8,10}(v[0-9]+)?$", ""), denied=is_denied(events)
    )
    found = plain.inner_join(
        listed, [plain.eventSource == listed["_source"], plain["_plain"] == listed["_name"]]
    )
    return found.select(
        "eventTime",
        "principal",
        "principal_kind",
        "recipientAccountId",
        "awsRegion",
        "eventSource",
        "eventName",
        "tactic",
        "weight",
        "why",
        "errorCode",
        "denied",
        "sourceIPAddress",
        "userAgent",
        "eventID",
        "source_file",
        "source_index",
    ).order_by("eventTime", "eventID")
