"""What a tampered sample has besides the intrusion: two hours and a half in which nothing is recorded."""

from typing import Any

from workbench.simulation.acts.credentials import assume_role, with_user_key
from workbench.simulation.clock import DAY, FIRST_DAY, HOUR, MINUTE, iso
from workbench.simulation.dice import Dice
from workbench.simulation.identities import Caller, Json, Origin, service
from workbench.simulation.intrusion.intruder import SATURDAY_ADDRESS, TOOL
from workbench.simulation.organization import (
    ARCHIVE,
    HOME,
    LOG_BUCKET,
    MANAGEMENT,
    ORGANIZATION_ID,
    UPLOADER,
    Role,
)
from workbench.simulation.scene import Scene
from workbench.simulation.stage import first_evening
from workbench.simulation.timetable import Habit

KEEPER = Role(MANAGEMENT.id, "trail-maintenance", "/ci/")
BUCKET_KEEPER = Role(ARCHIVE.id, "log-bucket-maintenance")
TRAIL_KEY = f"arn:aws:kms:{HOME}:{MANAGEMENT.id}:key/{Dice('kms', 'trail').uuid()}"
_IMPAIRED = "Defense Evasion", "T1562.008"
STEPS = {
    "keeper": (
        f"Became {KEEPER.name} in management, which trusts the old build server too",
        "Privilege Escalation", "T1548.005",
    ),
    "bucket": ("Took the right to delete log files, and let them expire", *_IMPAIRED),
    "watchers": ("Switched GuardDuty and the recorder of Config off", "Defense Evasion", "T1562.001"),
    "narrowed": ("Made the trail record less, and disabled its key", *_IMPAIRED),
    "stopped": ("Stopped the trail of the organization", *_IMPAIRED),
    "resumed": ("Started the trail again, and put back what would be noticed", "Defense Evasion", "T1070"),
}


