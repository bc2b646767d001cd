"""Evidence to measure on: corpora that are kept and used again, a folder of one's own, large files."""

import random
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.corpus import Stream, as_file, compressed, records_of
from tests.benchmarks.processes import Step, measure

MIB = 1024 * 1024
_WRITER = (sys.executable, "-m", "tests.benchmarks.corpus")
_NO_EVENTS = {"CloudTrail-Digest", "Config"}
_GZIP_HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"


@dataclass(frozen=True)
class Trail:
    """A folder of trail files."""

    folder: Path

    @property
    def files(self) -> list[Path]:
        """Every gzipped file that may hold events, in order."""
        packed = self.folder.rglob("*.gz")
        return sorted(path for path in packed if not _NO_EVENTS & set(path.relative_to(self.folder).parts))

    @property
    def gz_bytes(self) -> int:
        """How large they are together."""
        return sum(path.stat().st_size for path in self.files)


def corpus(folder: Path, events: int, files: int, seed: int = 7) -> Trail:
    """Return a trail of that size, written unless an earlier run has left it in `folder`."""
    trail = folder / f"trail-{events}-{files}-{seed}"
    done = trail.with_suffix(".json")
    if not done.exists():
        name = f"write {events:,} events in {files:,} files"
        step = measure(name, [*_WRITER, str(trail), str(events), str(files), "--seed", str(seed)])
        done.write_text(step.output)
    return Trail(trail)


def floor(trail: Trail, folder: Path) -> Step:
    """Measure what cannot be saved: to inflate the same files, in as few processes as the system allows."""
    listing = folder / "listing"
    listing.write_text("\0".join(map(str, trail.files)))
    return measure("gzip -dc", ["sh", "-c", 'xargs -0 -a "$0" gzip -dc > /dev/null', str(listing)])


def one_file(path: Path, mebibytes: int) -> Path:
    """Write one trail file of so much JSON."""
    path.write_bytes(compressed(as_file(_texts(mebibytes * MIB // 1530, path))))
    return path


def one_record(path: Path, mebibytes: int) -> Path:
    """Write a file of three records, the middle one with a parameter of that size."""
    first, large, last = _texts(3, path)
    text = random.Random(1).randbytes(mebibytes * MIB // 2).hex()
    path.write_bytes(as_file([first, f'{large[:-1]},"serviceEventDetails":{{"text":"{text}"}}}}', last]))
    return path


def bomb(path: Path, mebibytes: int) -> Path:
    """Write a gzip of blanks between two brackets, a thousandth as large; CRC and length are right."""
    blanks = b" " * MIB
    checksum = zlib.crc32(b'{"Records":[')
    for _ in range(mebibytes):
        checksum = zlib.crc32(blanks, checksum)
    checksum, length = zlib.crc32(b"]}", checksum), 12 + mebibytes * MIB + 2
    body = _block(b'{"Records":[') + _block(blanks) * mebibytes + _block(b"]}") + b"\x03\0"
    trailer = checksum.to_bytes(4, "little") + (length & 0xFFFF_FFFF).to_bytes(4, "little")
    path.write_bytes(_GZIP_HEAD + body + trailer)
    return path


def _block(content: bytes) -> bytes:
    """Deflate by itself, so that the result may be repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush(zlib.Z_FULL_FLUSH)


def _texts(number: int, path: Path) -> list[str]:
    """Return records that no file of another name holds."""
    stream = Stream(path, zlib.crc32(path.name.encode()), "300000000000", "us-east-1", number, 1, 1.0)
    return [record.text for record in records_of(stream)]
