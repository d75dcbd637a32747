#!/usr/bin/env python3
"""Our ABCI codec against cosmjs-types, both ways.   test_oracle.py PATH/abci_oracle FOLDER

FOLDER, in the build, gets the npm package that oracle/package-lock.json pins by its SHA-512. Where there is no Node.js
of version 20 or newer, or the registry cannot be reached, the test says so and is skipped (exit 77).
"""

import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent / "oracle"
SKIPPED = 77


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def main():
    program, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    long = os.environ.get("ASSAY_LONG_TESTS", "").lower() not in ("", "0", "off", "false")
    count = os.environ.get("ASSAY_ORACLE_MESSAGES", "2000000" if long else "20000")
    seed = os.environ.get("ASSAY_TEST_SEED", "20261124")
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        skip("there is no Node.js with npm")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    if int(version.removeprefix("v").split(".")[0] or 0) < 20:
        skip(f"Node.js is {version}, and cosmjs-types needs 20")
    folder.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_bytes()
    stamp = folder / "installed"
    if not stamp.exists() or stamp.read_bytes() != lock:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder / name)
        done = subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, capture_output=True,
                              text=True, timeout=240)
        if done.returncode != 0:
            skip(f"npm could not fetch cosmjs-types: {done.stderr.strip()[-300:]}")
        stamp.write_bytes(lock)
    shutil.copy(HERE / "compare.mjs", folder / "compare.mjs")
    sys.exit(subprocess.run([node, str(folder / "compare.mjs"), str(program), count, seed]).returncode)


if __name__ == "__main__":
    main()
