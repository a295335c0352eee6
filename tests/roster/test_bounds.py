"""Schedules, holidays, limits, pairs and approvers in files: what they become, and what is wrong with them."""

from dataclasses import replace
from datetime import date

import pytest

from keycabinet.config import Fault
from keycabinet.domain.bounds import Bounds, Limit, LimitOn, Pair
from keycabinet.domain.directory import Right
from keycabinet.domain.people import Role
from keycabinet.domain.rings import UNAIDED, Approval
from keycabinet.domain.schedule import CLOSED, Holiday, Schedule, day_from
from tests.roster.texts import EVERYTHING, HOLIDAYS, LIMITS, PAIRS, PEOPLE, RINGS, SCHEDULES, faults, files, planned

DAY, NIGHT = day_from("06:00-14:00"), day_from("22:00-06:00")
HOURS = "hours as 06:00-14:00 with ; between, 22:00-06:00 over midnight, 18:00-24:00, all_day or closed"


def test_files_become_bounds_with_people_and_rings_by_their_ids() -> None:
    directory = planned(imported=files(**EVERYTHING)).directory
    ann = directory.person_of_code["1001"].id
    ring_ids = [directory.ring_of_number[number].id for number in ("1", "2")]

    assert directory.bounds == Bounds(
        schedules=frozenset(
            {
                Schedule("days", (*[DAY] * 5, CLOSED, CLOSED), CLOSED),
                Schedule("nights", (*[NIGHT] * 5, day_from("00:00-06:00;18:00-24:00"), day_from("all_day"))),
            }
        ),
        holidays=frozenset({Holiday(date(2026, 7, 4), "Independence Day"), Holiday(date(2026, 12, 25), "Christmas")}),
        limits=frozenset(
            {
                Limit(LimitOn.PERSON, ann, 2),
                Limit(LimitOn.CLASS, "contractor", 1),
                Limit(LimitOn.GROUP, "housing", 3),
            }
        ),
        pairs=frozenset({Pair.of(*ring_ids)}),
    )


def test_a_right_has_the_schedule_of_its_column_or_holds_always() -> None:
    assert planned(imported=files(**EVERYTHING)).directory.rights == {
        Right("housing", "housing"),
        Right("housing", "housing", "nights"),
        Right("intake", "medical", "days"),
    }


def test_a_ring_says_how_many_others_it_needs_and_who_they_may_be() -> None:
    directory = planned(imported=files(**EVERYTHING)).directory
    others = Approval(2, frozenset({"housing", "intake"}), frozenset({Role.WATCH_COMMANDER}))

    assert [directory.ring_of_number[number].approval for number in ("1", "2")] == [Approval(), others]


def test_a_file_that_is_not_imported_leaves_its_table_as_it_is() -> None:
    before = planned(imported=files(**EVERYTHING)).directory

    plan = planned(before, files(None, None, None, limits="applies_to,who,rings\n"))

    assert plan.directory.bounds.limits == frozenset()
    assert plan.directory.bounds.schedules == before.bounds.schedules
    assert plan.bounds == plan.directory.bounds
    assert (plan.people, plan.rings, plan.rights) == ((), (), None)


def test_the_difference_of_bounds_is_told_in_the_words_of_the_files() -> None:
    before = planned(imported=files(**EVERYTHING)).directory
    changed = EVERYTHING | {
        "rights": EVERYTHING["rights"].replace("housing,housing,\n", ""),
        "schedules": SCHEDULES.replace("as_usual", "closed").replace("days,06:00-14:00", "days,closed"),
        "holidays": HOLIDAYS.replace("12-25,Christmas", "12-26,Boxing Day").replace("Independence", "National"),
        "limits": LIMITS.replace("contractor,1", "contractor,0").replace("person,1001,2\n", ""),
        "pairs": "ring,other_ring\n",
    }

    assert [str(difference) for difference in planned(before, files(**changed)).differences] == [
        "removed right: housing may take housing",
        "changed holiday 2026-07-04: called Independence Day -> National Day",
        "added holiday 2026-12-26: called Boxing Day",
        "changed limit on class contractor: rings 1 -> 0",
        "changed schedule days: mon 06:00-14:00 -> closed",
        "changed schedule nights: holiday as_usual -> closed",
        "removed holiday 2026-12-25",
        "removed limit on person 1001",
        "removed pair: ring 1 never with ring 2",
    ]


