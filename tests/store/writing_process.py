"""A process that commits, says so, and is made to die: ``python -m tests.store.writing_process <path> <how>``."""

import os
import resource
import signal
import sys
from pathlib import Path

from keycabinet.domain.entries import DoorClosed, Evidence, RingReturned, RingTaken
from keycabinet.errors import StoreError
from keycabinet.store import Change, Store
from tests.builders import NOON
from tests.store.builders import BOOT, recorded


class Deadly:
    """Stands where an enrolment should: the process dies when the store gets there, in the middle of a transaction."""

    @property
    def person(self) -> object:
        os.kill(os.getpid(), signal.SIGKILL)
        return None


def say(*words: object) -> None:
    """One line to whoever started us, at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def work(store: Store) -> None:
    """Commit for ever; each number is printed when it is acknowledged."""
    while True:
        recorded(store, RingTaken("x", "r1", 1, "ann", Evidence.TAG_READ))
        (row,) = recorded(store, RingReturned("r1", 1, Evidence.TAG_READ, "ann"))
        say(row.seq)


def exit_at_once(store: Store) -> None:
    """Commit ten rows and leave without closing anything."""
    for _ in range(10):
        (row,) = recorded(store, DoorClosed())
    say(row.seq)
    os._exit(3)


def die_inside(store: Store) -> None:
    """Commit one row, then die after the rows of the next transaction were written and before it is committed."""
    (row,) = recorded(store, DoorClosed())
    say(row.seq)
    books = store.books()
    store.commit(Change((DoorClosed(),) * 50, books, books, people=(Deadly(),)), NOON)


def fill_the_disk(store: Store) -> None:
    """Commit until the file may not grow any more, then go on when it may."""
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, unlimited[1]))
    try:
        while True:
            (row,) = recorded(store, DoorClosed())
    except StoreError as error:
        refused = str(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    (after,) = recorded(store, DoorClosed())
    say(refused)
    say(row.seq, after.seq)


def lose_the_handle(store: Store) -> None:
    """Fail once, and find a row that this process did not write."""
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, unlimited[1]))
    try:
        recorded(store, DoorClosed())
    except StoreError:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    with Store.open(Path(sys.argv[1]), BOOT) as other:
        recorded(other, DoorClosed())
    try:
        recorded(store, DoorClosed())
    except StoreError as error:
        say(error)


HOW = {each.__name__: each for each in (work, exit_at_once, die_inside, fill_the_disk, lose_the_handle)}

if __name__ == "__main__":
    with Store.open(Path(sys.argv[1]), BOOT) as opened:
        HOW[sys.argv[2]](opened)
