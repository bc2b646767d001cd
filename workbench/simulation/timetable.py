"""The week's timetable: what happens when, as a table; and the stream of events that comes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from workbench.simulation.acts import machinery, people, pipelines, users
from workbench.simulation.clock import (
    EVERY_DAY,
    WORKING_DAYS,
)
from workbench.simulation.identities import Caller
from workbench.simulation.organization import (
    ARCHIVE,
    ASTRID,
    DEVELOPMENT,
    JONAS,
    MANAGEMENT,
    MIRA,
    OSKAR,
    PRODUCTION,
    REPOSITORIES,
    Account,
    Person,
)
from workbench.simulation.scene import Scene

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = WORKING_DAYS


@dataclass(frozen=True, slots=True)
class Habit:
    """Something that happens again and again.

    `hours` are hours of the day (7.5 is half past seven, UTC); each occurrence begins up to `spread`
    minutes later, and takes place with probability `chance`. What `keeps` somebody hands its caller on to
    the application traffic; such a habit is never left out.
    """

    name: str
    play: Callable[[Scene], Caller | None]
    days: tuple[int, ...]
    hours: tuple[float, ...]
    spread: int = 45
    chance: float = 1.0
    keeps: str = ""


def _office(person: Person, account: Account, permissions: str) -> Callable[[Scene], None]:
    return partial(people.office_day, person=person, account=account, permission_set=permissions)


PEOPLES_HABITS = (
    Habit("astrid management", _office(ASTRID, MANAGEMENT, "AdministratorAccess"), WORKING_DAYS, (7.2,)),
    Habit(
        "astrid production",
        _office(ASTRID, PRODUCTION, "AdministratorAccess"),
        WORKING_DAYS,
        (12.5,),
        90,
        0.4,
    ),
    Habit("jonas production", _office(JONAS, PRODUCTION, "PlatformEngineer"), WORKING_DAYS, (8.0, 13.0)),
    Habit(
        "jonas development", _office(JONAS, DEVELOPMENT, "PlatformEngineer"), WORKING_DAYS, (10.0,), 90, 0.6
    ),
    Habit("jonas shell", partial(people.shell_on_instance, person=JONAS), WORKING_DAYS, (14.0,), 120, 0.5),
    Habit("mira development", _office(MIRA, DEVELOPMENT, "Developer"), WORKING_DAYS, (8.7, 13.2)),
    Habit("mira production", _office(MIRA, PRODUCTION, "ViewOnlyAccess"), WORKING_DAYS, (15.0,), 60, 0.5),
    Habit("oskar audit", partial(people.audit_round, person=OSKAR), (MONDAY, WEDNESDAY, FRIDAY), (9.0,)),
    Habit("oskar archive", _office(OSKAR, ARCHIVE, "SecurityAudit"), WORKING_DAYS, (13.5,)),
    Habit("astrid keys", partial(people.key_rotation, person=ASTRID), (TUESDAY,), (9.4,)),
    Habit("astrid trust", partial(people.trust_review, person=ASTRID), (WEDNESDAY,), (9.1,)),
    Habit("jonas machine", partial(people.test_machine, person=JONAS), (MONDAY, THURSDAY), (10.5,)),
    Habit("astrid bucket", partial(people.unlock_bucket, person=ASTRID), (THURSDAY,), (10.2,)),
    Habit("root", partial(people.break_glass, address="198.51.100.24"), (WEDNESDAY,), (14.1,)),
    Habit("tomas keys", users.developer_keys, WORKING_DAYS, (8.3,), 90, 0.8),
    Habit("tomas console", users.developer_console, (MONDAY, TUESDAY, THURSDAY), (12.2,)),
    Habit("hana shift", users.operations_shift, WORKING_DAYS, (6.8,), 20),
    Habit("hana weekend", users.operations_shift, (5,), (9.0,), 60),
    Habit("ines", users.analyst, WORKING_DAYS, (9.5, 14.0), 60, 0.8),
    Habit("exports", users.monthly_export, (MONDAY, THURSDAY), (11.0,)),
    Habit("dashboard", users.build_dashboard, (WEDNESDAY,), (7.6,)),
)
MACHINES_HABITS = (
    *(
        Habit(
            f"deploy {name}",
            partial(pipelines.deployment, repository=name),
            WORKING_DAYS,
            (9.0, 14.5),
            170,
            0.6,
        )
        for name in REPOSITORIES
    ),
    Habit("legacy build", pipelines.legacy_build, EVERY_DAY, (2.1,), 4),
    Habit("firmware release", pipelines.firmware_release, (TUESDAY,), (15.4,)),
    Habit("mobile app", machinery.mobile_visit, EVERY_DAY, (6.0, 12.0, 18.0), 4),
    Habit("crawler", machinery.crawler, EVERY_DAY, (18.0,), 4, 0.5),
    Habit("config sync", pipelines.config_sync, EVERY_DAY, (4.0,), 2),
    Habit("log delivery", machinery.log_delivery, EVERY_DAY, (1.2, 13.0), 4),
    Habit("night shift", machinery.night_shift, EVERY_DAY, (22.0,), 6),
    Habit("partner", machinery.partner_visit, EVERY_DAY, (0.0, 12.0, 18.0), 4),
)


def account_habits(account: Account) -> tuple[Habit, ...]:
    """Return what the machines of one workload account do."""
    name = account.id
    return (
        Habit(
            f"instance {name}",
            partial(machinery.instance_credentials, account=name, number=1),
            EVERY_DAY,
            (0, 6, 12, 18),
            5,
            keeps=name,
        ),
        Habit(
            f"function {name}",
            partial(machinery.function_credentials, account=name, function="orders-worker"),
            EVERY_DAY,
            (0, 12),
            5,
            keeps=f"{name} function",
        ),
        Habit(f"recorder {name}", partial(machinery.recorder, account=name), EVERY_DAY, (0, 12), 5),
        Habit(f"scaling {name}", partial(machinery.scaling, account=name), EVERY_DAY, (6, 12, 18), 5),
        Habit(f"backup {name}", partial(machinery.backup, account=name), EVERY_DAY, (2.1,), 3),
    )
