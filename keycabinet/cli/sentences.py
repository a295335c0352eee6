"""Rows of the ledger as sentences: names instead of ids, local time instead of UTC."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from keycabinet.cli.times import local, short

SENTENCES: Mapping[str, str] = {
    "cabinet.started": "core {version} started",
    "cabinet.ready": "the cabinet is ready{without}",
    "person.enrolled": "{person} was enrolled or changed{by}",
    "person.changed": "{person} was changed{by}: {what}",
    "person.suspended": "{person} was suspended{by}",
    "person.resumed": "the suspension of {person} is over{by}",
    "person.left": "{person} has left, {count} rings are still booked to them{by}",
    "person.blanked": "the personal data of {person} were overwritten{by}",
    "pin.issued": "{person} was given a new PIN{by}",
    "ring.enrolled": "{ring} was enrolled or changed, its home is slot {home_slot}{by}",
    "ring.changed": "{ring} was changed{by}: {what}",
    "ring.retired": "ring {number} ({ring}) was retired{by}",
    "rights.changed": "the rights were replaced, {count} in all{by}",
    "bounds.changed": "schedules ({schedules}), holidays ({holidays}), limits ({limits}), pairs ({pairs}) were set{by}",
    "login.granted": "{actor} logged in{with_via}{with_factors}",
    "login.refused": "a login was refused{with_code}{with_via}: {reason}",
    "duress.used": "DURESS: {person} typed the PIN for duress{with_via}",
    "pin.reset": "{person} was given a new PIN in place of the old one{by}",
    "pin.changed": "{actor} chose a new PIN",
    "pin.released": "the disabled PIN of {person} was released by {actor} and {approver}",
    "pin.release_refused": "{actor} could not release a code{with_code}: {reason}",
    "duress.issued": "{person} was given a PIN for duress{by}",
    "approval.refused": "{approver} was not accepted as the second person for {person}: {reason}",
    "release.approved": "{approver} approved that {person} takes {ring} from slot {slot}",
    "pin.disabled": "the PIN of {person} was disabled{by}",
    "keypad.paused": "too many wrong PINs: the keypad is paused for {seconds} s",
    "session.ended": "{actor} left: {why}",
    "release.refused": "{actor} did not get slot {slot}{with_ring}: {reason}",
    "release.intended": "slot {slot} is released, for {actor} to take {ring}{until}",
    "release.ended": "the release of slot {slot} is over with {ring} in it: {why}",
    "ring.taken": "{holder} took {ring} from slot {slot}{until}{guessed}",
    "ring.returned": "{ring} is back in slot {slot}{brought}, it was booked to {booked_holder}{guessed}",
    "ring.moved": "{ring} moved from slot {from_slot} to slot {slot}{guessed}",
    "ring.missing": "{ring} left slot {slot} without a release",
    "ring.found": "{ring} is in slot {slot}{guessed}",
    "commissioning.begun": "{actor} began to commission the cabinet: nothing is missed or released",
    "commissioning.ended": "{actor} counted {counted} rings, {rings} are seen: the cabinet is in use",
    "ring.learned": "{ring} was learned{by}: its tag is the one in slot {slot}, and that is its home",
    "ring.not_learned": "{ring} was not learned{by}: {detail}",
    "ring.set_aside": "{ring} left slot {slot} while the cabinet is commissioned",
    "latch.test_intended": "the latch of slot {slot} is tried{by}",
    "slot.tested": "slot {slot} was tried: {result}, contact {contact}{coil}{bolt}",
    "slot.out_of_service": "slot {slot} is out of service{by}: {detail}",
    "slot.in_service": "slot {slot} is in service again{by}",
    "tag.foreign": "a tag of no ring, ending with {tag}, hangs in slot {slot}",
    "tag.refused": "a tag at {reader} opened nothing{with_ring}: {reason}",
    "return.offered": "{ring} was held to {reader}: it may be put back{into}",
    "door.opened": "the door was opened",
    "door.forced": "the door was opened without a release",
    "door.closed": "the door was closed",
    "ring.extended": "{ring} may be kept until {due}, by the word of {actor}{noted}",
    "alarm.raised": "{alarm} {kind}: {subject}{times}",
    "alarm.delivered": "every consumer has stored the alarm {kind}: {subject}",
    "alarm.acknowledged": "{actor} acknowledged the alarm {kind}: {subject}{with_via}{noted}",
    "alarm.silenced": "{actor} silenced the alarm {kind}: {subject}",
    "alarm.contacted": "{actor} contacted {whom} about {kind}: {subject}; {answer}",
    "alarm.escalated": "nobody acknowledged the alarm {kind}: {subject}; it is of level {level} now",
    "alarm.cleared": "alarm is over, {kind}: {subject}{times}",
    "alarms.reviewed": "{actor} reviewed {count} alarms, up to row {up_to}{noted}",
    "device.lost": "{device} is lost, {fault}: {detail}",
    "device.back": "{device} works again",
    "storage.failed": "the store had failed, and nothing was decided meanwhile: {detail}",
    "space.gone": "the disk is full, nothing is released any more: {detail}",
    "space.freed": "there is room on the disk again",
    "link.lost": "rows do not leave for {link}, {fault}: {detail}",
    "link.back": "rows leave for {link} again",
}

_PHRASES: Mapping[str, tuple[str, str]] = {
    "by": ("actor", " by {}"),
    "without": ("silent", ", without {}"),
    "with_code": ("person", " for the code of {}"),
    "with_via": ("via", " at the {}"),
    "with_factors": ("factors", " with {}"),
    "with_ring": ("ring", " ({})"),
    "until": ("due", ", due {}"),
    "brought": ("returned_by", ", brought by {}"),
    "into": ("slot", " into slot {}"),
    "coil": ("coil_ms", ", pulse over after {} ms"),
    "bolt": ("bolt_ms", ", bolt drawn after {} ms"),
    "noted": ("note", " ({})"),
    "times": ("count", ", for the {}. time"),
}
"""What is said only where the row has the field."""

_WORDS = frozenset({"reason", "why", "kind", "fault", "result"})
_LEVELS: Mapping[str, str] = {"0": "warning", "1": "ALARM"}
_GUESSED: Mapping[str, str] = {"inferred": " (inferred)", "contact": " (a contact says so, no tag was read)"}


def sentence(row: Mapping[str, Any], zone: ZoneInfo) -> str:
    """What a row says; of a type that is not known here, its fields as they are."""
    template = SENTENCES.get(row["type"])
    if template is None:
        return ", ".join(f"{name} {value}" for name, value in row["body"].items()) or row["type"]
    return template.format_map(_Spoken(row, zone))


def named(row: Mapping[str, Any], known: str) -> str:
    """``Ann Lee (1001)`` or ``ring 12 (Infirmary)`` for an id of this row; what has no name stays as it is."""
    name = row["names"].get(known)
    if name is None:
        return known.replace("slot-", "slot ", 1) if known.startswith("slot-") else known
    return f"ring {name['number']} ({name['name']})" if name["kind"] == "ring" else f"{name['name']} ({name['number']})"


class _Spoken(dict[str, str]):
    """The fields of a row, spoken when a sentence asks for them."""

    def __init__(self, row: Mapping[str, Any], zone: ZoneInfo) -> None:
        super().__init__()
        self._row, self._body, self._zone = row, row["body"], zone

    def __missing__(self, field: str) -> str:
        if field == "guessed":
            return _GUESSED.get(self._body.get("evidence", ""), "")
        if field == "alarm":
            level = str(self._body.get("level", 1))
            return _LEVELS.get(level, f"ALARM of level {level}")
        if field in _PHRASES:
            wanted, phrase = _PHRASES[field]
            return phrase.format(self._spoken(wanted)) if self._body.get(wanted) not in (None, "") else ""
        return self._spoken(field)

    def _spoken(self, field: str) -> str:
        value = str(self._body.get(field, "?"))
        if field in _WORDS:
            return value.replace("_", " ")
        if field == "due":
            return short(local(value, self._zone), local(self._row["at"], self._zone))
        return named(self._row, value)
