"""The panel as a device: moves bytes between the line and the conversation, and emits the keys.

It has no outputs that could harm: the text stays on the display when this end goes away.
"""

from collections import deque
from errno import EIO
from select import POLLIN, poll
from time import monotonic_ns
from typing import Final

from serial import Serial

from drivers.bell import Bell
from drivers.panel_serial.codec import Key, NotUnderstood, Ready
from drivers.panel_serial.conversation import WAITING_TUNES, Conversation, Silence, frame_numbers
from drivers.panel_serial.settings import Settings
from drivers.serial_port import open_line
from keycabinet.domain.events import DeviceReady, KeyPressed
from keycabinet.ports import DeviceFault, Emit, Stopping, Tune

LOOK_UP_NS: Final = 250_000_000
"""At the latest after this long the thread looks whether it has to stop."""


class PanelSerial:
    """The panel named ``name``: keypad, display and sounder."""

    def __init__(self, name: str, settings: Settings) -> None:
        self._name = name
        self._settings = settings
        self._bell = Bell()
        self._lines: tuple[str, ...] | None = None
        self._tunes: deque[Tune] = deque(maxlen=WAITING_TUNES)
        self._numbers = frame_numbers()

    @property
    def name(self) -> str:
        """The name of its table in the configuration."""
        return self._name

    def show(self, lines: tuple[str, ...]) -> None:
        """Replace the text; what is not sent yet is replaced, too."""
        self._lines = lines
        self._bell.ring()

    def play(self, tune: Tune) -> None:
        """Sound this tune once, if the panel is there."""
        self._tunes.append(tune)
        self._bell.ring()

    def run(self, emit: Emit, stopping: Stopping) -> None:
        """Greet the panel, show the remembered text, and emit keys until ``stopping``."""
        self._tunes.clear()
        with open_line(self._name, self._settings.port, self._settings.baud) as port:
            bell = self._bell.open()
            try:
                self._serve(port, bell, emit, stopping)
            except Silence as error:
                raise DeviceFault("line_silent", f"{self._name}: panel at {port.port}: {error}") from error
            except NotUnderstood as error:
                raise DeviceFault("not_understood", f"{self._name}: panel at {port.port}: {error}") from error
            finally:
                self._bell.close()

    def _serve(self, port: Serial, bell: int, emit: Emit, stopping: Stopping) -> None:
        wake_up = poll()
        wake_up.register(port.fileno(), POLLIN)
        wake_up.register(bell, POLLIN)
        conversation, shown, ready = Conversation(monotonic_ns(), self._numbers), None, False
        while not stopping.is_set():
            for heard in conversation.receive(_arrived(port), monotonic_ns()):
                if isinstance(heard, Key):
                    emit(KeyPressed(heard.key))
                elif isinstance(heard, Ready) and not ready:
                    ready = True
                    emit(DeviceReady(self._name))
            shown = self._pass_on(conversation, shown)
            conversation.tick(monotonic_ns())
            port.write(conversation.take_outgoing())
            _wait(wake_up, conversation.due_ns)
            self._bell.hush()

    def _pass_on(self, conversation: Conversation, shown: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """Give the conversation what was ordered since; the text that it has now."""
        lines = self._lines
        if lines is not None and lines is not shown:
            conversation.show(lines, monotonic_ns())
        while self._tunes:
            conversation.play(self._tunes.popleft(), monotonic_ns())
        return lines


def _arrived(port: Serial) -> bytes:
    waiting = port.in_waiting
    return bytes(port.read(waiting)) if waiting else b""


def _wait(wake_up: poll, due_ns: int) -> None:
    until_due_ns = due_ns - monotonic_ns()
    for _, readiness in wake_up.poll(max(0, min(until_due_ns, LOOK_UP_NS)) // 1_000_000 + 1):
        if readiness & ~POLLIN:
            raise OSError(EIO, "the line hung up")
