"""The week's timetable: what happens when, as a table; and the stream of events that comes of it."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from workbench.simulation import machinery, people
from workbench.simulation.clock import (
    DAY,
    EVERY_DAY,
    FIRST_DAY,
    HOUR,
    MINUTE,
    WORKING_DAYS,
    busyness,
    weekday,
)
from workbench.simulation.dice import Dice
from workbench.simulation.identities import Caller
from workbench.simulation.intrusion import intrusion
from workbench.simulation.organization import (
    ARCHIVE,
    ASTRID,
    CORE,
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
from workbench.simulation.scene import Event, Scene
from workbench.simulation.traffic import burst

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
    Habit("astrid bucket", partial(people.unlock_bucket, person=ASTRID), (THURSDAY,), (10.2,)),
    Habit("root", partial(people.break_glass, address="198.51.100.24"), (WEDNESDAY,), (14.1,)),
    Habit("tomas keys", people.developer_keys, WORKING_DAYS, (8.3,), 90, 0.8),
    Habit("tomas console", people.developer_console, (MONDAY, TUESDAY, THURSDAY), (12.2,)),
    Habit("hana shift", people.operations_shift, WORKING_DAYS, (6.8,), 20),
    Habit("hana weekend", people.operations_shift, (5,), (9.0,), 60),
    Habit("ines", people.analyst, WORKING_DAYS, (9.5, 14.0), 60, 0.8),
    Habit("exports", people.monthly_export, (MONDAY, THURSDAY), (11.0,)),
    Habit("dashboard", people.build_dashboard, (WEDNESDAY,), (7.6,)),
)
MACHINES_HABITS = (
    *(
        Habit(
            f"deploy {name}",
            partial(machinery.deployment, repository=name),
            WORKING_DAYS,
            (9.0, 14.5),
            170,
            0.6,
        )
        for name in REPOSITORIES
    ),
    Habit("legacy build", machinery.legacy_build, EVERY_DAY, (2.1,), 4),
    Habit("config sync", machinery.config_sync, EVERY_DAY, (4.0,), 2),
    Habit("log delivery", machinery.log_delivery, EVERY_DAY, (0.5, 8.5, 16.5), 20),
    Habit("night shift", machinery.night_shift, EVERY_DAY, (22.0,), 6),
    Habit("partner", machinery.partner_visit, EVERY_DAY, (1.0, 9.0, 17.0), 5),
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


class Stage:
    """The organization at work: plays the timetable hour by hour and keeps nothing longer than needed.

    Parameters
    ----------
    seed, accounts, days, events
        As of `write_sample`.
    seen
        Called with each scene after it was played: where truth.json learns of sessions and steps.
    """

    def __init__(
        self, seed: int, accounts: tuple[Account, ...], days: int, events: int, seen: Callable[[Scene], None]
    ) -> None:
        self.seed, self.days, self.events, self.seen = seed, days, events, seen
        self.workloads = tuple(account for account in accounts if account.kind == "workload")
        members = tuple(account.id for account in accounts if account is not MANAGEMENT)
        terraform = partial(machinery.terraform_refresh, members=members)
        self.habits = (
            *PEOPLES_HABITS, *MACHINES_HABITS, Habit("terraform", terraform, EVERY_DAY, (1.2,), 3),
            *(habit for account in self.workloads for habit in account_habits(account)),
        )
        more = len(accounts) - len(CORE)
        self.natural = [_natural(day, more) for day in range(days)]
        self.intensity = min(1.0, events / sum(self.natural))
        self.callers: dict[str, Caller] = {}
        self.heap: list[Event] = []
        self.made = 0

    def stream(self) -> Iterator[Event]:
        """Yield every event of the simulated days in the order of time."""
        self._play(Scene(self.seed, "start of logging", FIRST_DAY), machinery.start_of_logging)
        for day in range(self.days):
            traffic = self._days_traffic(day)
            for hour in range(24):
                for start, habit in self._due(day, hour):
                    self._occur(start, habit)
                self._traffic(day, hour, traffic[hour])
                yield from self._until(FIRST_DAY + day * DAY + (hour + 1) * HOUR)

    def _until(self, end: int) -> Iterator[Event]:
        while self.heap and self.heap[0].time < end:
            yield heapq.heappop(self.heap)

    def _days_traffic(self, day: int) -> list[int]:
        """Return how many events of application traffic each hour of a day gets.

        What the timetable is not going to make of the events asked for is traffic; a day that made more
        or less than expected is evened out by the days after it.
        """
        left = max(0.0, self.events - self.made - sum(self.natural[day:]) * self.intensity)
        weights = [[busyness(each, hour) for hour in range(24)] for each in range(day, self.days)]
        share = left / sum(map(sum, weights))
        counts, carried = [], 0.0
        for weight in weights[0]:
            carried += weight * share
            counts.append(int(carried) if carried >= _SMALLEST_BURST else 0)
            carried -= counts[-1]
        return counts

    def _due(self, day: int, hour: int) -> list[tuple[int, Habit]]:
        due = []
        for habit in self.habits:
            if weekday(day) not in habit.days:
                continue
            for at in habit.hours:
                if int(at) == hour:
                    dice = Dice(self.seed, "when", habit.name, day, at)
                    start = FIRST_DAY + day * DAY + int(at * HOUR) + dice.below(habit.spread * MINUTE)
                    if habit.keeps or dice.chance(habit.chance * self.intensity):
                        due.append((start, habit))
        if (day, hour) == (first_evening(self.days), 19):
            due.append(
                (FIRST_DAY + day * DAY + hour * HOUR + 41 * MINUTE, Habit("intrusion", intrusion, (), ()))
            )
        return sorted(due, key=lambda entry: (entry[0], entry[1].name))

    def _occur(self, start: int, habit: Habit) -> None:
        holder = self._play(Scene(self.seed, habit.name, start), habit.play)
        if habit.keeps and holder is not None:
            self.callers[habit.keeps] = holder

    def _play(self, scene: Scene, play: Callable[[Scene], Caller | None]) -> Caller | None:
        holder = play(scene)
        self._keep(scene)
        return holder

    def _keep(self, scene: Scene) -> None:
        self.made += len(scene.events)
        for event in scene.events:
            heapq.heappush(self.heap, event)
        self.seen(scene)

    def _traffic(self, day: int, hour: int, wanted: int) -> None:
        """Fill the hour up to the share of events that its rhythm asks for."""
        number, begin = 0, FIRST_DAY + day * DAY + hour * HOUR
        while wanted > 0:
            count = min(wanted, BURST)
            dice = Dice(self.seed, "traffic", day, hour, number)
            caller = self.callers[_slot(dice, self.workloads)]
            scene = Scene(self.seed, f"traffic {number}", begin + dice.between(15 * MINUTE, 52 * MINUTE))
            burst(scene, caller, count)
            self._keep(scene)
            wanted -= count
            number += 1


BURST, _SMALLEST_BURST = 160, 14
# Events that the timetable makes by itself on a working day and on a day of the weekend: in the four core
# accounts, and in each further one. Measured; they only balance the traffic.
_NATURAL, _NATURAL_MORE = (570, 250), (64, 64)


def _natural(day: int, more_accounts: int) -> int:
    kind = 0 if weekday(day) in WORKING_DAYS else 1
    return _NATURAL[kind] + _NATURAL_MORE[kind] * more_accounts


def natural_total(days: int, accounts: int) -> int:
    """Return about how many events the timetable makes without traffic, and half of it again as traffic."""
    return sum(_natural(day, accounts - len(CORE)) for day in range(days)) * 3 // 2


def first_evening(days: int) -> int:
    """Return the day on which the intrusion begins; it ends on the next."""
    return max(0, days - 3)


def _slot(dice: Dice, workloads: tuple[Account, ...]) -> str:
    account = dice.weighted([(account, 4 if account is PRODUCTION else 2) for account in workloads])
    return account.id if dice.chance(0.6) else f"{account.id} function"
