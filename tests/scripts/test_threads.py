#!/usr/bin/env python3
"""ThreadSanitizer's stage builds the test programs that have THREADS and runs their cases tagged [threads]: none of them
is without such a case, and no other program has one.

    test_threads.py PROGRAM… --none PROGRAM…

That a case which starts threads has the tag is looked at by the programs themselves (tests/support/main.cpp).
"""
import subprocess
import sys


def tagged(program):
    """How many of its cases are tagged [threads]."""
    # Catch2 2 exits with the number of what it lists.
    listed = subprocess.run([program, "--list-tests", "[threads]"], capture_output=True, text=True).stdout
    last = [line.split() for line in listed.splitlines() if line.strip()][-1]
    if len(last) < 3 or last[1] != "matching":
        sys.exit(f"{program} --list-tests does not say how many cases match: {listed[-200:]!r}")
    return int(last[0])


split = sys.argv.index("--none")
threads, others = sys.argv[1:split], sys.argv[split + 1:]
wrong = [f"{p} is built with THREADS and has no case tagged [threads]" for p in threads if tagged(p) == 0]
wrong += [f"{p} has cases tagged [threads] and is built without THREADS" for p in others if tagged(p) > 0]
if not threads or not others:
    wrong.append("programs of both kinds are expected")
for line in wrong:
    print(line)
sys.exit(1 if wrong else 0)
