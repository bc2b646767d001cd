"""Application traffic: what fills the hours between, by the rhythm of the firm's customers."""

from collections.abc import Callable

from workbench.simulation.acts.credentials import forwarded, service_opens
from workbench.simulation.acts.machinery import egress
from workbench.simulation.identities import Caller
from workbench.simulation.organization import BOTO, EUROPE, SECRETS, Role, secret_arn
from workbench.simulation.scene import Scene

_ARTICLES = ("orders", "labels", "invoices", "routes", "manifests")


def _read_object(scene: Scene, caller: Caller) -> None:
    scene.call(caller, "s3:GetObject", EUROPE, bucket=_bucket(caller), key=_key(scene),
               transferred=(0, scene.dice.between(400, 60_000)))


def _write_object(scene: Scene, caller: Caller) -> None:
    scene.call(caller, "s3:PutObject", EUROPE, bucket=_bucket(caller), key=_key(scene),
               transferred=(scene.dice.between(400, 60_000), 0))


def _missing_object(scene: Scene, caller: Caller) -> None:
    scene.call(caller, "s3:GetObject", EUROPE, bucket=_bucket(caller), key=_key(scene),
               error=("NoSuchKey", "The specified key does not exist."), transferred=(0, 0))


def _decrypt(scene: Scene, caller: Caller) -> None:
    scene.call(forwarded(scene, caller, "s3.amazonaws.com"), "kms:Decrypt", EUROPE, bucket=_bucket(caller))


def _encrypt(scene: Scene, caller: Caller) -> None:
    scene.call(
        forwarded(scene, caller, "s3.amazonaws.com"), "kms:GenerateDataKey", EUROPE, bucket=_bucket(caller)
    )


def _parameter(scene: Scene, caller: Caller) -> None:
    scene.call(caller, "ssm:GetParameter", EUROPE, parameter=f"/orders/{scene.dice.pick(_ARTICLES)}/settings")


def _secret(scene: Scene, caller: Caller) -> None:
    scene.call(caller, "secretsmanager:GetSecretValue", EUROPE, secret=secret_arn(caller.account, SECRETS[0]))


def _invoke(scene: Scene, caller: Caller) -> None:
    scene.call(caller, "lambda:Invoke", EUROPE, function="orders-worker")


def _cold_start(scene: Scene, caller: Caller) -> None:
    role = Role(caller.account, "label-printer-role", "/service-role/")
    printer = service_opens(scene, "lambda.amazonaws.com", role, "label-printer", EUROPE, seconds=3600,
                            address=egress(caller.account), agent=BOTO,
                            in_scope_of=f"arn:aws:lambda:{EUROPE}:{caller.account}:function:label-printer")
    _write_object(scene, printer)


_MIX: tuple[tuple[Callable[[Scene, Caller], None], int], ...] = (
    (_read_object, 42), (_write_object, 16), (_decrypt, 12), (_encrypt, 6), (_parameter, 8), (_invoke, 10),
    (_secret, 2), (_missing_object, 2), (_cold_start, 2),
)


def burst(scene: Scene, caller: Caller, count: int) -> None:
    """Make about `count` calls as one application, within a few minutes."""
    while len(scene.events) < count:
        scene.dice.weighted(_MIX)(scene, caller)
        if scene.dice.chance(min(1.0, 120 / count)):
            scene.wait(1, 4)


def _bucket(caller: Caller) -> str:
    return f"nordwind-orders-{caller.account[-4:]}"


def _key(scene: Scene) -> str:
    return f"{scene.dice.pick(_ARTICLES)}/{scene.dice.hexadecimal(6)}.json"
