"""The verifier is its own code path, small enough to be read in an hour, and needs nothing but Python."""

import ast
import subprocess
import sys
from pathlib import Path

import keycabinet.evidence
from tests.evidence.ledgers import Original
from tests.test_architecture import imports

ROOM = Path(keycabinet.evidence.__file__).parent
VERIFIER = ("__init__", "__main__", "chain", "form", "report", "sources", "export")
JUDGES = ("chain", "form")


def test_the_verifier_imports_the_standard_library_and_itself() -> None:
    for name in VERIFIER:
        for imported in imports(ast.parse((ROOM / f"{name}.py").read_text()), name):
            own = imported.startswith("keycabinet.evidence") and "books" not in imported
            assert own or imported.split(".")[0] in sys.stdlib_module_names, f"{name} imports {imported}"


def test_what_judges_a_row_is_less_than_300_lines() -> None:
    texts = [(ROOM / f"{name}.py").read_text() for name in JUDGES]

    assert sum(bool(line.strip()) for text in texts for line in text.splitlines()) < 300


def test_the_folder_alone_verifies_an_export_under_a_bare_python(original: Original, tmp_path: Path) -> None:
    (tmp_path / "keycabinet" / "evidence").mkdir(parents=True)
    for file in ROOM.glob("*.py"):
        (tmp_path / "keycabinet" / "evidence" / file.name).write_bytes(file.read_bytes())
    command = [sys.executable, "-S", "-E", "-m", "keycabinet.evidence", original.export, "--head", str(original.head)]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(": whole\n")
