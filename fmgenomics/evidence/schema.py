"""The table schemas, read from ``evidence/datapackage.yaml`` (Frictionless Table Schema)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

PACKAGE_FILE = "datapackage.yaml"


@dataclass(frozen=True)
class Field:
    """One column: its type and what a cell may hold."""

    name: str
    type: str
    required: bool = False
    unique: bool = False
    enum: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    format: str | None = None
    unit: str | None = None

    @cached_property
    def regex(self) -> re.Pattern[str] | None:
        return re.compile(self.pattern) if self.pattern else None


@dataclass(frozen=True)
class ForeignKey:
    """``field`` holds an ``id`` of the table ``resource``."""

    field: str
    resource: str


@dataclass(frozen=True)
class Resource:
    """One CSV file."""

    name: str
    path: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]

    @property
    def columns(self) -> list[str]:
        return [field.name for field in self.fields]

    def field(self, name: str) -> Field:
        """The column called ``name``; raises ``KeyError`` when there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"{self.path} has no column {name}")


def _field(spec: dict[str, Any]) -> Field:
    constraints = spec.get("constraints", {})
    return Field(
        name=spec["name"],
        type=spec["type"],
        required=constraints.get("required", False),
        unique=constraints.get("unique", False),
        enum=tuple(constraints.get("enum", ())),
        minimum=constraints.get("minimum"),
        maximum=constraints.get("maximum"),
        pattern=constraints.get("pattern"),
        format=spec.get("format"),
        unit=spec.get("unit"),
    )


def read_schema(folder: Path) -> dict[str, Resource]:
    """All tables of the package in ``folder``, by name, in the order of the package."""
    package = yaml.load((folder / PACKAGE_FILE).read_text("utf-8"), yaml.CSafeLoader)
    resources = {}
    for spec in package["resources"]:
        schema = spec["schema"]
        key = schema.get("primaryKey", ())
        resources[spec["name"]] = Resource(
            name=spec["name"],
            path=spec["path"],
            fields=tuple(_field(field) for field in schema["fields"]),
            primary_key=(key,) if isinstance(key, str) else tuple(key),
            foreign_keys=tuple(
                ForeignKey(key["fields"], key["reference"]["resource"]) for key in schema.get("foreignKeys", ())
            ),
        )
    return resources
