"""People are suspended and leave while the core runs, beside the simulated cabinet."""

from tests.e2e.site import Site


def by_administrator(site: Site, *words: str) -> dict:
    return site.command(*words, "--json", "--credentials-stdin", stdin=f"1000\n{site.pins['1000']}\n")


def test_who_is_suspended_while_they_stand_at_the_cabinet_takes_nothing_more():
    with Site() as site:
        site.log_in("1042")
        start = site.simulator.mark()

        by_administrator(site, "person", "suspend", "1042")
        site.simulator.press("3#")

        site.simulator.wait_for_text("NOT ACCEPTED")
        site.wait_for_row("session.ended", why="no_longer_valid")
        assert site.simulator.journal("coil_on", since=start) == []


def test_what_somebody_who_leaves_still_holds_is_an_alarm_until_it_is_back():
    with Site() as site:
        site.log_in("1042")
        site.take(3)
        site.simulator.press("*")
        site.simulator.door("close")

        left = by_administrator(site, "person", "leave", "1042")

        assert [each["number"] for each in left["holds"]] == ["3"]
        site.wait_for_row("alarm.raised", kind="left_holding")
        site.simulator.present(3)
        site.simulator.wait_for("door_unlatched")
        site.simulator.door("open")
        site.simulator.insert(3, 3)
        site.wait_for_row("alarm.cleared", kind="left_holding")
        refused = site.run("person", "blank", "1042", "--yes")
        assert "nobody is logged in" in refused.stderr
        done = site.run("person", "blank", "1042", "--yes", "--credentials-stdin", stdin=f"1000\n{site.pins['1000']}\n")
        assert done.returncode == 0, done.stderr
        assert site.run("ledger", "verify").returncode == 0
        assert "Ruiz" not in site.run("history", "--ring", "3").stdout
