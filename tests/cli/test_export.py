"""``keycabinet export``, and the import of a folder."""

import stat
from pathlib import Path

import pytest

from keycabinet.domain.bounds import Limit, LimitOn
from keycabinet.domain.directory import Right
from tests.cli.running import keycabinet
from tests.control.house import House
from tests.roster.texts import SCHEDULES

EVE = "1009\n8642\n"


@pytest.fixture
def bounded(house: House, tmp_path: Path) -> House:
    """The house, with schedules, a right by one of them, and a limit on a person; imported from a folder."""
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "schedules.csv").write_text(SCHEDULES)
    (folder / "rights.csv").write_text("people_group,ring_group,schedule\nofficers,unit,nights\n")
    (folder / "limits.csv").write_text("applies_to,who,rings\nperson,1001,2\n")
    (folder / "notes.txt").write_text("not of the roster")
    done = keycabinet(house, "import", str(folder), "--credentials-stdin", typed=EVE)
    assert "added schedule nights" in done.stdout, done.stderr
    return house


def export(house: House, folder: Path) -> Path:
    done = keycabinet(house, "export", str(folder), "--credentials-stdin", typed=EVE)
    assert done.exit_code == 0, done.stderr
    return folder


def test_a_folder_is_imported_with_every_file_of_the_roster_in_it(bounded: House) -> None:
    directory = bounded.controller.directory

    assert directory.rights == {Right("officers", "unit", "nights")}
    assert directory.bounds.limits == {Limit(LimitOn.PERSON, "ann", 2)}
    assert directory.schedule_of_name.keys() == {"days", "nights"}


def test_what_is_exported_is_what_is_there(bounded: House, tmp_path: Path) -> None:
    folder = export(bounded, tmp_path / "out" / "today")
    (folder / "rings.csv").unlink()  # the tags of this house are none that could be imported

    again = keycabinet(bounded, "import", str(folder), "--credentials-stdin", typed=EVE)

    assert again.stdout.startswith("Nothing to change"), again.stderr
    assert (folder / "limits.csv").read_text() == "applies_to,who,rings\nperson,1001,2\n"


def test_an_export_is_for_nobody_but_who_asked_for_it(bounded: House, tmp_path: Path) -> None:
    folder = export(bounded, tmp_path / "out")

    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_an_export_overwrites_nothing(bounded: House, tmp_path: Path) -> None:
    told = keycabinet(bounded, "export", str(tmp_path), "--credentials-stdin", typed=EVE)

    assert (told.exit_code, told.stderr) == (
        2,
        f"{tmp_path}: there is something already, and an export never overwrites\n",
    )


def test_only_an_administrator_exports(bounded: House, tmp_path: Path) -> None:
    told = keycabinet(bounded, "export", str(tmp_path / "out"), "--credentials-stdin", typed="1001\n4711\n")

    assert told.exit_code == 1
    assert "roster.export is for a security electronics administrator" in told.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_without_any_file_of_the_roster_is_refused(bounded: House, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert keycabinet(bounded, "import", str(tmp_path / "empty")).exit_code == 2
