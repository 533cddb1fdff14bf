"""A path, or a text -> the typed protocol of it and the modules it uses, with everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Protocol as Interface

from checker.language.diagnostics import Diagnostic, Diagnostics, Severity
from checker.language.nearest import nearest
from checker.language.protocol import Module, Protocol
from checker.language.source import Source, Span

if TYPE_CHECKING:
    from checker.language import tree
    from checker.language.parse import Parser

MAX_BYTES = 2_000_000
SUFFIX = ".mig"
NEAR = 4  # folders above the entry in which a module is looked for


def load(path: Path) -> tuple[Protocol | None, tuple[Diagnostic, ...]]:
    """The protocol whose entry module is the file, or None if there are errors; and all diagnostics of all files."""
    found = Diagnostics()
    source = _read_file(path, None, found)
    if source is None:
        return None, found.sorted()
    return _Loader(_Folder(path.parent), found).protocol(source, path)


def load_text(
    name: str, text: str, others: Mapping[str, str] | None = None
) -> tuple[Protocol | None, tuple[Diagnostic, ...]]:
    """The same for a text, which diagnostics call `name`; `others` are the texts of modules it may use, by name."""
    found = Diagnostics()
    source = _source(name, text, found)
    if source is None:
        return None, found.sorted()
    return _Loader(_Texts(others or {}), found).protocol(source, None)


class _Library(Interface):
    """Where modules come from."""

    def names(self) -> list[str]: ...
    def read(self, name: str, used: Span, found: Diagnostics) -> Source | None: ...


@dataclass(frozen=True)
class _Texts:
    texts: Mapping[str, str]

    def names(self) -> list[str]:
        return sorted(self.texts)

    def read(self, name: str, used: Span, found: Diagnostics) -> Source | None:  # noqa: ARG002  # as of a folder
        return _source(name + SUFFIX, self.texts[name], found) if name in self.texts else None


@dataclass(frozen=True)
class _Folder:
    root: Path

    def names(self) -> list[str]:
        near = (*self.root.glob("*.mig"), *self.root.glob("*/*.mig"))
        return sorted(path.relative_to(self.root).with_suffix("").as_posix() for path in near)

    def read(self, name: str, used: Span, found: Diagnostics) -> Source | None:
        return _read_file(self.root / (name + SUFFIX), used, found)


@dataclass
class _Loader:
    library: _Library
    found: Diagnostics
    files: dict[str, tree.File] = field(default_factory=dict)  # by module name, the entry first
    order: list[str] = field(default_factory=list)  # used modules before those that use them
    incomplete: bool = False  # some module could not be read

    def protocol(self, source: Source, path: Path | None) -> tuple[Protocol | None, tuple[Diagnostic, ...]]:
        from checker.language.check import check
        from checker.language.parse import shared_parser

        parser = shared_parser()
        entry, problems = parser.parse(source)
        self.found.found += problems
        name = entry.header.name.text if entry.header else Path(source.name).stem
        if path is not None:
            self.library = _Folder(_root(path, entry))
        self._follow(name, entry, parser)
        modules = tuple(self._module(each, file) for each, file in self.files.items())
        texts = ((each, file.span.source.text) for each, file in sorted(self.files.items()))
        digest = sha256(repr(tuple(texts)).encode("utf-8", "surrogatepass")).hexdigest()
        files = (entry, *(self.files[each] for each in self.order))
        protocol = check(files, modules, digest, self.found, incomplete=self.incomplete)
        failed = any(item.severity is Severity.ERROR for item in self.found)
        if not failed:
            from checker.language.meaning import check_meaning

            check_meaning(protocol, self.found)
            failed = any(item.severity is Severity.ERROR for item in self.found)
        if not failed:
            from checker.language.lints import lint

            lint(protocol, self.found)
        return None if failed else protocol, self.found.sorted()

    def _follow(self, name: str, file: tree.File, parser: Parser) -> None:
        """Reads what the file uses, what that uses, and so on; every module once, so cycles end."""
        self.files[name] = file
        waiting: list[tuple[str, list[tree.Ident]]] = [(name, _uses(file))]
        while waiting:
            here, uses = waiting[-1]
            if not uses:
                self.order.append(here)
                waiting.pop()
                continue
            used = uses.pop(0)
            if used.text in self.files:
                continue
            said = len(self.found.found)
            source = self.library.read(used.text, used.span, self.found)
            if source is None:
                self.incomplete = True
                if len(self.found.found) == said:
                    self._missing(used)
                continue
            read, problems = parser.parse(source)
            self.found.found += problems
            self.files[used.text] = read
            self._named(used, read)
            waiting.append((used.text, _uses(read)))

    def _missing(self, used: tree.Ident) -> None:
        close = nearest(used.text, self.library.names())
        hint = f"; nearest: `{close}`" if close else ""
        self.found.error("E0211", used.span, f"no module `{used.text}`: there is no file `{used.text}{SUFFIX}`{hint}")

    def _named(self, used: tree.Ident, file: tree.File) -> None:
        header = file.header
        if header is not None and header.name.text not in (used.text, used.text.rpartition("/")[2]):
            message = f"this file is used as `{used.text}`, but calls itself `{header.name.text}`"
            self.found.error("E0212", header.name.span, message)

    def _module(self, name: str, file: tree.File) -> Module:
        uses = tuple(dict.fromkeys(ident.text for ident in _uses(file)))
        return Module(name, file.header.title if file.header else "", uses, file.span.source.name)


def _uses(file: tree.File) -> list[tree.Ident]:
    from checker.language.tree import Uses

    return [ident for each in file.declarations if isinstance(each, Uses) for ident in each.modules]


def _root(path: Path, entry: tree.File) -> Path:
    """The folder that module names are relative to: the entry's own, or the one above that has all that it uses."""
    wanted = [used.text + SUFFIX for used in _uses(entry)]
    near = [*list(path.parents)[:NEAR], *list(path.absolute().parents)[:NEAR]]
    return next((folder for folder in near if all(_is_file(folder / each) for each in wanted)), path.parent)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have
        return False


# -------------------------------------------------------------------------------------------------------- reading text


def _read_file(path: Path, used: Span | None, found: Diagnostics) -> Source | None:
    """The text of a file. What is wrong with it is said where it was used, or else at the file itself."""
    place = used or Span(Source(str(path), ""), 0, 0)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        if used is not None and isinstance(error, FileNotFoundError):
            return None  # the caller knows better what to say
        found.error("E0110", place, f"cannot read `{path}`: {error.strerror or 'not a file'}")
        return None
    if len(data) > MAX_BYTES:
        found.error("E0109", place, f"`{path}` is longer than {MAX_BYTES} bytes, which no protocol text is")
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        good = Source(str(path), data.decode("utf-8", "replace"))
        at = len(data[: error.start].decode("utf-8"))
        found.error("E0111", Span(good, at, at + 1), "the text is not UTF-8 from here on", fix="save the file as UTF-8")
        return None
    return _source(str(path), text, found)


def _source(name: str, text: str, found: Diagnostics) -> Source | None:
    """The source of a text, without a byte order mark, or None where it is too long to be read at all."""
    if len(text) > MAX_BYTES:
        place = Span(Source(name, ""), 0, 0)
        found.error("E0109", place, f"the text is longer than {MAX_BYTES} characters, which no protocol text is")
        return None
    return Source(name, text.removeprefix("\ufeff"))
