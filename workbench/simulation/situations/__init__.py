"""What is rare and hard to attribute, each once or twice: the real test of who is behind a session.

`chains`, `validity`, `crossings`, `partitions`, `people`, `applications` and `unclear` hold the situations,
`tools` what they share. Each knows who it was, and whether the evidence can tell, from what it did itself.
"""

from collections.abc import Callable
from typing import NamedTuple

from workbench.simulation.clock import DAY, FIRST_DAY, HOUR
from workbench.simulation.scene import Scene
from workbench.simulation.situations import (
    applications,
    chains,
    crossings,
    partitions,
    people,
    unclear,
    validity,
)
from workbench.simulation.situations.tools import users
from workbench.simulation.timetable import Habit

__all__ = ["SITUATIONS", "plan", "users"]


class Situation(NamedTuple):
    """A situation: its name, what it tests (a rule, a reason, a part of a record), when it happens."""

    name: str
    tests: str
    play: Callable[[Scene], None]
    day: int
    hour: float


SITUATIONS = (
    Situation("two roles juggle each other for a day", "depth", chains.juggled, 1, 0.6),
    Situation("one role, one name, two people", "names repeat", chains.twins, 1, 8.1),
    Situation("two people in one second", "AMBIGUOUS", chains.one_second, 1, 8.6),
    Situation("one person twice in one second", "R3", chains.one_second_alone, 1, 9.1),
    Situation("a role that opens itself at once", "R3", chains.opened_by_itself_at_once, 1, 9.3),
    Situation("a role opened by a service for somebody", "R13", chains.for_somebody_by_a_service, 1, 9.4),
    Situation("an issuance that tells nothing", "R3", chains.nothing_told, 1, 9.6),
    Situation("a chain whose beginning is lost", "composition", chains.lost_beginning, 1, 10.1),
    Situation("a key after its end", "CONTRADICTION", validity.after_the_end, 1, 10.6),
    Situation("a key before its beginning", "CONTRADICTION", validity.before_the_beginning, 1, 11.1),
    Situation("no end told", "validity", validity.no_end_told, 1, 11.6),
    Situation("no end told of a chained session", "validity", validity.no_end_of_a_chained_session, 1, 12.1),
    Situation("an end in the old spelling", "validity", validity.old_spelling, 1, 12.6),
    Situation("the owner's copy of a known user", "R2", crossings.owners_copy_of_a_known_user, 1, 13.1),
    Situation("the owner's copy of nobody known", "R2", crossings.owners_copy_of_an_unknown_user, 1, 13.6),
    Situation("a vendor's role", "ACCOUNT_NOT_COLLECTED", crossings.role_of_another_firm, 1, 14.1),
    Situation("copies that are no pair", "CONTRADICTION", crossings.impossible_pair, 1, 14.6),
    Situation("refused crossings", "denied calls", crossings.refused, 1, 15.1),
    Situation("a trail that begins late", "BEFORE_COVERAGE", partitions.before_the_trail, 0, 15.6),
    Situation("other partitions", "ARNs", partitions.at_home, 1, 16.1),
    Situation("a token to China", "R9", partitions.to_china, 1, 16.6),
    Situation("a token from GovCloud", "R9", partitions.from_govcloud, 1, 17.1),
    Situation("a token between partitions of others", "R9", partitions.to_govcloud_from_china, 1, 17.6),
    Situation("a token from an unknown account", "R9", partitions.from_nowhere, 1, 18.1),
    Situation("a person behind an application", "R6", applications.behind_an_application, 2, 8.2),
    Situation(
        "people behind one application at once", "R6", applications.behind_one_application_at_once, 2, 8.4
    ),
    Situation("a portal user without an id", "R7", people.portal_user_without_an_id, 2, 8.7),
    Situation("one sign-in, many credentials", "R5", people.one_sign_in, 2, 9.2),
    Situation("a user deleted and made again", "origin_id", people.made_again, 2, 9.7),
    Situation("under another's name", "R10, R16", people.under_another_name, 2, 10.2),
    Situation("a switch without its AssumeRole", "R4", people.switched_without_a_trace, 2, 10.7),
    Situation("somebody beside a switch", "R4", people.beside_a_switch, 2, 11.0),
    Situation("tokens without their issuance", "R14", people.tokens_without_their_issuance, 2, 11.2),
    Situation("source identities that differ", "CONTRADICTION", people.two_source_identities, 2, 11.7),
    Situation(
        "a region that nobody collects", "REGION_NOT_COLLECTED", unclear.opened_in_a_lost_region, 2, 12.2
    ),
    Situation("named like an instance", "R11", unclear.only_named_like_an_instance, 2, 12.7),
    Situation("an instance by EC2's call alone", "R11", unclear.instance_of_old, 2, 13.2),
    Situation("a service-linked role alone", "R12b", unclear.service_linked_role_alone, 2, 13.7),
    Situation("failed sign-ins", "FIELD_HIDDEN", unclear.not_signed_in, 2, 13.9),
    Situation("AWS itself, without a name", "SERVICE_INTERNAL", unclear.aws_internal, 2, 14.2),
    Situation("a root session alone", "R1", unclear.root_session_whose_opening_is_lost, 2, 14.4),
    Situation("records without a caller", "no caller", unclear.no_caller, 2, 14.7),
)


def plan() -> tuple[tuple[int, Habit], ...]:
    """Return when each situation happens, for the stage."""
    return tuple(
        (FIRST_DAY + one.day * DAY + int(one.hour * HOUR), Habit(one.name, one.play, (), ()))
        for one in SITUATIONS
    )
