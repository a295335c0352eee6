"""CSV files that are right, and the means to make them wrong."""

from itertools import count
from zoneinfo import ZoneInfo

from keycabinet.config import Fault
from keycabinet.domain.directory import Directory
from keycabinet.roster import CsvFile, Files, Plan, Site, plan

ZONE = ZoneInfo("America/Chicago")
SITE = Site(slots=4, zone=ZONE, pin_digits=6)

PEOPLE = """\
code,name,class,role,groups,valid_from,valid_until,suspended
1000,Ada Admin,merit,security_electronics_administrator,,,,no
1001,Ann Lee,merit,staff,housing;intake,2026-01-05,2027-12-31,no
1002,Bo Diaz,contractor,staff,,,,yes
"""
RINGS = """\
number,name,category,tag,home_slot,groups,due,keys,seal
1,Housing rover,security,013D2C1B0A000085,1,housing,8h,11,4417
2,Medical,restricted,0117E26D0E220013,2,medical,15:00,5,
"""
RIGHTS = """\
people_group,ring_group
housing,housing
intake,medical
"""
SCHEDULES = """\
name,mon,tue,wed,thu,fri,sat,sun,holiday
days,06:00-14:00,06:00-14:00,06:00-14:00,06:00-14:00,06:00-14:00,closed,closed,closed
nights,22:00-06:00,22:00-06:00,22:00-06:00,22:00-06:00,22:00-06:00,18:00-24:00;00:00-06:00,all_day,as_usual
"""
HOLIDAYS = """\
date,name
2026-07-04,Independence Day
2026-12-25,Christmas
"""
LIMITS = """\
applies_to,who,rings
person,1001,2
class,contractor,1
group,housing,3
"""
PAIRS = """\
ring,other_ring
1,2
"""
EVERYTHING = {
    "rings": """\
number,name,category,tag,home_slot,groups,due,keys,seal,approvers,approver_groups,approver_roles
1,Housing rover,security,013D2C1B0A000085,1,housing,8h,11,4417,,,
2,Medical,restricted,0117E26D0E220013,2,medical,15:00,5,,2,housing;intake,watch_commander
""",
    "rights": """\
people_group,ring_group,schedule
housing,housing,
housing,housing,nights
intake,medical,days
""",
    "schedules": SCHEDULES,
    "holidays": HOLIDAYS,
    "limits": LIMITS,
    "pairs": PAIRS,
}
"""Beside the people: every table and every column filled."""


def files(
    people: str | None = PEOPLE, rings: str | None = RINGS, rights: str | None = RIGHTS, **more: str | None
) -> Files:
    """The files of an import; those that are None are not imported."""
    named = {"people": people, "rings": rings, "rights": rights, **more}
    return Files(**{name: None if text is None else CsvFile(f"{name}.csv", text) for name, text in named.items()})


def planned(directory: Directory | None = None, imported: Files | None = None, site: Site = SITE) -> Plan:
    """The plan of files without a fault."""
    found = outcome(directory, imported, site)
    assert isinstance(found, Plan), "\n".join(map(str, found))
    return found


def faults(imported: Files, directory: Directory | None = None, site: Site = SITE) -> tuple[Fault, ...]:
    """What is wrong with these files; nothing if they could be imported."""
    found = outcome(directory, imported, site)
    return () if isinstance(found, Plan) else found


def outcome(directory: Directory | None, imported: Files | None, site: Site) -> Plan | tuple[Fault, ...]:
    """The plan or the faults. New ids are ``n1``, ``n2``, … unless they are taken."""
    taken = (directory or Directory()).people.keys() | (directory or Directory()).rings.keys()
    ids = (new_id for number in count(1) if (new_id := f"n{number}") not in taken)
    return plan(directory or Directory(), imported or files(), site, lambda: next(ids))
