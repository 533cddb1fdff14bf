"""Files in other encodings, handed on as UTF-8."""

from __future__ import annotations

import re
from codecs import getincrementaldecoder

from checker.trace.readers.common import Readable

# UTF-32 first: its little-endian mark starts with that of UTF-16.
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARED = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


def marked(head: bytes) -> str | None:
    """The encoding that the first bytes of a file show: by a byte order mark, or `<` as two bytes. None: no mark."""
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)


def declared(head: bytes) -> str:
    """The encoding of an XML text without a mark: the declared one, else UTF-8.

    A text whose first bytes are ASCII is not UTF-16 whatever it declares (console redirection changes the bytes and
    leaves the declaration), and an encoding Python does not know is read as UTF-8.
    """
    found = _DECLARED.match(head)
    if found is None:
        return "utf-8"
    name = found[1].decode("ascii")
    try:
        plain = b"<?xml".decode(name) == "<?xml"
    except (LookupError, ValueError):
        return "utf-8"
    return name if plain else "utf-8"


class Utf8:
    """A stream in some encoding, read as UTF-8 without a byte order mark. What cannot be decoded becomes U+FFFD."""

    __slots__ = ("_decoder", "_done", "_file", "_started")

    def __init__(self, file: Readable, encoding: str) -> None:
        self._file = file
        self._decoder = getincrementaldecoder(encoding)("replace")
        self._started = False
        self._done = False

    def read(self, size: int, /) -> bytes:
        """The next part, not always `size` bytes long; empty only at the end."""
        while not self._done:
            block = self._file.read(size)
            self._done = not block
            text = self._decoder.decode(block, final=self._done)
            if text and not self._started:
                self._started = True
                text = text.removeprefix("\ufeff")
            if text:
                # Halves of surrogate pairs decode in some codecs and never encode.
                return text.encode("utf-8", "replace")
        return b""
