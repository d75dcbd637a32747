#!/usr/bin/env python3
"""Test programs that ThreadSanitizer's stage leaves out hold nothing that could start a thread.

    test_one_thread.py THREADED PROGRAM…       THREADED is one that does start threads: the search must see it
"""
import subprocess
import sys

STARTS = ("std::thread::_M_start_thread", "pthread_create", "thrd_create")


def starts(program):
    """What the program takes from outside that starts threads."""
    symbols = subprocess.run(["nm", "--undefined-only", "--demangle", program], check=True, capture_output=True, text=True)
    return [word for word in STARTS if word in symbols.stdout]


threaded, programs = sys.argv[1], sys.argv[2:]
wrong = [f"{p} is built with ONE_THREAD and refers to {', '.join(starts(p))}" for p in programs if starts(p)]
if not starts(threaded):
    wrong.append(f"nm shows nothing that starts a thread in {threaded}")
if not programs:
    wrong.append("no program is built with ONE_THREAD")
for line in wrong:
    print(line)
sys.exit(1 if wrong else 0)
