"""What every test may ask for: public data beside the checkout, the sample trail, a loaded sample case."""

import gc
import os
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# As the command line and kernels do: jsonschema would build a grammar of IRIs, which takes a second.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def pytest_collection_finish() -> None:
    """Spend less on looking for cycles: a seventh of what tests that build queries take.

    What was collected and imported stays to the end, and need not be looked through again and again; a query
    leaves hundreds of thousands of small objects, and most of them go without any look.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def sample() -> Path:
    """The committed sample organization's evidence folder."""
    return ROOT / "data" / "sample"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Public attack data with its truth, kept beside the checkout and read in place."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("public attack data is not beside this checkout (../shared/data)")
    return folder


@pytest.fixture(scope="session")
def sample_case(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case loaded once from the sample trail; open it read-only."""
    import workbench as wb

    case = tmp_path_factory.mktemp("cases") / "sample"
    con = wb.open_case(case)
    wb.load(con, sample)
    con.disconnect()
    return case


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the system's Chromium; absent: skip for a user, fail where CI is set."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        message = "no Chromium on this machine: the browser tests need one (apt-get install chromium)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    return found
