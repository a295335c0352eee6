"""Given the head, no edit stays hidden; and the campaign that shows it can fail."""

from pathlib import Path
from random import Random

import pytest

from keycabinet.evidence.chain import LAWS, linked
from tests.evidence.campaign import FOUND, REFUSED, Campaign
from tests.evidence.edits import ROW_EDITS

EDITS = 2000


@pytest.mark.timeout(300)
def test_every_one_of_2000_random_edits_of_a_store_or_an_export_is_found_given_the_head(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    campaign = Campaign(tmp_path, Random(20260304))

    campaign.run(EDITS)

    with capsys.disabled():
        print("", *campaign.lines(), sep="\n")  # noqa: T201 - the counts are for whoever reads the run
    assert campaign.missed() == set()
    found = [(what, kind) for (what, kind, outcome) in campaign.told if outcome in {FOUND, REFUSED}]
    assert {kind for _, kind in found} >= {name.replace("_", " ") for name in ROW_EDITS}


def test_a_verifier_that_forgets_one_law_misses_edits_and_the_campaign_says_so(tmp_path: Path) -> None:
    campaign = Campaign(tmp_path, Random(1), laws=tuple(law for law in LAWS if law is not linked))

    campaign.run(300)

    assert "change a row and its hash" in campaign.missed()
