"""Passwords, certificates, and a configuration that is refused."""

import subprocess
from pathlib import Path

import pytest

from keycabinet.errors import ConfigError
from keycabinet.publisher.settings import read_settings
from tests.broker import WITHIN_S, Broker
from tests.publisher.ear import Ear, retained_at
from tests.publisher.fake_core import FakeCore
from tests.publisher.running import CONFIG, PublisherProcess
from tests.waiting import wait_until

ONLY_WITH_PASSWORD = "allow_anonymous false\npassword_file {folder}/passwords"
TLS = "allow_anonymous true\ncafile {folder}/ca.pem\ncertfile {folder}/broker.pem\nkeyfile {folder}/broker.key"


def test_a_wrong_password_is_named_and_a_right_one_is_never_shown(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("wrong-secret\n")
    password.chmod(0o600)
    mqtt = 'username = "cabinet"\npassword_file = "password"'
    with FakeCore() as core, Broker(ONLY_WITH_PASSWORD, files={"passwords": ""}) as broker:
        add_user(broker, "cabinet", "right-secret")
        add_user(broker, "ear", "")
        with PublisherProcess(tmp_path, core, broker, mqtt) as publisher:
            wait_until(lambda: "refused: Not authorized" in publisher.log(), WITHIN_S, "the refusal in the log")
            publisher.kill()
            password.write_text("right-secret\n")
            publisher.start()
            wait_until(lambda: "broker found" in publisher.log(), WITHIN_S, "the publisher's entering")

            assert publisher.stop() < 2
            assert "secret" not in publisher.log()


def test_tls_is_used_with_the_authority_that_is_named_and_with_no_other(tmp_path: Path) -> None:
    make_certificates(tmp_path, "ca")
    make_certificates(tmp_path / "other", "other")
    files = {name: (tmp_path / name).read_text() for name in ("ca.pem", "broker.pem", "broker.key")}
    with FakeCore() as core, Broker(TLS, files=files) as broker:
        core.append(2)
        with PublisherProcess(tmp_path, core, broker, '[mqtt.tls]\nca = "other/ca.pem"') as publisher:
            wait_until(lambda: "CERTIFICATE_VERIFY_FAILED" in publisher.log(), WITHIN_S, "the refusal in the log")
            assert core.cursor == 0
        with PublisherProcess(tmp_path, core, broker, '[mqtt.tls]\nca = "ca.pem"'):
            core.wait_for_cursor(2)


def test_a_broker_that_shows_us_nothing_of_our_own_is_told_all_the_same(tmp_path: Path) -> None:
    acl = {"acl": "topic write keycabinet/#\nuser ear\ntopic readwrite #\n"}
    with FakeCore() as core, Broker("allow_anonymous true\nacl_file {folder}/acl", files=acl) as broker:
        core.alarms.append(("overdue", "ring-1"))
        with Ear(broker, user="ear") as ear, PublisherProcess(tmp_path, core, broker):
            core.append(1)
            ear.wait_for_rows(1)

            ear.wait(lambda: ear.last("alarms/overdue/ring-1"), "the alarm")
            assert "status" in retained_at(broker, user="ear")


def test_without_a_broker_in_the_configuration_there_is_nothing_to_run(tmp_path: Path) -> None:
    config = tmp_path / "cabinet.toml"
    config.write_text(CONFIG.format(socket="s", port=1, mqtt="").replace("[mqtt]", "[mqtt2]"))
    with pytest.raises(ConfigError, match="mqtt2"):
        read_settings(config)

    config.write_text(config.read_text().partition("[mqtt2]")[0] + "[devices]\n")
    with pytest.raises(ConfigError, match=r"there is no table \[mqtt\]"):
        read_settings(config)


def add_user(broker: Broker, name: str, password: str) -> None:
    """Write a user into the broker's file of passwords."""
    file = broker.folder / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", str(file), name, password], check=True, capture_output=True)
    broker.reload()


def make_certificates(folder: Path, authority: str) -> None:
    """An authority, and a certificate of it for a broker at 127.0.0.1."""
    folder.mkdir(exist_ok=True)
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl(folder, f"req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN={authority}")
    openssl(folder, "req -newkey rsa:2048 -nodes -keyout broker.key -out broker.csr -subj /CN=127.0.0.1")
    sign = "x509 -req -in broker.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out broker.pem -days 2 -extfile names"
    openssl(folder, sign)


def openssl(folder: Path, words: str) -> None:
    """Run the openssl that every Debian has."""
    subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)
