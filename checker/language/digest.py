"""A fingerprint of what a protocol says: the same for two texts that differ in comments, layout, scopes or logs."""

from __future__ import annotations

from hashlib import sha256

from checker.language.protocol import Protocol


def typed_digest(protocol: Protocol) -> str:
    """SHA-256, in hexadecimal, of the typed declarations, actions and properties. Places in the text do not count."""
    parts = (
        protocol.name, protocol.sorts, protocol.params, protocol.consts, protocol.cells, protocol.definitions,
        protocol.assumptions, protocol.actions, protocol.properties,
    )  # fmt: skip
    return sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()
