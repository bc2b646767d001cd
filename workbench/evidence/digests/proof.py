"""What digests prove: read and judged once, then asked about each log file.

Reading a proof opens digests only. Whoever reads the logs anyway, as the loader does, asks `Proof.listings`,
judges with `judge`, and hands the verdicts to `Proof.finish`, which judges all that was left.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any

from workbench.evidence.digests.answers import VALID, DigestVerdict, Finding, Listing, Span, Verification
from workbench.evidence.digests.chains import chains_of, gap_findings, link_findings, own_findings, spans_of
from workbench.evidence.digests.documents import Digest, read_digest
from workbench.evidence.digests.judging import Judging
from workbench.evidence.digests.metadata import Head, Metadata, metadata_beside, read_metadata
from workbench.evidence.digests.names import Chain, read_name
from workbench.evidence.digests.places import Root, Tree, find_root
from workbench.evidence.digests.public_keys import PublicKeys, keys_beside, read_public_keys
from workbench.evidence.digests.signatures import judge_digests
from workbench.evidence.digests.times import read_time
from workbench.evidence.files import path_to_text

AnyPath = str | os.PathLike[str]
Listings = dict[str, list[Listing]]


@dataclass(frozen=True)
class Proof:
    """What the digests of one evidence folder say, judged.

    Attributes
    ----------
    digests
        Every digest, and those that are missing, in the order of paths.
    findings
        What was seen so far; `finish` adds those of logs.
    spans
        Covered time of each chain, and the gaps in it.
    """

    root: Root
    digests: tuple[DigestVerdict, ...]
    findings: tuple[Finding, ...]
    spans: tuple[Span, ...]
    not_judged: tuple[str, ...]
    sources: dict[str, Any]
    _listed: Listings = field(repr=False)
    _refused: Listings = field(repr=False)
    _logs: frozenset[str] = field(repr=False)

    def listings(self, path: AnyPath) -> tuple[Listing, ...]:
        """Give what digests say of the file at an absolute path.

        Of `X.json` they speak where they list `X.json.gz`, and that is not there.
        """
        place = self.root.inside(os.fspath(path))
        return () if place is None else tuple(self._at(place))

    def _at(self, place: str) -> Sequence[Listing]:
        found = self._listed.get(place, ())
        if found or not place.endswith(".json"):
            return found
        packed = self._listed.get(f"{place}.gz", ())
        if not packed or os.path.lexists(f"{self.root.path}/{place}.gz"):
            return ()
        text = path_to_text(place)
        return [listing._replace(path=text, is_uncompressed=True) for listing in packed]

    @cached_property
    def proven(self) -> frozenset[str]:
        """SHA-256 of each content that a valid digest lists, wherever it lies."""
        every = chain.from_iterable(self._listed.values())
        return frozenset(listing.hash_value for listing in every if listing.is_valid)

    def is_log_place(self, path: AnyPath) -> bool:
        """Tell whether a file at an absolute path counts as a log: it was found below a date folder of logs.

        A member of an archive has such a path, too, and lies nowhere below the root.
        """
        return self.root.inside(os.fspath(path)) in self._logs

    def finish(
        self, verdicts: Mapping[str, str] | None = None, findings: Iterable[Finding] = ()
    ) -> Verification:
        """Judge every log that was not judged yet, those that are missing too, and put all together.

        Parameters
        ----------
        verdicts
            Words from `judge` by absolute path.
        findings
            From `judge`.
        """
        given = {self.root.inside(path) or path: word for path, word in (verdicts or {}).items()}
        judging = Judging(self.root, self._at, given, list(findings))
        judging.take_places({**dict.fromkeys(self._logs, ()), **self._listed})
        judging.take_refused(self._refused)
        return Verification(
            self.root.path,
            self.digests,
            tuple(sorted((path_to_text(place), word) for place, word in judging.verdicts.items())),
            tuple(sorted(dict.fromkeys((*self.findings, *judging.findings)))),
            self.spans,
            self.not_judged,
            self.sources,
        )


def read_proof(
    path: AnyPath,
    public_keys: Iterable[AnyPath] = (),
    metadata: AnyPath | None = None,
    bucket_map: Mapping[str, str] | None = None,
) -> Proof:
    """Read and judge the digests of an evidence folder; no log is opened.

    The parameters and errors are those of `verify`.
    """
    root = find_root(path, bucket_map)
    beside = list(dict.fromkeys((root.top, root.path)))
    keys = read_public_keys(list(public_keys) or keys_beside(beside))
    said = read_metadata(metadata) if metadata is not None else metadata_beside(beside)
    tree = root.walk()
    digests = [read_digest(root, place) for place in tree.digests]
    heads = _heads(digests, said, bucket_map or {})
    children = judge_digests(digests, keys, heads)
    spans, ends_unknown = _spans(digests, said)
    sources = {"public_keys": list(keys.files), "metadata": said.file}
    seen = [*_findings(root, keys, said), *own_findings(digests), *link_findings(digests, children, heads)]
    missing, refused_parents = _missing(root, digests, children)
    seen += [*gap_findings(spans), *refused_parents]
    if not digests:
        seen.append(Finding("no-digests", "", "there is no digest here: nothing proves what AWS delivered"))
    told = [_verdict_of(digest) for digest in digests] + missing
    listed, refused = _listings(root, digests)
    return Proof(
        root,
        tuple(sorted(told, key=lambda digest: digest.path)),
        tuple(seen),
        tuple(spans),
        tuple(_not_judged(tree, keys, ends_unknown)),
        sources,
        listed,
        refused,
        frozenset(tree.logs),
    )


def _heads(digests: Sequence[Digest], said: Metadata, bucket_map: Mapping[str, str]) -> dict[str, list[Head]]:
    """Find what the metadata says of each digest, by the digest's path."""
    heads = {}
    for digest in digests:
        if digest.document:
            bucket = digest.document.digest_s3_bucket
            names = dict.fromkeys((bucket, bucket_map.get(bucket, bucket)))
            heads[digest.path] = said.of(digest.document.digest_s3_object, *names)
    return heads


