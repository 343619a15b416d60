"""Content codings that a client accepts, by RFC 9110 section 12.5.3, and their encoders."""

import zlib
from typing import Protocol

import zstandard

from accordgraph.server.http.negotiation import weights

IDENTITY = "identity"
_CODINGS = ("zstd", "gzip")
_GZIP = 31


class Encoder(Protocol):
    """A compressor of a stream."""

    def compress(self, data: bytes, /) -> bytes:
        """Take a piece, and return the output that is ready."""

    def flush(self) -> bytes:
        """Return the rest of the output."""


class _Plain:
    def compress(self, data: bytes, /) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


def choose_coding(header: str | None) -> str:
    """Return the coding that a client prefers: `zstd`, `gzip`, or `identity` for none."""
    qualities = {name.removeprefix("x-"): quality for name, quality in weights(header).items()}
    offered = [(qualities.get(coding, qualities.get("*", 0.0)), coding) for coding in _CODINGS]
    weight, coding = max(offered, key=lambda pair: pair[0])
    return coding if weight > 0 and weight >= qualities.get(IDENTITY, 0.0) else IDENTITY


def encoder(coding: str) -> Encoder:
    """Return an encoder for a coding."""
    if coding == "gzip":
        return zlib.compressobj(5, zlib.DEFLATED, _GZIP)
    if coding == "zstd":
        return zstandard.ZstdCompressor(level=3).compressobj()
    return _Plain()


def encode(coding: str, octets: bytes) -> bytes:
    """Return octets in a coding."""
    compressor = encoder(coding)
    return compressor.compress(octets) + compressor.flush()
