"""The nearest name: a help where it is likely, silent where it would be silly."""

from __future__ import annotations

import pytest

from checker.language.nearest import nearest

KNOWN = ("link", "port_create", "N-01", "on", "created")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("lnk", "link"),
        ("Link", "link"),
        ("port_craete", "port_create"),
        ("portcreate", "port_create"),
        ("port-create", "port_create"),
        ("N-1", "N-01"),
        ("no", "on"),
        ("create", "created"),
        ("x", None),
        ("zebra", None),
        ("po", None),
        ("port", None),
        ("link", None),
    ],
)
def test_nearest(name: str, meant: str | None) -> None:
    assert nearest(name, KNOWN) == meant
