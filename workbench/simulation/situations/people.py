"""People whom a session's name does not tell: behind other names, other credentials, another user's ARN."""

from dataclasses import replace

from workbench.simulation.acts.console import console_login, portal, switch_role
from workbench.simulation.acts.credentials import (
    assume_role,
    role_id,
)
from workbench.simulation.acts.federation import federation_token, session_token
from workbench.simulation.acts.users import ANALYST, signed_in_analyst
from workbench.simulation.apis.calls import Call
from workbench.simulation.clock import HOUR, MINUTE
from workbench.simulation.identities import Caller, Origin, role_session
from workbench.simulation.organization import (
    ASTRID,
    CHROME,
    DEVELOPMENT,
    DOMAIN,
    EUROPE,
    HANA,
    HOME,
    INES,
    MIRA,
    PRODUCTION,
    SAFARI,
    Role,
    sso_role,
)
from workbench.simulation.records import Body
from workbench.simulation.scene import Scene
from workbench.simulation.situations.tools import (
    BEATE,
    LARS,
    MAJA,
    edit,
    in_context,
    lost,
    namesake,
    stray,
    unrecorded,
    user,
)


def portal_user_without_an_id(scene: Scene) -> None:
    """Use a reserved role whose opening is lost, by somebody of whom no record tells the user id."""
    role = sso_role(PRODUCTION, "BillingRead")
    mail = f"petra.nilsson@{DOMAIN}"
    identity = role_session(role, role_id(scene, role), mail, None, scene.now)
    who = Caller(identity, PRODUCTION.id, "198.51.100.93", CHROME, Origin(mail, "identity_center_user"))
    holder = stray(scene, who, role, scene.now, sure="high")
    scene.wait(2 * MINUTE)
    scene.run(holder, EUROPE, ("s3:ListBuckets", "rds:DescribeDBInstances"), 4, 30)


def one_sign_in(scene: Scene) -> None:
    """Sign in once for the command line: each quarter of an hour there are new credentials of the session."""
    holder = signed_in_analyst(scene)
    signed_in = f"arn:aws:signin:{HOME}:{PRODUCTION.id}:session/{scene.dice.uuid()}"
    for _ in range(3):
        scene.run(
            replace(in_context(holder, signInSessionArn=signed_in), sure="high"),
            EUROPE,
            ("athena:GetQueryExecution",),
            query=scene.dice.uuid(),
        )
        scene.wait(15 * MINUTE)
        created = scene.now
        key, unique = scene.new_key(PRODUCTION.id), role_id(scene, ANALYST)
        identity = role_session(ANALYST, unique, INES.mail, key, created)
        holder = stray(scene, replace(holder, identity=identity), ANALYST, created, sure="high")
    scene.sessions.pop()  # the last was never used


def made_again(scene: Scene) -> None:
    """Delete a user, make another of the same name, and let both do the same."""
    role = Role(DEVELOPMENT.id, "label-tester")
    admin = portal(scene, ASTRID, DEVELOPMENT, "AdministratorAccess", console=False)
    for who, call in ((user(scene, MAJA), "DeleteUser"), (namesake(scene), "")):
        holder = assume_role(scene, who, role, "labels", EUROPE)
        scene.run(replace(holder, sure="certain"), EUROPE, ("s3:ListBuckets",), 20, 60)
        if call:
            body = Body({"userName": MAJA.name}, host="iam.amazonaws.com")
            scene.record(admin, Call("iam", call, False), HOME, {}, body)
            scene.wait(10 * MINUTE)
            unique = scene.id_of("AIDA", MAJA.account, f"{MAJA.arn} again")
            scene.run(admin, HOME, ("iam:CreateUser",), 30, 90, user=MAJA.name, user_id=unique)


def under_another_name(scene: Scene) -> None:
    """Name a session after somebody else, in its source identity too: it is still proven whose it is."""
    role = Role(DEVELOPMENT.id, "shared-tools")
    holder = assume_role(scene, user(scene, LARS), role, MIRA.mail, EUROPE, source_identity=MIRA.login)
    scene.run(replace(holder, sure="certain"), EUROPE, ("s3:ListBuckets", "sqs:ListQueues"), 4, 30)


def switched_without_a_trace(scene: Scene) -> None:
    """Switch roles in the console; of the opening only the sign-in's own record is left. Its keys rotate."""
    caller = console_login(scene, HANA, "198.51.100.24", SAFARI, mfa=True)
    operator = switch_role(scene, caller, Role(PRODUCTION.id, "NightOperations"), HANA.name)
    del scene.events[-3:-1]  # both copies of the AssumeRole
    operator.held.issuance = None
    for _ in range(2):
        scene.run(
            replace(operator, sure="high"),
            EUROPE,
            ("ec2:DescribeInstances", "ecs:DescribeServices", "ec2:DescribeVolumes") * 2,
            5,
            40,
        )
        scene.wait(2 * HOUR)


def beside_a_switch(scene: Scene) -> None:
    """Switch roles in the console, while somebody else opens the role under that name: his opening is lost.

    Once more, and it is not; the console's is, both times.
    """
    role = Role(PRODUCTION.id, "NightOperations")
    caller = console_login(scene, HANA, "198.51.100.24", SAFARI, mfa=True)
    for is_lost in (True, False):
        before = len(scene.events)
        other = assume_role(scene, user(scene, LARS), role, HANA.name, EUROPE)
        if is_lost:
            lost(scene, other, "REGION_NOT_COLLECTED")
            del scene.events[before:]
        switched = switch_role(scene, caller, role, HANA.name)
        del scene.events[-3:-1]  # both copies of the AssumeRole
        scene.sessions.remove(switched.held)  # nothing is done with it
        scene.run(other, EUROPE, ("ec2:DescribeInstances", "ecs:DescribeServices"), 5, 40)
        scene.wait(10 * MINUTE)


def tokens_without_their_issuance(scene: Scene) -> None:
    """Work with a session of one's own, and as a federated user, whose issuance is lost."""
    with unrecorded(scene):
        own = session_token(
            scene, user(scene, LARS), LARS, EUROPE, f"arn:aws:iam::{LARS.account}:mfa/{LARS.name}"
        )
        board = federation_token(scene, user(scene, BEATE), BEATE, "wallboard", EUROPE)
    for holder in (own, board):
        lost(scene, holder, None)
        scene.run(replace(holder, sure="certain"), EUROPE, ("s3:ListBuckets", "sns:ListTopics"), 3, 20)


def two_source_identities(scene: Scene) -> None:
    """Show another source identity in a session's calls than was set when it was opened; and in a chain."""
    role = Role(DEVELOPMENT.id, "audited-tools")
    holder = assume_role(scene, user(scene, LARS), role, "audited", EUROPE, source_identity="lars.friis")
    holder.held.unprovable = "CONTRADICTION"
    scene.call(replace(holder, unprovable="", sure="certain"), "s3:ListBuckets", EUROPE)
    scene.call(in_context(holder, sourceIdentity="oskar.lind"), "s3:ListBuckets", EUROPE)
    first = assume_role(scene, user(scene, BEATE), role, "chain", EUROPE, source_identity="beate.krohn")
    scene.call(replace(first, sure="certain"), "s3:ListBuckets", EUROPE)
    second = assume_role(scene, first, Role(DEVELOPMENT.id, "audited-store"), "chain", EUROPE)
    edit(scene, lambda record: record["requestParameters"].update(sourceIdentity="oskar.lind"))
    second.held.unprovable = "CONTRADICTION"
    scene.call(in_context(second, sourceIdentity="oskar.lind"), "s3:ListBuckets", EUROPE)
