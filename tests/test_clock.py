"""What the core takes for the time, and when it trusts it."""

from datetime import UTC, datetime, timedelta

from keycabinet.clock import SystemClock


def test_a_clock_that_starts_at_the_newest_row_instead_of_at_the_systems_time_is_not_trusted() -> None:
    ahead = datetime.now(UTC) + timedelta(days=1)

    clock = SystemClock(not_before=ahead)

    assert clock.now().utc >= ahead
    assert not clock.is_synced()
