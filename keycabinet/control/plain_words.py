"""The name of every fault in plain words: what it means, and what to do."""

from collections.abc import Mapping

PLAIN: Mapping[str, str] = {
    "not_heard": "It has not answered since the start. Check its power, its cable and its settings.",
    "thread_stuck": "The program that serves it hangs. It is restarted; if this comes again, call a technician.",
    "line_silent": "It does not answer. Check its power and its cable.",
    "line_lost": "Its adapter or cable was pulled. Plug it in again.",
    "line_missing": "Its port is not there. Plug the adapter in, or correct `port` in the configuration.",
    "line_forbidden": "The core may not open its port. Put the core's user into the group of the port (dialout).",
    "line_busy": "Another program has its port. Stop that program.",
    "line_refused": "Its port cannot be opened. The detail says why.",
    "garbled": "What it says is damaged. Look for a loose cable, a missing ground or a strong disturber nearby.",
    "doubled": "Everything that it says arrives twice. Check the adapter and its wiring.",
    "not_understood": "It speaks another protocol. Check which device is at this port, and its baud rate.",
    "bus_short": "Data and ground of its bus touch. Look for a bent contact, or metal across a slot.",
    "pins_lost": "The lines of the locks are gone. Call a technician.",
    "pins_refused": "A line of the locks cannot be opened: another program has it, or the number is wrong.",
    "factory_missing": "The software that drives the lines is not installed. Install the extra `[pi]`.",
    "factory_refused": "The software that drives the lines does not start. The detail says why.",
    "factory_options": "`factory_options` in the configuration do not fit. The detail says which.",
    "disk_full": "The disk is full. Nothing is released; returns and alarms still are recorded. Make room on it.",
    "store_failed": "Nothing can be recorded, so nothing is released. Use the paper log. Check the disk or the card.",
    "not_published": "Nothing leaves the cabinet. Check whether `keycabinet mqtt` runs.",
    "broker_lost": "The broker cannot be reached. Check the network and the broker.",
    "row_denied": "The broker refuses what is published. Correct its access rules for this cabinet.",
    "topic_denied": "The broker refuses a topic. Correct its access rules for this cabinet.",
}


def in_plain_words(fault: str) -> str:
    """What the fault of this name means; a name that nobody has foreseen is one that a program made."""
    return PLAIN.get(fault, "It failed in a way that nobody has foreseen. Call a technician; the detail says more.")
