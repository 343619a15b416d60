"""What one client may use: seconds of the processor a minute, and queries that fail a minute.

Both are buckets that fill steadily and hold a minute's worth at most. A query may begin while its client's
bucket is not empty; what it took is taken out when it ends, so that a bucket can be in debt.
"""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from accordgraph.errors import RateLimitExceeded

_MINUTE = 60.0
_MOST_CLIENTS = 10_000


@dataclass
class _Bucket:
    seconds: float
    errors: float
    at: float


class RateLimiter:
    """The buckets of all clients; a limit of 0 is none."""

    def __init__(self, seconds: float, errors: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._errors, self._clock = seconds, errors, clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def check(self, client: str) -> None:
        """Raise `BudgetSpent`, which says when to come again, if a client has nothing left."""
        bucket = self._bucket(client)
        for short, left, rate, what in (
            (
                bucket.seconds <= 0,
                bucket.seconds,
                self._seconds,
                f"{self._seconds:g} seconds of queries and searches",
            ),
            (bucket.errors < 1, bucket.errors, self._errors, f"{self._errors:g} queries that fail"),
        ):
            if rate and short:
                wait = int((1 - left) / rate * _MINUTE) + 1
                raise RateLimitExceeded(f"you have used what one client may in a minute: {what}", wait)

    def charge(self, client: str, seconds: float, failed: bool) -> None:
        """Take out what a query took."""
        bucket = self._bucket(client)
        bucket.seconds -= seconds
        bucket.errors -= failed

    def _bucket(self, client: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.setdefault(client, _Bucket(self._seconds, self._errors, now))
        self._buckets.move_to_end(client)
        while len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)
        passed, bucket.at = now - bucket.at, now
        bucket.seconds = min(self._seconds, bucket.seconds + passed * self._seconds / _MINUTE)
        bucket.errors = min(self._errors, bucket.errors + passed * self._errors / _MINUTE)
        return bucket


def client_of(request: Request) -> str:
    """Return who asks, as budgets know it: an address, or of IPv6 the network that one customer is given."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return host
