"""A DS2480B between a serial line and a 1-Wire bus, byte by byte (hardware notes A7)."""

from firmware_sim.facts import Fact, Tell
from firmware_sim.one_wire import OneWireBus

BAUDS = {0: 9600, 1: 19200, 2: 57600, 3: 115200}
DATA_MODE, COMMAND_MODE, STOP_PULSE = 0xE1, 0xE3, 0xF1
RESET_ANSWERS = {"short": 0xCC, "presence": 0xCD, "none": 0xCF}


class Ds2480b:
    """The chip. After power-up its first byte only calibrates its timing and is not answered.

    A break cannot be seen through a pty, so that a new user finds the mode that the last one left (hardware notes B4).
    """

    def __init__(self, name: str, bus: OneWireBus, tell: Tell) -> None:
        self._name = name
        self._bus = bus
        self._tell = tell
        self._power_up()

    def _power_up(self) -> None:
        self._calibrated = False
        self._in_data = False
        self._escaped = False
        """In data mode, after an E3 that may still be half of a doubled one."""
        self._accelerated = False
        self._parameters = dict.fromkeys(range(8), 0)

    def reset(self, now: int) -> None:  # noqa: ARG002 - as every device on a line
        """Interrupt the power for a moment."""
        self._power_up()

    @property
    def baud(self) -> int:
        """9600 from power-up on, until parameter 7 says otherwise."""
        return BAUDS.get(self._parameters[7], 9600)

    def next_due(self) -> int | None:
        """It does nothing by itself."""
        return None

    def advance(self, now: int) -> bytes:  # noqa: ARG002 - as every device on a line
        """It sends nothing by itself."""
        return b""

    def receive(self, byte: int, now: int) -> bytes:
        """One byte of the host; the answer, if there is one."""
        if not self._calibrated:
            self._calibrated = True
            return b""
        if self._in_data:
            return self._data(byte, now)
        return self._command(byte, now)

    def _data(self, byte: int, now: int) -> bytes:
        if self._escaped:
            self._escaped = False
            if byte == COMMAND_MODE:
                return self._exchange(byte)
            self._in_data = False
            return self._command(byte, now)
        if byte == COMMAND_MODE:
            self._escaped = True
            return b""
        return self._exchange(byte)

    def _exchange(self, byte: int) -> bytes:
        if not self._accelerated:
            return bytes((self._bus.byte(byte),))
        answer = 0
        for pair in range(4):
            discrepancy, chosen = self._bus.triplet(byte >> (2 * pair + 1) & 1)
            answer |= discrepancy << 2 * pair | chosen << (2 * pair + 1)
        return bytes((answer,))

    def _command(self, byte: int, now: int) -> bytes:
        if byte == DATA_MODE:
            self._in_data = True
            return b""
        if byte == COMMAND_MODE:
            return b""
        if byte == STOP_PULSE:
            return b"\xec"
        if byte & 0x81 == 0x01:
            return self._parameter(byte)
        return self._on_the_bus(byte, now)

    def _parameter(self, byte: int) -> bytes:
        """``0PPP VVV1`` writes and is answered with bit 0 cleared; ``0000 PPP1`` reads."""
        number, value = byte >> 4 & 7, byte >> 1 & 7
        if number == 0:
            return bytes((self._parameters[value] << 1,))
        self._parameters[number] = value
        return bytes((byte & 0xFE,))

    def _on_the_bus(self, byte: int, now: int) -> bytes:
        """Reset ``110x SS01``, single bit ``100V SSP1``, search accelerator ``101V SS01``."""
        if byte & 0xE3 == 0xC1:
            return bytes((RESET_ANSWERS[self._bus.reset()],))
        if byte & 0xE1 == 0x81:
            return bytes((byte & 0xFC | 3 * self._bus.slot(byte >> 4 & 1),))
        if byte & 0xE3 == 0xA1:
            self._accelerated = bool(byte & 0x10)
            return b""
        self._tell(Fact(now, "frame_unknown", {"wire": self._name, "bytes": f"{byte:02x}"}))
        return b""
