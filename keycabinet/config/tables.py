"""The tables of cabinet.toml, except what each device says about itself: that belongs to its driver.

Paths are relative to the folder of the file, which validation takes as ``context={"folder": …}``.
"""

import os
import re
import stat
from base64 import b64decode
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from keycabinet.domain.alarm import AlarmRules
from keycabinet.domain.entries import AlarmKind
from keycabinet.domain.guard import Limits
from keycabinet.domain.people import LoginMode
from keycabinet.domain.pins import PinRules
from keycabinet.domain.schedule import Unsynced
from keycabinet.domain.state import Times
from keycabinet.errors import ConfigError


def _in_folder(path: Path, info: ValidationInfo) -> Path:
    folder: Path = (info.context or {})["folder"]
    return folder / path


MOST_SLOTS: Final = 999
LEAST_KEY_BYTES: Final = 32
_HEX: Final = re.compile("([0-9a-fA-F]{2})+")
LocalPath = Annotated[Path, AfterValidator(_in_folder)]
Wait = Annotated[float, Field(ge=1, le=300, allow_inf_nan=False)]
DeviceName = Annotated[str, Field(pattern="^[a-z][a-z0-9_-]*$")]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CabinetTable(_Table):
    """Which cabinet this is."""

    id: Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,32}$", description="1 to 32 letters, digits and hyphens")]
    title: Annotated[str, Field(min_length=1, max_length=60, description="a text of 1 to 60 characters")]
    timezone: str
    slots: Annotated[int, Field(ge=1, le=MOST_SLOTS)]


class StoreTable(_Table):
    """Where the store and the secret that is hashed into every PIN are kept."""

    path: LocalPath
    pepper: LocalPath
    reserve_mib: Annotated[int, Field(ge=4, le=1024)] = 8
    """Room that is kept on the disk, in ``<path>.reserve``, for returns and alarms when the disk is full."""


class PeerTable(_Table):
    """Whose processes play a part at the control socket: those of a user, or those of a group of the system."""

    user: Annotated[str, Field(min_length=1)] | None = None
    group: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.user is None) is (self.group is None):
            raise ValueError("state either `user` or `group`")
        return self


class PeersTable(_Table):
    """Who plays which part; nobody named: the user of the core plays them all (a demonstration, a test)."""

    mqtt: PeerTable | None = None
    console: PeerTable | None = None
    people: PeerTable | None = None

    def users(self) -> dict[str, str]:
        """Part -> name of a user."""
        return {part: peer.user for part, peer in self._named().items() if peer.user is not None}

    def groups(self) -> dict[str, str]:
        """Part -> name of a group."""
        return {part: peer.group for part, peer in self._named().items() if peer.group is not None}

    def _named(self) -> dict[str, PeerTable]:
        found = {"mqtt": self.mqtt, "console": self.console, "people": self.people}
        return {part: peer for part, peer in found.items() if peer is not None}


class ControlTable(_Table):
    """Where the core listens for its clients, who they are, and which sealed rows it gives the publisher."""

    socket: LocalPath
    sealed_to_mqtt: Literal["none", "duress", "all"] = "duress"
    peers: PeersTable = PeersTable()


class KeypadTable(_Table):
    """Seconds that each step of the dialogue waits for a person; how PINs are, and when wrong ones raise an alarm.

    The other limits (R4) are no site's choice.
    """

    entry_s: Wait = 10
    menu_s: Wait = 30
    take_s: Wait = 15
    notice_s: Wait = 3
    pin_digits: Annotated[int, Field(ge=4, le=12)] = 6
    wrong_pin_alarm: Annotated[int, Field(ge=1, le=10)] = 3
    pin_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    first_use_change: bool = False
    login: Literal["pin", "badge_pin", "either"] = "pin"

    def times(self) -> Times:
        """For the rules."""
        return Times(
            entry=timedelta(seconds=self.entry_s),
            menu=timedelta(seconds=self.menu_s),
            take=timedelta(seconds=self.take_s),
            notice=timedelta(seconds=self.notice_s),
        )

    def limits(self) -> Limits:
        """For the rules."""
        return Limits(alarm_at=self.wrong_pin_alarm)

    def pins(self) -> PinRules:
        """For the rules, and for who issues PINs."""
        return PinRules(self.pin_digits, self.pin_days, self.first_use_change)

    def mode(self) -> LoginMode:
        """For the rules."""
        return LoginMode(self.login)


