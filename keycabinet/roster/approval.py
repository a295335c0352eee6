"""Columns of rings.csv that may be left out: how many others a release needs, and who they may be (R27)."""

from typing import Final

from keycabinet.config.faults import nearest, quoted
from keycabinet.domain.people import Role
from keycabinet.domain.rings import UNAIDED, Approval
from keycabinet.roster import cells
from keycabinet.roster.table import Row, Tell

COLUMNS: Final = ("approvers", "approver_groups", "approver_roles")
NUMBERS: Final = {"": 0, "0": 0, "1": 1, "2": 2}


def approval(row: Row, tell: Tell) -> Approval:
    """Who else has to be there; with nothing in these cells nobody."""
    written = row.cells["approvers"]
    groups = cells.groups(row, "approver_groups", tell)
    roles = _roles(row, tell)
    if written not in NUMBERS:
        tell(row.fault("approvers", f"{quoted(written)} found", "a whole number from 0 to 2"))
        return UNAIDED
    approvers = NUMBERS[written]
    if approvers and not groups and not roles:
        tell(row.fault("approvers", f"{approvers} found", "a group or role of who may approve, in the next columns"))
    if not approvers and (groups or roles):
        tell(row.fault("approvers", "empty or 0", "1 or 2, as the next columns name who may approve"))
    return Approval(approvers, groups, roles) if approvers else UNAIDED


def approval_cells(approval: Approval) -> dict[str, str]:
    """The cells that are read as this."""
    return {
        "approvers": str(approval.approvers) if approval.approvers else "",
        "approver_groups": ";".join(sorted(approval.groups)),
        "approver_roles": ";".join(sorted(role.value for role in approval.roles)),
    }


def _roles(row: Row, tell: Tell) -> frozenset[Role]:
    value = row.cells["approver_roles"]
    names = [name.strip() for name in value.split(";")] if value else []
    known = {role.value: role for role in Role}
    for name in names:
        if name not in known:
            found = f"{quoted(name)} found" if name else "an empty name"
            tell(row.fault("approver_roles", found, f"roles with ; between: {', '.join(known)}", nearest(name, known)))
    return frozenset(known[name] for name in names if name in known)
