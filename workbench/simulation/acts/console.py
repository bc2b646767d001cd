"""How people get in: the Identity Center portal, the console's sign-in, and roles switched in it."""

from dataclasses import replace

from workbench.simulation.acts.credentials import (
    ASSUME_ROLE,
    assumed,
    begin,
    credentials,
    origin_of,
    role_id,
    sts_body,
)
from workbench.simulation.acts.federation import with_saml
from workbench.simulation.apis.calls import Call
from workbench.simulation.clock import HOUR
from workbench.simulation.dice import Dice
from workbench.simulation.identities import (
    Caller,
    Json,
    Origin,
    iam_user,
    identity_center_user,
    role_session,
    root,
)
from workbench.simulation.organization import (
    HOME,
    JAVA,
    MANAGEMENT,
    Account,
    Person,
    Role,
    User,
    sso_role,
)
from workbench.simulation.records import SERVICE_EVENT, SIGN_IN, Body
from workbench.simulation.scene import Scene

CONSOLE_LOGIN = Call("signin", "ConsoleLogin", False)
SWITCH_ROLE = Call("signin", "SwitchRole", False)
SIGNIN_TOKEN = Call("signin", "GetSigninToken", False)
_HOME_PAGE = f"https://{HOME}.console.aws.amazon.com/console/home?region={HOME}"
_SIGNIN_HOST = f"{HOME}.signin.aws.amazon.com"
_QUALIFIER = "pK3dXv1mQz0bT7yWc9sLr2uHf5A="
_ISSUER = f"https://portal.sso.{HOME}.amazonaws.com/saml/assertion/nordwind"
_PORTAL_MACHINES = "192.0.2.8"


def portal(scene: Scene, person: Person, account: Account, permission_set: str, *, console: bool) -> Caller:
    """Sign in at the access portal and open a reserved role there, for the console or the command line."""
    role = sso_role(account, permission_set)
    directory = Caller(
        identity_center_user(MANAGEMENT.id, person.user_id, scene.dice.base64(36).replace("/", "_")),
        MANAGEMENT.id,
        person.address,
        person.browser,
        Origin(person.user_id, "identity_center_user", person.user_id),
    )
    chosen = {"role_name": permission_set, "account_id": account.id}
    steps: tuple[tuple[str, bool, Json | None], ...] = (
        ("Authenticate", False, None), ("ListAccounts", True, None),
        ("ListAccountRoles", True, {"account_id": account.id}),
        ("Federate" if console else "GetRoleCredentials", True, chosen),
    )
    for name, read, details in steps:
        body = Body(kind=SERVICE_EVENT, details=details)
        scene.record(directory, Call("sso", name, read), HOME, {}, body)
        scene.wait(1, 6)
    tail = Dice("sso", account.id).hexadecimal(16)
    provider = f"arn:aws:iam::{account.id}:saml-provider/AWSSSO_{tail}_DO_NOT_DELETE"
    holder = with_saml(
        scene, role, person.mail, HOME, provider, _ISSUER,
        _QUALIFIER, origin=directory.origin, address=_PORTAL_MACHINES, agent=JAVA, user_agent=person.browser,
        seconds=8 * HOUR, on_behalf_of=person.user_id, same_key=False,
    )
    holder = replace(holder, address=person.address)
    return _role_console(scene, holder, role) if console else holder


def _role_console(scene: Scene, holder: Caller, role: Role) -> Caller:
    """Turn the holder of a role session into a console user; its keys rotate from now on."""
    signed_in = {"type": "AssumedRole"} | {
        key: holder.identity[key]
        for key in ("principalId", "arn", "accountId", "sessionContext", "onBehalfOf")
        if key in holder.identity
    }
    body = _signin("ConsoleLogin", {"MobileVersion": "No", "MFAUsed": "No"})
    scene.record(replace(holder, identity=signed_in), CONSOLE_LOGIN, HOME, {}, body)
    scene.wait(2, 5)
    holder.held.keys, holder.held.link = [], "principal"
    return replace(holder, console=True)


def pivot(scene: Scene, holder: Caller, role: Role, browser: str) -> Caller:
    """Exchange role credentials for a sign-in token and continue in the console.

    The console session keeps principalId and creationDate of the role session, and nothing else: the keys
    that it uses from then on are new ones.
    """
    body = _signin("GetSigninToken", {"MobileVersion": "No", "MFAUsed": "No"})
    scene.record(replace(holder, agent="python-requests/2.32.5"), SIGNIN_TOKEN, HOME, {}, body)
    scene.wait(4, 9)
    twin = replace(holder.held, keys=[], link="principal")
    scene.sessions.append(twin)
    return _role_console(scene, replace(holder, session=twin, agent=browser), role)


