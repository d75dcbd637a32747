#!/usr/bin/env python3
"""libFuzzer on the frame decoder, from random messages on: seconds, or ten minutes in the long form.

    test_fuzz.py PATH/fuzz_frames PATH/abci_oracle
"""

import os
import pathlib
import subprocess
import sys
import tempfile


def main():
    fuzzer, oracle = sys.argv[1:3]
    long = os.environ.get("ASSAY_LONG_TESTS", "").lower() not in ("", "0", "off", "false")
    seed = os.environ.get("ASSAY_TEST_SEED", "20261124")
    with tempfile.TemporaryDirectory(prefix="assay-fuzz-") as folder:
        corpus = pathlib.Path(folder) / "corpus"
        corpus.mkdir()
        made = subprocess.run([oracle, "make", "300", seed], capture_output=True, text=True, check=True).stdout
        for i, line in enumerate(made.splitlines()):
            (corpus / str(i)).write_bytes(bytes.fromhex(line.split(" ")[1]))
        done = subprocess.run([fuzzer, str(corpus), f"-max_total_time={600 if long else 10}", "-max_len=4096",
                               f"-seed={int(seed) % 2**31}", f"-artifact_prefix={folder}/"], capture_output=True, text=True)
        if done.returncode != 0:
            for crash in pathlib.Path(folder).glob("*-*"):
                print(f"{crash.name}: {crash.read_bytes().hex()}")
        print(done.stderr[-3000:])
        sys.exit(done.returncode)


if __name__ == "__main__":
    main()
