"""What a bad line makes of frames never becomes what nobody said: each codec, in the normal suite."""

import sys
import time

import pytest

from tests.campaigns import codecs

COUNT, SEED = 100_000, 8


def test_no_mutated_frame_ends_a_codec_hangs_it_grows_it_or_becomes_what_nobody_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    began = time.monotonic()
    told = codecs.campaign(COUNT, SEED)
    with capsys.disabled():
        sys.stdout.write("\n" + codecs.report(told, SEED, time.monotonic() - began))

    assert [each for one in told for each in one.findings] == []
    assert all(one.frames >= COUNT for one in told)
    (bridge,) = (one for one in told if one.name == "drivers.ds2480b")
    assert bridge.counts["single reads past the CRC: known"] > 0, "two equal reads had nothing to guard against"
