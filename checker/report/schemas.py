"""The JSON Schemas of the answers, read off the types of the documents: neither can say what the other does not."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from checker.report.atlas import AtlasDocument
from checker.report.blindspots import BlindspotsDocument
from checker.report.converted import ConvertDocument
from checker.report.documents import CheckDocument, FormatDocument, LintDocument, RulesDocument
from checker.report.explored import ExploreDocument
from checker.report.exported import ExportDocument
from checker.report.fleet import FleetDocument
from checker.report.graphs import GraphDocument
from checker.report.inferred import InferDocument
from checker.report.mutated import MutateDocument
from checker.report.needs import NeedsDocument
from checker.report.plain import EXPRESSIONS, Plain
from checker.report.proved import ProveDocument
from checker.report.reduce import ReduceDocument
from checker.report.settings import SettingsDocument
from checker.report.verified import VerifyDocument
from checker.report.watch import WatchLine
from checker.report.why import WhyDocument

DOCUMENTS: dict[str, type] = {
    "check": CheckDocument,
    "explore": ExploreDocument,
    "atlas": AtlasDocument,
    "graph": GraphDocument,
    "export": ExportDocument,
    "prove": ProveDocument,
    "infer": InferDocument,
    "verify-certificate": VerifyDocument,
    "mutate": MutateDocument,
    "needs": NeedsDocument,
    "settings": SettingsDocument,
    "why": WhyDocument,
    "blindspots": BlindspotsDocument,
    "fleet": FleetDocument,
    "convert": ConvertDocument,
    "watch": WatchLine,
    "reduce": ReduceDocument,
    "rules": RulesDocument,
    "lint": LintDocument,
    "format": FormatDocument,
}
DIALECT = "https://json-schema.org/draft/2020-12/schema"
SIMPLE: dict[type, str] = {str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null"}


def schema(command: str) -> Plain:
    """The schema of what `--json` answers for a command. Raises KeyError for a command without one."""
    made = _Schema()
    root = made.of(DOCUMENTS[command])
    definitions: dict[str, Plain] = {name: made.definitions[name] for name in sorted(made.definitions)}
    return {"$schema": DIALECT, "title": f"switchover {command} --json", **root, "$defs": definitions}


@dataclass(slots=True)
class _Schema:
    """Schemas of types, as `plain` writes them. Each dataclass and enum is defined once, under its name."""

    definitions: dict[str, Plain] = field(default_factory=dict)

    def of(self, type_: Any) -> dict[str, Plain]:
        """The schema of one type. Raises TypeError for one that has no plain form."""
        origin, arguments = get_origin(type_), get_args(type_)
        if type_ in SIMPLE:
            return {"type": SIMPLE[type_]}
        if origin in (Union, UnionType):
            return self._union(arguments)
        if origin is Literal:
            return {"enum": list(arguments)}
        if origin is tuple:
            return self._tuple(arguments)
        if origin is frozenset:
            return {"type": "array", "items": self.of(arguments[0]), "uniqueItems": True}
        if origin is Mapping:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if isinstance(type_, type) and (is_dataclass(type_) or issubclass(type_, Enum)):
            return self._named(type_)
        raise TypeError(f"{type_} has no schema")

    def _union(self, members: tuple[Any, ...]) -> dict[str, Plain]:
        kept = [member for member in members if member not in EXPRESSIONS]
        made = [self.of(member) for member in (*([str] if len(kept) < len(members) else []), *kept)]
        return {"anyOf": [*made]} if len(made) > 1 else made[0]

    def _tuple(self, members: tuple[Any, ...]) -> dict[str, Plain]:
        if len(members) == 2 and members[1] is Ellipsis:
            return {"type": "array", "items": self.of(members[0])}
        return {"type": "array", "prefixItems": [self.of(member) for member in members], "items": False,
                "minItems": len(members)}  # fmt: skip

    def _named(self, type_: type) -> dict[str, Plain]:
        name = type_.__name__
        if name not in self.definitions:
            self.definitions[name] = None  # so that a type within itself ends
            self.definitions[name] = _enum(type_) if issubclass(type_, Enum) else self._object(type_)
        return {"$ref": f"#/$defs/{name}"}

    def _object(self, type_: type) -> Plain:
        """Every member is always there, and there is no other."""
        hints = get_type_hints(type_)
        names = [part.name for part in fields(type_)]
        members: dict[str, Plain] = {name: self.of(hints[name]) for name in names}
        return {"description": inspect.getdoc(type_), "type": "object", "properties": members,
                "required": [*names], "additionalProperties": False}  # fmt: skip


def _enum(type_: type[Enum]) -> Plain:
    return {"description": inspect.getdoc(type_), "enum": [item.value for item in type_]}
