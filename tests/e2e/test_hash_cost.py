"""The core hashes new PINs at the cost that is kept with the store, and old ones at theirs (R2)."""

import sqlite3
from contextlib import closing

import pytest

from tests.e2e.site import Site

DEARER = "m=20480,t=3,p=1"


@pytest.mark.timeout(120)
def test_a_new_pin_costs_what_the_store_says_and_opens_as_an_old_one_does():
    with Site() as site:
        site.end("core")
        with closing(sqlite3.connect(site.folder / "cabinet.db")) as store, store:
            store.execute("UPDATE meta SET value = ? WHERE key = 'hash_cost'", (DEARER,))
        site.start_core()
        words = ("pin", "reset", "1042", "--json", "--credentials-stdin")
        site.pins["1042"] = site.command(*words, stdin=f"1000\n{site.pins['1000']}\n")["pin"]

        for code in ("1042", "1077"):
            site.log_in(code)
            site.simulator.press("*")
            site.simulator.wait_for_text("TYPE YOUR CODE")
        with closing(sqlite3.connect(site.folder / "cabinet.db")) as store:
            costs = dict(
                store.execute("SELECT code, memory_kib || ' ' || passes FROM people JOIN credentials ON person_id = id")
            )
        assert (costs["1042"], costs["1077"]) == ("20480 3", "19456 2")
