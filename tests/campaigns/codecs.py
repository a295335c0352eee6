"""Mutated frames for every codec: ``python -m tests.campaigns.codecs --count 10000000 --seed 1``.

Each codec gets so many frames that a bad line has made of good ones, in any portions. Nothing but its own error may
come of them, in bounded time and memory, and nothing that nobody said. A codec's share is cut into chunks with seeds of
their own, for both cores; a finding names its chunk, and ``--only CODEC --chunk N`` plays that one again.
"""

import argparse
import sys
import time
import traceback
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context
from random import Random
from typing import Protocol

from tests.campaigns.mutated_drivers import MutatedBridge, MutatedPanel
from tests.campaigns.mutated_sim import MutatedCommands, MutatedHost, MutatedMaster, MutatedPins

CHUNK = 50_000
LONGEST_NS = 500_000_000
"""Of processor time for one step: a frame, or a round over a bus with all its attempts."""
WATCHED = 2_000
"""Frames at the end of a chunk in which memory is watched."""
MOST_GROWTH = 200_000
"""Bytes in that time: a journal that is begun anew. What a decoder keeps of a stream is judged at every frame."""


class Codec(Protocol):
    """A codec on a bad line."""

    name: str
    frames: int
    """Mutated so far."""
    counts: Counter[str]

    def step(self) -> None:
        """Some frames more."""
        ...

    def findings(self) -> list[str]:
        """What came of them that must not."""
        ...


CODECS: dict[str, Callable[[Random], Codec]] = {
    each.name: each for each in (MutatedPanel, MutatedBridge, MutatedHost, MutatedMaster, MutatedPins, MutatedCommands)
}


@dataclass
class Told:
    """What came of a chunk, or of all chunks of one codec."""

    name: str
    frames: int = 0
    seconds: float = 0.0
    worst_ns: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def add(self, other: "Told") -> None:
        """One chunk more."""
        self.frames += other.frames
        self.seconds += other.seconds
        self.worst_ns = max(self.worst_ns, other.worst_ns)
        self.counts.update(other.counts)
        self.findings += other.findings

    def line(self) -> str:
        """For people."""
        told = ", ".join(f"{name} {count:,}" for name, count in sorted(self.counts.items()))
        rate = self.frames / max(self.seconds, 1e-9)
        done = f"{self.frames:>11,} frames {rate:>8,.0f}/s a core, worst {self.worst_ns / 1e6:.1f} ms"
        return f"  {self.name:<28}{done}; {told}"


def campaign(count: int, seed: int, only: str = "", jobs: int = 2, said: Callable[[str], None] = str) -> list[Told]:
    """So many mutated frames for each codec, or for one; ``said`` hears how far it is."""
    names = [only] if only else list(CODECS)
    chunks = [(name, seed, chunk, min(CHUNK, count - start)) for chunk, start, name in _starts(names, count)]
    total = {name: Told(name) for name in names}
    with get_context("fork").Pool(jobs) as pool:
        for done, result in enumerate(pool.imap_unordered(_one, chunks), start=1):
            total[result.name].add(result)
            found = sum(len(each.findings) for each in total.values())
            said(f"{done} of {len(chunks)} chunks, {found} findings")
    return list(total.values())


def _starts(names: list[str], count: int) -> Iterator[tuple[int, int, str]]:
    for chunk, start in enumerate(range(0, count, CHUNK)):
        yield from ((chunk, start, name) for name in names)


def _one(chunk: tuple[str, int, int, int]) -> Told:
    return play(*chunk)


def play(name: str, seed: int, chunk: int, count: int) -> Told:
    """One chunk; the same numbers play the same frames."""
    told, began = Told(name), time.thread_time()
    codec = CODECS[name](Random(f"{name} {seed} {chunk}"))
    try:
        _steps(codec, count - WATCHED, told)
        told.findings += _growth(codec, count, told)
        told.findings += codec.findings()
    except Exception:  # noqa: BLE001 - whatever it is, it is a finding
        told.findings.append(ascii(traceback.format_exc(limit=-4)).replace("\\n", "\n"))
    told.findings = [f"{name}, seed {seed}, chunk {chunk}: {each}" for each in told.findings]
    told.frames, told.seconds, told.counts = codec.frames, time.thread_time() - began, codec.counts
    return told


def _steps(codec: Codec, until: int, told: Told) -> None:
    while codec.frames < until:
        before_ns = time.thread_time_ns()
        codec.step()
        spent_ns = time.thread_time_ns() - before_ns
        if spent_ns > told.worst_ns:
            told.worst_ns = spent_ns
            assert spent_ns < LONGEST_NS, f"frame {codec.frames} took {spent_ns / 1e9:.2f} s"


def _growth(codec: Codec, count: int, told: Told) -> list[str]:
    tracemalloc.start()
    try:
        _steps(codec, count - WATCHED // 2, told)
        before, _ = tracemalloc.get_traced_memory()
        _steps(codec, count, told)
        growth = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    return [f"{growth} bytes more after {WATCHED // 2} frames"] if growth > MOST_GROWTH else []


def report(all_told: list[Told], seed: int, seconds: float) -> str:
    """What was done, and what came of it."""
    findings = [each for told in all_told for each in told.findings]
    lines = [f"mutated frames: {sum(told.frames for told in all_told):,} in {seconds:.0f} s, seed {seed}"]
    lines += [told.line() for told in all_told]
    lines.append(f"  findings: {len(findings)}")
    return "\n".join([*lines, *(f"    {each}" for each in findings[:20]), ""])


def main() -> int:
    """The long form."""
    parser = argparse.ArgumentParser(description="Feed mutated frames to every codec, and judge what comes of them.")
    parser.add_argument("--count", type=int, default=10_000_000, help="mutated frames for each codec")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", choices=list(CODECS), default="")
    parser.add_argument("--chunk", type=int, help="play this chunk of the codec alone")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    began = time.monotonic()
    if given.chunk is not None:
        all_told = [play(given.only or next(iter(CODECS)), given.seed, given.chunk, CHUNK)]
    else:
        all_told = campaign(given.count, given.seed, given.only, given.jobs, _progress)
    sys.stdout.write(report(all_told, given.seed, time.monotonic() - began))
    return 1 if any(told.findings for told in all_told) else 0


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text}\x1b[K")


if __name__ == "__main__":
    raise SystemExit(main())
