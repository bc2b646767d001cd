"""People behind an application: its sessions carry the person's identity (trusted identity propagation).

References
----------
https://docs.aws.amazon.com/singlesignon/latest/userguide/trustedidentitypropagation-identity-enhanced-iam-role-sessions.html
"""

from dataclasses import replace

from workbench.simulation.acts.credentials import assume_role, service_opens
from workbench.simulation.identities import Caller, Origin, directory_user
from workbench.simulation.organization import BOTO, EUROPE, JONAS, LAKE, MIRA, PRODUCTION, Role
from workbench.simulation.scene import Scene
from workbench.simulation.situations.tools import edit, stray

_QUERY = Role(PRODUCTION.id, "lake-portal-query")
_DIRECTORY = "arn:aws:iam::aws:contextProvider/IdentityCenter"


def _application(scene: Scene) -> Caller:
    """Start the application's task."""
    role, name = Role(PRODUCTION.id, "lake-portal-task"), scene.dice.hexadecimal(32)
    return service_opens(scene, "ecs-tasks.amazonaws.com", role, name, EUROPE, agent=BOTO)


def behind_an_application(scene: Scene) -> None:
    """Let an application query the lake for a person: its session carries the person's identity.

    Trusted identity propagation: some of the calls say on whose behalf they are, all of them are.
    """
    task = _application(scene)
    holder = assume_role(scene, task, _QUERY, "lake-portal", EUROPE)
    given = [{"providerArn": _DIRECTORY, "contextAssertion": "HIDDEN_DUE_TO_SECURITY_REASONS"}]
    edit(scene, lambda record: record["requestParameters"].update(providedContexts=given))
    holder.held.origin = person = Origin(MIRA.user_id, "identity_center_user", MIRA.user_id)
    holder = replace(holder, origin=person, sure="certain")
    enhanced = replace(holder, identity={**holder.identity, "onBehalfOf": directory_user(MIRA.user_id)})
    scene.call(holder, "sts:GetCallerIdentity", EUROPE)
    for part in range(2):
        scene.call(
            enhanced,
            "s3:GetObject",
            EUROPE,
            bucket=LAKE,
            key=f"trips/part-{part:04d}.parquet",
            transferred=(0, 20_000),
        )
        scene.wait(1, 5)
    behind = assume_role(scene, holder, Role(PRODUCTION.id, "lake-portal-export"), "lake-portal", EUROPE)
    scene.call(replace(behind, sure="certain"), "s3:ListBuckets", EUROPE)


def behind_one_application_at_once(scene: Scene) -> None:
    """Let an application open one role under one name three times in a second: for two people, for itself."""
    task = _application(scene)
    at = scene.now
    for person in (MIRA, JONAS, None):
        scene.now = at
        holder = assume_role(scene, task, _QUERY, "lake-portal", EUROPE)
        if person:
            holder.held.origin = Origin(person.user_id, "identity_center_user", person.user_id)
            holder = replace(
                holder,
                origin=holder.held.origin,
                identity={**holder.identity, "onBehalfOf": directory_user(person.user_id)},
            )
        scene.wait(5, 60)
        scene.run(replace(holder, sure="certain"), EUROPE, ("s3:ListBuckets", "kms:ListAliases"), 5, 30)
    unclear = stray(scene, holder, _QUERY, at, reason="AMBIGUOUS")
    scene.call(unclear, "s3:ListBuckets", EUROPE)
