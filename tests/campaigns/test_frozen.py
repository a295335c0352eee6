"""One thread of the real core is frozen: it is named and its device lost in time, and comes back when it thaws."""

import re
import time
from pathlib import Path

import pytest

from keycabinet.supervision import STALE_S
from tests.campaigns.tracing import traced
from tests.e2e.site import Site
from tests.faults.tries import once_more_if_late
from tests.systemd import Systemd

pytestmark = pytest.mark.campaign

FROZEN_S = 20
ROUND_S = 2.0
"""From the limit to the look that sees it, with a second to spare for a slow machine."""


@pytest.mark.parametrize(("device", "call"), [("bank1", "pselect6"), ("panel", "poll")])
def test_a_frozen_thread_starves_the_watchdog_and_its_device_is_unknown_until_it_thaws(
    device: str, call: str, capsys: pytest.CaptureFixture[str]
) -> None:
    once_more_if_late(lambda: freeze(device, call), capsys)


def freeze(device: str, call: str) -> None:
    with Systemd() as systemd, Site() as site:
        systemd.wait_for("WATCHDOG=1", within=20)
        with traced(site.running["core"].pid, thread_of(site, device), f"{call}:delay_enter={FROZEN_S * 1_000_000}"):
            frozen_s = time.monotonic()
            systemd.wait_for(f"STATUS=stuck: {device}", within=STALE_S + ROUND_S)
            row = site.wait_for_row("device.lost", device=device, fault="thread_stuck")
            print(f"{device}: lost {time.monotonic() - frozen_s:.1f} s after it was frozen; {row['body']['detail']}")  # noqa: T201
            assert systemd.is_silent("WATCHDOG=1", for_s=5.0)
        systemd.wait_for("WATCHDOG=1", within=5.0)

        site.wait_for_row("device.back", device=device)
        assert len(re.findall("thread is stuck", site.log("core"))) == 1
        assert len([each for each in site.ledger("device.lost") if each["body"]["device"] == device]) == 1


def thread_of(site: Site, device: str) -> int:
    """The number of the thread of this device, in the order of their start: main, PIN checker, devices by name.

    The names of threads are not known to the kernel in this Python; the order of the tables is that of the start.
    """
    tables = re.findall(r"^\[devices\.(\w+)\]", (site.folder / "cabinet.toml").read_text(), re.MULTILINE)
    assert len(list(Path(f"/proc/{site.running['core'].pid}/task").iterdir())) > 2 + len(tables)
    return 2 + tables.index(device)
