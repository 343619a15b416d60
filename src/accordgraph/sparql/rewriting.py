"""A query as any engine reads it: what is understood here without being written is written out.

A query here may use the graph's prefixes without declaring them, and a relative IRI in it is a thing of the
graph. Another engine has to be told. What is added makes no new line, so the numbers of lines stay as they
are; BASE comes first and once, the prefixes after those that are declared, as some engines insist. The graphs
that a query names are sent beside it, by the protocol, since engines differ in what the two mean together.
"""

import re

from accordgraph.namespaces import ID, PREFIXES
from accordgraph.sparql.tokenizer import dataset_clause, first_word, tokens

_NAME = re.compile(r"(?<![\w-])([A-Za-z][\w-]*):")
_RELATIVE = re.compile(r'<(?![A-Za-z][A-Za-z0-9+.-]*:)[^<>"{}|^`\\\x00-\x20]*>')


def explicit(text: str) -> str:
    """Return a query that declares the prefixes of the graph that it may use, and the base of its IRIs.

    A prefix that only seems to be used (in a string, say) is declared as well, which changes nothing.
    """
    found = list(tokens(text))
    declared = {
        name.text.removesuffix(":")
        for word, name in zip(found, found[1:], strict=False)
        if word.kind == "word" and word.text.upper() == "PREFIX"
    }
    used = (set(_NAME.findall(text)) & set(PREFIXES)) - declared
    prefixes = "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}> " for prefix in sorted(used))
    word = first_word(text)
    place = word.start if word else len(text)
    based = any(token.kind == "word" and token.text.upper() == "BASE" for token in tokens(text[:place]))
    base = f"BASE <{ID}> " if not based and _RELATIVE.search(text) else ""
    return base + text[:place] + prefixes + text[place:]


def without_graphs(text: str) -> str:
    """Return a query without its FROM clauses; the rest stays where it is."""
    for start, end in dataset_clause(text).places:
        text = text[:start] + re.sub(r"[^\r\n]", " ", text[start:end]) + text[end:]
    return text
