"""Benchmarks: the server under load, over HTTP, each with a table for people and for `docs/benchmarks.md`."""
