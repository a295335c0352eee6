"""Several sites of a campaign side by side, each in a thread of its own."""

import threading
from collections.abc import Callable
from random import Random


def side_by_side(lanes: int, seed: int, site: Callable[[Random], bool], findings: list[str]) -> None:
    """One site after another in each lane, while there is more to do; what fails is a finding, and raised again."""
    errors: list[BaseException] = []

    def run(random: Random) -> None:
        try:
            while site(random):
                pass
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)
            findings.append(f"the campaign itself failed: {type(error).__name__}: {str(error)[:300]}")

    threads = [threading.Thread(target=run, args=(Random(seed * 1000 + lane),)) for lane in range(lanes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
