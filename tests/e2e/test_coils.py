"""The latch lines of the simulator when the core comes and goes; tests/campaigns/coils.py does it many times."""

import signal

from tests.campaigns.lines import findings
from tests.e2e.site import Site

ONE_SHOT_MS = 1000
"""As long as a pulse: there is time to kill a core in one."""


def test_no_latch_line_rises_when_the_core_starts_ends_is_killed_and_starts_again() -> None:
    with Site(pulse_ms=str(ONE_SHOT_MS), one_shot_ms=str(ONE_SHOT_MS)) as site:
        site.end("core")
        site.start_core()
        site.end("core", signal.SIGKILL)
        site.start_core()

        journal = site.simulator.journal()
        assert [fact for fact in journal if fact["kind"] in {"line_high", "coil_on"}] == []
        assert sum(fact["kind"] == "peer_connected" and fact["wire"] == "pins" for fact in journal) == 3
        assert findings(journal, site.ledger(), ONE_SHOT_MS) == []


def test_a_core_that_is_killed_in_a_pulse_leaves_the_line_high_and_the_one_shot_ends_the_current() -> None:
    with Site(pulse_ms=str(ONE_SHOT_MS), one_shot_ms=str(ONE_SHOT_MS)) as site:
        site.log_in("1042")
        site.simulator.press("3#")
        site.simulator.wait_for("coil_on", slot=3)

        site.end("core", signal.SIGKILL)

        assert "latch 3" in site.simulator.wait_for("peer_lost", wire="pins")["held_high"]
        assert site.simulator.wait_for("coil_off", slot=3)["ms"] == ONE_SHOT_MS
        assert site.simulator.journal("line_low", line="latch") == []
        site.start_core()
        site.simulator.wait_for("line_low", line="latch", slot=3)
        assert findings(site.simulator.journal(), site.ledger(), ONE_SHOT_MS) == []