def console_login(
    scene: Scene, user: User, address: str, browser: str, *, mfa: bool, region: str = HOME
) -> Caller:
    """Sign an IAM user in at the console."""
    user_id = scene.id_of("AIDA", user.account, user.arn)
    who = Caller(iam_user(user, user_id, None), user.account, address, browser, origin_of(scene, user))
    body = _signin("ConsoleLogin", {
        "LoginTo": _HOME_PAGE, "MobileVersion": "No", "MFAUsed": "Yes" if mfa else "No",
        **({"MFAIdentifier": f"arn:aws:iam::{user.account}:mfa/{user.name}"} if mfa else {}),
    })
    issuance = scene.record(who, CONSOLE_LOGIN, region, {}, body)
    identity = iam_user(user, user_id, None, scene.now, mfa)
    return _console_session(scene, who, identity, issuance)


def root_login(scene: Scene, account: str, address: str, browser: str) -> Caller:
    """Sign the root user in, with its hardware key."""
    who = Caller(
        root(account, None, None), account, address, browser,
        Origin(f"arn:aws:iam::{account}:root", "root", account),
    )
    body = _signin(
        "ConsoleLogin",
        {
            "LoginTo": _HOME_PAGE,
            "MobileVersion": "No",
            "MFAIdentifier": f"arn:aws:iam::{account}:u2f/root/break-glass",
            "MFAUsed": "Yes",
        },
    )
    issuance = scene.record(who, CONSOLE_LOGIN, HOME, {}, body)
    return _console_session(scene, who, root(account, None, scene.now), issuance)


def failed_login(scene: Scene, user: User, address: str, browser: str, *, unknown: bool = False) -> None:
    """Record a mistyped password, or (`unknown`) a mistyped name, which AWS hides."""
    identity: Json = {
        "type": "IAMUser",
        "accountId": user.account,
        "accessKeyId": "",
        "userName": "HIDDEN_DUE_TO_SECURITY_REASONS",
    }
    if not unknown:
        identity = iam_user(user, scene.id_of("AIDA", user.account, user.arn), None)
    who = Caller(
        identity, user.account, address, browser, origin_of(scene, user),
        unprovable="FIELD_HIDDEN" if unknown else None, claims="" if unknown else user.arn,
    )
    body = _signin("ConsoleLogin", {"LoginTo": _HOME_PAGE, "MobileVersion": "No", "MFAUsed": "No"}, "Failure")
    message = "No username found in supplied account" if unknown else "Failed authentication"
    scene.record(who, CONSOLE_LOGIN, HOME, {"errorMessage": message}, body)
    scene.wait(8, 25)


def switch_role(scene: Scene, caller: Caller, role: Role, name: str) -> Caller:
    """Switch to a role of another account in the console."""
    key = scene.new_key(role.account)
    answer: Json = {
        "credentials": credentials(scene, key, HOUR), "assumedRoleUser": assumed(scene, role, name),
    }
    assume = sts_body(HOME, {"roleArn": role.arn, "roleSessionName": name}, answer, role)
    internal = {**caller.identity, "invokedBy": "AWS Internal"}
    by_console = replace(caller, identity=internal, agent="AWS Internal", address="AWS Internal")
    issuance = scene.record(by_console, ASSUME_ROLE, HOME, {}, assume, role.account)
    mfa = caller.identity["sessionContext"]["attributes"]["mfaAuthenticated"] == "true"
    identity = role_session(role, role_id(scene, role), name, None, scene.now, mfa=mfa)
    session = begin(scene, identity, caller.origin, issuance, role=role)
    holder = replace(caller, identity=identity, account=role.account, session=session)
    short = {field: identity[field] for field in ("type", "principalId", "arn", "accountId")}
    body = _signin("SwitchRole", {"SwitchFrom": caller.arn, "RedirectTo": _HOME_PAGE})
    scene.record(replace(holder, identity=short, session=None), SWITCH_ROLE, HOME, {}, body)
    scene.wait(2, 4)
    return holder


def _console_session(scene: Scene, who: Caller, identity: Json, issuance: str) -> Caller:
    session = begin(scene, identity, who.origin, issuance)
    scene.wait(2, 5)
    return replace(who, identity=identity, session=session, console=True)


def _signin(name: str, more: Json, outcome: str = "Success") -> Body:
    return Body(None, {name: outcome}, more=more, host=_SIGNIN_HOST, kind=SIGN_IN, numbered=False)