class Blinding:
    """The trail is stopped on the second evening of the intrusion and started again before midnight.

    Parameters
    ----------
    days
        Simulated days.
    """

    def __init__(self, days: int) -> None:
        evening = FIRST_DAY + (first_evening(days) + 1) * DAY + 20 * HOUR
        self.stopped, self.started = evening + 14 * MINUTE + 30, evening + 164 * MINUTE + 10
        self.calls: list[Json] = []
        self.plan = (
            *((FIRST_DAY + day * DAY + HOUR + 5 * MINUTE, Habit("trail key", _use_key, (), ()))
              for day in range(days)),
            (evening + 2 * MINUTE, Habit("blinding", self._blind, (), ())),
            (self.started, Habit("sight again", self._resume, (), ())),
        )

    def _blind(self, scene: Scene) -> None:
        scene.intrusion = True
        leaked = with_user_key(scene, UPLOADER, SATURDAY_ADDRESS, TOOL)
        scene.step(STEPS["keeper"], leaked)
        self.keeper = assume_role(scene, leaked, KEEPER, "artifact-upload", HOME, seconds=4 * HOUR)
        scene.run(self.keeper, HOME, ("cloudtrail:DescribeTrails", "cloudtrail:GetTrailStatus"), 5, 20)
        scene.step(STEPS["bucket"], self.keeper)
        archive = assume_role(scene, self.keeper, BUCKET_KEEPER, "artifact-upload", HOME)
        self._impair(scene, archive, "s3:PutBucketPolicy", "bucket-policy", document=_bucket_policy())
        self._impair(scene, archive, "s3:PutBucketLifecycle/logs", "bucket-lifecycle")
        scene.step(STEPS["watchers"], self.keeper)
        scene.run(self.keeper, HOME, ("guardduty:ListDetectors",), 5, 20)
        self._impair(scene, self.keeper, "guardduty:DeleteDetector", "detector-off", denied="*")
        self._impair(scene, self.keeper, "guardduty:UpdateDetector", "detector-off")
        self._impair(scene, self.keeper, "config:StopConfigurationRecorder", "recorder-off")
        scene.step(STEPS["narrowed"], self.keeper)
        self._record(scene, "narrowed", wide=False)
        self._impair(scene, self.keeper, "kms:DisableKey", "key-disabled")
        scene.now = self.stopped
        scene.step(STEPS["stopped"], self.keeper)
        self._impair(scene, self.keeper, "cloudtrail:StopLogging", "stopped")

    def _resume(self, scene: Scene) -> None:
        scene.intrusion = True
        scene.step(STEPS["resumed"], self.keeper)
        self._impair(scene, self.keeper, "cloudtrail:StartLogging", "resumed")
        self._record(scene, "widened", wide=True)
        self._impair(scene, self.keeper, "kms:EnableKey", "resumed")

    def _record(self, scene: Scene, kind: str, *, wide: bool) -> None:
        """Have the trail record everything, or a single region and reading calls alone."""
        self._impair(scene, self.keeper, "cloudtrail:UpdateTrail", kind, wide=wide)
        selectors = [{
            "readWriteType": "All" if wide else "ReadOnly", "includeManagementEvents": True,
            "dataResources": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}] if wide else [],
            "excludeManagementEventSources": [] if wide else ["kms.amazonaws.com", "rdsdata.amazonaws.com"],
        }]
        self._impair(scene, self.keeper, "cloudtrail:PutEventSelectors/basic", kind, selectors=selectors)

    def _impair(
        self, scene: Scene, caller: Caller, api: str, kind: str, *, denied: str | None = None, **names: Any
    ) -> None:
        """Make a call, and note it for truth.json."""
        at = iso(scene.now)
        event = scene.call(
            caller, api, HOME, denied=denied, bucket=LOG_BUCKET, trail_key=TRAIL_KEY, **names
        )
        self.calls.append({
            "kind": "call", "call": api.split("/")[0], "as": kind, "account": caller.account, "region": HOME,
            "time": at, "outcome": "refused" if denied else "done", "events": [event],
        })
        scene.wait(5, 20)

    def forget(self, scene: Scene) -> None:
        """Say of the sessions that began meanwhile, and of what they opened, that nothing proves by whom."""
        for session in scene.sessions:
            if self.stopped < session.started < self.started:
                session.issuance, session.unprovable = None, "REGION_NOT_COLLECTED"
            elif session.opener:
                session.unprovable = session.unprovable or session.opener.unprovable


def _use_key(scene: Scene) -> None:
    """Encrypt a log file, as CloudTrail does for each: one a day is enough to know the key."""
    caller = Caller(
        service("cloudtrail.amazonaws.com"), MANAGEMENT.id, "cloudtrail.amazonaws.com",
        "cloudtrail.amazonaws.com", Origin("cloudtrail.amazonaws.com", "service"),
    )
    key = f"AWSLogs/{ORGANIZATION_ID}/{MANAGEMENT.id}/CloudTrail/{HOME}"
    scene.call(caller, "kms:GenerateDataKey/trail", HOME, trail_key=TRAIL_KEY, bucket=LOG_BUCKET, key=key)


def _bucket_policy() -> Json:
    """Return the policy of a log bucket, with one statement more."""
    bucket = f"arn:aws:s3:::{LOG_BUCKET}"
    trail = {"Service": "cloudtrail.amazonaws.com"}
    return {"Version": "2012-10-17", "Statement": [
        {"Sid": "AclCheck", "Effect": "Allow", "Principal": trail, "Action": "s3:GetBucketAcl",
         "Resource": bucket},
        {"Sid": "Write", "Effect": "Allow", "Principal": trail, "Action": "s3:PutObject",
         "Resource": f"{bucket}/AWSLogs/*"},
        {"Sid": "Housekeeping", "Effect": "Allow", "Principal": {"AWS": BUCKET_KEEPER.arn},
         "Action": ["s3:PutObject", "s3:DeleteObject"], "Resource": f"{bucket}/AWSLogs/*"},
    ]}
