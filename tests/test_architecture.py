"""The house rules that a program can hold us to: who imports whom, who prints, what no room may know."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(path.relative_to(ROOT) for path in (ROOT / "checker").rglob("*.py"))
LONGEST = 400

# Each room, and the rooms it may import.
MAY_IMPORT = {
    "language": {"language"},
    "model": {"language", "model"},
    "explore": {"language", "model", "explore"},
    "prove": {"language", "model", "prove"},
    "verify": {"language", "model", "verify"},
    "export": {"language", "model", "export"},
    "trace": {"language", "model", "explore", "prove", "trace"},
    "mutate": {"language", "model", "explore", "prove", "trace", "mutate"},
    "report": {"language", "model", "explore", "prove", "verify", "trace", "mutate", "report"},
    "cli": {"language", "model", "explore", "prove", "verify", "export", "trace", "mutate", "report", "cli"},
}
# Libraries that only these places may import.
ONLY = {
    "lark": ("checker/language/parse.py",),
    "z3": ("checker/prove/",),
    "cvc5": ("checker/verify/solve.py",),
    "evtx": ("checker/trace/readers/",),
    "jinja2": ("checker/report/html/",),
    "networkx": ("checker/explore/",),
    "oxidd": ("checker/explore/symbolic/",),
    "rich": ("checker/report/", "checker/cli/"),
    "typer": ("checker/cli/",),
}
LANGUAGE_NEVER = {"z3", "networkx", "numpy", "rich", "typer", "evtx", "msgspec"}
DEFINITION = Path("checker/model/reference.py")
DEFINITION_NEVER = {"checker.language.core", "checker.language.lower", "checker.model.fold"}
DEFINITION_NEVER_ROOMS = {"explore", "prove"}
INDEPENDENT_NEVER = {*DEFINITION_NEVER, "checker.language.build", "checker.language.effects"}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imports(module: ast.AST) -> Iterator[str]:
    """The full names of all that a module imports, inside functions too. `from a import b` is `a.b`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, module: str) -> bool:
    return name == module or name.startswith(module + ".")


def room(path: Path) -> str | None:
    """The room a file of the package is in; None for the package's own front door."""
    return path.parts[1] if len(path.parts) > 2 else None


# ----------------------------------------------------------------------------------------------- who imports whom


def wrong_way(path: Path, module: ast.Module) -> list[str]:
    here = room(path)
    if here is None:
        return []
    rooms = {name.split(".")[1] for name in imports(module) if name.startswith("checker.")} & MAY_IMPORT.keys()
    return sorted(rooms - MAY_IMPORT[here])


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_run_one_way(path: Path) -> None:
    assert not wrong_way(path, tree(path))


def test_every_folder_is_a_known_room() -> None:
    assert {here for path in FILES if (here := room(path)) is not None} == MAY_IMPORT.keys()


@pytest.mark.parametrize(("library", "places"), ONLY.items())
def test_a_library_is_imported_in_its_place_only(library: str, places: tuple[str, ...]) -> None:
    users = [path.as_posix() for path in FILES if any(within(name, library) for name in imports(tree(path)))]
    assert [user for user in users if not user.startswith(places)] == []


def test_language_knows_no_engine() -> None:
    found = {name.split(".")[0] for path in FILES if room(path) == "language" for name in imports(tree(path))}
    assert not found & LANGUAGE_NEVER


def test_the_definition_shares_nothing_with_the_fast_paths() -> None:
    names = list(imports(tree(DEFINITION)))
    assert not [name for name in names for never in DEFINITION_NEVER if within(name, never)]
    assert not [name for name in names if name.startswith("checker.") and name.split(".")[1] in DEFINITION_NEVER_ROOMS]


def test_the_checker_of_certificates_shares_nothing_with_the_translation_that_it_checks() -> None:
    names = [name for path in FILES if room(path) == "verify" for name in imports(tree(path))]
    assert not [name for name in names for never in INDEPENDENT_NEVER if within(name, never)]


def test_what_other_tools_are_given_is_made_without_what_ours_read() -> None:
    names = [name for path in FILES if room(path) == "export" for name in imports(tree(path))]
    assert not [name for name in names for never in INDEPENDENT_NEVER if within(name, never)]
    assert {name for name in names if name.startswith("checker.model.")} == {"checker.model.scope.Scope"}


