"""``keycabinet status``."""

import json
from datetime import timedelta

from keycabinet.domain.events import ContactRead, DeviceFailed, KeyPressed, TagsRead, TimePassed
from tests.builders import tags
from tests.cli.running import keycabinet
from tests.control.house import House

ESCAPE = "\x1b"


def a_busy_night(house: House) -> None:
    """Ring 3 is overdue, ring 5 is out, ring 1 is missing, the panel is lost."""
    house.ready(*range(1, 7))
    house.take(3)
    house.clock.move(timedelta(hours=7))
    house.take(5, "1002")
    house.clock.move(timedelta(hours=1, minutes=5))
    house.tell(TimePassed(), ContactRead(1, closed=False), TagsRead("bank1", tags(2, 4, 6)))
    house.tell(DeviceFailed("panel", "line_silent", "no answer"))


def test_the_page_says_who_has_what_overdue_first(house: House) -> None:
    a_busy_night(house)

    told = keycabinet(house, "status").stdout

    assert (
        told
        == """\
Master Control (mc-1)   Wed 04 Mar 2026 20:05:00 -06:00
The door is locked.
NOT WORKING: panel. It does not answer. Check its power and its cable.
3 rings in, 2 out, 1 missing, 1 overdue; 33 rows in the ledger.

ALARMS
ALARM         ABOUT            LEVEL  SINCE  FOR      STANDING
missing       ring 1 (Unit 1)  1      20:05  < 1 min  unconfirmed
overdue       ring 3 (Unit 3)  1      20:05  < 1 min  unconfirmed
reader fault  panel            1      20:05  < 1 min  unconfirmed

RINGS
SLOT  RING  NAME    WHERE          HOLDER      SINCE  DUE
3     3     Unit 3  OVERDUE        Ann (1001)  12:00  20:00, 5 min ago
1     1     Unit 1  MISSING                    20:05
5     5     Unit 5  out            Bob (1002)  19:00  Thu 05 03:00, in 6 h 55 min
2     2     Unit 2  in (inferred)              12:00
4     4     Unit 4  in (inferred)              12:00
6     6     Unit 6  in (inferred)              12:00
7                   empty
8                   empty
"""
    )


def test_a_cabinet_that_starts_says_what_it_waits_for(house: House) -> None:
    told = keycabinet(house, "status").stdout

    assert "STARTING: waiting for bank1, panel, pins." in told
    assert "NOBODY KNOWS WHETHER THE DOOR IS OPEN." in told


def test_a_terminal_gets_colours_and_red_for_what_is_overdue(house: House) -> None:
    a_busy_night(house)

    told = keycabinet(house, "status", FORCE_COLOR="1", COLUMNS="100").stdout

    (overdue,) = (line for line in told.splitlines() if "OVERDUE" in line)
    assert f"{ESCAPE}[1;31m" in overdue
    assert not any(char in told for char in "│─┃━")


def test_json_is_what_the_core_answered(house: House) -> None:
    a_busy_night(house)

    told = json.loads(keycabinet(house, "status", "--json").stdout)

    assert told["cabinet"] == "mc-1"
    assert [slot["slot"] for slot in told["slots"] if slot["overdue"]] == [3]


def test_who_is_at_the_keypad_is_not_told(house: House) -> None:
    house.ready(*range(1, 7))
    house.tell(*(KeyPressed(key) for key in "1001#4711#"))
    house.settled()

    told = keycabinet(house, "status").stdout

    assert "Somebody is at the keypad." in told
    assert "Ann" not in told
