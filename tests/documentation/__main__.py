"""Write the generated blocks of every page anew."""

import sys
import tempfile
from pathlib import Path

from accordgraph.errors import AccordGraphError
from accordgraph.files.whole_file import write_whole
from documentation.pages import Block, pages
from documentation.workbench import Unavailable, workbench


def update() -> int:
    """Write every generated block anew; say which pages changed and which blocks could not be made."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder, workbench(Path(folder)) as bench:

        def answer(block: Block) -> str:
            nonlocal failed
            try:
                return bench.answer(block)
            except Unavailable as reason:
                print(f"{page.name}:{block.line}: left as it is: {reason}")
            except (AccordGraphError, ValueError, OSError) as error:
                failed += 1
                print(f"{page.name}:{block.line}: error: {error}", file=sys.stderr)
            return block.body

        for page in pages():
            text = page.updated(answer)
            if text != page.text:
                write_whole(page.path, text)
                print(f"updated: {page.name}")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(update())
