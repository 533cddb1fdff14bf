"""Where `prove --certificate` writes what it proved, one file a protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli.common import UserError
from checker.cli.whole import write_whole
from checker.report.text import clean

if TYPE_CHECKING:
    from checker.cli.inputs import Chosen
    from checker.language.protocol import Protocol
    from checker.prove.answers import Proofs
    from checker.report.proved import CertificateView


def certificate_files(path: Path | None, choices: Sequence[Chosen]) -> Mapping[str, Path]:
    """A file for each protocol: the one that was named, or, for several, `NAME.PROTOCOL.smt2`. Raises UserError."""
    if path is None:
        return {}
    if path.is_dir():
        raise UserError(f"--certificate {clean(path)} is a folder", f"such as {clean(path / 'proofs.smt2')}")
    if not path.parent.is_dir():
        raise UserError(f"--certificate {clean(path)}: there is no folder {clean(path.parent)}", "make it first")
    if len(choices) == 1:
        files = {choices[0].protocol.name: path}
    else:
        names = [choice.protocol.name for choice in choices]
        files = {name: path.with_name(f"{path.stem}.{name}{path.suffix}") for name in names}
    texts = {choice.path.resolve() for choice in choices}
    for file in files.values():
        if file.resolve() in texts:
            raise UserError(f"--certificate {clean(file)} would replace a protocol's text", "give it another name")
    return files


def write_certificate(path: Path, protocol: Protocol, proofs: Proofs) -> CertificateView:
    """Writes what was proved; a file that exists is replaced, and only when the new one is whole. Raises UserError."""
    from checker.prove.certificate import certificate
    from checker.report.proved import CertificateView

    made = certificate(protocol, proofs)
    content = made.text.encode("ascii")
    write_whole(path, content)
    return CertificateView(str(path), len(content), made.certified, made.obligations, made.left_out)
