"""One argon2id on every path, measured at the keypad: ``python -m tests.campaigns.same_time --tries 500``.

From the moment when the last key of a PIN is down until the display answers, for each reason that there can be; and in
the core, because the panel takes so long to show anything that a short hash is hidden behind it on a fast machine. The
paths take turns, in another order each round, so that a machine that slows down slows all of them down.

The long form compares medians on a quiet machine. The short form compares the least times: whatever else a machine does
can only add to a time, so the least of several tries is what the path itself takes; and more tries bring the least
times of equal paths together, but never those of a path that does less work. That proves that no path leaves the hash
out; whether paths differ by less is for the long form.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from statistics import median
from typing import Any

from tests.campaigns.odd_cores import COMPARED
from tests.campaigns.panel import Panel
from tests.waiting import wait_until

PEOPLE = """code,name,class,role,groups,valid_from,valid_until,suspended
1042,"Ruiz, Dana",merit,staff,officers,,,
1077,"Brandt, Kim",merit,staff,officers,,,
1055,"Vance, Lou",merit,staff,officers,,,yes
1066,"Abbot, Sal",merit,staff,officers,2020-01-01,2020-12-31,
"""
MS = 1_000_000
LONG_FORM_MS = 5.0


@dataclass
class Path:
    """One way in, or out."""

    code: str
    pin: str
    lets_in: bool
    waits_ms: list[float] = field(default_factory=list)
    compares_ms: list[float] = field(default_factory=list)
    seen: set[tuple[str, ...]] = field(default_factory=set)
    heard: set[tuple[str, ...]] = field(default_factory=set)


Paths = Mapping[str, Path]
Measure = Callable[[Iterable[float]], float]


def measure(tries: int, core: str = "patient", *, most: int = 0, until: Callable[[Paths], bool] = bool) -> Paths:
    """Each path so often; where that is not yet enough (``until``), so often at most."""
    random = Random(1)
    with Panel(core) as panel:
        paths = _paths(panel)
        for number in range(1, max(tries, most) + 1):
            for path in random.sample(list(paths.values()), len(paths)):
                _try(panel, path)
            if number >= tries and until(paths):
                break
        return paths


def at_the_keypad_ms(paths: Paths, of: Measure = median) -> float:
    """Between the slowest and the fastest path, from the last key to the answer."""
    return _spread([of(path.waits_ms) for path in paths.values()])


def in_the_core_ms(paths: Paths, of: Measure = median) -> float:
    """Between the slowest and the fastest path, of the comparison in the core."""
    return _spread([of(path.compares_ms) for path in paths.values()])


def _spread(times: list[float]) -> float:
    return max(times) - min(times)


def report(paths: Paths) -> str:
    """A line for each path."""
    tries = len(next(iter(paths.values())).waits_ms)
    head = f"{tries} tries of each path: from the last key to the answer (median, least); in the core (median, least)"
    lines = [f"  {name:<14}{_figures(path.waits_ms)}  {_figures(path.compares_ms)}" for name, path in paths.items()]
    keypad, core = (
        f"{spread(paths):.1f} ms, {spread(paths, min):.1f} ms" for spread in (at_the_keypad_ms, in_the_core_ms)
    )
    return "\n".join([head, *lines, f"  spread (median, least): at the keypad {keypad}; in the core {core}", ""])


def _figures(times: list[float]) -> str:
    return f"{median(times):7.1f} ms {min(times):7.1f} ms"


def _paths(panel: Panel) -> dict[str, Path]:
    admin = f"1000\n{panel.pins['1000']}\n"
    (panel.folder / "people.csv").write_text(PEOPLE)
    panel.import_people("--people=people.csv")
    gone = panel.command("pin", "issue", "1066", "--json", "--credentials-stdin", stdin=admin)["pin"]
    pins = panel.pins | {"1066": gone}
    forced = panel.command("pin", "duress", "1042", "--json", "--credentials-stdin", stdin=admin)["pin"]
    done = panel.run("pin", "disable", "1077", "--credentials-stdin", stdin=admin)
    assert done.returncode == 0, done.stderr
    return {
        "right": Path("1042", pins["1042"], lets_in=True),
        "duress": Path("1042", forced, lets_in=True),
        "wrong": Path("1042", "000000", lets_in=False),
        "unknown": Path("9999", "000000", lets_in=False),
        "disabled": Path("1077", pins["1077"], lets_in=False),
        "suspended": Path("1055", pins["1055"], lets_in=False),
        "expired": Path("1066", pins["1066"], lets_in=False),
    }


def _try(panel: Panel, path: Path) -> None:
    panel.type(f"{path.code}#{path.pin}")
    panel.simulator.wait_for_text("*" * len(path.pin))
    pressed = panel.type("#")
    wanted = "WHICH SLOT?" if path.lets_in else "NOT ACCEPTED"
    panel.simulator.wait_for_text(wanted)
    after: list[dict[str, Any]] = []

    def answered_and_sounded() -> bool:
        after[:] = panel.simulator.journal(since=pressed["seq"] + 1)
        return any(_shows(row, wanted) for row in after) and any(row["kind"] == "sound" for row in after)

    wait_until(answered_and_sounded, 5, "text and tone")
    answer = next(row for row in after if _shows(row, wanted))
    path.waits_ms.append((answer["monotonic_ns"] - pressed["monotonic_ns"]) / MS)
    path.compares_ms.append(int((panel.folder / COMPARED).read_text().split()[-1]) / MS)
    path.seen.add(tuple(answer["lines"]))
    path.heard.add(tuple(row["sound"] for row in after if row["kind"] == "sound"))
    if path.lets_in:
        panel.type("*")
        panel.simulator.wait_for_text("TYPE YOUR CODE")


def _shows(row: Mapping[str, Any], text: str) -> bool:
    return row["kind"] == "display" and text in json.dumps(row["lines"])


def main() -> int:
    """The long form."""
    parser = argparse.ArgumentParser(description="Measure every path of a log-in over the simulated keypad.")
    parser.add_argument("--tries", type=int, default=500, help="of each path")
    parser.add_argument("--core", default="patient", choices=["patient", "telltale"])
    given = parser.parse_args()
    paths = measure(given.tries, given.core)
    sys.stdout.write(report(paths))
    return int(max(at_the_keypad_ms(paths), in_the_core_ms(paths)) > LONG_FORM_MS)


if __name__ == "__main__":
    raise SystemExit(main())
