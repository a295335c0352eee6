"""All campaigns, three at a time: ``python -m tests.campaigns``, or ``make campaigns``. Words are passed on to pytest.

Most of a campaign is waiting, so that some share a small machine well; what one delays in another is late, which each
campaign forgives to some degree, and never false.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

AT_ONCE = 3
TESTS = Path(__file__).parent.parent
LONGEST_FIRST = (
    "test_kills", "test_fault_matrix", "test_errors", "test_coils", "test_same_time", "test_guessing", "test_scenarios",
    "test_cuts",
)  # fmt: skip
"""So that no long one is left at the end; those that are not named come after these."""


@dataclass(frozen=True)
class Done:
    """One file of campaigns is over."""

    file: Path
    status: int
    said: str
    seconds: float

    def line(self) -> str:
        """How it went."""
        return f"  {self.seconds:5.0f} s  {'passed' if self.status == 0 else 'FAILED'}  {self.file.relative_to(TESTS)}"


def files() -> list[Path]:
    """Every file in which something is marked as a campaign, the longest first."""
    marked = [file for file in TESTS.rglob("test_*.py") if "mark.campaign" in file.read_text()]
    return sorted(marked, key=lambda file: (_rank(file), file))


def _rank(file: Path) -> int:
    return LONGEST_FIRST.index(file.stem) if file.stem in LONGEST_FIRST else len(LONGEST_FIRST)


def played(words: list[str]) -> Iterator[Done]:
    """Each file when it is over."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in as_completed([pool.submit(_play, file, words) for file in files()]):
            yield done.result()


def _play(file: Path, words: list[str]) -> Done:
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-m", "campaign", str(file), *words]
    ended = subprocess.run(
        command, cwd=TESTS.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return Done(file, ended.returncode, ended.stdout, time.monotonic() - began)


def main() -> int:
    """Play them all; what each said when it is over, and how all went."""
    began, all_done = time.monotonic(), []
    for done in played(sys.argv[1:]):
        all_done.append(done)
        sys.stdout.write(f"\n==== {done.line().strip()}\n{done.said}")
        sys.stdout.flush()
    failed = sum(done.status != 0 for done in all_done)
    lines = [f"\ncampaigns: {len(all_done)} files in {time.monotonic() - began:.0f} s, {failed} failed"]
    sys.stdout.write("\n".join([*lines, *(done.line() for done in all_done), ""]))
    return int(failed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
