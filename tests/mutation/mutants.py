"""Small faults planted in a module (变异): each differs from the source in one operator or number."""

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARED = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_COMPUTED = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """One fault: the line as written and what became of it name it, numbered where that is said
    twice in a module."""

    line: int
    name: str
    tree: ast.Module


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a module's source, in order. Left alone is what decides nothing: annotations,
    docstrings, and `strict=`, which guards `zip` against a slip of our own."""
    tree = ast.parse(source)
    lines = source.splitlines()
    places = list(_walk(tree))
    names: Counter[str] = Counter()
    for place, node in enumerate(places):
        for what, change in _changes(node):
            fresh = copy.deepcopy(tree)
            change(list(_walk(fresh))[place])
            ast.fix_missing_locations(fresh)
            name = f"{lines[node.lineno - 1].strip()} | {what}"
            names[name] += 1
            yield Mutant(node.lineno, f"{name} #{names[name]}" if names[name] > 1 else name, fresh)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run, in a fixed order."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        if name == "body" and isinstance(value, list) and value and _is_text(value[0]):
            value = value[1:]
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _decides_nothing(child):
                yield from _walk(child)


def _decides_nothing(node: ast.AST) -> bool:
    return isinstance(node, (ast.Import, ast.ImportFrom)) or (
        isinstance(node, ast.keyword) and node.arg == "strict"
    )


def _is_text(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _changes(node: ast.AST) -> Iterator[tuple[str, object]]:
    if isinstance(node, ast.Compare):
        for i, op in enumerate(node.ops):
            if new := _COMPARED.get(type(op)):
                yield f"{type(op).__name__} → {new.__name__}", _setter("ops", i, new)
    elif isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in _COMPUTED:
        new = _COMPUTED[type(node.op)]
        yield f"{type(node.op).__name__} → {new.__name__}", _attribute("op", new)
    elif isinstance(node, ast.BoolOp):
        new = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{type(node.op).__name__} → {new.__name__}", _attribute("op", new)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "without not", _unnegated
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield f"{node.value} → {not node.value}", _value(not node.value)
        elif isinstance(node.value, int):
            yield f"{node.value} → {node.value + 1}", _value(node.value + 1)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLED:
        yield f"{node.func.id} → {_CALLED[node.func.id]}", _renamed
    elif isinstance(node, (ast.If, ast.IfExp)):
        yield "if → never", _never
    elif isinstance(node, (ast.Continue, ast.Break)):
        yield f"without {type(node).__name__.lower()}", _passed


def _setter(field: str, place: int, new: type) -> object:
    def change(node: ast.AST) -> None:
        getattr(node, field)[place] = new()

    return change


def _attribute(field: str, new: type) -> object:
    def change(node: ast.AST) -> None:
        setattr(node, field, new())

    return change


def _value(new: object) -> object:
    def change(node: ast.AST) -> None:
        node.value = new  # type: ignore[attr-defined]

    return change


def _unnegated(node: ast.AST) -> None:
    node.op = ast.UAdd()  # type: ignore[attr-defined]
    node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])  # type: ignore[attr-defined]


def _renamed(node: ast.AST) -> None:
    node.func.id = _CALLED[node.func.id]  # type: ignore[attr-defined]


def _never(node: ast.AST) -> None:
    node.test = ast.Constant(False)  # type: ignore[attr-defined]


def _passed(node: ast.AST) -> None:
    node.__class__ = ast.Pass
