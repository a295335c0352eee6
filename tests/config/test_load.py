"""A right file becomes the cabinet that it describes."""

from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import pytest

from keycabinet.config import load, locate
from keycabinet.config.tables import (
    CabinetTable,
    ConsumerTable,
    ControlTable,
    KeypadTable,
    MqttTable,
    PeersTable,
    PeerTable,
    RightsTable,
    StoreTable,
    TlsTable,
)
from keycabinet.domain.layout import Senses
from keycabinet.errors import ConfigError
from tests.config.samples import CABINET, SAMPLE, with_change, written


def test_the_sample_cabinet_loads() -> None:
    config = load(SAMPLE)

    assert config.layout().latches == set(range(1, 9))
    assert config.layout().door_latch
    assert config.layout().devices["pins"].contacts == set(range(1, 9))
    assert config.layout().banks == {"bank1": set(range(1, 9))}
    assert str(config.zone()) == "America/Chicago"
    assert config.times().entry == timedelta(seconds=10)


def test_every_device_is_in_the_layout_because_the_start_waits_for_each(tmp_path: Path) -> None:
    layout = load(written(tmp_path, CABINET)).layout()

    assert set(layout.devices) == {"pins", "bank1", "probe", "panel"}
    assert layout.devices["panel"] == Senses()
    assert layout.devices["pins"] == Senses(contacts=frozenset({1, 2}), door=True)


def test_paths_are_relative_to_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = with_change('pepper = "pepper"', 'pepper = "/run/secret/pepper"')
    path = written(tmp_path, text)
    monkeypatch.chdir(tmp_path)

    for config in (load(path), load(Path("cabinet.toml"))):
        assert config.store.path == tmp_path / "cabinet.db"
        assert config.store.pepper == Path("/run/secret/pepper")
        assert config.control.socket == tmp_path / "control.sock"
        assert config.folder == tmp_path


def test_without_an_mqtt_table_there_is_no_broker(tmp_path: Path) -> None:
    assert load(written(tmp_path, CABINET)).mqtt is None


def test_the_client_id_is_made_from_the_cabinet_unless_it_is_stated(tmp_path: Path) -> None:
    mqtt = '\n[mqtt]\nhost = "broker"\n'
    stated = load(written(tmp_path, CABINET + mqtt + 'client_id = "kc"\n')).mqtt
    made = load(written(tmp_path, CABINET + mqtt)).mqtt

    assert (stated and stated.client_id, made and made.client_id) == ("kc", "keycabinet-mc-1")


def test_the_mqtt_password_is_read_from_its_file_and_refused_when_others_can_read_it(tmp_path: Path) -> None:
    text = CABINET + '\n[mqtt]\nhost = "broker"\nusername = "mc"\npassword_file = "secret"\n'
    secret = tmp_path / "secret"
    secret.write_text("tell nobody\n")
    mqtt = load(written(tmp_path, text)).mqtt
    assert mqtt is not None

    secret.chmod(0o600)
    assert mqtt.password() == "tell nobody"
    secret.chmod(0o644)
    with pytest.raises(ConfigError, match="has mode 0644"):
        mqtt.password()
    secret.unlink()
    with pytest.raises(ConfigError, match="cannot be read"):
        mqtt.password()


KEY = bytes(range(32))


@pytest.mark.parametrize("text", [KEY.hex(), KEY.hex().upper() + "\n", b64encode(KEY).decode() + "\n"])
def test_the_key_of_a_consumer_is_read_in_hexadecimal_or_base64(tmp_path: Path, text: str) -> None:
    assert a_consumer(tmp_path, text).key() == KEY


@pytest.mark.parametrize(
    ("text", "mode", "told"),
    [
        (KEY.hex(), 0o604, "has mode 0604"),
        (KEY[:31].hex(), 0o600, "has 31 bytes, and needs 32"),
        ("", 0o600, "has 0 bytes"),
        ("s3cret words of mine", 0o600, "neither hexadecimal nor base64"),
    ],
)
def test_a_key_that_others_can_read_or_guess_is_refused_without_saying_it(
    tmp_path: Path, text: str, mode: int, told: str
) -> None:
    with pytest.raises(ConfigError, match=told) as refused:
        a_consumer(tmp_path, text, mode).key()

    assert not text or text not in str(refused.value)


def a_consumer(folder: Path, text: str, mode: int = 0o600) -> ConsumerTable:
    file = folder / "board.key"
    file.write_text(text)
    file.chmod(mode)
    table = '[mqtt]\nhost = "b"\n[[mqtt.consumers]]\nname = "board"\nkey_file = "board.key"\nsealed = true\n'
    mqtt = load(written(folder, f"{CABINET}\n{table}")).mqtt
    assert mqtt is not None
    return mqtt.consumers[0]


def test_a_device_is_built_by_the_driver_that_its_table_names(tmp_path: Path) -> None:
    config = load(written(tmp_path, CABINET))

    parts = config.devices["panel"].build()

    assert parts.device.name == "panel"
    assert parts.display is not None


def test_a_device_that_may_be_real_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert load(written(tmp_path, CABINET)).hardware() == ("bank1", "probe", "panel")


def test_the_option_goes_before_the_environment_and_that_before_the_usual_place() -> None:
    environment = {"KEYCABINET_CONFIG": "/srv/kc.toml"}

    assert locate(Path("/a.toml"), environment) == Path("/a.toml")
    assert locate(None, environment) == Path("/srv/kc.toml")
    assert locate(None, {}) == Path("/etc/keycabinet/cabinet.toml")
    assert locate(Path("a.toml"), {}) == Path.cwd() / "a.toml"


def test_every_setting_of_ours_is_in_the_sample() -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    tables = (
        CabinetTable,
        StoreTable,
        ControlTable,
        PeersTable,
        PeerTable,
        KeypadTable,
        RightsTable,
        MqttTable,
        ConsumerTable,
        TlsTable,
    )

    assert [name for table in tables for name in table.model_fields if f"{name} =" not in text] == []
