"""Arrows run one way: read from the imports of every file (law 6)."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("keycabinet", "drivers", "firmware_sim")

STDLIB_ONLY = "keycabinet.domain"
FORBIDDEN = [
    # (importer, imported): neither the importer nor anything in it may import the imported or anything in it
    ("keycabinet", "drivers"),
    ("keycabinet", "firmware_sim"),
    ("firmware_sim", "keycabinet"),
    ("firmware_sim", "drivers"),
    ("drivers", "firmware_sim"),
    ("keycabinet.publisher", "keycabinet.store"),
    ("keycabinet.publisher", "keycabinet.controller"),
    ("keycabinet.publisher", "sqlalchemy"),
    ("keycabinet.publisher", "keycabinet.receiver"),
    ("keycabinet.receiver", "keycabinet.control"),
    ("keycabinet.receiver", "keycabinet.store"),
    ("keycabinet.receiver", "keycabinet.controller"),
    ("keycabinet.receiver", "sqlalchemy"),
    ("keycabinet.cli", "keycabinet.controller"),
    ("keycabinet.store", "keycabinet.control"),
    ("keycabinet.store", "keycabinet.controller"),
    ("keycabinet.config", "keycabinet.store"),
    ("keycabinet.control", "paho"),
]
DRIVERS_MAY_IMPORT = {"keycabinet.ports", "keycabinet.domain.events"}


def arrows() -> list[tuple[str, str]]:
    """Every (importing module, imported module) of our packages, imports inside functions included."""
    found = []
    for package in OURS:
        for file in sorted((ROOT / package).rglob("*.py")):
            module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            found += [(module, imported) for imported in imports(ast.parse(file.read_text()), module)]
    return found


def imports(tree: ast.AST, module: str) -> list[str]:
    """The modules that this source imports, absolute; ``from a import b`` counts as ``a`` and as ``a.b``."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            found += [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


ARROWS = arrows()


def test_there_are_arrows_to_check():
    assert len({importer for importer, _ in ARROWS}) > 50


@pytest.mark.parametrize(("importer", "imported"), FORBIDDEN)
def test_no_arrow_runs_the_wrong_way(importer, imported):
    wrong = [arrow for arrow in ARROWS if within(arrow[0], importer) and within(arrow[1], imported)]

    assert wrong == []


def test_the_rules_import_the_standard_library_and_themselves():
    wrong = [
        (importer, imported)
        for importer, imported in ARROWS
        if within(importer, STDLIB_ONLY)
        and not within(imported, STDLIB_ONLY)
        and imported != "keycabinet"
        and imported.split(".")[0] not in sys.stdlib_module_names
    ]

    assert wrong == []


def test_a_driver_knows_the_ports_and_the_events_and_nothing_else_of_the_controller():
    wrong = [
        (importer, imported)
        for importer, imported in ARROWS
        if within(importer, "drivers")
        and within(imported, "keycabinet")
        and not any(within(imported, allowed) for allowed in DRIVERS_MAY_IMPORT)
        and imported not in {"keycabinet", "keycabinet.domain"}
    ]

    assert wrong == []


def test_the_rules_read_no_clock_and_draw_nothing():
    impure = {"random", "secrets", "time", "os", "logging", "threading", "socket", "sqlite3", "subprocess"}
    wrong = [arrow for arrow in ARROWS if within(arrow[0], STDLIB_ONLY) and arrow[1].split(".")[0] in impure]

    assert wrong == []


def test_a_broad_except_stands_in_supervision_alone():
    wrong = []
    for package in OURS:
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.ExceptHandler) and is_broad(node) and file.name != "supervision.py":
                    wrong.append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert wrong == []


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Whether it catches everything and lets it end there: one that cleans up and raises again does not."""
    catches_all = handler.type is None or (
        isinstance(handler.type, ast.Name) and handler.type.id in {"Exception", "BaseException"}
    )
    last = handler.body[-1]
    return catches_all and not (isinstance(last, ast.Raise) and last.exc is None)
