"""What is asked of a dataset as a whole: once, and anew when another dataset is in its place."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from accordgraph.engine.engine import Current

Made = TypeVar("Made")


class Fresh(Generic[Made]):
    """Something that is made with an engine, and made again once that was exchanged."""

    def __init__(self, engine: Current, make: Callable[[], Awaitable[Made]]) -> None:
        self._engine, self._make = engine, make
        self._found: tuple[str, Made] | None = None
        self._making = asyncio.Lock()

    async def get(self) -> Made:
        """Return it; raises what making it raises."""
        async with self._making:
            while self._found is None or self._found[0] != self._engine.token:
                token = self._engine.token
                self._found = token, await self._make()
            return self._found[1]
