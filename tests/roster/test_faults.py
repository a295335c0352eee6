"""Each mistake in a CSV file is named with its line, its column, what was expected and what was probably meant."""

from dataclasses import replace
from pathlib import Path

import pytest

from keycabinet.config import FaultsFound
from keycabinet.domain.directory import Directory
from keycabinet.roster import CsvFile, Files
from tests.roster.texts import PEOPLE, RIGHTS, RINGS, SITE, faults, files, planned

ANN = "1001,Ann Lee,merit,staff,housing;intake,2026-01-05,2027-12-31,no\n"
ROVER = "1,Housing rover,security,013D2C1B0A000085,1,housing,8h,11,4417\n"
MEDICAL = "2,Medical,restricted,0117E26D0E220013,2,medical,15:00,5,\n"
CLASSES = "one of probationary, merit, intermittent, volunteer, contract, on_call, seasonal, contractor, visitor"

WRONG_PEOPLE = [
    # what is written instead of what in line 3; column; found; expected; nearest
    ("1001", "10O1", "code", '"10O1" found', "1 to 8 digits", ""),
    ("1001", "", "code", "empty", "1 to 8 digits", ""),
    ("1001", "123456789", "code", '"123456789" found', "1 to 8 digits", ""),
    ("1001", "1000", "code", '"1000" is in line 2 already', "each code once", ""),
    ("Ann Lee", " ", "name", "empty", "a text of 1 to 60 characters", ""),
    ("Ann Lee", "A" * 61, "name", "61 characters", "at most 60", ""),
    ("Ann Lee", "Ann\x1b[2J", "name", "a character that cannot be shown", "one line of plain text", ""),
    ("merit", "merti", "class", '"merti" found', CLASSES, "merit"),
    ("merit", "On-Call", "class", '"On-Call" found', CLASSES, "on_call"),
    ("merit", "", "class", "empty", CLASSES, ""),
    ("merit", "inmate", "class", "inmates and detainees are never enrolled", "a member of the staff or a visitor", ""),
    ("merit", "Detainees", "class", "inmates and detainees are never enrolled", "a member of the staff", ""),
    ("staff", "stuff", "role", '"stuff" found', "one of staff, supervisor, watch_commander", "staff"),
    ("staff", "watch commander", "role", '"watch commander" found', "one of staff,", "watch_commander"),
    ("housing;intake", "housing;;intake", "groups", "an empty name", "with ; between names", ""),
    ("housing;intake", "housing|intake", "groups", '"housing|intake" found', "with ; between names", ""),
    ("2026-01-05", "01/05/2026", "valid_from", '"01/05/2026" found', "a date as 2027-12-31", ""),
    ("2026-01-05", "2026-02-30", "valid_from", '"2026-02-30" found', "a date as 2027-12-31", ""),
    ("2027-12-31", "2026-01-04", "valid_until", '"2026-01-04" is before valid_from', "a later date", ""),
    (",no\n", ",never\n", "suspended", '"never" found', "yes or no", ""),
    (",no\n", ",yess\n", "suspended", '"yess" found', "yes or no", "yes"),
]
WRONG_RINGS = [
    # in line 3, that of ring 2
    ("2,Med", "2.1,Med", "number", '"2.1" found', "1 to 12 letters, digits or hyphens", ""),
    ("2,Med", "1,Med", "number", '"1" is in line 2 already', "each number once", ""),
    ("restricted", "restrictd", "category", '"restrictd" found', "security, non_security, emergency,", "restricted"),
    ("restricted", "non-security", "category", '"non-security" found', "one of security,", "non_security"),
    ("0117E26D0E220013", "0117E26D0E2200", "tag", '"0117E26D0E2200" found', "the 16 hex digits", ""),
    ("0117E26D0E220013", "0117E26D0E22001G", "tag", '"0117E26D0E22001G" found', "the 16 hex digits", ""),
    ("0117E26D0E220013", "0117E26D0E220014", "tag", "ends with 14, and the check byte of the rest is 13", "16 hex", ""),
    ("0117E26D0E220013", "2817E26D0E220013", "tag", "is of family 28", "the 16 hex digits of an iButton", ""),
    ("0117E26D0E220013", "1300220E6DE21701", "tag", "bytes in reverse order", "16 hex", "0117E26D0E220013"),
    ("0117E26D0E220013", "013d2c1b0a000085", "tag", '"013d2c1b0a000085" is in line 2 already', "each tag once", ""),
    ("13,2,", "13,5,", "home_slot", '"5" found', "a whole number from 1 to 4", ""),
    ("13,2,", "13,0,", "home_slot", '"0" found', "a whole number from 1 to 4", ""),
    ("13,2,", "13,,", "home_slot", "empty", "a whole number from 1 to 4", ""),
    ("13,2,", "13,01,", "home_slot", '"01" is in line 2 already', "each home_slot once", ""),
    (",medical,", ",medical;!,", "groups", '"!" found', "with ; between names", ""),
    ("15:00", "8 hours", "due", '"8 hours" found', "8h, 45m or 30s (at most 31 days), a time of day as 15:00", ""),
    ("15:00", "25:00", "due", '"25:00" found', "8h, 45m or 30s", ""),
    ("15:00", "0h", "due", '"0h" found', "8h, 45m or 30s", ""),
    ("15:00", "745h", "due", '"745h" found', "at most 31 days", ""),
    ("15:00", "", "due", "empty", "or none", ""),
    (",5,\n", ",five,\n", "keys", '"five" found', "a whole number from 0 to 999", ""),
    (",5,\n", f",5,{'9' * 61}\n", "seal", "61 characters", "at most 60", ""),
]
WRONG_RIGHTS = [
    # in line 3
    ("intake,", ",", "people_group", "an empty name", "a name of 1 to 40 letters, digits,", ""),
    (",medical", ",{}", "ring_group", '"{}" found', "a name of 1 to 40 letters, digits,", ""),
]
WRONG = [
    *(("people.csv", PEOPLE, *wrong) for wrong in WRONG_PEOPLE),
    *(("rings.csv", RINGS, *wrong) for wrong in WRONG_RINGS),
    *(("rights.csv", RIGHTS, *wrong) for wrong in WRONG_RIGHTS),
]


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_named_and_makes_no_other(mistake: tuple[str, ...]) -> None:
    file, text, old, new, column, found, expected, nearest = mistake
    before, line_3, after = text.split("\n")[:2], text.split("\n")[2] + "\n", text.split("\n")[3:]
    assert line_3.count(old) == 1, old
    changed = "\n".join(before) + "\n" + line_3.replace(old, new) + "\n".join(after)

    (fault,) = faults(files(**{file.removesuffix(".csv"): changed}))

    assert (fault.file, fault.line, fault.field) == (file, 3, column)
    assert found in fault.found
    assert expected in fault.expected
    assert fault.nearest == nearest
    assert str(fault).startswith(f"{file}:3: {column}: ")


