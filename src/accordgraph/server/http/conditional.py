"""Conditional requests: what If-None-Match names."""


def matches(header: str | None, tag: str, *, known: bool = True) -> bool:
    """Tell whether an If-None-Match header names a tag; weakness is no difference there.

    `*` means any answer, so it must be known that there is one.
    """
    if (header or "").strip() == "*":
        return known
    return tag in [found.strip().removeprefix("W/") for found in (header or "").split(",")]
