"""Try to reach an address from within the walls, by all that the engine has for it; prints the walls."""

import sys

import pyoxigraph as ox

from accordgraph.engine.workers import sandbox


def attempts(address: str) -> list[str]:
    pattern = "{ ?s ?p ?o }"
    return [
        f"SELECT * {{ SERVICE <{address}> {pattern} }}",
        f"SELECT * {{ sErViCe SILENT <{address}> {pattern} }}",
        f"PREFIX x: <{address}> SELECT * {{ SERVICEx:p{pattern} }}",
        f"SELECT * {{ BIND(<{address}> AS ?where) SERVICE ?where {pattern} }}",
        f"ASK {{ FILTER EXISTS {{ SERVICE <{address}> {pattern} }} }}",
        f"ASK {{ ?s ?p ?o MINUS {{ SERVICE <{address}> {pattern} }} }}",
        f"SELECT * {{ {{ SELECT * {{ OPTIONAL {{ SERVICE <{address}> {pattern} }} }} }} }}",
        f"SELECT * FROM <{address}> {pattern}",
        f"SELECT * FROM NAMED <{address}> {{ GRAPH ?g {pattern} }}",
    ]


if __name__ == "__main__":
    walls = sandbox.cut_off()
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(1)))
    for query in attempts(sys.argv[1]):
        try:
            result = store.query(query)
            if not isinstance(result, ox.QueryBoolean):
                list(result)
        except (RuntimeError, OSError) as error:
            print(error, file=sys.stderr)
    for update in (
        "LOAD <{}>",
        "LOAD SILENT <{}> INTO GRAPH <urn:g>",
        "INSERT {{}} WHERE {{ SERVICE <{}> {{}} }}",
    ):
        try:
            store.update(update.format(sys.argv[1]))
        except (RuntimeError, OSError) as error:
            print(error, file=sys.stderr)
    assert store.query("ASK { ?s ?p 1 }"), "what is here is still found"
    print(",".join(walls))
