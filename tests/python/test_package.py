#!/usr/bin/env python3
"""The Python package as people install it: `pip install ./python` in an environment of its own, and the notebooks of
docs/notebooks run in it. Exits 77, skipped, where PyPI cannot be reached.

    test_package.py FOLDER LIBRARY [--write]

FOLDER is kept, so that the next time is quick. The wheel takes LIBRARY, which the build has made; with ASSAY_LONG_TESTS=1
pip compiles everything itself, and once more from a source distribution. With --write the notebooks get the outputs of
this run.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGES = ["nbclient==0.11.0", "nbformat==5.11.1", "ipykernel==7.4.0", "matplotlib==3.11.2", "pandas==3.1.1"]
MOST_BYTES = 400_000  # of a notebook with its outputs

EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient
source, target = sys.argv[1:]
notebook = nbformat.read(source, 4)
NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
for cell in notebook.cells:
    cell.metadata.clear()
notebook.metadata["language_info"] = {"name": "python"}
nbformat.write(notebook, target)
"""


def run(*command, **more):
    print("+", *command[:6], flush=True)
    return subprocess.run([str(x) for x in command], **more)


def main():
    folder, library, write = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), "--write" in sys.argv
    long = os.environ.get("ASSAY_LONG_TESTS", "").lower() not in ("", "0", "off", "false")
    # Nothing of the checkout is to be found but what pip installs.
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "ASSAY_SIM_LIBRARY")}
    python = folder / "bin" / "python"
    if not python.exists():
        shutil.rmtree(folder, ignore_errors=True)
        run(sys.executable, "-m", "venv", folder, check=True)
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    if run(*pip, *PACKAGES, env=env).returncode != 0:
        print("skipped: the packages of PyPI could not be had")
        return 77
    fresh = [*pip, "--force-reinstall", "--no-deps"]
    if long:
        with tempfile.TemporaryDirectory() as away:
            run(python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "build==1.6.1", env=env, check=True)
            run(python, "-m", "build", "--sdist", "--outdir", away, ROOT / "python", env=env, cwd=away, check=True)
            run(*fresh, *pathlib.Path(away).glob("*.tar.gz"), env=env, check=True)
        run(*fresh, ROOT / "python", env=env, check=True)
    else:
        run(*fresh, "-C", f"cmake.define.ASSAY_PREBUILT={library.resolve()}", "-C", f"build-dir={folder / 'wheel'}",
            ROOT / "python", env=env, check=True)
    with tempfile.TemporaryDirectory() as away:
        run(python, "-c", "import assay_sim; r = assay_sim.simulate('devnet', runs=8, set={'horizon_days': 30}); "
            "print(assay_sim.version(), r); assert hasattr(r.frame(), 'dtypes')", env=env, cwd=away, check=True)
        for notebook in sorted((ROOT / "docs" / "notebooks").glob("*.ipynb")):
            made = pathlib.Path(away) / notebook.name
            run(python, "-c", EXECUTE, notebook, made, env=env, cwd=away, check=True)
            if write:
                shutil.copyfile(made, notebook)
            committed = json.loads(notebook.read_text())
            for cell in committed["cells"]:
                assert cell["cell_type"] != "code" or cell["execution_count"], f"{notebook} was committed before it was run"
            assert notebook.stat().st_size < MOST_BYTES, f"{notebook} has {notebook.stat().st_size} bytes"
    return 0


if __name__ == "__main__":
    sys.exit(main())
