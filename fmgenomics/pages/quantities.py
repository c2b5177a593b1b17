"""How a number of the evidence is written in prose."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_SUFFIX = {
    "percent": "%",
    "bp": " bp",
    "gb": " GB",
    "tb": " TB",
    "gpu-hours": " GPU hours",
    "gpu-days": " GPU days",
    "hours": " hours",
    "days": " days",
    "minutes": " minutes",
    "seconds": " s",
    "kwh": " kWh",
    "mwh": " MWh",
    "tco2e": " t CO₂e",
    "flop": " FLOP",
    "bits-per-base": " bits per base",
    "fold": "-fold",
}
_BOUND = {"exact": "", "about": "about ", "at-least": "at least ", "at-most": "at most "}
_SCALE_WORDS = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_IN_FULL = {"year", "usd"}


def significant(value: float, digits: int = 3) -> str:
    """``value`` to ``digits`` significant digits, without exponent or trailing zeros, thousands separated."""
    text = f"{float(f'{value:.{digits}g}'):,.12f}".rstrip("0").rstrip(".")
    return text if text not in ("-0", "") else "0"


def _decimals(printed: str) -> int:
    return len(printed.partition(".")[2]) if "e" not in printed.lower() else 12


def _rounded(value: float, printed: str, digits: int) -> str:
    """``value`` to ``digits`` decimals, halves away from zero as people round: 0.5385 is 0.539."""
    exact = Decimal(printed) if "e" not in printed.lower() else Decimal(repr(value))
    return f"{exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):,}".replace("-", "−", 1)


def _number(value: float, unit: str, printed: str, digits: int | None) -> str:
    if unit == "year":
        return f"{value:.0f}"
    if digits is not None:
        return _rounded(value, printed, digits)
    if abs(value) >= 1e18:
        mantissa, _, exponent = f"{value:.2e}".partition("e")
        return f"{float(mantissa):g} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}"
    if unit == "bp" and abs(value) >= 1e9:
        size, word = next((size, word) for size, word in _SCALE_WORDS if abs(value) >= size)
        return f"{significant(value / size)} {word}"
    if unit == "bp" and abs(value) >= 1000 and float(f"{value:.3g}") == value:
        size, word = (1e6, "Mb") if abs(value) >= 1e6 else (1e3, "kb")
        return f"{significant(value / size)} {word}"
    if value == int(value) and abs(value) >= 1000:
        if unit not in _IN_FULL and unit != "bp":
            for size, word in _SCALE_WORDS:
                if abs(value) >= size:
                    return f"{significant(value / size)} {word}"
        return f"{value:,.0f}"
    if _decimals(printed) <= (2 if abs(value) >= 10 else 3):
        whole, point, rest = printed.partition(".")
        return f"{int(whole):,}{point}{rest}" if whole.isdigit() else printed.replace("-", "−", 1)
    if abs(value) < 0.001:
        return f"{value:.2g}".replace("-", "−", 1)
    return _rounded(value, printed, 1 if abs(value) >= 10 else 3)


def in_prose(
    value: float,
    unit: str,
    printed: str = "",
    bound: str = "exact",
    *,
    digits: int | None = None,
    plain: bool = False,
    percent: bool = False,
) -> str:
    """A number as a reader meets it: ``0.8130456`` as ``0.813``, ``40000000000`` parameters as ``40 billion``.

    ``printed`` keeps the digits of the source where they are few. ``digits`` fixes the decimals, ``plain`` leaves out the
    unit and the word for the bound, ``percent`` shows a fraction as a percentage.
    """
    if percent:
        value, unit, printed = value * 100, "percent", significant(value * 100, 4)
    number = _number(value, unit, printed or repr(value), digits)
    if plain:
        return number
    suffix = _SUFFIX.get(unit, "")
    if unit == "bp" and number.endswith(("kb", "Mb")):
        suffix = ""
    prefix = "$" if unit == "usd" else ""
    return f"{_BOUND[bound]}{prefix}{number}{suffix}"


def with_unit(text: str, unit: str) -> str:
    """``text`` of :func:`in_prose` with the unit's name where it does not show by itself, as in a table."""
    shows = unit in _SUFFIX or unit in _IN_FULL or unit in ("count", "score", "fraction")
    return text if shows else f"{text} {unit.replace('-', ' ')}"
