"""Sessions of which the evidence has too little, callers without a name, and records without a caller."""

from dataclasses import replace

from workbench.simulation.acts.console import failed_login
from workbench.simulation.acts.credentials import assume_role, linked_session, service_opens
from workbench.simulation.acts.federation import assume_root
from workbench.simulation.acts.machinery import egress
from workbench.simulation.apis.calls import Call
from workbench.simulation.clock import HOUR, MINUTE, iso
from workbench.simulation.identities import Caller, Json, Origin, identity_center_user, service
from workbench.simulation.organization import (
    BOTO,
    DEVELOPMENT,
    EUROPE,
    HANA,
    HOME,
    MANAGEMENT,
    MIRA,
    ORDERS,
    PRODUCTION,
    SAFARI,
    Role,
    instance_id,
    linked_role,
)
from workbench.simulation.records import SIGN_IN, Body, Stamp
from workbench.simulation.scene import Scene
from workbench.simulation.situations.tools import BEATE, LARS, NOBODY, lost, unrecorded, user

_SYDNEY = "ap-southeast-2"  # nobody collects it


def opened_in_a_lost_region(scene: Scene) -> None:
    """Open a role at an endpoint whose region nobody collects, under somebody else's name."""
    with unrecorded(scene):
        holder = assume_role(
            scene, user(scene, BEATE), Role(PRODUCTION.id, "support-desk"), MIRA.mail, _SYDNEY
        )
    scene.run(
        lost(scene, holder, "REGION_NOT_COLLECTED"), EUROPE, ("s3:ListBuckets", "ecs:DescribeServices"), 5, 50
    )


def only_named_like_an_instance(scene: Scene) -> None:
    """Name a session after an instance, and lose its opening: the name proves nothing."""
    with unrecorded(scene):
        role, name = Role(PRODUCTION.id, "instance-debug"), instance_id(PRODUCTION.id, 2)
        holder = assume_role(scene, user(scene, LARS), role, name, EUROPE)
    scene.run(lost(scene, holder, "REGION_NOT_COLLECTED"), EUROPE, ("ec2:DescribeInstances",), 5, 50)


def instance_of_old(scene: Scene) -> None:
    """Let EC2 open a role for an instance; the calls do not tell how the credentials were delivered."""
    instance = instance_id(DEVELOPMENT.id, 7)
    holder = service_opens(
        scene,
        "ec2.amazonaws.com",
        Role(DEVELOPMENT.id, "build-agent"),
        instance,
        EUROPE,
        seconds=6 * HOUR,
        address=egress(DEVELOPMENT.id),
        agent=BOTO,
        origin=Origin(instance, "instance", instance),
    )
    scene.run(replace(holder, sure="certain"), EUROPE, ("s3:ListBuckets", "ecr:DescribeRepositories"), 5, 50)


def service_linked_role_alone(scene: Scene) -> None:
    """Let a service use its service-linked role; its opening is lost, and the role's path is enough."""
    role = linked_role(PRODUCTION.id, "rds", "RDS")
    with unrecorded(scene):
        holder = linked_session(scene, "rds.amazonaws.com", role, "RDS-Monitoring", EUROPE)
    lost(scene, holder, None)
    scene.run(replace(holder, sure="high"), EUROPE, ("ec2:DescribeSecurityGroups", "ec2:DescribeVpcs"), 1, 3)


def not_signed_in(scene: Scene) -> None:
    """Mistype a password, and a name: the one names somebody who was not there, the other is masked."""
    failed_login(scene, HANA, "198.51.100.24", SAFARI)
    failed_login(scene, HANA, "198.51.100.24", SAFARI, unknown=True)
    _not_verified(scene)


def _not_verified(scene: Scene) -> None:
    """Mistype a password at the access portal.

    References
    ----------
    https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html
    """
    identity = identity_center_user(MANAGEMENT.id, MIRA.user_id, scene.dice.base64(36).replace("/", "_"))
    origin = Origin(MIRA.user_id, "identity_center_user", MIRA.user_id)
    who = Caller(identity, MANAGEMENT.id, MIRA.address, MIRA.browser, origin, claims=MIRA.user_id)
    more = {"AuthWorkflowID": scene.dice.uuid(), "UserName": MIRA.mail, "CredentialType": "PASSWORD"}
    body = Body(more=more, details={"CredentialVerification": "Failure"}, kind=SIGN_IN, numbered=False)
    scene.record(who, Call("signin", "CredentialVerification", False), HOME, {}, body)


