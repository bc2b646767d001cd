"""The logs nobody has judged yet: read where a valid digest lists them, missing where they are not there."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from workbench.evidence.digests.answers import Finding, Listing
from workbench.evidence.digests.logs import judge, read_facts, told_twice
from workbench.evidence.digests.places import Refused, Root
from workbench.evidence.files import path_to_text

_SAME_OBJECT = ("valid", "unverifiable-digest-not-valid")


@dataclass
class Judging:
    """Verdicts by place below the root, and findings; both grow."""

    root: Root
    listings_at: Callable[[str], Sequence[Listing]]
    verdicts: dict[str, str]
    findings: list[Finding]

    def take_places(self, places: Mapping[str, Sequence[Listing]]) -> None:
        """Judge each place that has no verdict yet; `X.json` comes before `X.json.gz`."""
        for place in sorted(places):
            if place not in self.verdicts:
                verdict = self._verdict(place, places[place] or self.listings_at(place))
                if verdict:
                    self.verdicts[place] = verdict

    def _verdict(self, place: str, listings: Sequence[Listing]) -> str | None:
        """Judge one place; None where another file stands for the object that is not here."""
        trusted = [listing for listing in listings if listing.is_valid]
        if not trusted:
            is_told = listings and not listings[0].is_uncompressed and self._is_unpacked(place)
            return None if is_told else _unread(listings)
        try:
            judged = judge(listings, read_facts(self.root, place))
        except Refused as refusal:
            self.findings += told_twice(trusted)
            self.findings.append(Finding("path-refused", path_to_text(place), str(refusal)))
            return "unreadable"
        except FileNotFoundError:
            if self._is_unpacked(place):
                return None
            self.findings += told_twice(trusted)
            return "missing"
        self.findings += judged.findings
        return judged.verdict

    def _is_unpacked(self, place: str) -> bool:
        """Tell whether `X.json` stands for `X.json.gz`."""
        unpacked = place.removesuffix(".gz")
        is_same = unpacked != place and self.verdicts.get(unpacked) in _SAME_OBJECT
        return is_same and not os.path.lexists(f"{self.root.path}/{place}")

    def take_refused(self, keys: Mapping[str, Sequence[Listing]]) -> None:
        """Judge the keys that are no path below the root: they are never opened."""
        for key, listings in keys.items():
            trusted = [listing for listing in listings if listing.is_valid]
            self.verdicts[key] = "unreadable" if trusted else _unread(listings)
            if trusted:
                detail = f"{trusted[0].digest} lists it; it is no path below the evidence folder"
                self.findings += [*told_twice(trusted), Finding("path-refused", trusted[0].path, detail)]


def _unread(listings: Sequence[Listing]) -> str:
    return "unverifiable-digest-not-valid" if listings else "not-in-any-digest"
