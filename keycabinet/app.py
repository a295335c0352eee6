"""The core, put together: every part is made here, started in order, and stopped in the reverse of it."""

import os
import resource
import signal
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

import structlog

from keycabinet import logs
from keycabinet.checker import LoginDesk, PinChecker
from keycabinet.clock import SystemClock, boot_id
from keycabinet.config import Config, load
from keycabinet.control.core import ANSWER_WITHIN_S, Core, PinDesk
from keycabinet.control.delivery import Delivery
from keycabinet.control.head import Head
from keycabinet.control.peers import Sealed, named_peers
from keycabinet.control.progress import CURSOR, Cursors, Progress
from keycabinet.control.server import Server
from keycabinet.controller import Controller, Hardware, Inbox, Outside
from keycabinet.credentials import Hasher, load_pepper
from keycabinet.domain.entries import Entry
from keycabinet.domain.events import TimePassed
from keycabinet.domain.moment import Moment
from keycabinet.domain.state import Cabinet
from keycabinet.errors import ConfigError
from keycabinet.issuing import Issuer
from keycabinet.ports import Parts
from keycabinet.roster import Site
from keycabinet.store.change import Change
from keycabinet.store.queries import Reader
from keycabinet.store.reserve import Reserve
from keycabinet.store.sole import sole_owner
from keycabinet.store.store import Store
from keycabinet.supervision import Supervisor, nobody
from keycabinet.watchdog import Watchdog, to_systemd

log = structlog.get_logger(__name__)


class Ledger:
    """The store, and whoever waits for its next row or has to know it before anything else is decided."""

    def __init__(
        self, store: Store, head: Head, is_synced: Callable[[], bool], learn: Callable[[int, Entry], None]
    ) -> None:
        self._store, self._head, self._is_synced, self._learn = store, head, is_synced, learn
        self._tried: tuple[tuple[int, Entry], ...] = ()

    def commit(self, change: Change, moment: Moment) -> None:
        """Make a change durable, then tell the streams."""
        self._tried = tuple(enumerate(change.entries, start=self._store.head.seq + 1))
        self._store.commit(change, moment, clock_synced=self._is_synced())
        self._tell()

    def recover(self) -> bool:
        """After a failure: whether the last change is durable after all; the streams hear of its rows then."""
        written = self._store.recover()
        if written:
            self._tell()
        return written

    def _tell(self) -> None:
        for seq, entry in self._tried:
            self._learn(seq, entry)
        self._head.advance(self._store.head.seq)


