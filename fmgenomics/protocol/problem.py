"""What is wrong with the input, in one line that says where and how to mend it."""

from __future__ import annotations

SHOWN = 60


def printable(text: str) -> str:
    """Control, direction and other invisible characters as escapes, so that a text from a file can do nothing where it is shown."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text)


def cut(text: str, size: int = SHOWN) -> str:
    text = printable(text[: size + 1])
    return text if len(text) <= size else text[: size - 3] + "..."


def shown(value: object) -> str:
    """A value from a file, short, quoted and harmless."""
    return f"{cut(str(value))!r}"


class InputError(ValueError):
    """The input cannot be used. The message is one line of printable text."""

    def __init__(self, message: str):
        super().__init__(printable(message))
