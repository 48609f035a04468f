"""seccomp.py PROFILE COMMAND...: runs a command under a seccomp profile of a container, by libseccomp, which slirp4netns brings."""

import ctypes
import json
import os
import sys

ALLOW = 0x7FFF0000
ERRNO = 0x00050000
NO_NEW_PRIVILEGES = 3  # SCMP_FLTATR_CTL_NNP
OPERATORS = {"SCMP_CMP_EQ": 4}


class Comparison(ctypes.Structure):
    """struct scmp_arg_cmp"""

    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def check(result, what):
    if result < 0:
        raise OSError(-result, os.strerror(-result), what)


def apply(profile):
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(ERRNO | profile["defaultErrnoRet"])))
    # As a container's runtime does where privileges may be escalated, which whoever has SYS_ADMIN may.
    check(library.seccomp_attr_set(context, NO_NEW_PRIVILEGES, ctypes.c_uint32(0)), "no_new_privs")
    for rule in profile["syscalls"]:
        arguments = [Comparison(each["index"], OPERATORS[each["op"]], each["value"], 0) for each in rule.get("args", [])]
        for name in rule["names"]:
            number = library.seccomp_syscall_resolve_name(name.encode())
            if number < 0:
                continue  # not known to this libseccomp, or not of this processor
            array = (Comparison * len(arguments))(*arguments)
            result = library.seccomp_rule_add_array(context, ctypes.c_uint32(ALLOW), number, len(arguments), array)
            check(result, name)
    check(library.seccomp_load(context), "load")


with open(sys.argv[1], encoding="utf-8") as file:
    apply(json.load(file))
os.execvp(sys.argv[2], sys.argv[2:])
