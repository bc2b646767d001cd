"""The organization at work: plays the timetable and yields every event in the order of time."""

import heapq
from collections.abc import Callable, Iterator
from functools import partial

from workbench.simulation.acts import pipelines
from workbench.simulation.acts.traffic import burst
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
from workbench.simulation.intrusion.first_day import intrusion
from workbench.simulation.organization import (
    CORE,
    MANAGEMENT,
    PRODUCTION,
    Account,
)
from workbench.simulation.scene import Event, Scene
from workbench.simulation.timetable import MACHINES_HABITS, PEOPLES_HABITS, Habit, account_habits


class Stage:
    """The organization at work: plays the timetable hour by hour and keeps nothing longer than needed.

    Parameters
    ----------
    seed, accounts, days, events
        As of `write_sample`.
    seen
        Called with each scene after it was played: where truth.json learns of sessions and steps.
    also
        What happens besides the timetable, once each: when, and what.
    """

    def __init__(
        self, seed: int, accounts: tuple[Account, ...], days: int, events: int, seen: Callable[[Scene], None],
        also: tuple[tuple[int, Habit], ...] = (),
    ) -> None:
        self.seed, self.days, self.events, self.seen, self.also = seed, days, events, seen, also
        self.workloads = tuple(account for account in accounts if account.kind == "workload")
        members = tuple(account.id for account in accounts if account is not MANAGEMENT)
        terraform = partial(pipelines.terraform_refresh, members=members)
        self.habits = (
            *PEOPLES_HABITS, *MACHINES_HABITS, Habit("terraform", terraform, EVERY_DAY, (1.2,), 3),
            *(habit for account in self.workloads for habit in account_habits(account)),
        )
        self.natural = [_natural(day, len(accounts) - len(CORE)) for day in range(days)]
        for day, count in enumerate(_INTRUSION, first_evening(days)):
            self.natural[day] += count
        always = sum(_INTRUSION) + _ALWAYS * days * len(self.workloads)
        self.intensity = min(1.0, max(0.0, (events - always) / (sum(self.natural) - always)))
        self.callers: dict[str, Caller] = {}
        self.heap: list[Event] = []
        self.made = 0
        self.end = FIRST_DAY + days * DAY

    def stream(self) -> Iterator[Event]:
        """Yield every event of the simulated days in the order of time."""
        self._play(Scene(self.seed, "start of logging", FIRST_DAY), pipelines.start_of_logging)
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
        begin = FIRST_DAY + day * DAY + hour * HOUR
        due += [entry for entry in self.also if begin <= entry[0] < begin + HOUR]
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
        scene.sessions = [session for session in scene.sessions if session.started < self.end]
        scene.deeds = [deed for deed in scene.deeds if deed.time < self.end]
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


BURST, _SMALLEST_BURST = 160, 20
# Events that the timetable makes by itself on a working day and on a day of the weekend: in the four core
# accounts, and in each further one. Measured; they only balance the traffic.
_NATURAL, _NATURAL_MORE = (590, 250), (64, 64)
_INTRUSION = (100, 52)  # on its two days
_ALWAYS = 6  # credentials that a workload account's machines get each day, however few events are asked for
_TRAFFIC_OF_A_SMALL_OFFICE = 115  # of a workload account and day


def _natural(day: int, more_accounts: int) -> int:
    kind = 0 if weekday(day) in WORKING_DAYS else 1
    return _NATURAL[kind] + _NATURAL_MORE[kind] * more_accounts


def default_events(days: int, accounts: int) -> int:
    """Return how many events a small office makes: its timetable, and a little application traffic."""
    more = accounts - len(CORE)
    return sum(_natural(day, more) + _TRAFFIC_OF_A_SMALL_OFFICE * (2 + more) for day in range(days))


def first_evening(days: int) -> int:
    """Return the day on which the intrusion begins; it ends on the next."""
    return max(0, days - 3)


def _slot(dice: Dice, workloads: tuple[Account, ...]) -> str:
    account = dice.weighted([(account, 4 if account is PRODUCTION else 2) for account in workloads])
    return account.id if dice.chance(0.6) else f"{account.id} function"
