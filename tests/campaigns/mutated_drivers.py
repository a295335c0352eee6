"""The drivers' codecs on lines that mutate what comes: the machines above them are the real ones, up to the events."""

from collections import Counter, deque
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from functools import lru_cache
from random import Random

from drivers.ds2480b.bridge import Bridge
from drivers.ds2480b.codec import RESET, crc8
from drivers.ds2480b.device import Rounds
from drivers.panel_serial.codec import MAX_PAYLOAD, Decoder, Frame, Key, NotUnderstood, Type, encoded
from drivers.panel_serial.conversation import Conversation, Silence, frame_numbers
from keycabinet.ports import DeviceFault
from tests.campaigns.mutator import Mutator

MS = 1_000_000
KEYS = "0123456789*#"
BATCH = 16
"""Tags of consecutive numbers, as they are bought."""
ROUNDS = 60
"""With one bus, before another is put there."""
RATES = (0.1, 0.3, 0.6)
"""How much of what a bridge says is mutated: of one bus, from one session to the next."""
WORST = 1 / 20_000
"""How often a search is answered as another known tag would answer it: the worst that a line can do."""


def _a_tag(number: int) -> str:
    rom = b"\x01" + number.to_bytes(6, "little")
    return (rom + bytes((crc8(rom),))).hex().upper()


DIRECTORY = tuple(_a_tag(0x0A1B2C30 + number) for number in range(BATCH))


class MutatedPanel:
    """Keys come from the panel, and from them what is mutated; whatever key is told must have been pressed."""

    name = "drivers.panel_serial"

    def __init__(self, random: Random) -> None:
        self.frames = 0
        self.counts: Counter[str] = Counter()
        self._random, self._mutator = random, Mutator(random)
        self._numbers = frame_numbers()
        self._now_ns = 0
        self._seq = 0
        self._pressed: deque[tuple[int, str]] = deque(maxlen=200)
        self._last = b"\x7e"
        self._begin()

    def step(self) -> None:
        """One frame from the panel."""
        frame = self._answers.popleft() if self._answers and self._random.random() < 0.6 else self._a_key()
        other, self._last = self._last, frame
        if self._random.random() < 0.6:
            self.frames += 1
            frame = self._mutator.mutated(frame, other)
        try:
            for portion in self._mutator.portions(frame):
                self._now_ns += MS
                self._judge(self._talk.receive(portion, self._now_ns))
            self._now_ns += self._random.choice((1, 20, 120)) * MS
            self._judge(self._talk.receive(b"", self._now_ns))
            self.counts["more kept than a frame"] += len(self._talk._decoder._pending) > MAX_PAYLOAD + 6
            self._talk.tick(self._now_ns)
        except (NotUnderstood, Silence) as error:
            self.counts[type(error).__name__] += 1
            self._begin()
        self._answer()

    def findings(self) -> list[str]:
        """CRC-16 lets one in 65,536 wrong frames through that differ by more than three bits: no more may come."""
        most, forged = self.frames // 65_536 + 1, self.counts["keys that nobody pressed"]
        found = [f"{forged} keys that nobody pressed, {most} at most"] if forged > most else []
        found += ["more bytes were kept than a frame has"] if self.counts["more kept than a frame"] else []
        return found + ([] if self.counts["keys told"] else ["no key was ever told"])

    def _begin(self) -> None:
        self._talk = Conversation(self._now_ns, self._numbers)
        self._answers: deque[bytes] = deque(maxlen=8)
        self._answer()

    def _answer(self) -> None:
        for frame in Decoder().receive(self._talk.take_outgoing(), 0):
            if frame.type == Type.HELLO:
                self._answers.append(encoded(Frame(frame.seq, Type.READY, bytes((1, 20, 4)))))
            elif frame.type != Type.ACK:
                self._answers.append(encoded(Frame(0, Type.PANEL_ACK, bytes((frame.seq,)))))

    def _a_key(self) -> bytes:
        self._seq = (self._seq + 1) % 256
        key = self._random.choice(KEYS)
        self._pressed.append((self._seq, key))
        return encoded(Frame(self._seq, Type.KEY, key.encode()))

    def _judge(self, told: list[object]) -> None:
        for each in told:
            if isinstance(each, Key):
                self.counts["keys told"] += 1
                self.counts["keys that nobody pressed"] += (each.seq, each.key) not in self._pressed


