"""What a plan says it would do, and the directory that it makes."""

from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day

from keycabinet.domain.directory import Directory, Right
from keycabinet.domain.people import PersonClass, Role
from keycabinet.domain.rings import DueAfter, DueAt
from tests.roster.texts import PEOPLE, RIGHTS, RINGS, files, planned


def test_rows_become_people_rings_and_rights() -> None:
    directory = planned().directory

    ann = directory.person_of_code["1001"]
    assert (ann.name, ann.person_class, ann.role) == ("Ann Lee", PersonClass.MERIT, Role.STAFF)
    assert ann.groups == {"housing", "intake"}
    assert directory.person_of_code["1002"].suspended
    rover, medical = (directory.ring_of_home[slot] for slot in (1, 2))
    assert (rover.due, medical.due) == (DueAfter(timedelta(hours=8)), DueAt(time_of_day(15)))
    assert (rover.key_count, rover.seal, rover.tag) == (11, "4417", "013D2C1B0A000085")
    assert directory.rights == {Right("housing", "housing"), Right("intake", "medical")}


def test_a_date_counts_from_its_midnight_to_the_end_of_its_day_on_the_wall() -> None:
    ann = planned().directory.person_of_code["1001"]

    assert ann.valid_from == datetime(2026, 1, 5, 6, tzinfo=UTC)
    assert ann.valid_until == datetime(2028, 1, 1, 6, tzinfo=UTC)


def test_a_date_with_a_time_is_that_instant() -> None:
    text = PEOPLE.replace("2026-01-05", "2026-07-05T07:00").replace("2027-12-31", "2027-12-31T15:00-05:00")

    ann = planned(imported=files(people=text)).directory.person_of_code["1001"]

    assert ann.valid_from == datetime(2026, 7, 5, 12, tzinfo=UTC)
    assert ann.valid_until == datetime(2027, 12, 31, 20, tzinfo=UTC)


def test_the_same_files_again_change_nothing() -> None:
    first = planned()

    again = planned(first.directory)

    assert again.is_empty
    assert (again.people, again.rings, again.rights, again.unchanged) == ((), (), None, 5)
    assert again.directory == first.directory


def test_a_ring_without_a_tag_is_enrolled_and_one_that_is_known_is_not_lost_to_an_empty_cell() -> None:
    bare = files(None, RINGS.replace("013D2C1B0A000085", "").replace("0117E26D0E220013", ""), None)

    new, again = planned(Directory(), bare), planned(planned().directory, bare)

    assert [ring.tag for ring in new.rings] == ["", ""]
    assert new.directory.ring_of_tag == {}
    assert again.is_empty
    assert again.directory.rings == planned().directory.rings


def test_people_are_matched_by_code_and_rings_by_number_and_keep_their_ids() -> None:
    before = planned().directory
    changed = files(PEOPLE.replace("Ann Lee", "Ann Gray"), RINGS.replace("Housing rover", "Rover"), None)

    after = planned(before, changed).directory

    assert after.person_of_code["1001"].id == before.person_of_code["1001"].id
    assert after.person_of_code["1001"].name == "Ann Gray"
    assert after.ring_of_home[1].id == before.ring_of_home[1].id
    assert after.rights == before.rights


def test_who_is_not_in_the_file_stays_and_rights_that_are_not_go() -> None:
    before = planned().directory
    header = PEOPLE.splitlines()[0]
    new = f"{header}\n1003,Cy Young,merit,staff,housing,,,no\n"

    plan = planned(before, files(new, None, "people_group,ring_group\nhousing,housing\n"))

    assert {person.code for person in plan.directory.people.values()} == {"1000", "1001", "1002", "1003"}
    assert (plan.untouched, [person.code for person in plan.new_people]) == (5, ["1003"])
    assert plan.rights == {Right("housing", "housing")}
    assert plan.directory.rings == before.rings


def test_the_difference_is_told_cell_by_cell_in_the_words_of_the_files() -> None:
    before = planned().directory
    changed = files(
        PEOPLE.replace("Ann Lee,merit,staff,housing;intake", "Ann Lee,merit,supervisor,housing")
        + "1003,Cy Young,on_call,staff,housing,,,no\n",
        RINGS.replace("8h", "30m").replace("15:00,5,", "none,6,4500"),
        RIGHTS.replace("intake,medical", "housing,medical"),
    )

    assert [str(difference) for difference in planned(before, changed).differences] == [
        "changed person 1001 Ann Lee: role staff -> supervisor; groups housing;intake -> housing",
        "added person 1003 Cy Young: class on_call, role staff, groups housing",
        "changed ring 1 Housing rover: due 8h -> 30m",
        "changed ring 2 Medical: due 15:00 -> none; keys 5 -> 6; seal nothing -> 4500",
        "added right: housing may take medical",
        "removed right: intake may take medical",
    ]


def test_a_right_of_a_group_that_nobody_is_in_is_a_warning_with_the_nearest_group() -> None:
    rights = RIGHTS.replace("intake,", "intakes,").replace(",housing", ",housings")

    plan = planned(imported=files(rights=rights))

    assert [str(warning) for warning in plan.warnings] == [
        'rights.csv:2: ring_group: no ring is in the group "housings"; did you mean housing?',
        'rights.csv:3: people_group: nobody is in the group "intakes"; did you mean intake?',
        "rings.csv:2: groups: nobody may take ring 1: no right of anybody reaches its groups",
        "rings.csv:3: groups: nobody may take ring 2: no right of anybody reaches its groups",
    ]


def test_an_import_of_nothing_changes_nothing() -> None:
    assert planned(Directory(), files(None, None, None)).is_empty
