"""Importing the roster: prepared in the caller's thread, committed by the deciding one."""

from dataclasses import asdict

from keycabinet.config.faults import FaultsFound
from keycabinet.control import results
from keycabinet.control.acting import commit, new_id
from keycabinet.control.call import Call
from keycabinet.control.params import RosterImport, WithToken
from keycabinet.control.people import changes_of
from keycabinet.control.pins import without_pin
from keycabinet.control.refusals import Fault, Refused
from keycabinet.roster import TABLES, CsvFile, Files, Plan, exported, plan
from keycabinet.roster.enrol import Prepared, prepare


def import_roster(call: Call, params: RosterImport) -> results.RosterImported:
    """Import all of it or nothing. Raises Refused with every fault of the files, by the name of the parameter."""
    texts = params.model_dump(include=set(TABLES))
    files = Files(**{name: _file(name, text) for name, text in texts.items()})
    try:
        if params.dry_run:
            planned = _planned(call, files)
            changes_of(call, planned)  # who may not make them is told so now
            return _told(planned, len(without_pin(call)) + len(planned.new_people))
        prepared = prepare(call.core.controller.directory, files, call.core.site, call.actor, new_id)
    except FaultsFound as error:
        faults = [asdict(fault) for fault in error.faults]
        raise Refused(Fault.INVALID_FILES, str(error), faults=faults) from error
    return _done(call, prepared)


def export_roster(call: Call, _params: WithToken) -> results.RosterExported:
    """Every table of the roster as CSV text; nothing of credentials."""
    return results.RosterExported(files=exported(call.core.controller.directory, call.core.zone))


def _planned(call: Call, files: Files) -> Plan:
    planned = plan(call.core.controller.directory, files, call.core.site, new_id)
    if not isinstance(planned, Plan):
        raise FaultsFound(planned)
    return planned


def _done(call: Call, prepared: Prepared) -> results.RosterImported:
    commit(call, prepared, *changes_of(call, prepared.plan))
    return _told(prepared.plan, len(without_pin(call)))


def _told(planned: Plan, waiting: int) -> results.RosterImported:
    return results.RosterImported(
        difference=[str(each) for each in planned.differences],
        warnings=[results.FileFault(**asdict(each)) for each in planned.warnings],
        unchanged=planned.unchanged,
        without_pin=waiting,
    )


def _file(name: str, text: str | None) -> CsvFile | None:
    return CsvFile(name, text) if text is not None else None
