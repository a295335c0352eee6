"""Changes one thing at a time in the policy and in the schedules, and counts how many of the changes a test notices.

``make mutants`` (a quarter of an hour) prints the figure and each change that nobody noticed; with a number N behind
``python -m tests.campaigns.mutants`` it tries every Nth only. A copy of the program is changed. How classes are made
(frozen, with slots) is left as it is: that no value changes is for the type checker.
"""

import ast
import copy
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
GOAL, PATIENCE_S = 0.9, 120
TARGETS = {
    "keycabinet/domain/policy.py": ["tests/domain/test_policy.py", "tests/domain/test_matrix.py"],
    "keycabinet/domain/schedule.py": ["tests/domain/test_schedule.py", "tests/domain/test_matrix.py"],
}
COMPARISONS: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
    ast.Lt: [ast.LtE, ast.GtE], ast.LtE: [ast.Lt, ast.Gt], ast.Gt: [ast.GtE, ast.LtE], ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.Is: [ast.IsNot], ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn], ast.NotIn: [ast.In],
}  # fmt: skip
MADE = {"frozen", "slots", "order"}
CALLS = {"any": "all", "all": "any", "min": "max", "max": "min"}

Change = Callable[[ast.AST], None]


@dataclass(frozen=True)
class Mutant:
    """A file with one thing changed."""

    file: str
    line: int
    told: str
    text: str


def mutants(file: str) -> Iterator[Mutant]:
    """Every change of this file, one at a time."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    made = {each.value for each in ast.walk(tree) if isinstance(each, ast.keyword) and each.arg in MADE}
    for number, node in enumerate(ast.walk(tree)):
        for change in () if node in made else changes(node):
            changed = copy.deepcopy(tree)
            target = next(each for place, each in enumerate(ast.walk(changed)) if place == number)
            before = _first_line(target)
            change(target)
            text = ast.unparse(ast.fix_missing_locations(changed))
            yield Mutant(file, node.lineno, f"{before}  ->  {_first_line(target)}", text)  # type: ignore[attr-defined]


def changes(node: ast.AST) -> list[Change]:
    """What can be changed at this place."""
    return [*_in_logic(node), *_in_values(node)]


def _in_logic(node: ast.AST) -> list[Change]:
    match node:
        case ast.Compare(ops=ops):
            return [_setting_op(n, other) for n, op in enumerate(ops) for other in COMPARISONS[type(op)]]
        case ast.BoolOp(op=op, values=values):
            other = ast.And() if isinstance(op, ast.Or) else ast.Or()
            return [_setting("op", other), *(_dropping(n) for n in range(len(values)))]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return [_setting("operand", ast.UnaryOp(ast.Not(), operand))]
        case ast.IfExp(body=body, orelse=orelse):
            return [_setting("body", orelse), _setting("orelse", body)]
        case ast.If(test=test):
            return [_setting("test", ast.UnaryOp(ast.Not(), test)), _setting("test", ast.Constant(value=False))]
        case _:
            return []


def _in_values(node: ast.AST) -> list[Change]:
    match node:
        case ast.BinOp(op=ast.Sub() | ast.Add() as op):
            return [_setting("op", ast.Add() if isinstance(op, ast.Sub) else ast.Sub())]
        case ast.Constant(value=bool() as value):
            return [_setting("value", not value)]
        case ast.Constant(value=int() as value):
            return [_setting("value", value + 1)]
        case ast.Call(func=ast.Name(id=name)) if name in CALLS:
            return [_setting("func", ast.Name(CALLS[name], ast.Load()))]
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
            return [_setting("value", ast.Constant(value=None))]
        case ast.Attribute(value=ast.Name(id="Reason")):
            return [_setting("attr", "DUPLICATE_TAG")]
        case ast.Attribute(value=ast.Name(id="Unsynced"), attr=attr):
            return [_setting("attr", {"GO_ON": "APPLY", "APPLY": "REFUSE", "REFUSE": "GO_ON"}[attr])]
        case _:
            return []


def _first_line(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0]


def _setting(field: str, value: object) -> Change:
    return lambda node: setattr(node, field, copy.deepcopy(value))


def _setting_op(number: int, op: type[ast.cmpop]) -> Change:
    return lambda node: node.ops.__setitem__(number, op())  # type: ignore[attr-defined]


def _dropping(number: int) -> Change:
    return lambda node: node.values.pop(number)  # type: ignore[attr-defined]


def is_noticed(mutant: Mutant, house: Path) -> bool:
    """Whether a test of this file fails, or does not come to an end, with the change."""
    (house / mutant.file).write_text(mutant.text, encoding="utf-8")
    words = [sys.executable, "-Bm", "pytest", "-xqpno:cacheprovider", "--hypothesis-seed=0", *TARGETS[mutant.file]]
    alone = os.environ | {"PYTHONPATH": str(house)}
    try:
        done = subprocess.run(words, cwd=house, env=alone, capture_output=True, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        return True
    finally:
        shutil.copy(ROOT / mutant.file, house / mutant.file)
    return done.returncode == 1


def main(every: int = 1) -> int:
    """Try the changes; 1 if too many go unnoticed."""
    with tempfile.TemporaryDirectory() as folder:
        house = Path(folder)
        for name in ("keycabinet", "tests"):
            shutil.copytree(ROOT / name, house / name)
        shutil.copy(ROOT / "pyproject.toml", house)
        tried = [mutant for file in TARGETS for mutant in mutants(file)][::every]
        missed = [mutant for mutant in tried if not is_noticed(mutant, house)]
    for mutant in missed:
        sys.stdout.write(f"unnoticed: {mutant.file}:{mutant.line}: {mutant.told}\n")
    share = 1 - len(missed) / len(tried)
    sys.stdout.write(f"{len(tried) - len(missed)} of {len(tried)} changes noticed: {share:.1%}\n")
    return int(share < GOAL)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
