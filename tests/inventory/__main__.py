"""Write docs/inventory.md anew."""

from inventory import PAGE, page, read_map

if __name__ == "__main__":
    PAGE.write_text(page(read_map()), encoding="utf-8")
