"""Compression: the coding that a client likes best, and the same answer in each."""

import zlib

import httpx
import pytest
import zstandard

from accordgraph.server.http.compression import choose_coding, encode, encoder

LONG = "SELECT * { ?s ?p ?o . ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } ORDER BY ?s ?p ?o ?a ?b ?c ?d ?e ?f"


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP;Q=0.5", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.9", "gzip"),
        ("gzip;q=0.5 , zstd ; q=0.500", "zstd"),
        ("*", "zstd"),
        ("*;q=0.5, gzip", "gzip"),
        ("zstd;q=0, *", "gzip"),
        ("*;q=0", "identity"),
        ("gzip;q=0", "identity"),
        ("identity", "identity"),
        ("identity;q=0.5, gzip;q=0.4", "identity"),
        ("identity;q=0.5, gzip;q=0.6", "gzip"),
        ("br, deflate", "identity"),
        ("gzip;q=1.5", "identity"),
        ("gzip;q=-1, zstd;q=x", "identity"),
        ("gzip;level=9", "identity"),
        (",,;q=1,gzip", "gzip"),
        ("gzip;q=.5, identity;q=.4", "gzip"),
    ],
)
def test_choice(header: str | None, coding: str) -> None:
    assert choose_coding(header) == coding


def decoded(coding: str, octets: bytes) -> bytes:
    if coding == "gzip":
        return zlib.decompress(octets, 31)
    return zstandard.ZstdDecompressor().decompressobj().decompress(octets) if coding == "zstd" else octets


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_pieces_make_the_whole(coding: str) -> None:
    pieces = [bytes([number]) * number * 100 for number in range(100)]
    compressor = encoder(coding)
    octets = b"".join(compressor.compress(piece) for piece in pieces) + compressor.flush()
    assert decoded(coding, octets) == b"".join(pieces)
    assert decoded(coding, encode(coding, b"".join(pieces))) == b"".join(pieces)


@pytest.mark.parametrize("query", ["ASK {}", LONG], ids=["short", "streamed"])
def test_the_same_answer_in_each(http: httpx.Client, query: str) -> None:
    parameters = {"query": query, "format": "csv" if query == LONG else "json"}
    bodies = set()
    for coding in ("identity", "gzip", "zstd"):
        with http.stream("GET", "/sparql", params=parameters, headers={"Accept-Encoding": coding}) as answer:
            assert answer.headers.get("content-encoding", "identity") == coding
            assert "Accept-Encoding" in answer.headers["vary"]
            bodies.add(decoded(coding, b"".join(answer.iter_raw())))
    assert len(bodies) == 1
