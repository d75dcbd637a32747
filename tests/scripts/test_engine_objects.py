#!/usr/bin/env python3
"""The simulator's engine is compiled once for each instruction set. A function that one of these objects shares with the
rest of a program (an inline one, a template's) could be the one that the linker keeps for all, and stop a processor that
lacks its instructions: such objects must define nothing weak, and nothing that runs when the program starts.

    test_engine_objects.py NM OBJECT;OBJECT…
"""
import subprocess
import sys

nm, objects = sys.argv[1], [o for o in sys.argv[2].split(";") if "engine_" in o.rsplit("/", 1)[-1]]
if len(objects) != 3:
    sys.exit(f"three objects of the engine are expected, there are {objects}")
wrong = 0
for o in objects:
    out = subprocess.run([nm, "-C", o], check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        kind, name = line[17:18], line[19:]
        if kind in "WVu" or "_GLOBAL__sub_I" in name:
            print(f"{o.rsplit('/', 1)[-1]}: {kind} {name}")
            wrong += 1
sys.exit(1 if wrong else 0)
