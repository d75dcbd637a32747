#!/usr/bin/env python3
"""How long the programs take to begin: wall-clock times of whole runs, the least and the median of many.

    bench/startup.py [--bin build/release/bin] [--runs 50]

`assay --version` reads nothing; `assay balance` asks a devnet's node that this script starts. Aims: 20 ms and 100 ms.
"""
import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time


def times(command, runs):
    out = []
    for _ in range(runs):
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        out.append((time.perf_counter() - began) * 1000)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return out


def main():
    root = pathlib.Path(__file__).resolve().parents[1]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, default=root / "build" / "release" / "bin")
    parser.add_argument("--runs", type=int, default=50)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home, wallet, password = (pathlib.Path(folder) / name for name in ("node", "wallet", "password"))
        password.write_text("correct horse\n")
        subprocess.run([args.bin / "assayd", "init", "--home", home, "--beacon-length", "1048576", "--json"], check=True,
                       stdout=subprocess.DEVNULL)
        node = subprocess.Popen([args.bin / "assayd", "start", "--home", home, "--listen", "127.0.0.1:0", "--metrics", "",
                                 "--requests-per-second", "1000000", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            url = node.stdout.readline().split('"url":"')[1].split('"')[0]
            common = ["--home", wallet, "--node", url, "--json"]
            subprocess.run([args.bin / "assay", "key", "new", "alice", "--kdf-light", "--password-file", password, *common],
                           check=True, stdout=subprocess.DEVNULL)
            subprocess.run([args.bin / "assay", "faucet", "alice", "-y", *common], check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            print(f"{'':28}{'least':>9}{'median':>9}    aim")
            for name, command, aim in (
                    ("assay --version", [args.bin / "assay", "--version"], "20 ms"),
                    ("assay --help", [args.bin / "assay", "--help"], ""),
                    ("assay balance", [args.bin / "assay", "balance", "alice", *common], "100 ms"),
                    ("assay balance --verify", [args.bin / "assay", "balance", "alice", "--verify", *common], ""),
                    ("assay provider list", [args.bin / "assay", "provider", "list", *common], ""),
                    ("assayd --version", [args.bin / "assayd", "--version"], "20 ms"),
                    ("assay-prover --version", [args.bin / "assay-prover", "--version"], "20 ms"),
                    ("assay-sim --version", [args.bin / "assay-sim", "--version"], "20 ms")):
                took = times(command, args.runs)
                print(f"{name:28}{min(took):6.1f} ms{statistics.median(took):6.1f} ms    {aim}")
        finally:
            node.terminate()
            node.wait()


if __name__ == "__main__":
    main()
