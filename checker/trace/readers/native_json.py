"""One line of JSON read with care: every way it can be wrong becomes a message in a reader's words and an offset."""

from __future__ import annotations

import json
import re

import msgspec

from checker.trace.event import FieldValue

_WORDS = {
    "object keys must be strings": "expected a member name in double quotes",
    "expected ':'": "expected `:` after the member's name",
    "expected ',' or '}'": "expected `,` or `}`",
    "expected ',' or ']'": "expected `,` or `]`",
    "trailing comma in object": "expected one more member after the comma, or no comma",
    "trailing comma in array": "expected one more value after the comma, or no comma",
    "trailing characters": "expected the end of the line: one record a line",
    "invalid number": "expected a number as JSON writes it",
    "invalid escape character in string": "no such escape in JSON",
    "invalid utf-16 surrogate pair": "half of a surrogate pair is no character",
}
_ONE_ON = ("trailing characters", "invalid escape character in string")  # told one byte after the culprit
_NOT_JSON = ("NaN", "Infinity", "-Infinity", "None", "True", "False", "undefined", "nan", "inf", "-inf")
_BYTE = re.compile(r"(?:JSON is malformed: )?(.*?) \(byte (\d+)\)$")
_LONE_SURROGATE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_decode = msgspec.json.Decoder().decode


class Damaged(Exception):
    """The line is no record. `at` is the offset in its text, `text` the line as far as it could be decoded."""

    def __init__(self, message: str, text: str, at: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.text = text
        self.at = at


def members_of(line: bytes) -> tuple[str, dict[str, object]]:
    """The line as text, and the members of the one object on it. Raises Damaged where it is not exactly that."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        before = line[: error.start].decode("utf-8")
        shown = line.decode("utf-8", "backslashreplace")
        raise Damaged(f"byte 0x{line[error.start]:02x} is not UTF-8", shown, len(before)) from None
    try:
        members = _decode(line)
    except RecursionError:
        raise Damaged("nested too deeply to be read", text) from None
    except msgspec.ValidationError:
        raise _too_large(text) from None
    except msgspec.DecodeError as error:
        raise _malformed(str(error), line, text) from None
    if not isinstance(members, dict):
        raise Damaged(f"expected an object in braces, found {_KINDS.get(type(members), 'something else')}", text)
    twice = _repeated(text)
    if twice is not None:
        raise Damaged(f"member `{twice}` occurs twice", text, place_of(text, twice, 2))
    return text, members


def quick_members(text: bytes) -> dict[str, object] | None:
    """The members of the one object in a text; None where it takes a careful reader to say what they are, or why there
    are none.
    """
    try:
        members = _decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return None
    # With no white space before colons there are as many `":` as members, or more, where texts hold some. So where the
    # numbers are the same no member occurs twice.
    if not isinstance(members, dict) or b'" :' in text or b'"\n' in text or text.count(b'":') != _members_in(members):
        return None
    return members


def _members_in(value: dict[str, object] | list[object]) -> int:
    number, inside = (len(value), value.values()) if isinstance(value, dict) else (0, value)
    for each in inside:
        if isinstance(each, (dict, list)):
            number += _members_in(each)
    return number


def place_of(text: str, member: str, times: int = 1) -> int:
    """The offset of the value of a member (of its name, at its second occurrence on); 0 where it is not found."""
    pattern = re.escape(json.dumps(member, ensure_ascii=False)) + r"\s*:\s*"
    for number, found in enumerate(re.finditer(pattern, text), 1):
        if number == times:
            return found.end() if times == 1 else found.start()
    return 0


def scalar(value: object) -> FieldValue:
    """A value as a field holds it: lists and objects as their JSON text."""
    if value is None or isinstance(value, (str, int, float)):
        return value
    return msgspec.json.encode(value).decode("utf-8")


_KINDS: dict[type, str] = {
    list: "a list",
    str: "a text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    return "an object" if isinstance(value, dict) else _KINDS.get(type(value), "something else")


def _malformed(error: str, line: bytes, text: str) -> Damaged:
    found = _BYTE.match(error)
    if found is None:
        lone = _LONE_SURROGATE.search(text)
        if lone is not None and text.rstrip().endswith("}"):
            return Damaged(_WORDS["invalid utf-16 surrogate pair"], text, lone.start())
        return Damaged("the record is cut off: the line ends before its closing `}`", text, len(text.rstrip()))
    what, byte = found[1], int(found[2])
    if what in _ONE_ON:
        byte -= 1
    at = len(line[:byte].decode("utf-8", "ignore"))
    if what == "invalid character":
        what = _unexpected(text, at)
    return Damaged(_WORDS.get(what, what), text, at)


def _unexpected(text: str, at: int) -> str:
    if not text[:at].strip():
        return "expected a record: an object in braces"
    word = next((word for word in _NOT_JSON if text.startswith(word, at)), None)
    if word is not None:
        return f"{word} is not a value in JSON: leave the member out if its value is not known"
    if at < len(text) and text[at] < " ":
        return f"a control character in a text is written as \\u{ord(text[at]):04x}"
    return "expected a value"


def _too_large(text: str) -> Damaged:
    for found in _NUMBER.finditer(text):
        digits = found[0]
        if len(digits) > 4000 or abs(float(digits)) == float("inf"):
            return Damaged("the number is too large to be read", text, found.start())
    return Damaged("a number is too large to be read", text)


def _repeated(text: str) -> str | None:
    """The first member name that occurs twice in one object, at any depth."""
    twice: list[str] = []

    def note(pairs: list[tuple[str, object]]) -> None:
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                twice.append(name)
            seen.add(name)

    try:
        json.loads(text, object_pairs_hook=note)
    except (RecursionError, ValueError):
        # The two decoders differ in how deep they go and in how long a number may be.
        raise Damaged("nested too deeply, or a number too large, to be read", text) from None
    return twice[0] if twice else None
