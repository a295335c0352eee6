"""A serial line as a pty: what a pty does not do by itself (pace, baud rate) is done here (hardware notes B4)."""

import os
import pty
import termios
import tty
from collections import deque
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Protocol

from firmware_sim.disturbance import Disturbance
from firmware_sim.facts import Fact, Tell
from firmware_sim.faults import Faults
from firmware_sim.loop import Loop

RATES = {getattr(termios, f"B{rate}"): rate for rate in (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)}
BITS = 10
"""Start bit, eight data bits, stop bit."""


class Wired(Protocol):
    """What is at the far end of the line; it is given bytes and moments (ns), and answers with bytes."""

    @property
    def baud(self) -> int:
        """The rate that it talks at now."""
        ...

    def receive(self, byte: int, now: int) -> bytes:
        """A byte has come; what it answers."""
        ...

    def next_due(self) -> int | None:
        """When it will do something by itself."""
        ...

    def advance(self, now: int) -> bytes:
        """Do it; what it sends."""
        ...

    def reset(self, now: int) -> None:
        """Its power was interrupted."""
        ...


class SerialLine:
    """The line to one device, published at a stable path, whoever opens and closes that path."""

    def __init__(self, name: str, path: Path, device: Wired, tell: Tell, faults: Faults, random: Random) -> None:
        self._name = name
        self._path = path
        self._device = device
        self._tell = tell
        self._faults = faults
        self._disturbance = Disturbance(name, faults, random)
        self._arriving: deque[tuple[int, int]] = deque()
        self._leaving: deque[tuple[int, int]] = deque()
        self._wrong_rate: int | None = None
        self._plugged = False
        self._powered = True
        self._node = ""

    def open(self, loop: Loop) -> None:
        """Make the pty and its link, and have the loop serve them."""
        self._loop = loop
        self._plug()
        loop.add(self)
        self._faults.listeners.append(self._switched)

    def close(self) -> None:
        """Pull the adapter: the path goes away, and who has it open gets errors."""
        if self._plugged:
            self._unplug()

    def _plug(self) -> None:
        self._master, self._slave = _another_pty(self._node)  # own slave end kept: else EIO between two users
        self._node = os.ttyname(self._slave)
        tty.setraw(self._slave)
        _set_rate(self._slave, self._device.baud)
        os.set_blocking(self._master, False)
        _link(self._path, self._node)
        self._loop.watch(self._master, self._read)
        self._plugged = True

    def _unplug(self) -> None:
        self._plugged = False
        self._path.unlink(missing_ok=True)
        os.close(self._master)
        os.close(self._slave)

    def _switched(self, now: int) -> None:
        pulled, powered = self._faults.on("pulled", self._name), not self._faults.on("absent", self._name)
        if pulled and self._plugged:
            self._loop.unwatch(self._master)
            self._unplug()
        elif not pulled and not self._plugged:
            self._plug()
        if powered and not self._powered:
            self._device.reset(now)
        self._powered = powered

    def next_due(self) -> int | None:
        """When the next byte arrives or leaves, or the device acts by itself."""
        dues = [queue[0][0] for queue in (self._arriving, self._leaving) if queue]
        by_itself = (self._device.next_due(), self._disturbance.next_due())
        return min([*dues, *(due for due in by_itself if due is not None)], default=None)

    def advance(self, now: int) -> None:
        """Pass on what is due, in order."""
        while self._arriving and self._arriving[0][0] <= now:
            at, byte = self._arriving.popleft()
            self._send(self._device.receive(byte, at) if self._powered else b"", at)
        while (due := self._device.next_due()) is not None and due <= now:
            self._send(self._device.advance(now), now)
        while self._leaving and self._leaving[0][0] <= now:
            self._write(self._disturbance.carry(self._leaving.popleft()[1], now), now)
        self._write(self._disturbance.advance(now), now)

    def _read(self, now: int) -> None:
        with suppress(BlockingIOError):
            stream = os.read(self._master, 4096)
            if not self._faults.on("cut", self._name):
                _queue(self._arriving, self._as_heard(stream, now), now, self._byte_ns())

    def _send(self, answer: bytes, now: int) -> None:
        _queue(self._leaving, answer if self._powered else b"", now, self._byte_ns())

    def _write(self, stream: bytes, now: int) -> None:
        if not stream or not self._plugged or self._faults.on("cut", self._name):
            return
        try:
            os.write(self._master, self._as_heard(stream, now))
        except BlockingIOError:  # nobody has read for some 20 kB
            self._tell(Fact(now, "bytes_lost", {"wire": self._name}))

    def _byte_ns(self) -> int:
        return BITS * 1_000_000_000 // self._device.baud

    def _as_heard(self, stream: bytes, now: int) -> bytes:
        """What arrives of bytes that were sent at another rate than they are received at."""
        rate = RATES.get(termios.tcgetattr(self._slave)[5], 0)
        if rate == self._device.baud:
            self._wrong_rate = None
            return stream
        if rate != self._wrong_rate:
            self._wrong_rate = rate
            self._tell(Fact(now, "baud_mismatch", {"wire": self._name, "baud": rate, "expected": self._device.baud}))
        return bytes(((byte << 3 | byte >> 5) & 0xFF) ^ 0x96 for byte in stream)


def _queue(queue: deque[tuple[int, int]], stream: bytes, now: int, byte_ns: int) -> None:
    at = max(now, queue[-1][0]) if queue else now
    for byte in stream:
        at += byte_ns
        queue.append((at, byte))


def _another_pty(node: str) -> tuple[int, int]:
    """A new pty, of another name than that of the last one."""
    ends = pty.openpty()
    if os.ttyname(ends[1]) != node:
        return ends
    others = pty.openpty()
    for end in ends:
        os.close(end)
    return others


def _set_rate(tty_end: int, baud: int) -> None:
    """Nobody has opened the line yet: what is sent until then is not garbled."""
    settings = termios.tcgetattr(tty_end)
    settings[4] = settings[5] = next(code for code, rate in RATES.items() if rate == baud)
    termios.tcsetattr(tty_end, termios.TCSANOW, settings)


def _link(path: Path, target: str) -> None:
    if path.is_symlink():
        path.unlink()
    if path.exists():
        raise FileExistsError(f"{path} exists and is no link of a simulator's; remove it or change `port`")
    path.symlink_to(target)
