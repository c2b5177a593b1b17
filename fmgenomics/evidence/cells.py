"""From the text of a cell to its value, by the field's type."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from .problem import nearest
from .schema import Field

# ASCII digits only: "\d" alone means those of every script, which Python would read and a reader might not.
_INTEGER = re.compile(r"-?\d+", re.ASCII)
_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _valid_uri(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("https", "http") and "." in parts.netloc and " " not in text


def convert(field: Field, text: str) -> Any:
    """The value of ``text``; an empty cell is ``None`` for numbers and dates, ``""`` for text.

    Raises ``ValueError`` with what was expected.
    """
    if field.type == "string":
        return text
    if not text:
        return None
    if field.type == "integer":
        if not _INTEGER.fullmatch(text):
            raise ValueError("expected a whole number in digits, without separators or unit")
        return int(text)
    if field.type == "number":
        if not _NUMBER.fullmatch(text) or not math.isfinite(number := float(text)):
            raise ValueError("expected a number such as 0.813, with a point and no unit")
        return number
    if field.type == "date":
        try:
            if _DATE.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise ValueError("expected a date as YYYY-MM-DD")
    raise ValueError(f"the schema gives this column the unknown type {field.type!r}")


def complaints(field: Field, text: str, value: Any) -> Iterator[str]:
    """What the schema has against a cell that converted."""
    if not text:
        if field.required:
            yield "is empty; this column must be filled"
        return
    if field.enum and text not in field.enum:
        yield f"expected one of {', '.join(field.enum)}{nearest(text, field.enum)}"
    if field.regex is not None and not field.regex.fullmatch(text):
        yield f"does not have the form {field.pattern}"
    if field.format == "uri" and not _valid_uri(text):
        yield "expected an address beginning with https://"
    if field.minimum is not None and value < field.minimum:
        yield f"is below the least possible, {field.minimum:g}"
    if field.maximum is not None and value > field.maximum:
        yield f"is above the largest possible, {field.maximum:g}"
