"""The atlas as a page: one file that loads nothing and runs nothing. A field of the table leads to its cell."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from checker import __version__
from checker.report.atlas import AtlasView, CellView, FateView, condition_words
from checker.report.atlas_table import matrix
from checker.report.explored import scope_words
from checker.report.text import clean


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its letters, what they mean, and the places of the cells it stands for."""

    text: str
    means: str
    href: str


@dataclass(frozen=True, slots=True)
class Row:
    step: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One atlas of the page."""

    view: AtlasView
    id: str
    scope: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    legend: tuple[FateView, ...]
    cells: tuple[tuple[str, CellView], ...]  # with their places


def atlas_html(views: Sequence[AtlasView]) -> str:
    """The page of some atlases."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("checker.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"clean": clean, "condition": condition_words}
    folder = files("checker.report.html") / "templates"
    style = "".join((folder / name).read_text(encoding="utf-8") for name in ("style.css", "atlas.css"))
    digest = b64encode(sha256(style.encode()).digest()).decode()
    text = environment.get_template("atlas.html").render(
        parts=[_part(view, f"a{number}") for number, view in enumerate(views, 1)],
        csp=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        style=Markup(style),  # our own files
        version=__version__,
    )
    return text.encode("ascii", "xmlcharrefreplace").decode()


def _part(view: AtlasView, id_: str) -> Part:
    made = matrix(view)
    places = {(cell.failure, cell.step): f"{id_}-c{number}" for number, cell in enumerate(view.cells, 1)}
    names = {fate.letter: fate.name for fate in view.fates}
    seen = {fate.name for cell in view.cells for fate in cell.fates}

    def field(step: str, failures: tuple[str, ...], text: str) -> Field:
        place = next((places[failure, step] for failure in failures if (failure, step) in places), "")
        more = ", another with other settings" if "*" in text else ""
        means = names.get(text[:1], "strikes with other settings only") if text else "does not strike here"
        return Field(text, f"{means}{more}", f"#{place}" if place else "")

    rows = tuple(
        Row(step, tuple(field(step, made.columns[at], text) for at, text in enumerate(fields)))
        for step, fields in zip(made.steps, made.fields, strict=True)
    )
    return Part(
        view,
        id_,
        scope_words(view.scope),
        tuple(", ".join(column) for column in made.columns),
        rows,
        tuple(fate for fate in view.fates if fate.name in seen),
        tuple((places[cell.failure, cell.step], cell) for cell in view.cells),
    )