def main(config_file: Path, controller: type[Controller] = Controller) -> int:
    """Run the core until SIGTERM or SIGINT; the exit status. Raises ConfigError or StoreError if it must not start."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a PIN that is being typed must not reach a dump (law 10)
    os.chdir(config_file.parent)
    logs.configure()
    config = load(config_file)
    stopping, inbox, supervisor = threading.Event(), Inbox(), Supervisor()

    def stop(_signum: int, _frame: object) -> None:
        stopping.set()
        inbox.emit(TimePassed())  # so that the loop looks up

    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, stop)
    with ExitStack() as stack:
        deciding = _start(config, stack, inbox, controller, supervisor)
        _run(deciding, stopping, Watchdog(stack.enter_context(to_systemd()), supervisor.look))
    return 0


def _run(controller: Controller, stopping: threading.Event, watchdog: Watchdog) -> None:
    watchdog.ready("the core serves")
    try:
        controller.run(stopping, watchdog.feed)
    finally:
        watchdog.stopping()


def _start(
    config: Config, stack: ExitStack, inbox: Inbox, make: type[Controller], supervisor: Supervisor
) -> Controller:
    control = config.control
    peers = named_peers(control.peers.users(), control.peers.groups(), control.sealed_to_mqtt)
    stack.enter_context(sole_owner(config.store.path))
    reserve = Reserve(config.store.path.with_name(f"{config.store.path.name}.reserve"), config.store.reserve_mib << 20)
    reserve.give_up()
    store = stack.enter_context(Store.open(config.store.path, boot_id()))
    _refuse_demo_on_hardware(config, store)
    hasher = Hasher(load_pepper(config.store.pepper), store.hash_cost())
    parts = {name: device.build() for name, device in config.devices.items()}
    head, clock = Head(store.head.seq), SystemClock(not_before=store.newest_at())
    checker, desk = PinChecker(hasher, store.credential, inbox.emit), LoginDesk(inbox.emit, via="socket")
    guard = store.guard.resumed(clock.now().utc)
    keypad = config.keypad
    cabinet = Cabinet(
        layout=config.layout(),
        times=config.times(),
        alarm_rules=config.alarms.rules(),
        books=store.books(),
        limits=keypad.limits(),
        pins=keypad.pins(),
        login=keypad.mode(),
        guard=guard,
        unsynced=config.rights.unsynced(),
    )
    progress = Progress(head, store.cursor(CURSOR))
    registered = {each.name: each.sealed for each in config.mqtt.consumers} if config.mqtt is not None else {}

    def keep(receipts: Mapping[str, int]) -> None:
        store.set_cursors(receipts)
        inbox.emit(TimePassed())  # they may have delivered an alarm, and the rules look at once

    delivery = Delivery(registered, store.cursors(), keep, store.raised(), clock.now().elapsed)
    outside = Outside(
        archive=Ledger(store, head, clock.is_synced, delivery.learn),
        hardware=_hardware(config, parts),
        checker=checker,
        clock=clock,
        zone=config.zone(),
        reserve=reserve,
        lag=lambda: progress.lag(clock.now().elapsed) if config.mqtt is not None else None,
        desk=desk,
        delivery=delivery,
    )
    issuer = Issuer(hasher, keypad.pins(), lambda: clock.now().utc)
    controller = make(cabinet, store.directory(), outside, inbox)
    controller.start(version("keycabinet"))

    stack.callback(supervisor.stop)
    supervisor.spawn("pin checker", checker.run, tell=nobody)
    for part in parts.values():
        supervisor.serve(part.device, inbox.emit)
    core = Core(
        cabinet_id=config.cabinet.id,
        title=config.cabinet.title,
        version=version("keycabinet"),
        zone=config.zone(),
        controller=controller,
        clock=clock,
        is_synced=clock.is_synced,
        open_reader=lambda: Reader.open(config.store.path),
        cursors=Cursors(store.move_cursor, {CURSOR: progress}),
        delivery=delivery,
        authenticate=lambda code, pin: desk.ask(code, pin, ANSWER_WITHIN_S),
        head=head,
        boot_id=boot_id(),
        site=Site(config.cabinet.slots, config.zone(), config.keypad.pin_digits),
        pins=PinDesk(store.credential, issuer.draw, issuer.draw_duress, _duress_is_heard(config)),
    )
    stack.enter_context(Server(control.socket, core, peers=peers))
    log.info("core is up", cabinet=config.cabinet.id, devices=sorted(parts), seq=head.seq)
    return controller


def _hardware(config: Config, parts: Mapping[str, Parts]) -> Hardware:
    wired = [(config.devices[name].wiring, part) for name, part in parts.items()]
    return Hardware(
        slots={slot: part.slots for wiring, part in wired if part.slots for slot in wiring.latches},
        lights={slot: part.lights for wiring, part in wired if part.lights for slot in wiring.lights},
        doors=tuple(part.door for _, part in wired if part.door),
        displays=tuple(part.display for _, part in wired if part.display),
        sounders=tuple(part.sounder for _, part in wired if part.sounder),
    )


def _duress_is_heard(config: Config) -> bool:
    return config.mqtt is not None and Sealed(config.control.sealed_to_mqtt) is not Sealed.NONE


def _refuse_demo_on_hardware(config: Config, store: Store) -> None:
    hardware = config.hardware()
    if hardware and store.meta("demo") == "1":
        raise ConfigError(
            f"{config.store.path} is the store of a demonstration, and {', '.join(hardware)} can move real locks: "
            "make a store of your own with `keycabinet init`"
        )
