"""``keycabinet ledger`` and ``keycabinet history``."""

import json
import signal
import subprocess

from keycabinet.domain.entries import DeviceBack, DeviceLost
from tests.cli.running import PROGRAM, config_of, keycabinet
from tests.control.house import House


def seqs(lines: str) -> list[int]:
    return [int(line.split()[0]) for line in lines.splitlines()]


def test_a_row_is_a_line_with_its_number_time_type_and_sentence(house: House) -> None:
    house.record(DeviceBack("pins"))

    told = keycabinet(house, "ledger", "show", "--limit", "1").stdout

    assert told == "    14  2026-03-04 12:00:00 -06:00  device back       pins works again\n"


def test_the_latest_rows_are_shown_oldest_first(house: House) -> None:
    house.record(*(DeviceBack("pins") for _ in range(40)))

    assert seqs(keycabinet(house, "ledger", "show").stdout) == list(range(34, 54))
    assert seqs(keycabinet(house, "ledger", "show", "--limit", "3").stdout) == [51, 52, 53]


def test_from_a_number_on_all_rows_are_shown_or_as_many_as_asked_for(house: House) -> None:
    house.record(*(DeviceBack("pins") for _ in range(1200)))

    assert seqs(keycabinet(house, "ledger", "show", "--from", "5").stdout) == list(range(5, 1214))
    assert seqs(keycabinet(house, "ledger", "show", "--from", "5", "--limit", "700").stdout) == list(range(5, 705))
    assert keycabinet(house, "ledger", "show", "--from", "5000").stdout == ""


def test_json_is_one_row_a_line(house: House) -> None:
    told = keycabinet(house, "ledger", "show", "--limit", "3", "--json").stdout

    assert [json.loads(line)["seq"] for line in told.splitlines()] == [11, 12, 13]


def test_following_shows_each_new_row_at_once_and_ends_quietly_on_ctrl_c(house: House) -> None:
    command = [PROGRAM, "ledger", "show", "--follow", "--limit", "2", "-c", config_of(house)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as following:
        assert following.stdout is not None
        assert following.stderr is not None
        seen = [following.stdout.readline() for _ in range(2)]
        house.record(DeviceBack("pins"))
        seen.append(following.stdout.readline())

        following.send_signal(signal.SIGINT)

        assert following.wait(20) == 0
        assert following.stderr.read() == ""
    assert seqs("".join(seen)) == [12, 13, 14]


def test_what_steers_a_terminal_is_not_passed_on(house: House) -> None:
    house.record(DeviceLost("pins", "line_silent", "a\x1b[2Jb\nc"))

    (line,) = keycabinet(house, "ledger", "show", "--limit", "1").stdout.splitlines()

    assert line.endswith("pins is lost, line silent: a?[2Jb?c")


def test_a_history_is_of_one_person_ring_or_slot(house: House) -> None:
    house.ready(*range(1, 7))
    house.take(3)

    by_ring = keycabinet(house, "history", "--ring", "3").stdout.splitlines()
    by_person = keycabinet(house, "history", "--person", "1001", "--limit", "1")
    by_slot = keycabinet(house, "history", "--slot", "3", "--json").stdout.splitlines()

    assert by_ring[0].endswith("Ann (1001) took ring 3 (Unit 3) from slot 3, due 20:00")
    assert by_person.stdout.endswith("Ann (1001) left: cancelled\n")
    assert by_person.stderr == "there are older rows: see more with --limit\n"
    assert [json.loads(line)["type"] for line in by_slot] == ["ring.taken", "release.intended", "ring.found"]


def test_a_history_of_nothing_or_of_two_things_is_refused(house: House) -> None:
    for words in ((), ("--ring", "3", "--slot", "3")):
        refused = keycabinet(house, "history", *words)
        assert refused.exit_code == 2
        assert "exactly one of --person, --ring and --slot" in refused.stderr


def test_a_slot_without_a_past_says_so(house: House) -> None:
    told = keycabinet(house, "history", "--slot", "8")

    assert (told.exit_code, told.stdout, told.stderr) == (0, "", "nothing has happened yet\n")