class MutatedBridge:
    """The search over a bus, round after round: no tag may count that does not touch it."""

    name = "drivers.ds2480b"

    def __init__(self, random: Random) -> None:
        self.counts: Counter[str] = Counter()
        self._random = random
        self._line = BridgeLine(random, self.counts)
        self._rounds_left = 0

    @property
    def frames(self) -> int:
        """Answers that were mutated."""
        return self._line.frames

    def step(self) -> None:
        """One round over the bus, or the opening and the first rounds."""
        try:
            if self._rounds_left == 0:
                self._open()
                self._judge(self._rounds.first())
            self._rounds_left -= 1
            self._judge(self._rounds.next())
        except DeviceFault as fault:
            self.counts[fault.fault] += 1
            self._rounds_left = 0

    def findings(self) -> list[str]:
        """A known tag never; a tag of nobody, which would be called foreign, once in a million frames at most."""
        known, strangers = (
            self.counts["known tags that were not there"],
            self.counts["strange tags that were not there"],
        )
        found = [f"{known} known tags count that were not there"] if known else []
        found += [f"{strangers} strange tags count that were not there"] if strangers > self.frames // 1_000_000 else []
        return found + ([] if self.counts["tags that were there"] else ["no tag was ever found"])

    def _open(self) -> None:
        self._rounds_left = ROUNDS
        self._there = frozenset(self._random.sample(DIRECTORY, self._random.randint(0, 5)))
        self._line.put(self._there, self._random.choice(RATES))
        bridge = HeardBridge("bank1", self._line)
        bridge.there, bridge.counts = self._there, self.counts
        bridge.wake()
        self._rounds = Rounds("bank1", bridge, NeverStopping())

    def _judge(self, present: AbstractSet[str]) -> None:
        wrong = present - self._there
        self.counts["tags that were there"] += len(present & self._there)
        self.counts["known tags that were not there"] += len(wrong & set(DIRECTORY))
        self.counts["strange tags that were not there"] += len(wrong - set(DIRECTORY))


class HeardBridge(Bridge):
    """Counts single reads that passed the CRC and were wrong."""

    there: frozenset[str]
    counts: Counter[str]

    def tags(self, each_pass: Callable[[], object]) -> frozenset[str] | None:
        """As the bridge says it."""
        read = super().tags(each_pass)
        wrong = (read or frozenset()) - self.there
        self.counts["single reads past the CRC: known"] += len(wrong & set(DIRECTORY))
        self.counts["single reads past the CRC: strange"] += len(wrong - set(DIRECTORY))
        return read


class NeverStopping:
    """Lets nobody wait."""

    def is_set(self) -> bool:
        """Never."""
        return False

    def wait(self, timeout: float | None = None) -> bool:
        """At once."""
        return False


class BridgeLine:
    """A serial port to a DS2480B, without time: an answer is there at once, or never."""

    port = "a line in memory"
    timeout = 0.0

    def __init__(self, random: Random, counts: Counter[str]) -> None:
        self.frames = 0
        self._random, self._mutator, self._counts = random, Mutator(random), counts
        self._pending = b""
        self._last = b"\xcd"

    def put(self, tags: frozenset[str], rate: float) -> None:
        """These tags touch the bus from now on, and so much is mutated."""
        self._tags, self._rate = tags, rate
        self._pending = b""

    @property
    def in_waiting(self) -> int:
        """How many bytes wait."""
        return len(self._pending)

    def reset_input_buffer(self) -> None:
        """Forget them."""
        self._pending = b""

    def send_break(self) -> None:
        """Nobody hears it."""

    def read(self, size: int) -> bytes:
        """What is there of so many bytes."""
        taken, self._pending = self._pending[:size], self._pending[size:]
        return taken

    def write(self, request: bytes) -> None:
        """Ask."""
        answer = self._answer(request)
        if answer and self._random.random() < self._rate:
            self.frames += 1
            self._pending += self._mutator.mutated(answer, self._last)
        else:
            self._pending += answer
        self._last = answer or self._last

    def _answer(self, request: bytes) -> bytes:
        if request[:2] != b"\xe1\xf0":
            return _SHORT.get(request, b"") if request != RESET or self._tags else b"\xcf"
        if self._random.random() < WORST:
            self.frames += 1
            return bus_answer(frozenset((self._random.choice(DIRECTORY),)), request)
        return bus_answer(self._tags, request)


_SHORT = {b"\x45": b"\x44", b"\x5b": b"\x5a", b"\x0f": b"\x00", b"\xc1": b"\xcd", RESET: b"\xcd"}


@lru_cache(maxsize=4096)
def bus_answer(tags: frozenset[str], request: bytes) -> bytes:
    """What a bus with these tags answers to a search: wired AND, bit by bit."""
    wanted = int.from_bytes(request[5:-2].replace(b"\xe3\xe3", b"\xe3"), "little")
    left = [int.from_bytes(bytes.fromhex(tag), "little") for tag in tags]
    pairs = 0
    for place in range(64):
        bits = {rom >> place & 1 for rom in left}
        fork = len(bits) != 1
        taken = (wanted >> (2 * place + 1) & 1 if bits else 1) if fork else bits.pop()
        left = [rom for rom in left if rom >> place & 1 == taken]
        pairs |= fork << 2 * place | taken << (2 * place + 1)
    return b"\xf0" + pairs.to_bytes(16, "little")
