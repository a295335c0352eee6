"""Separation of duties: every act by every role on every role, and on oneself, against a table of its own."""

from itertools import product

import pytest

from keycabinet.domain.duties import Act, Hindrance, hindrance
from keycabinet.domain.people import Role
from tests.builders import a_person

ADMINISTRATOR = Role.SECURITY_ELECTRONICS_ADMINISTRATOR
MAY_SUSPEND = {Role.WATCH_COMMANDER, Role.SUPERINTENDENT_OF_SECURITY, ADMINISTRATOR}
BEYOND_A_WATCH_COMMANDER = {Role.SUPERINTENDENT_OF_SECURITY, ADMINISTRATOR}


@pytest.mark.parametrize("act", Act)
def test_who_may_do_what_to_others(act: Act) -> None:
    for ours, theirs in product(Role, Role):
        told = hindrance(a_person("eve", role=ours), act, a_person("ann", role=theirs))

        if act is Act.SUSPEND and ours is Role.WATCH_COMMANDER and theirs in BEYOND_A_WATCH_COMMANDER:
            assert told is Hindrance.ABOVE, (ours, theirs)
        elif ours is ADMINISTRATOR or (act is Act.SUSPEND and ours in MAY_SUSPEND):
            assert told is None, (ours, theirs)
        else:
            assert told is Hindrance.ROLE, (ours, theirs)


@pytest.mark.parametrize(("act", "role"), list(product(Act, Role)))
def test_nobody_does_to_themselves_what_they_may_do_to_others_but_correct_their_name(act: Act, role: Role) -> None:
    person = a_person(role=role)

    told = hindrance(person, act, person)

    assert (told is None) == (act is Act.CHANGE_NAME and role is ADMINISTRATOR)
    if role is ADMINISTRATOR and act is not Act.CHANGE_NAME:
        assert told is Hindrance.ONESELF