def aws_internal(scene: Scene) -> None:
    """Let something inside AWS call that has no name."""
    caller = Caller(
        service("AWS Internal"),
        PRODUCTION.id,
        "AWS Internal",
        "AWS Internal",
        Origin("", "service"),
        unprovable="SERVICE_INTERNAL",
    )
    scene.run(caller, EUROPE, ("ec2:DescribeInstances", "kms:ListAliases"), 1, 3)
    role = Role(PRODUCTION.id, "managed-by-aws", "/service-role/")
    holder = assume_role(scene, caller, role, "managed", EUROPE)
    holder.held.unprovable = "SERVICE_INTERNAL"
    scene.call(holder, "ec2:DescribeInstances", EUROPE)


def root_session_whose_opening_is_lost(scene: Scene) -> None:
    """Work in a short root session; who opened it is told where nobody looks."""
    with unrecorded(scene):
        holder = assume_root(scene, user(scene, LARS), DEVELOPMENT.id, "S3UnlockBucketPolicy", _SYDNEY)
    lost(scene, holder, "REGION_NOT_COLLECTED")
    scene.call(replace(holder, sure=""), "s3:GetBucketPolicy", HOME, bucket="nordwind-development-locked")


def no_caller(scene: Scene) -> None:
    """Find an unusual rate of calls, at its start and its end, and count data events: nobody called.

    References
    ----------
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-insight-details.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aggregated-events.html
    """
    nobody = Caller({}, PRODUCTION.id, "", "", NOBODY, unprovable="SERVICE_INTERNAL")
    shared = scene.dice.uuid()
    for state in ("Start", "End"):
        stamp = Stamp(scene.now, EUROPE, PRODUCTION.id, scene.dice.uuid(), None, shared)
        scene.keep(stamp, _insight(stamp, state), nobody, "CloudTrail-Insight")
        scene.wait(9 * MINUTE)
    scene.now -= scene.now % (5 * MINUTE)
    stamp = Stamp(scene.now, EUROPE, PRODUCTION.id, scene.dice.uuid(), None, None)
    scene.keep(stamp, _aggregated(stamp), nobody, "CloudTrail-Aggregated")


def _insight(stamp: Stamp, state: str) -> Json:
    statistics: Json = {"baseline": {"average": 0.0125}, "baselineDuration": 11230}
    if state == "End":
        statistics |= {"insight": {"average": 4.5}, "insightDuration": 9}
    return {
        "eventVersion": "1.11",
        "eventTime": iso(stamp.time),
        "awsRegion": stamp.region,
        "eventID": stamp.event_id,
        "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": stamp.account,
        "sharedEventID": stamp.shared_id,
        "insightDetails": {
            "state": state,
            "eventSource": "ec2.amazonaws.com",
            "eventName": "DescribeInstances",
            "insightType": "ApiCallRateInsight",
            "insightContext": {"statistics": statistics},
        },
        "eventCategory": "Insight",
    }


def _aggregated(stamp: Stamp) -> Json:
    window = {
        "windowStart": iso(stamp.time),
        "windowEnd": iso(stamp.time + 5 * MINUTE),
        "windowSize": "PT5M",
    }
    return {
        "eventVersion": "1.0",
        "accountId": stamp.account,
        "eventId": stamp.event_id,
        "eventCategory": "Aggregated",
        "eventType": "AwsAggregatedEvent",
        "awsRegion": stamp.region,
        "eventSource": "s3.amazonaws.com",
        "timeWindow": window,
        "summary": {
            "primaryDimension": _counted("eventName", "GetObject", 210),
            "details": [_counted("resourceARN", f"arn:aws:s3:::{ORDERS}", 210)],
        },
    }


def _counted(dimension: str, name: str, value: int) -> Json:
    return {
        "dimension": dimension,
        "statistics": [{"name": name, "value": value}],
        "aggregationType": "Count",
    }
