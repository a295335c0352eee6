"""The roster as the files that an import of it reads: what is exported and imported elsewhere is the same again."""

import csv
from collections.abc import Iterable, Mapping
from datetime import tzinfo
from io import StringIO

from keycabinet.domain.bounds import LimitOn
from keycabinet.domain.directory import Directory
from keycabinet.roster import approval, bounds, people, rights, rings


def exported(directory: Directory, zone: tzinfo) -> dict[str, str]:
    """Table -> its text, every table. People who were blanked have no code, and are left out."""
    known = sorted((person for person in directory.people.values() if person.code), key=lambda person: person.code)
    codes = {person.id for person in known}
    limits = [each for each in directory.bounds.limits if each.on is not LimitOn.PERSON or each.who in codes]
    schedules, holidays, pairs = directory.bounds.schedules, directory.bounds.holidays, directory.bounds.pairs
    on_rings = sorted(directory.rings.values(), key=lambda ring: ring.home_slot)
    return {
        "people": _text((*people.COLUMNS, *people.OPTIONAL), [people.person_cells(person, zone) for person in known]),
        "rings": _text((*rings.COLUMNS, *approval.COLUMNS), map(rings.ring_cells, on_rings)),
        "rights": _text((*rights.COLUMNS, *rights.OPTIONAL), map(rights.right_cells, sorted(directory.rights))),
        "schedules": _text(bounds.SCHEDULES, _sorted(map(bounds.schedule_cells, schedules))),
        "holidays": _text(bounds.HOLIDAYS, _sorted(map(bounds.holiday_cells, holidays))),
        "limits": _text(bounds.LIMITS, _sorted(bounds.limit_cells(limit, directory) for limit in limits)),
        "pairs": _text(bounds.PAIRS, _sorted(bounds.pair_cells(pair, directory) for pair in pairs)),
    }


def _sorted(rows: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    return sorted(rows, key=lambda cells: tuple(cells.values()))


def _text(columns: tuple[str, ...], rows: Iterable[Mapping[str, str]]) -> str:
    text = StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
