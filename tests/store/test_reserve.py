"""Space that is kept for the day when the disk is full."""

from pathlib import Path

from keycabinet.store.reserve import Reserve

KIB = 1024


def test_it_is_kept_in_real_blocks_and_found_again(tmp_path: Path) -> None:
    file = tmp_path / "cabinet.db.reserve"

    assert Reserve(file, 64 * KIB).hold()
    assert file.stat().st_blocks * 512 >= 64 * KIB
    assert file.stat().st_mode & 0o777 == 0o600
    assert Reserve(file, 64 * KIB).is_held


def test_it_is_not_given_up_while_the_disk_has_room(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "cabinet.db.reserve", 64 * KIB)
    reserve.hold()

    assert not reserve.give_up()
    assert reserve.is_held


def test_it_is_not_made_where_it_would_fill_the_disk(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path / "cabinet.db.reserve", 1 << 60)

    assert not reserve.hold()
    assert not list(tmp_path.iterdir())
