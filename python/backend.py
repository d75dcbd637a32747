"""scikit-build-core's backend; a source distribution takes the C++ sources along, which lie beside this folder."""

import pathlib
import shutil

from scikit_build_core.build import *  # noqa: F403
from scikit_build_core.build import build_sdist as _build_sdist

_HERE = pathlib.Path(__file__).resolve().parent
_TAKEN = ("CMakeLists.txt", "LICENSE", "base", "cmake", "genesis", "tokenomics", "python/CMakeLists.txt", "python/c")


def build_sdist(sdist_directory, config_settings=None):
    source = _HERE / "source"
    if source.exists():  # this is a source distribution already
        return _build_sdist(sdist_directory, config_settings)
    try:
        for name in _TAKEN:
            there = _HERE.parent / name
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if there.is_dir() else shutil.copyfile)(there, source / name)
        return _build_sdist(sdist_directory, config_settings)
    finally:
        shutil.rmtree(source, ignore_errors=True)