class AlarmsTable(_Table):
    """How alarms are heard and escalated at the cabinet, and when a ring is due soon (R35, R40)."""

    warn_before_min: Annotated[int, Field(ge=0, le=1440)] = 10
    """A ring that may be out for longer is warned of so long before it is due; 0: never."""
    repeat_s: Annotated[int, Field(ge=5, le=3600)] = 30
    escalate_after_min: tuple[Annotated[int, Field(ge=1, le=10_080)], ...] = (5, 15)
    """Minutes after which an alarm that nobody acknowledged is one level higher; none: never."""
    damp_s: Annotated[int, Field(ge=0, le=3600)] = 60
    levels: dict[AlarmKind, Annotated[int, Field(ge=1, le=9)]] = {}

    @field_validator("escalate_after_min", mode="after")
    @classmethod
    def _rising(cls, minutes: tuple[int, ...]) -> tuple[int, ...]:
        if list(minutes) != sorted(set(minutes)):
            raise ValueError("each has to be more than the one before")
        return minutes

    def rules(self) -> AlarmRules:
        """For the rules."""
        return AlarmRules(
            warn_before=timedelta(minutes=self.warn_before_min),
            repeat=timedelta(seconds=self.repeat_s),
            escalate_after=tuple(timedelta(minutes=each) for each in self.escalate_after_min),
            damp=timedelta(seconds=self.damp_s),
            levels=self.levels,
        )


class RightsTable(_Table):
    """What schedules are worth while the clock is not trusted: ``Unsynced`` says what each word means."""

    while_unsynced: Literal["go_on", "apply", "refuse"] = "go_on"

    def unsynced(self) -> Unsynced:
        """For the rules."""
        return Unsynced(self.while_unsynced)


class TlsTable(_Table):
    """Whom to trust, and as whom to appear."""

    ca: LocalPath
    cert: LocalPath | None = None
    key: LocalPath | None = None

    @model_validator(mode="after")
    def _cert_and_key_come_together(self) -> Self:
        if (self.cert is None) is not (self.key is None):
            raise ValueError("`cert` and `key` come together: state both or neither")
        return self


class ConsumerTable(_Table):
    """Somebody whose receipts count: an alarm is delivered once all of them have stored it."""

    name: Annotated[str, Field(pattern="^[a-z][a-z0-9_-]{0,31}$")]
    key_file: LocalPath
    sealed: bool = False
    """It stores sealed rows, too, and answers for them."""

    def key(self) -> bytes:
        """The key in the file, in hexadecimal digits or else base64.

        Raises ConfigError if others can read it, or nobody, or if it is shorter than 32 bytes.
        """
        what = f"the key of mqtt.consumers {self.name}, {self.key_file},"
        text = _secret(self.key_file, what).strip()
        try:
            key = bytes.fromhex(text) if _HEX.fullmatch(text) else b64decode(text, validate=True)
        except ValueError as error:
            raise ConfigError(f"{what} is neither hexadecimal nor base64") from error
        if len(key) < LEAST_KEY_BYTES:
            raise ConfigError(f"{what} has {len(key)} bytes, and needs {LEAST_KEY_BYTES} random ones")
        return key


class MqttTable(_Table):
    """The broker, and how to reach it."""

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 1883
    protocol: Literal["5", "3.1.1"] = "5"
    client_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,64}$")] | None = None
    username: Annotated[str, Field(min_length=1)] | None = None
    password_file: LocalPath | None = None
    tls: TlsTable | None = None
    late_s: Annotated[float, Field(ge=1, le=86_400, allow_inf_nan=False)] = 60
    """Rows that nobody has published for so long raise an alarm at the cabinet."""
    consumers: tuple[ConsumerTable, ...] = ()

    @model_validator(mode="after")
    def _consumers_have_names_of_their_own(self) -> Self:
        names = [each.name for each in self.consumers]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"`consumers`: {', '.join(twice)} stands there twice")
        return self

    @model_validator(mode="after")
    def _password_has_a_user(self) -> Self:
        if self.password_file is not None and self.username is None:
            raise ValueError("`password_file` needs a `username`")
        return self

    def password(self) -> str | None:
        """What is in the password file, without the newline. Raises ConfigError if others can read it, or nobody."""
        if self.password_file is None:
            return None
        return _secret(self.password_file, f"the MQTT password {self.password_file}").rstrip("\r\n")


def _secret(path: Path, what: str) -> str:
    """What is in a file that others cannot read. Raises ConfigError if they can, or nobody."""
    try:
        with path.open(encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{what} cannot be read: {error}") from error
    if mode & 0o007:
        raise ConfigError(f"{what} has mode {mode:04o}: chmod o= it")
    return text


class Document(_Table):
    """The whole file."""

    cabinet: CabinetTable
    store: StoreTable
    control: ControlTable
    keypad: KeypadTable = KeypadTable()
    rights: RightsTable = RightsTable()
    alarms: AlarmsTable = AlarmsTable()
    mqtt: MqttTable | None = None
    devices: dict[DeviceName, Any]