@pytest.mark.parametrize(
    ("header", "column", "found", "expected", "nearest"),
    [
        (PEOPLE.replace("suspended", "suspend", 1), "suspend", "unknown column", "only code, name, class", "suspended"),
        (PEOPLE.replace(",suspended", "", 1), "suspended", "missing column", "the columns code, name, class", ""),
        (PEOPLE.replace("name", "code", 1), "code", "the column is there 2 times", "each column once", ""),
        (PEOPLE.replace(",", ";"), "", "cells are separated by semicolons", "cells separated by commas", ""),
    ],
)
def test_the_first_line_names_every_column_once_and_no_other(
    header: str, column: str, found: str, expected: str, nearest: str
) -> None:
    found_faults = faults(files(people=header))

    fault = next(fault for fault in found_faults if fault.field == column)
    assert (fault.file, fault.line, fault.nearest) == ("people.csv", 1, nearest)
    assert found in fault.found
    assert expected in fault.expected


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_an_empty_file_is_a_mistake_for_nothing_can_be_meant_by_it(text: str) -> None:
    (fault,) = faults(files(rights=text))

    assert str(fault) == "rights.csv: the file is empty, expected a first line with people_group,ring_group"


@pytest.mark.parametrize(
    ("line", "found"),
    [("1001,Lee, Ann,merit,staff,,,,no\n", "9 cells"), ("1001,Ann Lee,merit\n", "3 cells")],
)
def test_a_line_has_a_cell_for_each_column(line: str, found: str) -> None:
    (fault,) = faults(files(people=PEOPLE.replace(ANN, line)))

    assert (fault.line, fault.found) == (3, found)
    assert "8; a cell with a comma in it is written in quotes" in fault.expected


def test_a_quote_that_is_not_closed_is_named_where_it_opens() -> None:
    found = faults(files(people=PEOPLE.replace("Ann Lee", '"Ann Lee')))

    fault = next(fault for fault in found if "cannot be read from here on" in fault.found)
    assert (fault.line, fault.expected[:7]) == (3, "a comma")


def test_a_fault_after_a_cell_of_two_lines_has_the_right_line() -> None:
    text = RINGS.replace(ROVER, ROVER.replace("4417", '"44\n17"')).replace("restricted", "secret")

    lines = [(fault.line, fault.field) for fault in faults(files(rings=text))]

    assert lines == [(2, "seal"), (4, "category")]


