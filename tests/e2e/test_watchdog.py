"""The real core beside the simulator, and what it tells systemd."""

import signal

from tests.e2e.site import Site
from tests.systemd import Systemd


def test_the_core_is_ready_lives_falls_silent_when_it_is_stopped_and_says_that_it_ends() -> None:
    with Systemd() as systemd, Site() as site:
        assert systemd.next().startswith("READY=1\n")
        for _ in range(5):
            systemd.wait_for("WATCHDOG=1", within=1.5)

        site.running["core"].send_signal(signal.SIGSTOP)
        systemd.forget()
        assert systemd.is_silent("WATCHDOG=1", for_s=5.0)
        site.running["core"].send_signal(signal.SIGCONT)
        systemd.wait_for("WATCHDOG=1", within=2.0)
        assert "stuck" not in site.log("core")
        assert "thread_stuck" not in {row["body"]["fault"] for row in site.ledger("device.lost")}

        assert site.end("core") == 0
        systemd.wait_for("STOPPING=1")


def test_ready_means_that_the_socket_is_served() -> None:
    with Systemd() as systemd, Site() as site:
        site.end("core")
        systemd.forget()
        site.start("core")
        systemd.wait_for("READY=1", within=20)

        assert site.run("status").returncode == 0
