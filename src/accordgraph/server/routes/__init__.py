"""The routes of the server: what each URL answers, and how its parameters are validated.

A request enters; the query service, the pages or the search index do the work, and a response or a `Problem`
leaves. Search, lists and operations are typed FastAPI routes; SPARQL, the Graph Store, linked data and the
queries of the library are plain Starlette routes.
"""
