"""Import of people, rings and rights from CSV: all or nothing, with every fault named by file, line and column (R56).

``plan`` says what would change and does nothing; ``keycabinet.roster.enrol.prepare`` makes a plan ready to be committed
(and needs the store, which is why it is not imported here).
"""

from keycabinet.roster.difference import Difference
from keycabinet.roster.export import exported
from keycabinet.roster.files import TABLES, Files, files_of
from keycabinet.roster.plan import Plan, Site, plan
from keycabinet.roster.table import CsvFile

__all__ = ["TABLES", "CsvFile", "Difference", "Files", "Plan", "Site", "exported", "files_of", "plan"]
