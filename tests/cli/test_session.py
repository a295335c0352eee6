"""``keycabinet login``, ``logout`` and ``whoami``."""

import json
import os
from pathlib import Path

import pytest

from keycabinet.cli.token import TokenFile
from keycabinet.control.sessions import IDLE
from keycabinet.domain.entries import PinIssued
from keycabinet.errors import ConfigError
from tests.cli.running import at_a_terminal, keycabinet
from tests.control.house import House

PEOPLE = "code,name,class,role,groups,valid_from,valid_until,suspended\n"


@pytest.fixture
def runtime(tmp_path: Path) -> str:
    """A runtime directory as the system makes it."""
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    return str(folder)


def log_in(house: House, runtime: str, code: str = "1009", pin: str = "8642") -> None:
    done = keycabinet(house, "login", "--code", code, typed=f"{pin}\n", XDG_RUNTIME_DIR=runtime)
    assert done.exit_code == 0, done.stderr


def test_who_logs_in_is_known_until_they_log_out(house: House, runtime: str) -> None:
    log_in(house, runtime)
    who = keycabinet(house, "whoami", XDG_RUNTIME_DIR=runtime)
    out = keycabinet(house, "logout", XDG_RUNTIME_DIR=runtime)
    after = keycabinet(house, "whoami", XDG_RUNTIME_DIR=runtime)

    assert who.stdout == "Eve (1009), security electronics administrator\n"
    assert (out.exit_code, after.exit_code) == (0, 1)
    assert after.stderr == "nobody is logged in: `keycabinet login`\n"


def test_code_and_pin_are_asked_for_at_a_terminal_and_not_shown(house: House, runtime: str) -> None:
    shown = at_a_terminal(house, "login", answers={"User code": "1009", "PIN": "8642"}, XDG_RUNTIME_DIR=runtime)

    assert "Eve (1009) is logged in" in shown
    assert "8642" not in shown


def test_a_wrong_pin_logs_nobody_in_and_leaves_no_file(house: House, runtime: str) -> None:
    refused = keycabinet(house, "login", "--code", "1009", typed="0000\n", XDG_RUNTIME_DIR=runtime)

    assert (refused.exit_code, refused.stderr) == (1, "not accepted\n")
    assert list(Path(runtime).rglob("session-*")) == []


def test_a_pin_cannot_be_given_as_an_argument(house: House, runtime: str) -> None:
    assert keycabinet(house, "login", "--pin", "8642", XDG_RUNTIME_DIR=runtime).exit_code == 2
    assert keycabinet(house, "login", "1009", "8642", XDG_RUNTIME_DIR=runtime).exit_code == 2


def test_a_change_asks_for_nothing_while_somebody_is_logged_in(house: House, runtime: str, tmp_path: Path) -> None:
    people = tmp_path / "new.csv"
    people.write_text(PEOPLE + "1010,Fay,merit,staff,officers,,,\n", encoding="utf-8")
    log_in(house, runtime)

    done = keycabinet(house, "import", "--people", str(people), XDG_RUNTIME_DIR=runtime)

    assert done.exit_code == 0, done.stderr
    assert keycabinet(house, "whoami", XDG_RUNTIME_DIR=runtime).exit_code == 0


def test_a_session_that_the_core_has_ended_is_forgotten_here_too(house: House, runtime: str) -> None:
    log_in(house, runtime)

    house.clock.move(IDLE)

    assert keycabinet(house, "whoami", XDG_RUNTIME_DIR=runtime).exit_code == 1
    assert list(Path(runtime).rglob("session-*")) == []


def test_who_logs_in_again_ends_the_session_before(house: House, runtime: str) -> None:
    log_in(house, runtime)
    before = TokenFile(house.socket, {"XDG_RUNTIME_DIR": runtime}).read()
    log_in(house, runtime, "1001", "4711")

    who = keycabinet(house, "whoami", "--json", XDG_RUNTIME_DIR=runtime)

    assert json.loads(who.stdout)["person"]["code"] == "1001"
    TokenFile(house.socket, {"XDG_RUNTIME_DIR": runtime}).write(before or "")
    assert keycabinet(house, "whoami", XDG_RUNTIME_DIR=runtime).exit_code == 1


@pytest.mark.parametrize("words", [("ledger", "show"), ("history", "--person", "1001")])
def test_a_commander_who_is_logged_in_is_shown_more(house: House, runtime: str, words: tuple[str, ...]) -> None:
    house.record(PinIssued("ann"))
    before = keycabinet(house, *words, XDG_RUNTIME_DIR=runtime).stdout
    log_in(house, runtime)

    after = keycabinet(house, *words, XDG_RUNTIME_DIR=runtime).stdout

    assert "Ann (1001) was given a new PIN" not in before
    assert "Ann (1001) was given a new PIN" in after


# ---- the file ----


def kept(folder: Path, socket: str = "/run/a.sock") -> TokenFile:
    return TokenFile(Path(socket), {"XDG_RUNTIME_DIR": str(folder)})


def test_a_token_is_kept_for_one_cabinet_and_readable_for_nobody_else(runtime: str) -> None:
    kept(Path(runtime)).write("token-a")
    kept(Path(runtime), "/run/b.sock").write("token-b")

    assert kept(Path(runtime)).read() == "token-a"
    files = list(Path(runtime).rglob("session-*"))
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600, 0o600]
    assert (Path(runtime) / "keycabinet").stat().st_mode & 0o777 == 0o700


def test_a_folder_or_file_that_others_can_reach_is_not_used(runtime: str) -> None:
    kept(Path(runtime)).write("token-a")
    (file,) = Path(runtime).rglob("session-*")
    file.chmod(0o640)
    assert kept(Path(runtime)).read() is None

    file.chmod(0o600)
    file.parent.chmod(0o770)
    assert kept(Path(runtime)).read() is None
    with pytest.raises(ConfigError, match="with mode 0700"):
        kept(Path(runtime)).write("token-b")


def test_a_link_in_the_place_of_folder_or_file_is_not_followed(runtime: str, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    (Path(runtime) / "keycabinet").symlink_to(elsewhere)

    with pytest.raises(ConfigError, match="with mode 0700"):
        kept(Path(runtime)).write("token-a")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_the_folder_of_another_user_is_not_used(runtime: str) -> None:
    os.chown(runtime, 65534, -1)

    with pytest.raises(ConfigError, match="with mode 0700"):
        kept(Path(runtime)).write("token-a")


def test_a_runtime_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="which is no folder"):
        kept(tmp_path / "nowhere").write("token-a")
