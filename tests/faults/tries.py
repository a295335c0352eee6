"""A story that was only late is tried once more, alone, and must then be in time. What is false is never tried again.

Late is what did not come within its time (``Late``), on a machine that may have been busy. Everything that a late try
did tell must be told by the second one too, and no oftener: a story that was late and false is false.
"""

from collections.abc import Callable

import pytest

from tests.faults.judge import Judge
from tests.waiting import Late

Story = Callable[[Judge], None]


def once_more_if_late(story: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> None:
    """Play a story that makes its own site; a second time if it was late, and say so. Raises what the story raises."""
    try:
        story()
    except Late as late:
        story()
        say(capsys, f"late, then in time: {str(late).splitlines()[0]}")


def say(capsys: pytest.CaptureFixture[str], what: str) -> None:
    """What was forgiven is never hidden."""
    with capsys.disabled():
        print(f"\n{what}")  # noqa: T201


class Sites:
    """One site for many stories; another after one that has not left it at rest."""

    def __init__(self) -> None:
        self._judge: Judge | None = None

    def at_rest(self) -> Judge:
        """A site at rest, of which nothing was told yet."""
        if self._judge is not None and not self._judge.comes_to_rest():
            self.close()
        if self._judge is None:
            self._judge = Judge().open()
        self._judge.begin()
        return self._judge

    def fresh(self) -> Judge:
        """A site of its own, while no other runs."""
        self.close()
        return self.at_rest()

    def close(self) -> None:
        """Nothing is left."""
        if self._judge is not None:
            self._judge.close()
            self._judge = None


def play_in_time(sites: Sites, story: Story) -> str:
    """Play it, a second time if it was late; what was late the first time, in words. Raises what the story raises."""
    judge = sites.at_rest()
    try:
        story(judge)
    except Late as late:
        told = judge.told()
        again = sites.fresh()
        story(again)
        more = told - again.told()
        assert not more, f"told by the late try alone: {dict(more)}"
        return f"late, then in time: {str(late).splitlines()[0]}"
    return ""
