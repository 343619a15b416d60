"""Write docs/inventory.md anew."""

from accordgraph.files.whole_file import write_whole
from inventory import PAGE, page, read_map

if __name__ == "__main__":
    write_whole(PAGE, page(read_map()))
