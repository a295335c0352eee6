"""PINs cost the same whatever is found, show nowhere, and need a pepper that only the core can read."""

import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from keycabinet.credentials import (
    FLOOR,
    Credential,
    Hasher,
    Params,
    argon2id,
    draw_pin,
    load_pepper,
    make_pepper,
)
from keycabinet.domain.events import Verdict
from keycabinet.domain.people import Pin, Terms
from keycabinet.domain.pins import is_trivial
from keycabinet.errors import ConfigError
from keycabinet.store import Change, Store
from tests.builders import NOON

PEPPER = bytes(range(32))
PIN, OTHER = Pin("481593"), Pin("481594")


class Counting:
    """A fast hash that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[bytes, bytes, Params]] = []

    def __call__(self, secret: bytes, salt: bytes, params: Params) -> bytes:
        self.asked.append((secret, salt, params))
        return hashlib.sha256(secret + salt + repr(params).encode()).digest()


@pytest.fixture
def derive() -> Counting:
    return Counting()


@pytest.fixture
def hasher(derive: Counting) -> Hasher:
    return Hasher(PEPPER, derive=derive)


def duress_for(credential: Credential, pin: Pin, hasher: Hasher) -> Credential:
    """The same credential with this PIN for duress: hashed with the salt of the normal one."""
    return replace(credential, duress_digest=hasher._digest(pin, credential.salt, FLOOR))


def test_every_path_of_a_check_costs_exactly_one_hash_of_the_same_price(hasher: Hasher, derive: Counting) -> None:
    ann = hasher.issue("ann", PIN)
    duress = duress_for(ann, OTHER, hasher)
    paths = [
        (ann, PIN, Verdict.RIGHT),
        (duress, PIN, Verdict.RIGHT),
        (duress, OTHER, Verdict.DURESS),
        (ann, OTHER, Verdict.WRONG_PIN),
        (ann, Pin(""), Verdict.WRONG_PIN),
        (replace(ann, terms=Terms(disabled=True)), PIN, Verdict.RIGHT),
        (Credential.absent("bob"), PIN, Verdict.NO_CREDENTIAL),
        (None, PIN, Verdict.UNKNOWN_CODE),
    ]
    for credential, pin, verdict in paths:
        derive.asked.clear()

        assert hasher.check(credential, pin) is verdict

        ((secret, salt, params),) = derive.asked
        assert (len(secret), len(salt), params) == (32, 16, FLOOR)


def test_a_hasher_and_its_dummy_cost_nothing_to_make(hasher: Hasher, derive: Counting) -> None:
    assert derive.asked == []


def test_what_is_hashed_is_the_pin_under_the_pepper_and_not_the_pin(hasher: Hasher, derive: Counting) -> None:
    hasher.issue("ann", PIN)

    ((secret, _, _),) = derive.asked
    assert b"481593" not in secret
    other = Counting()
    Hasher(bytes(32), derive=other).issue("ann", PIN)
    assert other.asked[0][0] != secret


def test_a_credential_is_checked_at_the_price_it_was_issued_at(derive: Counting) -> None:
    dear = Params(memory_kib=64 * 1024, passes=3, lanes=1)
    ann = Hasher(PEPPER, dear, derive).issue("ann", PIN)

    assert Hasher(PEPPER, FLOOR, derive).check(ann, PIN) is Verdict.RIGHT
    assert [params for _, _, params in derive.asked] == [dear, dear]


def test_two_people_with_one_pin_have_nothing_in_common(hasher: Hasher) -> None:
    ann, bob = hasher.issue("ann", PIN), hasher.issue("bob", PIN)

    assert not {ann.salt, ann.digest, ann.duress_digest} & {bob.salt, bob.digest, bob.duress_digest}


def test_a_real_credential_survives_the_store_and_opens_for_its_pin_only(staffed: Store) -> None:
    hasher, books = Hasher(PEPPER), staffed.books()
    staffed.commit(Change((), books, books, credentials=(hasher.issue("ann", PIN),)), NOON)

    assert hasher.check(staffed.credential("1001"), PIN) is Verdict.RIGHT
    assert hasher.check(staffed.credential("1001"), OTHER) is Verdict.WRONG_PIN
    assert hasher.check(staffed.credential("1002"), PIN) is Verdict.NO_CREDENTIAL
    assert hasher.check(staffed.credential("9999"), PIN) is Verdict.UNKNOWN_CODE
    assert Hasher(bytes(32)).check(staffed.credential("1001"), PIN) is Verdict.WRONG_PIN


def test_the_slow_hash_is_argon2id_as_everybody_else_computes_it() -> None:
    digest = argon2id(b"secret", b"0123456789abcdef", FLOOR)

    assert digest.hex() == "f2a3e96968a0d07df5c2f89b280829821b76472d8cf2bb51418b59f77a2832eb"


def test_no_secret_shows_in_a_repr(hasher: Hasher) -> None:
    ann = hasher.issue("ann", PIN)
    shown = f"{ann!r} {hasher!r} {PIN!r}"

    for secret in (
        PIN.digits,
        repr(ann.salt),
        repr(ann.digest),
        repr(ann.duress_digest),
        ann.digest.hex(),
        repr(PEPPER),
    ):
        assert secret not in shown


@pytest.mark.parametrize("pepper", [b"", bytes(15)])
def test_a_short_pepper_is_refused_and_not_shown(pepper: bytes) -> None:
    with pytest.raises(ConfigError, match=f"has {len(pepper)} bytes, at least 16"):
        Hasher(pepper)


@pytest.mark.parametrize("params", [Params(19_455, 2, 1), Params(65_536, 1, 1), Params(19_456, 2, 0)])
def test_a_site_cannot_make_pins_cheaper_than_the_floor(params: Params) -> None:
    with pytest.raises(ConfigError, match="too cheaply"):
        Hasher(PEPPER, params)


@pytest.mark.parametrize(
    "digits",
    [
        "1111",
        "000000",
        "1234",
        "456789",
        "890123",
        "4321",
        "210987",
        "1212",
        "454545",
        "123123",
        "48194819",
        "787787787",
    ],
)
def test_what_people_try_first_is_trivial(digits: str) -> None:
    assert is_trivial(Pin(digits))


@pytest.mark.parametrize("digits", ["1112", "2580", "4711", "481593", "123124", "135791"])
def test_what_is_not_on_that_list_is_not_trivial(digits: str) -> None:
    assert not is_trivial(Pin(digits))


def test_a_drawn_pin_is_drawn_again_until_it_is_not_trivial() -> None:
    digits: Iterator[str] = iter("1234555525254711")

    assert draw_pin(4, lambda _: next(digits)) == Pin("4711")


@pytest.mark.parametrize("digits", range(4, 13))
def test_drawn_pins_have_their_length_and_differ(digits: int) -> None:
    pins = {draw_pin(digits).digits for _ in range(20)}

    assert {len(pin) for pin in pins} == {digits}
    assert len(pins) > 10


@pytest.mark.parametrize("digits", [3, 13, 0])
def test_a_pin_has_four_to_twelve_digits(digits: int) -> None:
    with pytest.raises(ConfigError, match=f"4 to 12 digits, not {digits}"):
        draw_pin(digits)


def test_a_made_pepper_is_long_random_and_its_owners_only(tmp_path: Path) -> None:
    make_pepper(tmp_path / "a")
    make_pepper(tmp_path / "b")

    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert len(load_pepper(tmp_path / "a")) == 32
    assert load_pepper(tmp_path / "a") != load_pepper(tmp_path / "b")


def test_a_pepper_is_never_overwritten(tmp_path: Path) -> None:
    make_pepper(tmp_path / "pepper")
    before = load_pepper(tmp_path / "pepper")

    with pytest.raises(ConfigError, match="pepper cannot be made: File exists"):
        make_pepper(tmp_path / "pepper")
    assert load_pepper(tmp_path / "pepper") == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601, 0o666])
def test_a_pepper_that_others_can_reach_is_refused_with_the_remedy(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "pepper"
    make_pepper(file)
    file.chmod(mode)

    with pytest.raises(ConfigError, match=f"{file} has mode 0{mode:o} .*chmod 600 {file}"):
        load_pepper(file)


@pytest.mark.parametrize("text", ["", "ab" * 15, "zz" * 16, "abc" * 11, "ab " * 16, "ä" * 32])
def test_a_pepper_that_is_not_hex_or_too_short_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    file = tmp_path / "pepper"
    file.touch(mode=0o600)
    file.write_text(text)

    with pytest.raises(ConfigError, match="pepper is not") as caught:
        load_pepper(file)
    assert caught.value.__cause__ is None
    assert not text or text not in str(caught.value)


def test_a_missing_pepper_says_who_makes_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file or directory; `keycabinet init` makes one"):
        load_pepper(tmp_path / "pepper")


def test_a_pepper_may_be_long_and_in_any_case(tmp_path: Path) -> None:
    file, secret = tmp_path / "pepper", secrets.token_bytes(64)
    descriptor = os.open(file, os.O_CREAT | os.O_WRONLY, 0o400)
    os.write(descriptor, secret.hex().upper().encode() + b"\n")
    os.close(descriptor)

    assert load_pepper(file) == secret


def test_a_pin_that_is_changed_stays_beside_the_one_for_duress(hasher: Hasher, derive: Counting) -> None:
    ann = duress_for(hasher.issue("ann", PIN), OTHER, hasher)
    new = Pin("730284")
    derive.asked.clear()

    digest = hasher.change(ann, new)
    assert digest is not None
    assert len(derive.asked) == 1
    changed = replace(ann, digest=digest)
    found = [hasher.check(changed, pin) for pin in (PIN, OTHER, new)]
    assert found == [Verdict.WRONG_PIN, Verdict.DURESS, Verdict.RIGHT]


def test_a_pin_is_not_changed_to_itself_or_to_the_one_for_duress(hasher: Hasher) -> None:
    ann = duress_for(hasher.issue("ann", PIN), OTHER, hasher)

    assert hasher.change(ann, PIN) is None
    assert hasher.change(ann, OTHER) is None
