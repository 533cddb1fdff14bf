"""Where the comments of a text are."""

from __future__ import annotations

import re

from checker.language.tree import Comment

_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*')


def comments(text: str) -> tuple[Comment, ...]:
    """All comments, in order. A `#` inside a string starts none."""
    found = []
    for match in _STRING_OR_COMMENT.finditer(text):
        if match[0].startswith("#"):
            line_start = text.rfind("\n", 0, match.start()) + 1
            own_line = not text[line_start : match.start()].strip()
            found.append(Comment(match.start(), match[0].rstrip(), own_line))
    return tuple(found)


def blanked(text: str) -> str:
    """The text, of the same length, with the insides of strings and comments replaced by spaces."""
    return _STRING_OR_COMMENT.sub(lambda match: _blank(match[0]), text)


def _blank(piece: str) -> str:
    return '"' + " " * (len(piece) - 2) + '"' if piece.startswith('"') else " " * len(piece)
