"""A formal model of a protocol, and recordings of real runs, held to the protocol's rules."""

from __future__ import annotations

__version__ = "0.1.0"
