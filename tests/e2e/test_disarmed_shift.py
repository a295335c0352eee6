"""Wrong PINs for known codes disarm a shift; a commander and a supervisor arm it again, at the cabinet alone (R4)."""

import pytest

from firmware_sim.ledger_client import CoreSilent, ask
from tests.e2e.site import PEOPLE, Site

CHIEFS = PEOPLE + '3001,"Watts, Jo",merit,watch_commander,,,,\n3002,"Lane, Mo",merit,supervisor,,,,\n'
SHIFT = ("1042", "1077")


@pytest.mark.timeout(180)
def test_two_people_at_the_cabinet_arm_a_whole_shift_again():
    with Site() as site:
        (site.folder / "people.csv").write_text(CHIEFS)
        site.import_people("--people=people.csv")
        for code in SHIFT:
            for _ in range(10):
                with pytest.raises(CoreSilent):
                    ask(site.folder, "login", code=code, pin="000000")
        site.end("core")
        site.start_core()
        assert len(site.ledger("pin.disabled")) == 2
        site.simulator.press(f"1042#{site.pins['1042']}#")
        site.simulator.wait_for_text("NOT ACCEPTED", 10)

        site.log_in("3001")
        for code in SHIFT:
            site.simulator.press("0#")
            site.simulator.wait_for_text("RELEASE WHICH CODE?")
            site.simulator.press(f"{code}#")
            site.simulator.wait_for_text("SECOND PERSON")
            site.simulator.press(f"3002#{site.pins['3002']}#")
            site.simulator.wait_for_text("CODE RELEASED", 10)
        site.simulator.press("**")
        site.wait_for_row("session.ended", why="cancelled")

        for code in SHIFT:
            site.log_in(code)
            site.simulator.press("*")
            site.simulator.wait_for_text("TYPE YOUR CODE")
        released = [row["body"] for row in site.ledger("pin.released")]
        assert len({(each["actor"], each["approver"]) for each in released}) == 1
        assert len(released) == 2
