"""Badges in people.csv: an optional column, one badge a person, no ring's tag (R7)."""

import pytest

from tests.roster.texts import PEOPLE, RINGS, faults, files, planned

HEAD, ADA, ANN, BO = PEOPLE.splitlines()
RING = "013D2C1B0A000085"


def people(ann: str = "", bo: str = "") -> str:
    return "\n".join((f"{HEAD},badge", f"{ADA},", f"{ANN},{ann}", f"{BO},{bo}")) + "\n"


def test_a_badge_is_kept_in_upper_case():
    after = planned(imported=files(people("aabbccdd"))).directory

    assert after.person_of_badge["AABBCCDD"].code == "1001"


def test_a_file_without_the_column_leaves_everybody_their_badge():
    before = planned(imported=files(people("AABBCCDD"))).directory
    again = planned(before, files(PEOPLE, None, None))

    assert again.is_empty
    assert again.directory.person_of_badge["AABBCCDD"].code == "1001"


def test_an_empty_cell_takes_a_badge_away():
    before = planned(imported=files(people("AABBCCDD"))).directory

    assert planned(before, files(people(), None, None)).directory.person_of_badge == {}


@pytest.mark.parametrize("badge", ["AABB", "no hex at all", "A" * 21])
def test_what_no_reader_reads_is_no_badge(badge: str):
    (fault,) = faults(files(people(badge)))

    assert (fault.field, fault.line) == ("badge", 3)


def test_nobody_has_the_badge_of_another_or_the_tag_of_a_ring():
    assert "line 3 already" in str(faults(files(people("AABBCCDD", "aabbccdd"))))
    assert "the tag of ring 1" in str(faults(files(people(RING))))

    before = planned(imported=files(people("AABBCCDD"), None, None)).directory
    only_bo = "\n".join((f"{HEAD},badge", f"{BO},AABBCCDD")) + "\n"
    assert "the badge of 1001" in str(faults(files(only_bo, None, None), before))


def test_a_new_ring_does_not_get_the_tag_that_is_a_badge():
    before = planned(imported=files(people(RING), None, None)).directory

    assert "the badge of 1001" in str(faults(files(None, RINGS, None), before))
