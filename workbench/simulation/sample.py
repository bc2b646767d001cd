"""Writing a whole sample: trail, digests, keys, Config files, organization, truth."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.errors import ParameterError
from workbench.simulation.clock import DAY, FIRST_DAY, HOUR, MINUTE, iso
from workbench.simulation.delivery.config_items import write_config
from workbench.simulation.delivery.digests import public_keys
from workbench.simulation.delivery.folder import FORMAT, MARK, prepare
from workbench.simulation.delivery.interrupted import InterruptedBucket
from workbench.simulation.delivery.tampering import tamper as tamper_with
from workbench.simulation.delivery.trail import Bucket
from workbench.simulation.intrusion.blinding import Blinding
from workbench.simulation.organization import (
    CORE,
    DOMAIN,
    ELSEWHERE,
    HOME,
    INES,
    LOG_BUCKET,
    MANAGEMENT,
    ORGANIZATION_ID,
    PARTNER,
    PEOPLE,
    TRAIL,
    Account,
    members_of,
)
from workbench.simulation.scene import Scene
from workbench.simulation.situations import plan, users
from workbench.simulation.stage import Stage, default_events
from workbench.simulation.truth import Truth, long_term_keys

Json = dict[str, Any]
_FEWEST_ACCOUNTS, _FEWEST_DAYS = len(CORE), 3
_LARGE = 10


def write_sample(
    folder: str | Path, *, accounts: int = 4, days: int = 7, events: int | None = None, seed: int = 7,
    tamper: bool = False, situations: bool | None = None,
) -> Json:
    """Write the trail of a simulated organization, with one planted intrusion and its truth.

    Parameters
    ----------
    folder
        A new or empty folder, or one that holds an earlier sample, which is replaced.
    accounts
        Member accounts with the management account; 4 or more.
    days
        Simulated days from Monday, 2 March 2026; 3 or more. The intrusion takes the last days but one.
    events
        About how many events; the intrusion alone has some 150. None: as many as a small office makes, some
        5,000 a week.
    seed
        Same seed, same inflated bytes.
    tamper
        The intruder stops the trail for some hours, switches off who watches, and tampers with files and
        digests; truth.json tells all of it in `tampering`.
    situations
        Also play what is rare and hard to attribute (`workbench.simulation.situations`), in two more accounts
        of other partitions too, and tell of every event who caused it, in `truth-events.jsonl`. None: in
        organizations of 10 accounts or more, which have everything.

    Returns
    -------
    dict
        `folder, first, last` (UTC), the numbers `events` (distinct), `duplicates` (delivered once more),
        `log_files, digests, sessions, steps, intrusion_events`, and events by `accounts` and `regions`.

    Raises
    ------
    ParameterError
        A number is too small, or the folder holds something that is not a sample.

    Examples
    --------
    >>> write_sample("here", accounts=2)
    Traceback (most recent call last):
        ...
    workbench.errors.ParameterError: accounts=2: the organization has at least 4. Ask for 4 or more.
    """
    _check(accounts, days, events)
    target = Path(folder)
    prepare(target)
    members = members_of(accounts)
    is_rich = accounts >= _LARGE if situations is None else situations
    _write_json(target / MARK, _organization(members, ELSEWHERE if is_rich else ()))
    wanted = default_events(days, accounts) if events is None else events
    end = FIRST_DAY + days * DAY
    blinding = Blinding(days) if tamper else None
    with (
        (target / "meta.jsonl").open("w", encoding="utf-8", newline="\n") as metadata,
        Truth(target / "truth.json", target / "truth-events.jsonl" if is_rich else None) as truth,
    ):

        def note(head: Json) -> None:
            line = {**head, "HeadAt": iso(end + HOUR + 30 * MINUTE)}
            metadata.write(json.dumps(line, separators=(",", ":")) + "\n")

        bucket = _bucket(target, seed, members, note, blinding, end)
        also = (*(blinding.plan if blinding else ()), *(plan() if is_rich else ()))
        stage = Stage(seed, members, days, wanted, _seen(truth, blinding), also)
        for event in stage.stream():
            bucket.take(event)
        bucket.finish(end)
        parameters = {"accounts": accounts, "days": days, "events": events, "seed": seed}
        truth.rest = {
            "parameters": parameters | _options(tamper=tamper or None, situations=situations),
            "intrusion": truth.intrusion(Scene(seed, "truth", FIRST_DAY)),
            "long_term_keys": long_term_keys(Scene(seed, "truth", FIRST_DAY), days,
                                             users(seed) if is_rich else ()),
            "counts": _counts(bucket, truth), "duplicates": bucket.duplicates,
        }
        if blinding and isinstance(bucket, InterruptedBucket):
            truth.rest["tampering"] = tamper_with(target, bucket, truth.steps, blinding)
    for region in sorted(bucket.by_region):
        keys = public_keys(seed, region, FIRST_DAY - 60 * DAY, FIRST_DAY + (days + 120) * DAY)
        _write_json(target / f"public-keys-{region}.json", keys)
    write_config(target / "config", seed, members, days, truth.steps)
    span = {"folder": str(target), "first": iso(FIRST_DAY), "last": iso(end)}
    return {**span, **_counts(bucket, truth)}


def _options(**options: bool | None) -> Json:
    """Return the parameters that were given, of those that are seldom given."""
    return {name: option for name, option in options.items() if option is not None}


def _bucket(
    folder: Path, seed: int, members: tuple[Account, ...], note: Callable[[Json], None],
    blinding: Blinding | None, end: int,
) -> Bucket:
    if blinding is None:
        return Bucket(folder, seed, members, note)
    return InterruptedBucket(
        folder, seed, members, note, stopped=blinding.stopped, started=blinding.started, end=end
    )


def _seen(truth: Truth, blinding: Blinding | None) -> Callable[[Scene], None]:
    if blinding is None:
        return truth.seen

    def seen(scene: Scene) -> None:
        blinding.forget(scene)
        truth.seen(scene)

    return seen


def _check(accounts: int, days: int, events: int | None) -> None:
    if accounts < _FEWEST_ACCOUNTS:
        raise ParameterError(
            f"accounts={accounts}: the organization has at least {_FEWEST_ACCOUNTS}. "
            f"Ask for {_FEWEST_ACCOUNTS} or more."
        )
    if days < _FEWEST_DAYS:
        raise ParameterError(
            f"days={days}: the intrusion needs two days, and a day before it. Ask for {_FEWEST_DAYS} or more."
        )
    if events is not None and events < 1:
        raise ParameterError(f"events={events}: there is nothing to write. Ask for 1 or more.")


def _counts(bucket: Bucket, truth: Truth) -> Json:
    return {
        "events": bucket.counts["events"],
        "duplicates": len(bucket.duplicates),
        "log_files": bucket.counts["log_files"],
        "digests": bucket.counts["digests"],
        "sessions": truth.sessions,
        "steps": len(truth.steps),
        "intrusion_events": sum(len(step.events) for step in truth.steps),
        "accounts": dict(sorted(bucket.by_account.items())),
        "regions": dict(sorted(bucket.by_region.items())),
    }


def _organization(members: tuple[Account, ...], elsewhere: tuple[Account, ...]) -> Json:
    return {
        "format": FORMAT,
        "id": ORGANIZATION_ID,
        "management_account": MANAGEMENT.id,
        "accounts": [
            {
                "id": account.id,
                "name": account.name,
                "email": account.email,
                "kind": account.kind,
                "member": True,
                "status": "ACTIVE",
                "delegated_administrator": account.kind == "security",
                "regions": account.regions,
            }
            for account in members
        ],
        "external": [
            {"id": PARTNER.id, "name": PARTNER.name, "member": False, "known_as": "partner"},
            *({"id": account.id, "name": account.name, "member": False, "known_as": "own, other partition"}
              for account in elsewhere),
        ],
        "trail": {
            "name": TRAIL,
            "arn": f"arn:aws:cloudtrail:{HOME}:{MANAGEMENT.id}:trail/{TRAIL}",
            "bucket": LOG_BUCKET,
            "home_region": HOME,
            "organization_trail": True,
        },
        "people": [
            {
                "name": person.name,
                "user_name": person.mail,
                "user_id": person.user_id or None,
                "directory": "Identity Center" if person.user_id else f"SAML ({DOMAIN})",
            }
            for person in (*PEOPLE, INES)
        ],
    }


def _write_json(path: Path, value: Json) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
