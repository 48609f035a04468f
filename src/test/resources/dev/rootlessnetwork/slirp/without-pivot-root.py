"""Runs slirp4netns where pivot_root(2) fails with EPERM, by a seccomp filter."""

import ctypes
import os
import platform
import struct
import sys

PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}[platform.machine()]
PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL_WITH_EPERM = 0x7FFF0000, 0x00050001


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


steps = [
    (LOAD, 0, 0, 0),  # the number of the call
    (JUMP_IF_EQUAL, 0, 1, PIVOT_ROOT),
    (RETURN, 0, 0, FAIL_WITH_EPERM),
    (RETURN, 0, 0, ALLOW),
]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
program = Program(len(steps), ctypes.addressof(code))
assert ctypes.CDLL(None).prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program)) == 0
os.execvp("slirp4netns", ["slirp4netns"] + sys.argv[1:])
