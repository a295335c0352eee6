"""The sentences of a scenario. An act is done at once; a fact is waited for, five seconds or ``within N s``."""

import json

from firmware_sim.client import Refused, Row
from firmware_sim.ledger_sentences import LEDGER_PATTERNS
from firmware_sim.stand import TIME, Failed, Stand, Words, pattern, wait, within

# ---- acts


def _press(stand: Stand, words: Words) -> None:
    stand.act("press", keys=words["keys"])


def _type(stand: Stand, words: Words) -> None:
    """Codes and PINs stand in card.json, as they are drawn anew for each demonstration."""
    file = stand.folder / "card.json"
    try:
        person = json.loads(file.read_text())["people"][words["person"]]
        keys = "".join(f"{person[what]}#" for what in _CREDENTIALS[str(words["what"])])
    except (OSError, ValueError, KeyError) as error:
        raise Failed(f"{file} does not say what {words['person']} types ({error})") from error
    stand.act("press", keys=keys)


_CREDENTIALS = {"user code and PIN": ("code", "pin"), "user code": ("code",), "PIN": ("pin",)}


def _pull(stand: Stand, words: Words) -> None:
    stand.act("pull", slot=_int(words["slot"]), force=words["force"] is not None)


def _put(stand: Stand, words: Words) -> None:
    stand.act("insert", slot=_int(words["slot"]), what=words["what"])


def _cannot_pull(stand: Stand, words: Words) -> None:
    try:
        stand.act("pull", slot=_int(words["slot"]))
    except Refused:
        return
    raise Failed(f"slot {words['slot']} gave its ring away")


def _push(stand: Stand, words: Words) -> None:
    stand.act("push", slot=_int(words["slot"]))


def _hold(stand: Stand, words: Words) -> None:
    stand.act("present", what=words["what"], hold_ms=800, reader=None)


def _door(stand: Stand, words: Words) -> None:
    stand.act("door", act=words["act"])


def _fault(stand: Stand, words: Words) -> None:
    stand.act("fault", name=words["name"], subject=words["subject"] or "", on=words["state"] == "on")


# ---- facts of the cabinet


def _status(stand: Stand) -> Row:
    return stand.client.ask("status")


def _shows(stand: Stand, words: Words) -> None:
    def lines() -> list[str]:
        panel = _status(stand)["panel"]
        return [str(line) for line in panel["lines"]] if panel else []

    text = str(words["text"])
    wait(
        lambda: any(text in line for line in lines()),
        within(words),
        lambda: f"the display shows {' / '.join(line.strip() for line in lines())!r}",
    )


def _opens(stand: Stand, words: Words) -> None:
    slot = _int(words["slot"])
    _happened(stand, words, "bolt_drawn", f"the bolt of slot {slot} has not moved", slot=slot)


def _unlatches(stand: Stand, words: Words) -> None:
    _happened(stand, words, "door_unlatched", "the latch of the door has not moved")


def _sounds(stand: Stand, words: Words) -> None:
    _happened(stand, words, "sound", "it has not sounded", sound=words["sound"])


def _happened(stand: Stand, words: Words, kind: str, instead: str, **fields: object) -> None:
    def rows() -> list[Row]:
        found: list[Row] = stand.client.ask("journal", from_seq=stand.since)["rows"]
        return found

    wanted = {"kind": kind, **fields}
    wait(lambda: any(wanted.items() <= row.items() for row in rows()), within(words), lambda: instead)


def _stays_closed(stand: Stand, words: Words) -> None:
    """Since the latest act the bolt has not moved, and does not for this long."""
    slot = _int(words["slot"])
    try:
        _opens(stand, words)
    except Failed:
        return
    raise Failed(f"slot {slot} opened")


def _lamp(stand: Stand, words: Words) -> None:
    slot = _int(words["slot"])
    _slot_is(stand, words, "lamp", f"the lamp of slot {slot}")


def _is(stand: Stand, words: Words) -> None:
    _slot_is(stand, words, "place", f"slot {words['slot']}")


def _slot_is(stand: Stand, words: Words, what: str, named: str) -> None:
    def state() -> str:
        return str(next(row[what] for row in _status(stand)["slots"] if row["slot"] == _int(words["slot"])))

    wait(lambda: state() == words["state"], within(words), lambda: f"{named} is {state()}")


def _int(word: str | None) -> int:
    return int(word or 0)


_N = r"(?P<slot>\d+)"
_WHAT = r"(?:ring |tag )?(?P<what>\w+)"

PATTERNS = (
    pattern("press 1042#", r"press (?P<keys>[\d*#]+)", _press),
    pattern(
        "Ruiz types the user code and PIN",
        r"(?P<person>.+) types the (?P<what>user code and PIN|user code|PIN)",
        _type,
    ),
    pattern("pull the ring from slot 3", rf"pull the ring from slot {_N}(?P<force> by force)?", _pull),
    pattern("nobody can pull the ring from slot 3", rf"nobody can pull the ring from slot {_N}", _cannot_pull),
    pattern("put ring 3 into slot 3", rf"put {_WHAT} into slot {_N}", _put),
    pattern("push slot 3 home", rf"push slot {_N} home", _push),
    pattern("hold ring 3 to the probe", rf"hold {_WHAT} to the probe", _hold),
    pattern("open the door", r"(?P<act>open|close|force) the door", _door),
    pattern("fault stuck_bolt 3 on", r"fault (?P<name>\w+)(?: (?P<subject>\w+))? (?P<state>on|off)", _fault),
    pattern('the display shows "TAKE RING"', rf'the display shows "(?P<text>[^"]+)"{TIME}', _shows),
    pattern("slot 3 opens", rf"slot {_N} opens{TIME}", _opens),
    pattern("slot 3 stays closed for 2 s", rf"slot {_N} stays closed for (?P<within>[\d.]+) s", _stays_closed),
    pattern("slot 3 is empty", rf"slot {_N} is (?P<state>empty|seated|presented){TIME}", _is),
    pattern("the door unlatches", rf"the door unlatches{TIME}", _unlatches),
    pattern("the panel sounds refused", rf"the panel sounds (?P<sound>\w+){TIME}", _sounds),
    pattern("the lamp of slot 3 is steady", rf"the lamp of slot {_N} is (?P<state>off|steady|blinking){TIME}", _lamp),
    *LEDGER_PATTERNS,
)
