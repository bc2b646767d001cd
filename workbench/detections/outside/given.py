"""What a run is given beside events and rules: by its call, and in the case folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from workbench.detections.judging.suppressions import Suppression, load_suppressions
from workbench.detections.outside.beside import Sources
from workbench.detections.outside.found import nothing_in
from workbench.queries.organization import Organization, organization_accounts

if TYPE_CHECKING:
    from workbench.detections.outside.case_files import CaseFiles

PathLike = str | os.PathLike[str]
Suppressions = PathLike | Sequence[Suppression | PathLike]


class Expectations(NamedTuple):
    """Suppressions of the call and of the case folder, and which of their files are empty, in words."""

    called: tuple[Suppression, ...] = ()
    of_case: tuple[Suppression, ...] = ()
    empty: tuple[str, ...] = ()


def paths_of(given: PathLike | Sequence[PathLike]) -> tuple[Path, ...]:
    """Take one path or several.

    Examples
    --------
    >>> [str(path) for path in paths_of("bad.txt")], paths_of([])
    (['bad.txt'], ())
    """
    return tuple(map(Path, [given] if isinstance(given, str | os.PathLike) else given))


def expectations(given: Suppressions, own: Path | None) -> Expectations:
    """Read the suppressions of a call and of the case; a file that is both is read once, as the call's."""
    entries = [given] if isinstance(given, str | os.PathLike) else given
    paths = {os.path.realpath(one): Path(one) for one in entries if not isinstance(one, Suppression)}
    of_call = {path: load_suppressions(path) for path in paths.values()}
    of_case = {own: load_suppressions(own)} if own and os.path.realpath(own) not in paths else {}
    listed = {**of_call, **of_case}.items()
    return Expectations(
        (*(one for one in entries if isinstance(one, Suppression)), *chain(*of_call.values())),
        tuple(chain(*of_case.values())),
        tuple(nothing_in(path, "suppression") for path, read in listed if not read),
    )


def accounts(organization: Organization | None, files: CaseFiles) -> frozenset[str]:
    """Return the accounts that are ours, by the call and by the case."""
    given = [one for one in (organization, files.organization) if one is not None]
    return frozenset().union(*map(organization_accounts, given))


def with_own(given: Sources, files: CaseFiles) -> Sources:
    """Add what lies in the case folder; a file that is named as well is read once."""

    def together(own: Path | None, more: tuple[Path, ...]) -> tuple[Path, ...]:
        return tuple({os.path.realpath(path): path for path in (*([own] if own else ()), *more)}.values())

    return Sources(
        True,
        together(files.threat_list, given.threat_lists),
        given.places or files.places,
        together(files.findings, given.findings),
    )
