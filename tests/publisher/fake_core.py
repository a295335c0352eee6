"""A core without a cabinet: a real unix socket that speaks the lines of the control socket, and a ledger in a list."""

import hashlib
import json
import socket
import tempfile
import threading
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Self

CABINET = "mc-1"
AT = "2026-11-23T08:00:00.000000Z"
DUE = "2026-11-23T16:00:00.000000Z"


class FakeCore:
    """``append`` commits rows, ``moves`` is how the cursor was moved; ``stop`` and ``start`` are a restart."""

    def __init__(self, *, cabinet: str = CABINET, slots: int = 2) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="kc-core-")
        self.socket = Path(self._folder.name) / "control.sock"
        self.cabinet = cabinet
        self.rows: list[dict[str, Any]] = []
        self.moves: list[int] = []
        self.cursor = 0
        self.receipts: list[tuple[str, int, int | None]] = []
        self.alarms: list[tuple[str, str]] = []
        self.slots = [a_slot(number) for number in range(1, slots + 1)]
        self.answers = True
        self._changed = threading.Condition()
        self._links: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stop()
        self._folder.cleanup()

    def append(self, count: int = 1, *, type_name: str = "door.closed", **columns: Any) -> int:
        """Commit so many rows; the number of the last one."""
        with self._changed:
            for _ in range(count):
                self.rows.append(a_row(len(self.rows) + 1, type=type_name, previous=self._last(columns), **columns))
            self._changed.notify_all()
            return len(self.rows)

    def _last(self, columns: dict[str, Any]) -> int | None:
        is_sealed = columns.get("visibility") == "sealed"
        alike = (row["seq"] for row in reversed(self.rows) if (row["visibility"] == "sealed") is is_sealed)
        return next(alike, None)

    def wait_for_cursor(self, seq: int, within: float = 10.0) -> None:
        """Wait until the cursor stands at this row."""
        with self._changed:
            moved = self._changed.wait_for(lambda: self.cursor == seq, within)
        assert moved, f"the cursor is at {self.cursor} and not at {seq}; it was moved {self.moves}"

    def wait_for_receipt(self, consumer: str, sequence: int, sealed: int | None = None, within: float = 10.0) -> None:
        """Wait until this was the last that was said of what a consumer has."""
        last = lambda: [each for each in self.receipts if each[0] == consumer][-1:]  # noqa: E731
        with self._changed:
            came = self._changed.wait_for(lambda: last() == [(consumer, sequence, sealed)], within)
        assert came, f"the receipts so far: {self.receipts}"

    def start(self) -> None:
        """Listen."""
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.socket))
        self._listener.listen()
        self._spawn(self._accept, self._listener)

    def stop(self) -> None:
        """Hang up on everybody; the ledger stays."""
        assert self._listener is not None
        for link in (self._listener, *self._links):
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)
        with self._changed:
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(5)
        self._threads.clear()
        self._listener.close()
        self.socket.unlink(missing_ok=True)

    def _spawn(self, work: Any, link: socket.socket) -> None:
        self._threads.append(threading.Thread(target=work, args=(link,), daemon=True))
        self._threads[-1].start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                link, _ = listener.accept()
                self._links.add(link)
                self._spawn(self._serve, link)

    def _serve(self, link: socket.socket) -> None:
        with suppress(OSError), link, link.makefile("rb") as lines:
            for line in lines:
                asked = json.loads(line)
                if not self.answers:
                    continue
                answer = self._answer(asked["method"], asked["params"])
                link.sendall(json.dumps({"jsonrpc": "2.0", "id": asked["id"], **answer}).encode() + b"\n")
                if asked["method"] == "subscribe":
                    only = asked["params"].get("only")
                    self._spawn(partial(self._stream, seq=asked["params"]["from_seq"], only=only), link)
        self._links.discard(link)
        with self._changed:
            self._changed.notify_all()

    def _stream(self, link: socket.socket, seq: int, only: str | None) -> None:
        with suppress(OSError):
            while link in self._links:
                with self._changed:
                    if len(self.rows) < seq:
                        self._changed.wait(1)
                    fresh = self.rows[seq - 1 :]
                for row in fresh:
                    if only is not None and (row["visibility"] == "sealed") is not (only == "sealed"):
                        continue
                    link.sendall(json.dumps({"jsonrpc": "2.0", "method": "row", "params": row}).encode() + b"\n")
                seq += len(fresh)

    def _answer(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if method == "cursor.move" and not self.cursor <= params["seq"] <= len(self.rows):
            return {"error": {"code": -32006, "message": "not a step forward", "data": {"fault": "store"}}}
        return {"result": self._result(method, params)}

    def _result(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        match method:
            case "hello":
                zone = "America/Chicago"
                about = {"cabinet": self.cabinet, "title": "Sallyport", "timezone": zone, "version": "0.1.0"}
                return {"protocol": 1, "boot_id": "b" * 32, **about, "head_seq": len(self.rows)}
            case "status":
                assert params == {"peer": "mqtt"}
                return self._status()
            case "cursor.get":
                assert params == {"name": "mqtt"}
                published = [row for row in self.rows if row["seq"] <= self.cursor]
                sealed = [row["seq"] for row in published if row["visibility"] == "sealed"]
                rest = [row["seq"] for row in published if row["visibility"] != "sealed"]
                last = {"last": max(rest, default=0), "last_sealed": max(sealed, default=0)}
                return {"name": "mqtt", "seq": self.cursor, **last}
            case "cursor.move":
                return self._move(params["seq"])
            case "receipt.note":
                with self._changed:
                    assert params["sequence"] <= self.cursor, "a receipt came before the cursor that it needs"
                    self.receipts.append((params["consumer"], params["sequence"], params["sealed"]))
                    self._changed.notify_all()
                return {}
            case "subscribe":
                return {"from_seq": params["from_seq"], "head_seq": len(self.rows)}
        raise AssertionError(f"the publisher called {method}")

    def _move(self, seq: int) -> dict[str, Any]:
        with self._changed:
            self.cursor = seq
            self.moves.append(seq)
            self._changed.notify_all()
        return {"name": "mqtt", "seq": seq}

    def _status(self) -> dict[str, Any]:
        alarms = [
            {
                "kind": kind,
                "subject": f"ring 12 (Infirmary) {subject}",
                "subject_id": subject,
                "level": 1,
                "since": AT,
                "last": AT,
                "count": 1,
                "delivered": None,
                "acknowledged": None,
                "acknowledged_by": None,
                "silenced": False,
            }
            for kind, subject in self.alarms
        ]
        clock = {"utc": AT, "local": "2026-11-23T02:00:00-06:00", "synced": True}
        about = {"cabinet": self.cabinet, "title": "Sallyport", "timezone": "America/Chicago", "ready": True}
        head = {"seq": len(self.rows), "hash": "0" * 64}
        seen = {
            "silent": [],
            "health": [],
            "clock": clock,
            "door": "locked",
            "slots": self.slots,
            "alarms": alarms,
            "head": head,
        }
        return {**about, **seen, "session": False}


def a_row(seq: int, **columns: Any) -> dict[str, Any]:
    """A row as the stream carries it."""
    return {
        "seq": seq,
        "id": hashlib.sha256(str(seq).encode()).hexdigest()[:32],
        "type": "door.closed",
        "visibility": "open",
        "at": AT,
        "monotonic_ns": seq * 1000,
        "boot_id": "b" * 32,
        "clock_synced": True,
        "subject": "door",
        "actor": None,
        "body": {},
        "prev_hash": "0" * 64,
        "hash": "1" * 64,
        "names": {},
        "previous": seq - 1 or None,
        **columns,
    }


def a_slot(number: int, **fields: Any) -> dict[str, Any]:
    """A slot as ``status`` tells it, with its ring in it."""
    ring = {"id": f"ring-{number}", "number": str(number), "name": "Infirmary"}
    return {
        "slot": number,
        "state": "in",
        "lock": "secured",
        "ring": ring,
        "home": {"number": str(number), "name": "Infirmary"},
        "holder": None,
        "since": AT,
        "due": None,
        "overdue": False,
        "evidence": "tag_read",
        **fields,
    }
