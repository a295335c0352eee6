"""A PIN that is given to somebody has the terms of the site (R3), and the one for duress is another one (R6)."""

from datetime import timedelta

from keycabinet.credentials import Hasher
from keycabinet.domain.events import Verdict
from keycabinet.domain.people import Terms
from keycabinet.domain.pins import PinRules
from keycabinet.issuing import Issuer
from tests.builders import NOON
from tests.control.house import quickly

HASHER = Hasher(b"a pepper for tests", derive=quickly)


def an_issuer(**rules: object) -> Issuer:
    return Issuer(HASHER, PinRules(**rules), lambda: NOON.utc)


def test_a_pin_is_stamped_with_its_time_and_its_terms():
    pin, credential = an_issuer(digits=8, days=90, first_use_change=True).draw("ann")

    assert (len(pin), credential.issued_at) == (8, NOON.utc)
    assert credential.terms == Terms(expires_at=NOON.utc + timedelta(days=90), must_change=True)


def test_a_pin_without_terms_is_good_for_ever():
    _, credential = an_issuer().draw("ann")

    assert credential.terms == Terms()


def test_a_pin_for_duress_is_never_the_other_one():
    issuer = an_issuer(digits=4)
    pin, credential = issuer.draw("ann")
    for _ in range(50):
        forced, digest = issuer.draw_duress(credential)
        assert forced != pin
        assert digest == HASHER.change(credential, forced)
    assert HASHER.check(credential, pin) is Verdict.RIGHT
