"""The walls around a process that answers queries: no network, and only so much memory and time.

The engine cannot be told to leave SERVICE alone, so the process must not be able to reach anything. Two walls
are tried: a network namespace without an interface, and a filter of system calls that refuses new sockets.
What holds is found out by trying to connect, not by what the calls returned.
"""

import ctypes
import errno
import platform
import resource
import signal
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

STACK = 512 * 2**20
"""The stack of a process that answers queries, in bytes.

The engine goes one call deeper for each bracket, operator or item of a list, so that with the usual 8 MiB a
query of 20,000 characters ends its process. With this one the longest query that is allowed does not.
"""

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06
_MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""The audit number of each architecture and the number of its system call `socket`."""


def cut_off() -> list[str]:
    """Cut this process, and all that it forks, off from the network.

    Returns the names of the walls that stand, of `network-namespace` and `no-sockets`; none where the system
    allows neither, or where a connection could still be made. The process must have a single thread.
    """
    built = [name for name, build in (("network-namespace", _unshare), ("no-sockets", _filter)) if build()]
    return built if built and not _reaches() else []


@contextmanager
def deep_stack() -> Iterator[None]:
    """Give the processes that are started within the context a stack of `STACK` bytes, or what is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    limit = STACK if hard == resource.RLIM_INFINITY else min(STACK, hard)
    resource.setrlimit(resource.RLIMIT_STACK, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_STACK, (soft, hard))


def memory() -> tuple[int, int]:
    """Return how many bytes this process has reserved, and how many it has written or read."""
    with open("/proc/self/statm", encoding="ascii") as file:
        reserved, resident, *_ = file.read().split()
    return int(reserved) * resource.getpagesize(), int(resident) * resource.getpagesize()


def limit_memory(more: int) -> None:
    """Let this process take so many more bytes than it has, until it is called again, and write no core."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory()[0] + more
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def limit_processor(seconds: float) -> None:
    """Let this process use so many more seconds of processor time; then the system ends it by SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime + seconds) + 1, hard))


def end_with_parent() -> None:
    """Have the system end this process when the thread that started it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _unshare() -> bool:
    libc = ctypes.CDLL(None)
    return any(libc.unshare(flags) == 0 for flags in (_CLONE_NEWUSER | _CLONE_NEWNET, _CLONE_NEWNET))


def _filter() -> bool:
    """Refuse the system call `socket`, which pairs of sockets that are already open do not need."""
    if platform.machine() not in _MACHINES:
        return False
    machine, number = _MACHINES[platform.machine()]
    refuse = _ERRNO | errno.EPERM
    steps = [
        (_LOAD, 0, 0, 4),  # the architecture of the call
        (_JUMP_EQUAL, 0, 3, machine),
        (_LOAD, 0, 0, 0),  # its number
        (_JUMP_EQUAL, 1, 0, number),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, refuse),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code)))
    return _prctl(_PR_SET_NO_NEW_PRIVS, 1) and _prctl(
        _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(program)
    )


def _prctl(option: int, first: int, second: int = 0) -> bool:
    words = [ctypes.c_ulong(word) for word in (first, second, 0, 0)]
    return bool(ctypes.CDLL(None).prctl(option, *words) == 0)


def _reaches() -> bool:
    """Tell whether this process can still make a connection, even one that nobody answers."""
    refused = (errno.ENETUNREACH, errno.EPERM, errno.EACCES, errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as attempt:
                attempt.settimeout(1)
                attempt.connect((address, 9))
        except OSError as error:
            if error.errno not in refused:
                return True
        else:
            return True
    return False
