"""Print the sample that the digest of the present dataset draws."""

from accordgraph.dataset.build import assemble
from accordgraph.project import find_project
from sample import claimed, draw, passages, written

assembly = assemble(find_project())
claims = claimed(assembly)
print(f"# dataset {assembly.digest}")
print("statement\tpassages\tverdict\tremark")
for triple in draw(assembly, assembly.digest):
    print(f"{written(claims, triple)}\t{'; '.join(passages(assembly, triple))}\t\t")