TABLES = EVERYTHING | {"people": PEOPLE}
WRONG = [
    # table; what is written instead of what in line 3; column; found; expected; nearest
    ("schedules", "nights,", ",", "name", "an empty name", "a name of 1 to 40", ""),
    ("schedules", "nights,", "days,", "name", '"days" is in line 2 already', "each name once", ""),
    ("schedules", "nights,22:00-06:00", "nights,", "mon", "empty", HOURS, ""),
    ("schedules", "nights,22:00-06:00", "nights,2200-0600", "mon", '"2200-0600" found', HOURS, ""),
    ("schedules", "nights,22:00-06:00", "nights,22:00-22:00", "mon", '"22:00-22:00" found', HOURS, ""),
    ("schedules", "nights,22:00-06:00", "nights,all day", "mon", '"all day" found', HOURS, "all_day"),
    ("schedules", "all_day,as", "close,as", "sun", '"close" found', HOURS, "closed"),
    ("schedules", "as_usual", "usual", "holiday", '"usual" found', f"as_usual, or {HOURS}", "as_usual"),
    ("schedules", "as_usual", "", "holiday", "empty", f"as_usual, or {HOURS}", ""),
    ("holidays", "2026-12-25", "25.12.2026", "date", '"25.12.2026" found', "a date as 2026-12-25", ""),
    ("holidays", "2026-12-25", "20261225", "date", '"20261225" found', "a date as 2026-12-25", ""),
    ("holidays", "2026-12-25", "2026-02-29", "date", '"2026-02-29" found', "a date as 2026-12-25", ""),
    ("holidays", "2026-12-25", "2026-07-04", "date", '"2026-07-04" is in line 2 already', "each date once", ""),
    ("holidays", "Christmas", "", "name", "empty", "a text of 1 to 60 characters", ""),
    ("limits", "class", "clas", "applies_to", '"clas" found', "one of person, class, group", "class"),
    ("limits", "contractor", "contracter", "who", '"contracter" found', "one of probationary,", "contractor"),
    ("limits", "class,contractor", "person,7", "who", 'nobody has the user code "7"', "the user code of", ""),
    ("limits", "class,contractor", "person,1001", "who", 'person "1001" is in line 2 already', "one limit for", ""),
    ("limits", "class,contractor", "group,!", "who", '"!" found', "a name of 1 to 40", ""),
    ("limits", ",1", ",1000", "rings", '"1000" found', "a whole number from 0 to 999", ""),
    ("pairs", "1,2", "1,1", "other_ring", "ring 1 is paired with itself", "the number of another ring", ""),
    ("pairs", "1,2", "1,9", "other_ring", 'there is no ring "9"', "the number of a ring", ""),
    ("pairs", "1,2", ",2", "ring", 'there is no ring ""', "the number of a ring", ""),
    ("rights", "nights", "night", "schedule", 'there is no schedule "night"', "the name of a schedule", "nights"),
    ("rings", ",2,housing", ",3,housing", "approvers", '"3" found', "a whole number from 0 to 2", ""),
    ("rings", ",2,housing", ",,housing", "approvers", "empty or 0", "1 or 2, as the next columns name", ""),
    ("rings", "housing;intake,watch_commander", ",", "approvers", "2 found", "a group or role of who may", ""),
    ("rings", "watch_commander", "commander", "approver_roles", '"commander" found', "roles with ;", "watch_commander"),
    ("rings", "housing;intake", ";intake", "approver_groups", "an empty name", "with ; between names", ""),
]  # fmt: skip


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_named_and_makes_no_other(mistake: tuple[str, ...]) -> None:
    table, old, new, column, found, expected, nearest = mistake
    text = PAIRS.replace("1,2", "2,1\n1,2") if table == "pairs" else TABLES[table]
    lines = text.split("\n")
    assert old in lines[2], (old, lines[2])
    changed = "\n".join([*lines[:2], lines[2].replace(old, new, 1), *lines[3:]])

    (fault,) = faults(files(**EVERYTHING | {table: changed}))

    assert (fault.file, fault.line, fault.field) == (f"{table}.csv", 3, column)
    assert found in fault.found
    assert expected in fault.expected
    assert fault.nearest == nearest


def test_a_schedule_that_rights_go_by_cannot_be_imported_away() -> None:
    before = planned(imported=files(**EVERYTHING)).directory
    gone = SCHEDULES.replace("days,", "weekdays,")

    assert faults(files(None, None, None, schedules=gone), before) == (
        Fault("schedules.csv", 0, "name", '"days" is gone, and there are rights by it', "a row for it, or new rights"),
    )
    assert not faults(files(None, None, "people_group,ring_group\nhousing,housing\n", schedules=gone), before)


def test_what_bears_on_nobody_is_a_warning() -> None:
    odd = EVERYTHING | {
        "limits": LIMITS.replace("housing", "housings"),
        "rings": EVERYTHING["rings"].replace("2,housing;intake,watch_commander", "2,,unit_manager"),
    }

    assert [str(warning) for warning in planned(imported=files(**odd)).warnings] == [
        'limits.csv:4: who: nobody is in the group "housings"; did you mean housing?',
        "rings.csv:3: approvers: 2 have to approve ring 2, and fewer people than that may",
    ]


def test_a_file_without_the_columns_of_approval_leaves_every_ring_its_approvers() -> None:
    before = planned(imported=files(**EVERYTHING)).directory

    again = planned(before, files(None, RINGS.replace("Medical", "Pharmacy"), None)).directory

    assert again.ring_of_number["2"].name == "Pharmacy"
    assert again.ring_of_number["2"].approval == before.ring_of_number["2"].approval
    assert again.ring_of_number["2"].approval.approvers == 2


def test_one_column_of_approval_changes_what_it_says_and_leaves_the_others() -> None:
    before = planned(imported=files(**EVERYTHING)).directory
    header, *rows = RINGS.splitlines()
    one = "\n".join((f"{header},approvers", *(f"{row},{number}" for row, number in zip(rows, ("", 1), strict=True))))

    approval = planned(before, files(None, one, None)).directory.ring_of_number["2"].approval

    assert approval == replace(before.ring_of_number["2"].approval, approvers=1)


def test_empty_cells_take_approval_away() -> None:
    before = planned(imported=files(**EVERYTHING)).directory
    bare = EVERYTHING["rings"].replace(",2,housing;intake,watch_commander", ",,,")

    assert planned(before, files(None, bare, None)).directory.ring_of_number["2"].approval == UNAIDED
