"""Changes whose requests or answers are whole documents: policies and instances."""

import json

from workbench.simulation.identities import Caller, Json
from workbench.simulation.organization import surroundings
from workbench.simulation.scene import Scene


def policy(*statements: Json) -> str:
    """Return a policy document as text."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))


def run_instances(
    scene: Scene, caller: Caller, region: str, *, instance_type: str, key_pair: str, count: int
) -> list[str]:
    """Start instances and return their ids."""
    found = ["i-0" + scene.dice.hexadecimal(16) for _ in range(count)]
    items = [
        {"instanceId": instance, "imageId": surroundings(caller.account)["image"],
         "instanceState": {"code": 0, "name": "pending"}, "keyName": key_pair, "amiLaunchIndex": index,
         "instanceType": instance_type, "launchTime": scene.now * 1000,
         "placement": {"availabilityZone": f"{region}a", "tenancy": "default"}}
        for index, instance in enumerate(found)
    ]
    answer: Json = {
        "requestId": scene.dice.uuid(), "reservationId": "r-0" + scene.dice.hexadecimal(16),
        "ownerId": caller.account, "groupSet": {}, "instancesSet": {"items": items},
    }
    scene.call(caller, "ec2:RunInstances", region, response=answer, instance_type=instance_type,
               key_pair=key_pair, count=count, token=scene.dice.uuid())
    return found


def terminate_instances(scene: Scene, caller: Caller, region: str, instances: list[str]) -> None:
    """Terminate instances, one call each."""
    for instance in instances:
        states: Json = {
            "instanceId": instance, "currentState": {"code": 32, "name": "shutting-down"},
            "previousState": {"code": 16, "name": "running"},
        }
        answer: Json = {"instancesSet": {"items": [states]}}
        scene.call(caller, "ec2:TerminateInstances", region, instance=instance, response=answer)
        scene.wait(4, 15)
