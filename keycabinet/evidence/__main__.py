"""``python3 -m keycabinet.evidence FILE [--head SEQ:HASH]``: verify with nothing but Python and this folder."""

import argparse
import sys
from pathlib import Path

from keycabinet.evidence.form import Head, Unreadable
from keycabinet.evidence.report import examined


def main(words: list[str]) -> int:
    """0: whole; 1: faults; 2: cannot be read."""
    parser = argparse.ArgumentParser(prog="keycabinet.evidence", description="Is this ledger whole?")
    parser.add_argument("file", type=Path, help="a store or an export")
    parser.add_argument("--head", help="SEQ:HASH of a row that was witnessed elsewhere")
    asked = parser.parse_args(words)
    try:
        report = examined(asked.file, None if asked.head is None else Head.parse(asked.head))
    except (Unreadable, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.writelines(f"{line}\n" for line in report.lines())
    return 1 if report.verdict.count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
