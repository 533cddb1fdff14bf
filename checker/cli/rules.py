"""`switchover rules`: every rule of the protocol, or one explained."""

from __future__ import annotations

from typing import Annotated

import typer

from checker.cli.common import Json, Spec, UserError, nearest, relative, show, write
from checker.cli.exits import ExitCode
from checker.report.text import clean


def rules(
    ids: Annotated[list[str] | None, typer.Argument(metavar="RULE", hidden=True)] = None,
    spec: Spec = None,
    json: Json = False,
) -> int:
    """List every rule: its id, whose duty it is, what it says, its pages. With ids, explain those."""
    from checker.cli.inputs import chosen
    from checker.report.page import BLANK
    from checker.report.rules import explained, rule_views, table

    views = relative(rule_views([choice.protocol for choice in chosen(spec, None, None)]))
    by_id = {view.id.casefold(): view for view in views}
    for name in ids or ():
        if name.casefold() not in by_id:
            raise UserError(f"no rule {clean(name)}", nearest(name, [view.id for view in views]))
    wanted = tuple(by_id[name.casefold()] for name in ids or ())
    if json:
        from checker.report.documents import RulesDocument
        from checker.report.json import json_text

        write(json_text(RulesDocument(wanted or views)))
    elif wanted:
        for at, view in enumerate(wanted):
            show([*([BLANK] if at else []), *explained(view)])
    else:
        show(table(views))
    return ExitCode.OK