def test_nothing_heavy_is_imported_before_it_is_used() -> None:
    heavy = {"lark", "z3", "cvc5", "networkx", "numpy", "oxidd", "evtx", "rich.console", "hypothesis"}
    code = "import sys, checker.cli.commands; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not heavy & set(loaded.stdout.split())


# -------------------------------------------------------------------------------------------------- printing and ending


def side_effects(module: ast.Module) -> Iterator[str]:
    """Uses of the things that only the command line does: printing, ending the process, its streams."""
    for node in ast.walk(module):
        if (
            isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Load)
            and node.id in {"print", "input", "exit", "quit", "SystemExit", "breakpoint"}
        ):
            yield f"{node.id} in line {node.lineno}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            name = f"{node.value.id}.{node.attr}"
            if name in {"sys.stdout", "sys.stderr", "sys.exit", "os._exit", "sys.argv"}:
                yield f"{name} in line {node.lineno}"


@pytest.mark.parametrize("path", [path for path in FILES if room(path) not in (None, "cli")], ids=str)
def test_only_the_command_line_prints_and_exits(path: Path) -> None:
    assert not list(side_effects(tree(path)))


# --------------------------------------------------------------------------------------------------------- house style


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_file_is_one_idea(path: Path) -> None:
    assert len((ROOT / path).read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", [path for path in FILES if (ROOT / path).stat().st_size], ids=str)
def test_a_file_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(tree(path)), "the first thing in a file is one sentence that says what it is"


def changing_state(module: ast.Module) -> Iterator[str]:
    """Module-level containers that start empty (to be filled later), and `global`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Global):
            yield f"global {', '.join(node.names)}"
    for node in module.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.List | ast.Set) and not value.elts:
            yield f"an empty container in line {value.lineno}"
        if isinstance(value, ast.Dict) and not value.keys:
            yield f"an empty container in line {value.lineno}"
        called = value.func if isinstance(value, ast.Call) else None
        if isinstance(called, ast.Name) and called.id in {"list", "dict", "set", "defaultdict", "deque", "Counter"}:
            yield f"{called.id}() in line {called.lineno}"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_module_has_state(path: Path) -> None:
    assert not list(changing_state(tree(path)))


# ---------------------------------------------------------------------------------------------- nothing of the protocol

# Words of the domain that may stand nowhere in the package, comments and documentation included.
DOMAIN = re.compile(r"(?i:\b(nics?|oids?|ports?|adapters?|vms?|vmswitch|hyper-v|ndis)\b)|OID_|NIC_|PORT_|NDIS_")
DOMAIN_ALLOWED = {
    "checker/cli/commands.py": "help says which protocol ships, and shows sizes of its sorts",
    "checker/trace/readers/native_event.py": "the native format drops this prefix of a status, whatever the protocol",
    "checker/trace/readers/native_header.py": "the native format's default for `source`",
    "checker/trace/sources.py": "the native format drops this prefix of a status, whatever the protocol",
}

# Names that `spec/` declares and that are words of the package's own too: what it means by them.
ENGLISH = {
    "Answer": "what an engine says of one property",
    "Source": "a text with its name",
    "Stage": "one part of a search or of a renaming",
    "above": "what is higher",
    "absent": "a word of the language: a field that is not there",
    "answer": "what an engine says",
    "asked": "what was asked for",
    "done": "how much is finished",
    "failed": "what went wrong",
    "given": "what a caller gave",
    "held": "how a rule fared",
    "idle": "a property that had nothing to say",
    "leaves": "the ends of a tree",
    "moving": "what changes",
    "none": "that there is not one",
    "off": "switched off",
    "oid": "the native format's default for `source`",
    "on": "where, or about what",
    "open": "Python's function, and what is not settled",
    "owner": "whose a name is",
    "pair": "two of them",
    "reached": "where a run gets",
    "ready": "what can go on",
    "refused": "what is not possible",
    "request": "the native format's word for what a begin and an end belong to",
    "run": "steps of the model; to start something",
    "save": "lark's function",
    "short": "not long",
    "single": "just one",
    "stage": "one part of a search or of a renaming",
    "take": "NumPy's method",
    "taken": "what was chosen",
}


def declared() -> frozenset[str]:
    """Every name that the shipped protocol texts declare."""
    names: set[str] = set()
    for path in sorted((ROOT / "spec").rglob("*.mig")):
        names |= declared_names(path.read_text(encoding="utf-8"))
    return frozenset(names)


_DECLARATION = re.compile(
    r"^\s*(?:hidden\s+|optional\s+)*"
    r"(?:action|fault|sort|enum|const|param|state|let|invariant|lemma|step|final|leads to|can|scope|run|log|assume)\s+"
    r"(\w+(?:\s*,\s*\w+)*)",
    re.MULTILINE,
)
_MEMBERS = re.compile(r"^\s*(?:enum\s+\w+|sort\s+\w+\s*=)\s*\{([^}]*)\}", re.MULTILINE)
_EVENT = re.compile(r"\bevent\s+(\w+)\s*(?:\{([^}]*)\})?")
_FIELD = re.compile(r"\s*(\w+)\s*(?:=|absent\b)")


def declared_names(text: str) -> set[str]:
    """Names of sorts, members, cells, actions, properties, events and their fields in one protocol text."""
    text = re.sub(r'"[^"]*"', "", re.sub(r"#.*", "", text))
    found = {name for match in _DECLARATION.finditer(text) for name in re.findall(r"\w+", match[1])}
    found |= {name for match in _MEMBERS.finditer(text) for name in re.findall(r"\w+", match[1])}
    for match in _EVENT.finditer(text):
        found.add(match[1])
        found |= {field[1] for part in (match[2] or "").split(",") if (field := _FIELD.match(part))}
    return found


def words_used(module: ast.Module) -> set[str]:
    """Identifiers of a module, and strings that are one word. Documentation is looked at as text, elsewhere."""
    found: set[str] = set()
    for node in ast.walk(module):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str() as name):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Constant(value=str() as text) if text.isidentifier():
                found.add(text)
    return found


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_room_knows_a_name_of_the_protocol(path: Path) -> None:
    assert sorted((words_used(tree(path)) & declared()) - ENGLISH.keys()) == []


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_room_speaks_of_the_domain(path: Path) -> None:
    found = [match[0] for match in DOMAIN.finditer((ROOT / path).read_text(encoding="utf-8"))]
    assert not found or path.as_posix() in DOMAIN_ALLOWED, found


def test_every_exception_is_still_needed() -> None:
    names = declared()
    used = {word for path in FILES for word in words_used(tree(path))}
    assert [word for word in ENGLISH if word not in names or word not in used] == []
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in DOMAIN_ALLOWED}
    assert [name for name, text in texts.items() if not DOMAIN.search(text)] == []


# ---------------------------------------------------------------------------------------- that these tests can fail


def test_a_wrong_import_is_seen() -> None:
    path = Path("checker/explore/graph.py")
    assert wrong_way(path, ast.parse("def f():\n    from checker.prove import terms")) == ["prove"]
    assert wrong_way(path, ast.parse("import checker.trace.event")) == ["trace"]
    assert wrong_way(path, ast.parse("from checker import cli")) == ["cli"]


@pytest.mark.parametrize("text", ["print(1)", "import sys\nsys.exit(2)", "raise SystemExit", "import sys\nsys.stdout"])
def test_a_print_is_seen(text: str) -> None:
    assert list(side_effects(ast.parse(text)))


@pytest.mark.parametrize(
    "text", ["CACHE = {}", "SEEN: list[int] = []", "def f():\n    global X", "A = defaultdict(int)"]
)
def test_state_is_seen(text: str) -> None:
    assert list(changing_state(ast.parse(text)))


def test_names_of_a_text_are_seen() -> None:
    text = """
    sort Node, Edge
    sort Role = { left, right }
    enum Mode { idle, busy }
    hidden optional action grab(n: Node) { event GRAB { NodeId = n, Blob absent } }
    invariant one_owner forall n: Node. true
    """
    wanted = {
        "Node",
        "Edge",
        "Role",
        "left",
        "right",
        "Mode",
        "idle",
        "busy",
        "grab",
        "GRAB",
        "NodeId",
        "Blob",
        "one_owner",
    }
    assert wanted <= declared_names(text)
    assert words_used(ast.parse("grab = state['idle'].NodeId")) >= {"grab", "idle", "NodeId"}
