#!/usr/bin/env python3
"""The Python package as people install it: `pip install ./python` in an environment of its own, and the notebooks of
docs/notebooks run in it. Exits 77, skipped, where PyPI cannot be reached.

    test_package.py FOLDER [--write]

FOLDER is kept, so that the next time is quick. With --write the notebooks get the outputs of this run.
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
    folder, write = pathlib.Path(sys.argv[1]), "--write" in sys.argv
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
    run(*pip, "--force-reinstall", "--no-deps", ROOT / "python", env=env, check=True)
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
