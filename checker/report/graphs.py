"""Pictures of state graphs as DOT and Mermaid text, and as plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from checker import __version__
from checker.explore.pictures import Arrow, Node, Picture, graphml


@dataclass(frozen=True, slots=True)
class GraphDocument:
    """What `switchover graph --json` answers. `exit` is 4 where the search stopped early."""

    pictures: tuple[Picture, ...]
    exit: int
    switchover: Literal["graph"] = "graph"
    format: Literal[1] = 1
    version: str = __version__


def dot(picture: Picture) -> str:
    """For Graphviz: `dot -Tsvg`."""
    return "\n".join(_dot(picture)) + "\n"


def mermaid(picture: Picture) -> str:
    """A Mermaid flowchart, which Markdown pages show."""
    return "\n".join(_mermaid(picture)) + "\n"


FORMATS: Mapping[str, Callable[[Picture], str]] = MappingProxyType({"dot": dot, "mermaid": mermaid, "graphml": graphml})
SUFFIXES: Mapping[str, str] = MappingProxyType(
    {".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".mermaid": "mermaid", ".graphml": "graphml"}
)


def _dot(picture: Picture) -> Iterator[str]:
    yield f"digraph {_quoted(picture.protocol)} {{"
    for sentence in _about(picture):
        yield f"  // {sentence}"
    yield f"  label={_quoted(f'{picture.protocol}, scope {picture.scope}: {picture.title}')};"
    yield "  node [shape=box, style=rounded];"
    for node in picture.nodes:
        looks = (", penwidth=2" if node.initial else "") + (", peripheries=2" if node.end else "")
        yield f"  n{_id(node.id)} [label={_quoted(node.label)}, tooltip={_quoted(_tip(node))}{looks}];"
    for arrow in picture.arrows:
        looks = ", style=dashed, color=red" if arrow.fault else ", style=dotted" if arrow.hidden else ""
        yield f"  n{_id(arrow.source)} -> n{_id(arrow.target)} [label={_quoted(arrow.label)}{looks}];"
    yield "}"


def _mermaid(picture: Picture) -> Iterator[str]:
    yield "flowchart TD"
    for sentence in _about(picture):
        yield f"  %% {sentence}"
    for node in picture.nodes:
        left, right = ("([", "])") if node.initial else ("[[", "]]") if node.end else ("[", "]")
        yield f"  n{_id(node.id)}{left}{_escaped(node.label)}{right}"
    for source, target, labels, fault in _side_by_side(picture.arrows):
        line = "-.->" if fault else "-->"
        words = f"|{_escaped(labels)}|" if labels else ""
        yield f"  n{_id(source)} {line}{words} n{_id(target)}"


def _side_by_side(arrows: tuple[Arrow, ...]) -> Iterator[tuple[int, int, str, bool]]:
    """Arrows between the same two nodes as one, faults apart: Mermaid draws all labels on the same spot."""
    groups: dict[tuple[int, int, bool], dict[str, None]] = {}
    for arrow in arrows:
        groups.setdefault((arrow.source, arrow.target, arrow.fault), {})[arrow.label] = None
    for (source, target, fault), labels in groups.items():
        yield source, target, ", ".join(labels), fault


def _about(picture: Picture) -> Iterator[str]:
    yield f"{picture.protocol}, scope {picture.scope}: {picture.title}"
    yield from picture.left_out


def _tip(node: Node) -> str:
    cells = [f"{name} = {value}" for name, value in node.cells]
    return "\n".join([f"{node.states} states" if node.states != 1 else f"state {node.id}", *cells])


def _id(number: int) -> str:
    return str(number) if number >= 0 else f"_{-number}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _escaped(text: str) -> str:
    """Mermaid's text in quotes, where only quotes and brackets of its own mean anything."""
    return '"' + text.replace("#", "#35;").replace('"', "#quot;").replace("\n", "<br/>") + '"'
