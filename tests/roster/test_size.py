"""The size of a site that a cabinet is built for."""

from dataclasses import replace
from itertools import count
from pathlib import Path

from keycabinet.clock import SystemClock, boot_id
from keycabinet.domain.books import Books
from keycabinet.domain.directory import Directory
from keycabinet.roster import Site
from keycabinet.roster.enrol import prepare
from keycabinet.store import Store
from keycabinet.store.upgrade import create
from tests.bench.rights import LARGE, files
from tests.builders import ZONE


def test_ten_thousand_people_with_all_rings_and_rights_are_there_after_an_import(tmp_path: Path) -> None:
    ids, moment = count(), SystemClock().now()
    ready = prepare(Directory(), files(LARGE), Site(LARGE.rings, ZONE, 8), None, lambda: f"n{next(ids)}")
    create(tmp_path / "cabinet.db", demo=False, at=moment.utc)
    with Store.open(tmp_path / "cabinet.db", boot_id()) as store:
        rows = store.commit(replace(ready.change, after=Books().fold(ready.change.entries, moment.utc)), moment)

    with Store.open(tmp_path / "cabinet.db", boot_id()) as store:
        found, custody = store.directory(), store.books().custody
    assert (len(found.people), len(found.rings), len(found.rights)) == (LARGE.people, LARGE.rings, LARGE.rights)
    assert found == ready.plan.directory
    assert custody.keys() == found.rings.keys()
    assert len(rows) == LARGE.people + LARGE.rings + len({"rights", "bounds"})
