"""A worker as the web process sees it: its process, the socket to it, and why it is ended."""

import asyncio
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass

from accordgraph.engine.workers.forkserver import MEMORY
from accordgraph.errors import LimitExceeded, WorkerError
from accordgraph.settings import Settings

OUT_OF_MEMORY = (-signal.SIGABRT, MEMORY)
"""How a process ends that found no memory."""
OUT_OF_TIME = -signal.SIGXCPU
"""How the system ends a process that had a processor for too long."""
_NICE = 15
"""How far the system lets other processes go before one that runs long."""


@dataclass(eq=False)
class WorkerProcess:
    """One process that answers queries, one at a time."""

    pid: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    ended: asyncio.Future[int]
    """How the process has ended: its exit code, or a signal (below 0)."""
    used: float = 0.0
    """The processor seconds that it had had when it was told to end."""
    spent: bool = False
    """Whether it is not to be used again: it stands back behind others for ever, or says so itself."""
    ending: bool = False
    """Whether it was told to end."""
    reason: Exception | None = None
    """Why it was told to end."""

    def send(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if not self.ended.done():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def stand_back(self) -> None:
        """Have the system let other processes go before this one. That cannot be undone."""
        self.spent = True
        if not self.ended.done():
            with suppress(ProcessLookupError):
                os.setpriority(os.PRIO_PROCESS, self.pid, _NICE)

    def processor_seconds(self) -> float:
        """Return how long it has had a processor, 0 if it ended by itself.

        The number of its clock is made as the system makes it.
        """
        if self.ending or self.ended.done():
            return self.used
        try:
            return time.clock_gettime(~self.pid << 3 | 2)
        except OSError:  # it has just ended
            return self.used

    def end(self, reason: Exception | None = None) -> None:
        """Stop it; its reader then sees the end of the socket, and tells the reason."""
        self.reason = self.reason or reason
        if not self.ending and not self.ended.done():
            self.used, self.ending = self.processor_seconds(), True
            self.send(signal.SIGKILL)

    async def why(self, settings: Settings) -> Exception:
        """Return why it ended before its answer did."""
        if self.reason:
            return self.reason
        how = await self.ended
        if how in OUT_OF_MEMORY:
            memory = f"{settings.query_memory:,} MiB"
            return LimitExceeded(
                "query_memory", f"the query took more than {memory} of memory, and was stopped"
            )
        if how == OUT_OF_TIME:
            return out_of_time(settings)
        return WorkerError(f"the process of the query ended by itself ({_name(how)})")


def out_of_time(settings: Settings) -> LimitExceeded:
    """Return the error of a query that took too long."""
    seconds = f"{settings.query_seconds:g} seconds"
    message = f"the query took longer than {seconds}, and was stopped; ask for less at a time"
    return LimitExceeded("query_seconds", message)


def _name(how: int) -> str:
    """Return how a process ended, for people: the name of a signal, or its exit code."""
    return signal.Signals(-how).name if how < 0 else f"code {how}"
