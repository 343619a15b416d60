"""Run a command on a system that refuses some walls: `python refuse_syscalls.py unshare,seccomp COMMAND ...`.

A filter of system calls refuses them, for this process and all that it starts; the command is not changed.
"""

import ctypes
import os
import platform
import struct
import sys

EPERM, ALLOW, ERRNO = 1, 0x7FFF0000, 0x00050000
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
NUMBER, FIRST_ARGUMENT = 0, 16
CALLS = {"x86_64": {"unshare": 272, "prctl": 157}, "aarch64": {"unshare": 97, "prctl": 167}}
SET_SECCOMP, SET_NO_NEW_PRIVS = 22, 38


def refuse(names: set[str]) -> None:
    calls = CALLS[platform.machine()]
    steps = [(LOAD, 0, 0, NUMBER)]
    if "unshare" in names:
        steps += [(EQUAL, 0, 1, calls["unshare"]), (RETURN, 0, 0, ERRNO | EPERM)]
    if "seccomp" in names:
        steps += [(EQUAL, 0, 3, calls["prctl"]), (LOAD, 0, 0, FIRST_ARGUMENT)]
        steps += [(EQUAL, 0, 1, SET_SECCOMP), (RETURN, 0, 0, ERRNO | EPERM)]
    steps += [(RETURN, 0, 0, ALLOW)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(code)))
    libc = ctypes.CDLL(None)
    for option, argument in ((SET_NO_NEW_PRIVS, 1), (SET_SECCOMP, 2)):
        pointer = ctypes.addressof(program) if option == SET_SECCOMP else 0
        words = [ctypes.c_ulong(word) for word in (argument, pointer, 0, 0)]
        assert libc.prctl(option, *words) == 0


if __name__ == "__main__":
    refuse(set(sys.argv[1].split(",")))
    os.execvp(sys.argv[2], sys.argv[2:])