@pytest.mark.parametrize(
    ("content", "line", "found"),
    [
        (PEOPLE.replace("Bo Diaz", "Bo Díaz").encode("latin-1"), 4, "byte 0xed is not UTF-8"),
        (PEOPLE.encode("utf-16"), 1, "saved as UTF-16"),
    ],
)
def test_a_file_in_another_encoding_is_said_with_its_line(
    tmp_path: Path, content: bytes, line: int, found: str
) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)

    with pytest.raises(FaultsFound) as caught:
        Files.read({"people": path})

    (fault,) = caught.value.faults
    assert (fault.file, fault.line, fault.found) == (str(path), line, found)
    assert fault.expected == 'a file in UTF-8 (spreadsheets call it "CSV UTF-8")'


def test_a_message_cannot_move_the_cursor_of_who_reads_it() -> None:
    (fault, *_) = faults(files(rights=RIGHTS.replace("ring_group", "ring\x1b[2J")))

    assert str(fault).startswith("rights.csv:1: ring\\x1b[2J: unknown column")


def test_files_that_are_not_there_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(FaultsFound) as caught:
        Files.read({"people": tmp_path / "p.csv", "rings": None, "rights": tmp_path / "r.csv"})

    assert [Path(fault.file).name for fault in caught.value.faults] == ["p.csv", "r.csv"]


def test_every_mistake_in_every_file_is_reported_at_once() -> None:
    wrong = files(
        PEOPLE.replace("merit", "inmate").replace("2027-12-31", "soon"),
        RINGS.replace("0085", "0086").replace("15:00", "3pm"),
        RIGHTS.replace("intake", "?"),
    )

    assert [(fault.file, fault.line, fault.field) for fault in faults(wrong)] == [
        ("people.csv", 2, "class"),
        ("people.csv", 3, "valid_until"),
        ("people.csv", 3, "class"),
        ("rights.csv", 3, "people_group"),
        ("rings.csv", 2, "tag"),
        ("rings.csv", 3, "due"),
    ]


def test_people_are_at_most_a_thousandth_of_the_pins() -> None:
    crowd = PEOPLE + "".join(f"{code},Guest {code},visitor,staff,,,,no\n" for code in range(2000, 2008))

    (fault,) = faults(files(people=crowd), site=replace(SITE, pin_digits=4))

    assert (fault.file, fault.field) == ("people.csv", "code")
    assert fault.found == "11 people would share the PINs of 4 digits"
    assert fault.expected == "at most 10 people, or keypad.pin_digits = 5 in cabinet.toml"
    assert not faults(files(people=crowd), site=replace(SITE, pin_digits=5))


def test_the_last_administrator_cannot_be_imported_away() -> None:
    before = planned().directory
    demoted = PEOPLE.replace("security_electronics_administrator", "staff")

    (fault,) = faults(files(people=demoted), before)

    assert (fault.file, fault.field) == ("people.csv", "role")
    assert "nobody would be left with the role security_electronics_administrator" in fault.found


@pytest.mark.parametrize(
    ("row", "column", "found"),
    [
        ("3,Chapel,security,013D2C1B0A000085,3,,none,1,\n", "tag", "the tag of ring 1, which is not in this file"),
        ("3,Chapel,security,01C80B5A1322004E,2,,none,1,\n", "home_slot", "slot 2 is home of ring 2, which is not in"),
    ],
)
def test_a_ring_takes_nothing_from_one_that_is_not_in_the_file(row: str, column: str, found: str) -> None:
    before = planned().directory

    (fault,) = faults(files(None, RINGS.splitlines()[0] + "\n" + row, None), before)

    assert (fault.file, fault.line, fault.field) == ("rings.csv", 2, column)
    assert found in fault.found


def test_two_rings_may_change_their_slots_in_one_import() -> None:
    before = planned().directory
    swapped = RINGS.replace("0085,1,", "0085,2,").replace("0013,2,", "0013,1,")

    after = planned(before, files(None, swapped, None)).directory

    assert {ring.number: ring.home_slot for ring in after.rings.values()} == {"1": 2, "2": 1}


def test_a_file_that_could_not_be_decoded_is_not_read_on() -> None:
    told = []
    file = CsvFile.decoded("people.csv", b"code\xff", told.append)

    assert (file.text, len(told)) == ("", 1)


def test_a_plan_with_a_fault_changes_nothing_in_the_directory() -> None:
    before = Directory()

    assert faults(files(people=PEOPLE.replace("merit", "x")), before)
    assert before == Directory()
