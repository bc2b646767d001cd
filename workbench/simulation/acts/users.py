"""What people do who are not in Identity Center: IAM users, and an analyst through the firm's own SAML."""


from workbench.simulation.acts.console import console_login, failed_login, switch_role
from workbench.simulation.acts.credentials import forwarded, with_user_key
from workbench.simulation.acts.federation import federation_token, session_token, with_saml
from workbench.simulation.acts.people import look_around
from workbench.simulation.clock import HOUR, rotations
from workbench.simulation.identities import Caller, Origin
from workbench.simulation.organization import (
    BOTO,
    CHROME,
    CLI,
    EUROPE,
    EXPORTS,
    HANA,
    HOME,
    INES,
    LAKE,
    PRODUCTION,
    REPORTING,
    SAFARI,
    TOMAS,
    TOMAS_HOME,
    UPLOADER,
    Role,
)
from workbench.simulation.scene import Scene


def developer_keys(scene: Scene) -> None:
    """Work with an IAM user's key from home; on some days with an MFA session."""
    caller = with_user_key(scene, TOMAS, TOMAS_HOME, CLI)
    if scene.dice.chance(0.5):
        caller = session_token(scene, caller, TOMAS, EUROPE, f"arn:aws:iam::{TOMAS.account}:mfa/{TOMAS.name}")
    for _ in range(scene.dice.between(1, 2)):
        look_around(scene, caller, EUROPE, "Developer")
        scene.wait(HOUR // 2, 2 * HOUR)


def developer_console(scene: Scene) -> None:
    """Sign in as an IAM user without MFA, sometimes after a mistyped password or name."""
    for _ in range(scene.dice.below(3)):
        failed_login(scene, TOMAS, TOMAS_HOME, FIREFOX_AT_HOME, unknown=scene.dice.chance(0.25))
    caller = console_login(scene, TOMAS, TOMAS_HOME, FIREFOX_AT_HOME, mfa=False)
    look_around(scene, caller, EUROPE, "Developer")


FIREFOX_AT_HOME = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:147.0) Gecko/20100101 Firefox/147.0"


def operations_shift(scene: Scene) -> None:
    """Sign in as an IAM user in the management account and switch to production in the console."""
    if scene.dice.chance(0.3):
        failed_login(scene, HANA, "198.51.100.24", SAFARI)
    caller = console_login(scene, HANA, "198.51.100.24", SAFARI, mfa=True)
    scene.run(caller, HOME, ("account:ListRegions", "ce:GetCostAndUsage"), 3, 20)
    operator = switch_role(scene, caller, Role(PRODUCTION.id, "OperationsRole"), HANA.name)
    look_around(scene, operator, EUROPE, "PlatformEngineer")
    scene.wait(HOUR // 2, HOUR)
    look_around(scene, operator, EUROPE, "PlatformEngineer")


ANALYST = Role(PRODUCTION.id, "DataAnalyst", "/federated/")


def signed_in_analyst(scene: Scene) -> Caller:
    """Sign the analyst in by the firm's own SAML provider."""
    qualifier = "tQ0vN1sZb4yFhWkE8mXcRu7Jd2g="
    return with_saml(
        scene, ANALYST, INES.mail, HOME, f"arn:aws:iam::{PRODUCTION.id}:saml-provider/NordwindADFS",
        "http://adfs.nordwind.example/adfs/services/trust", qualifier,
        origin=Origin(INES.mail, "saml_user", f"{qualifier}:{INES.mail}"),
        address=INES.address, agent=CHROME, user_agent=BOTO, seconds=4 * HOUR,
    )


def analyst(scene: Scene) -> None:
    """Query the lake through the company's own SAML identity provider; Athena reads for the analyst."""
    caller = signed_in_analyst(scene)
    for _ in range(scene.dice.between(1, 3)):
        query, token, table = (
            scene.dice.uuid(),
            scene.dice.uuid(),
            scene.dice.pick(("orders", "trips", "claims")),
        )
        scene.call(caller, "athena:StartQueryExecution", EUROPE, query=query, token=token)
        by_athena = forwarded(scene, caller, "athena.amazonaws.com")
        scene.call(by_athena, "glue:GetTable", EUROPE, table=table)
        for part in range(scene.dice.between(2, 4)):
            scene.call(by_athena, "s3:GetObject", EUROPE, bucket=LAKE, key=f"{table}/part-{part:04d}.parquet",
                       transferred=(0, scene.dice.between(20_000, 900_000)))
            scene.wait(1)
        scene.run(caller, EUROPE, ("athena:GetQueryExecution", "athena:GetQueryResults"), 1, 4, query=query)
        scene.wait(60, 900)


def monthly_export(scene: Scene) -> None:
    """Let the reporting user fetch the week's customer exports: twelve objects, from the office."""
    caller = with_user_key(scene, REPORTING, "198.51.100.24", BOTO, rotations(scene.now))
    scene.call(caller, "s3:ListObjects", EUROPE, bucket=EXPORTS, prefix="weekly/")
    for part in range(12):
        scene.call(caller, "s3:GetObject", EUROPE, bucket=EXPORTS, key=f"weekly/customers-{part:02d}.csv.gz",
                   transferred=(0, scene.dice.between(100_000, 900_000)))
        scene.wait(1, 3)


def build_dashboard(scene: Scene) -> None:
    """Open a federated session for the build dashboard."""
    caller = with_user_key(scene, UPLOADER, "198.51.100.77", BOTO)
    board = federation_token(scene, caller, UPLOADER, "build-dashboard", EUROPE)
    scene.run(board, EUROPE, ("s3:ListBuckets", "ecr:DescribeRepositories"))
