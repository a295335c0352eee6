"""What is asked of the deciding thread."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from keycabinet.control.refusals import Refused
from tests.control.house import a_house


@dataclass
class Busy:
    """A deciding thread that never gets round to it; or that has begun, and takes its time."""

    begun: bool
    asked: list[Future[Any]] = field(default_factory=list)

    def submit(self, job: Callable[[], Any]) -> Future[Any]:
        future: Future[Any] = Future()
        self.asked.append(future)
        if self.begun:
            future.set_running_or_notify_cancel()
            Timer(0.05, lambda: future.set_result(job())).start()
        return future


def test_what_the_core_has_no_time_for_is_never_done(tmp_path: Path) -> None:
    busy = Busy(begun=False)
    with a_house(tmp_path) as house:
        core = replace(house.core, controller=busy)

        with pytest.raises(Refused, match="did not get round to it; nothing was done"):
            core.decide(lambda: None, within_s=0.01)

    assert busy.asked[0].cancelled()


def test_what_has_begun_counts_however_long_it_takes(tmp_path: Path) -> None:
    with a_house(tmp_path) as house:
        core = replace(house.core, controller=Busy(begun=True))

        assert core.decide(lambda: "done", within_s=0.01) == "done"
