"""A folder on a disk that forgets, at a power cut, what was not synced: ``forgetful.c`` below a process, and the cut.

disk = Disk(folder, "cabinet.db", library(tmp))
process = start(..., env=disk.environment())
process.kill()
disk.cut(random)   # the folder is what the disk held
"""

import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

SOURCE = Path(__file__).with_name("forgetful.c")
SECTOR = 512
NOTE = struct.Struct("qqq")
WAYS = ("all", "some", "first")


def library(folder: Path) -> Path:
    """The layer, compiled (Debian: gcc and libc6-dev)."""
    assert shutil.which("gcc"), "the disk that forgets has to be compiled: sudo apt install gcc libc6-dev"
    made = folder / "forgetful.so"
    command = ["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", str(made), str(SOURCE), "-ldl"]
    subprocess.run([*command, "-pthread"], check=True)
    return made


@dataclass(frozen=True)
class Note:
    """A write or a cut to length (``W`` or ``T``) that no sync has made durable."""

    kind: str
    offset: int
    content: bytes


class Disk:
    """Files with this prefix in this folder, as they are (the folder) and as they last (beside it)."""

    def __init__(self, folder: Path, prefix: str, layer: Path) -> None:
        self.folder, self._prefix, self._layer = folder, prefix, layer
        self.shadow = folder.with_name(folder.name + ".shadow")
        self.dropped: int = 0
        """Writes that cuts took away so far."""
        self.begin()

    def environment(self, *, cut_at: int = 0, normal: bool = False, preload: bool = True) -> dict[str, str]:
        """For a process on this disk. ``cut_at``: the power fails just before its n-th write or sync, and kills it."""
        names = {"FORGETFUL_FOLDER": str(self.folder), "FORGETFUL_SHADOW": str(self.shadow)}
        names |= {"FORGETFUL_PREFIX": self._prefix, "FORGETFUL_CUT_AT": str(cut_at)}
        names |= {"FORGETFUL_NORMAL": "1" if normal else ""}
        return names | ({"LD_PRELOAD": str(self._layer)} if preload else {})

    def begin(self) -> None:
        """Everything that is there now lasts."""
        shutil.rmtree(self.shadow, ignore_errors=True)
        self.shadow.mkdir()
        for file in self._files(self.folder):
            shutil.copy(file, self.shadow / file.name)

    def cut(self, random: Random | None = None) -> str:
        """Leave in the folder what lasts, and of the rest nothing, some (in any order, torn) or the first; say which.

        Without ``random`` everything is lost that may be. Every process must be dead.
        """
        way = "all" if random is None else random.choice(WAYS)
        pending = {file.name.removesuffix(".pending"): file for file in self.shadow.glob("*.pending")}
        for name, file in pending.items():
            notes = list(_notes(file))
            kept = _kept(notes, way, random or Random(0))
            self.dropped += len(notes) - len(kept)
            _apply(self.shadow / name, kept)
            file.unlink()
        for mark in self.shadow.glob("*.new"):
            if way == "all":
                (self.shadow / mark.name.removesuffix(".new")).unlink(missing_ok=True)
            mark.unlink()
        self._restore()
        return way

    def close(self) -> None:
        """Nothing is left beside the folder."""
        shutil.rmtree(self.shadow, ignore_errors=True)

    def _restore(self) -> None:
        for file in self._files(self.folder):
            file.unlink()
        for file in self._files(self.shadow):
            shutil.copy(file, self.folder / file.name)
        (self.folder / f"{self._prefix}-shm").unlink(missing_ok=True)

    def _files(self, folder: Path) -> list[Path]:
        return [file for file in folder.glob(f"{self._prefix}*") if not file.name.endswith("-shm")]


def _notes(file: Path) -> Iterator[Note]:
    """A note that the cut itself tore is none."""
    content, at = file.read_bytes(), 0
    while at + NOTE.size <= len(content):
        kind, offset, length = NOTE.unpack_from(content, at)
        at += NOTE.size + length
        if at <= len(content):
            yield Note(chr(kind), offset, content[at - length : at])


def _kept(notes: list[Note], way: str, random: Random) -> list[Note]:
    if way == "all":
        return []
    if way == "first":
        return notes[: random.randint(0, len(notes))]
    kept = [note for note in notes if random.random() < 0.5]
    random.shuffle(kept)
    return [_torn(note, random) if random.random() < 0.3 else note for note in kept]


def _torn(note: Note, random: Random) -> Note:
    """Only so many of its sectors reached the disk."""
    sectors = random.randint(0, len(note.content) // SECTOR)
    return Note(note.kind, note.offset, note.content[: sectors * SECTOR])


def _apply(file: Path, notes: list[Note]) -> None:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    for note in notes:
        if note.kind == "W":
            os.pwrite(descriptor, note.content, note.offset)
        else:
            os.ftruncate(descriptor, note.offset)
    os.close(descriptor)
