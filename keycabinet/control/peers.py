"""Which process is at the other end of a unix socket, as the kernel knows it, and which part that process plays.

A part is given by user or group of the system (``[control.peers]``). Without any such table the user of the core plays
every part: that is a demonstration or a test, where all processes are one user and nobody can tell them apart.
"""

import grp
import os
import pwd
import socket
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, unique

from keycabinet.errors import ConfigError

_UCRED = struct.Struct("3i")
_GID = struct.Struct("I")
_SO_PEERGROUPS = 59
"""Linux; the socket module has no name for it."""
_GROUPS_BYTES = 1024
"""The most that the socket module asks for: 256 groups."""
ROOT = 0


@unique
class Kind(Enum):
    """The part that a process plays at the control socket."""

    MQTT = "mqtt"
    CONSOLE = "console"
    PEOPLE = "people"


EVERY = frozenset(Kind)
_PEOPLE = frozenset({Kind.PEOPLE})
_NONE: frozenset[Kind] = frozenset()


@unique
class Sealed(Enum):
    """Which sealed rows the peer ``mqtt`` is given; the site's choice."""

    NONE = "none"
    DURESS = "duress"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Peer:
    """A process at the time when it connected, and the parts that it may play."""

    pid: int
    uid: int
    gid: int
    kinds: frozenset[Kind] = _NONE


@dataclass(frozen=True)
class Peers:
    """Who plays which part, by numbers of users and groups, and which sealed rows leave by ``mqtt``."""

    uids: Mapping[int, frozenset[Kind]] = field(default_factory=dict)
    gids: Mapping[int, frozenset[Kind]] = field(default_factory=dict)
    sealed: Sealed = Sealed.DURESS

    def kinds_of(self, uid: int, gids: Iterable[int], own_uid: int) -> frozenset[Kind]:
        """The parts of a process of this user and these groups. Who serves is not people, too; root is nobody special.

        Where nobody is named as ``people``, everybody is who can connect and serves as nothing else.
        """
        named = _NONE.union(*self.uids.values(), *self.gids.values())
        if not named:
            return EVERY if uid == own_uid else _PEOPLE
        if uid == ROOT:
            return _PEOPLE
        known = self.uids.get(uid, _NONE).union(*(self.gids.get(gid, _NONE) for gid in gids))
        if services := known - _PEOPLE:
            return services
        return _PEOPLE if Kind.PEOPLE in known or Kind.PEOPLE not in named else _NONE

    def peer_of(self, link: socket.socket) -> Peer:
        """Who connected. Raises OSError if the socket is gone."""
        pid, uid, gid = _UCRED.unpack(link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
        return Peer(pid, uid, gid, self.kinds_of(uid, (gid, *_groups(link)), os.geteuid()))


def named_peers(users: Mapping[str, str], groups: Mapping[str, str], sealed: str) -> Peers:
    """The peers with these names of users and groups, by their part. Raises ConfigError for a name nobody has."""
    uids = [(_uid(part, name), Kind(part)) for part, name in users.items()]
    gids = [(_gid(part, name), Kind(part)) for part, name in groups.items()]
    return Peers(_together(uids), _together(gids), Sealed(sealed))


def _groups(link: socket.socket) -> tuple[int, ...]:
    try:
        packed = link.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _GROUPS_BYTES)
    except OSError:
        return ()  # more groups than that: the first one alone counts, which gives less and never more
    return tuple(gid for (gid,) in _GID.iter_unpack(packed))


def _uid(part: str, name: str) -> int:
    try:
        uid = pwd.getpwnam(name).pw_uid
    except KeyError:
        raise ConfigError(f"control.peers.{part}.user: there is no user {name}") from None
    if uid == ROOT:
        raise ConfigError(f"control.peers.{part}.user: {name} is root, who is nobody special: name a user of its own")
    return uid


def _gid(part: str, name: str) -> int:
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        raise ConfigError(f"control.peers.{part}.group: there is no group {name}") from None


def _together(pairs: Iterable[tuple[int, Kind]]) -> dict[int, frozenset[Kind]]:
    found: dict[int, frozenset[Kind]] = {}
    for number, kind in pairs:
        found[number] = found.get(number, _NONE) | {kind}
    return found