def _spans(digests: Sequence[Digest], said: Metadata) -> tuple[list[Span], int]:
    """Give the spans of all chains, and of how many nobody knows when they were acquired."""
    acquired: dict[Any, Any] = {}
    for (_, key), heads in said.heads.items():
        times = [head.head_at for head in heads if head.head_at]
        if times:
            chain = read_name(key).chain
            acquired[chain] = max(*times, acquired.get(chain, times[0]))
    chains = chains_of(digests)
    told = (spans_of(chain, members, acquired.get(chain)) for chain, members in chains.items())
    return [span for spans in told for span in spans], sum(chain not in acquired for chain in chains)


def _findings(root: Root, keys: PublicKeys, said: Metadata) -> Iterator[Finding]:
    for finding in (*keys.findings, *said.findings):
        yield finding._replace(path=root.inside(os.path.abspath(finding.path)) or finding.path)


def _missing(
    root: Root, digests: Sequence[Digest], children: Mapping[str, Sequence[Digest]]
) -> tuple[list[DigestVerdict], list[Finding]]:
    """List the digests that a valid one names and that are not there, and the names that are refused."""
    here = {digest.path for digest in digests}
    missing = []
    for place, named_by in children.items():
        valid = [child for child in named_by if child.verdict in VALID]
        if valid and place not in here and not _lies_outside(root, place):
            document = valid[0].document
            name = read_name(document.previous_digest_s3_object if document else place)
            detail = f"{valid[0].text} names it as the one before"
            missing.append(DigestVerdict(
                path_to_text(place), "missing", detail, **_who(name.chain), end=name.time,
                is_backfill=name.is_backfill,
            ))  # fmt: skip
    refused = [
        Finding("path-refused", str(digest.document.previous_digest_s3_object), f"{digest.text} names it")
        for digest in digests
        if digest.document and digest.verdict in VALID and digest.names_parent and digest.parent is None
    ]
    return missing, refused


def _lies_outside(root: Root, place: str) -> bool:
    """Tell whether a digest is there, but not below the folder that is judged."""
    path = f"{root.path}/{place}"
    return not path.startswith(root.top.rstrip(os.sep) + os.sep) and os.path.lexists(path)


def _who(chain: Chain) -> dict[str, Any]:
    return chain._asdict()


def _verdict_of(digest: Digest) -> DigestVerdict:
    return DigestVerdict(
        digest.text,
        digest.verdict,
        digest.detail,
        **_who(digest.name.chain),
        start=digest.start,
        end=digest.end,
        is_backfill=digest.name.is_backfill,
        logs=len(digest.document.log_files) if digest.document else 0,
        sha256=digest.sha256,
        sha256_uncompressed=digest.content_sha256,
        size=digest.size,
    )


def _listings(root: Root, digests: Sequence[Digest]) -> tuple[Listings, Listings]:
    """Give what digests say of each place, and of each key that is no place."""
    listed: Listings = {}
    refused: Listings = {}
    for digest in digests:
        if digest.document is None or digest.verdict == "invalid-format":
            continue
        is_valid, text = digest.verdict in VALID, digest.text
        for log in digest.document.log_files:
            place = root.place(log.s3_bucket, log.s3_object)
            into, name = (listed, place) if place is not None else (refused, _as_written(root, log))
            times = read_time(log.oldest_event_time), read_time(log.newest_event_time)
            listing = Listing(path_to_text(name), log.hash_value, text, is_valid, False, *times)
            into.setdefault(name, []).append(listing)
    return listed, refused


def _as_written(root: Root, log: Any) -> str:
    is_bucket = root.buckets.get(log.s3_bucket) is None
    return f"{log.s3_bucket}/{log.s3_object}" if is_bucket else log.s3_object


def _not_judged(tree: Tree, keys: PublicKeys, ends_unknown: int) -> Iterator[str]:
    if ends_unknown:
        yield f"the end of {ends_unknown:,} chains: no HeadAt says when they were acquired"
    if not keys.files:
        yield "signatures: no public keys were given, and none lie in the folder"
    yield from tree.not_judged
