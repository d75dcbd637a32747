"""The shared library: questions and answers in JSON, files in bytes. python/c/assay_sim.h is its contract."""

import ctypes
import json
import os
import pathlib
import threading
from typing import Any, Callable, Dict, Optional, Tuple

ABI = 1
Files = Dict[str, bytes]
Progress = Callable[[int, int], None]


class Error(Exception):
    """What was wrong, in one sentence; ``code`` is a word of docs/errors.md, ``hint`` may say what to do."""

    def __init__(self, code: str, message: str, hint: Optional[str] = None):
        super().__init__(message if not hint else f"{message} ({hint})")
        self.code, self.message, self.hint = code, message, hint

    def __reduce__(self):  # through a pool of processes and back
        return Error, (self.code, self.message, self.hint)


def _library() -> ctypes.CDLL:
    # ASSAY_SIM_LIBRARY: for who builds the library and has not installed it.
    told = os.environ.get("ASSAY_SIM_LIBRARY")
    path = pathlib.Path(told) if told else pathlib.Path(__file__).parent / "libassay_sim.so"
    if not path.exists():
        raise ImportError(f"assay_sim: {path} is not there; install the package with: pip install ./python")
    lib = ctypes.CDLL(str(path))
    size, text, handle = ctypes.c_size_t, ctypes.c_char_p, ctypes.c_void_p
    u64s = ctypes.POINTER(ctypes.c_uint64)
    for name, result, *arguments in (
            ("abi", ctypes.c_uint32), ("version", text), ("ask", handle, text, text, handle),
            ("ok", ctypes.c_int, handle), ("text", text, handle), ("files", size, handle),
            ("file_name", text, handle, size), ("file_bytes", handle, handle, size, ctypes.POINTER(size)),
            ("free", None, handle), ("watch_new", handle), ("watch_stop", None, handle),
            ("watch_read", None, handle, u64s, u64s), ("watch_free", None, handle)):
        function = getattr(lib, "assay_sim_" + name)
        function.restype, function.argtypes = result, arguments
    if lib.assay_sim_abi() != ABI:
        raise ImportError(f"assay_sim: {path} has interface {lib.assay_sim_abi()}, this package speaks {ABI}; "
                          "install both from one source: pip install ./python")
    return lib


_lib = _library()


def version() -> str:
    """The library's: "assay-sim 0.1.0 (commit)"."""
    return _lib.assay_sim_version().decode()


def _asked(question: str, request: Dict[str, Any], watch: Optional[int]) -> Tuple[Any, Files]:
    answer = _lib.assay_sim_ask(question.encode(), json.dumps(request).encode(), watch)
    try:
        value = json.loads(_lib.assay_sim_text(answer).decode())
        if not _lib.assay_sim_ok(answer):
            raise Error(**value["error"])
        files = {}
        for i in range(_lib.assay_sim_files(answer)):
            length = ctypes.c_size_t()
            start = _lib.assay_sim_file_bytes(answer, i, ctypes.byref(length))
            files[_lib.assay_sim_file_name(answer, i).decode()] = ctypes.string_at(start, length.value)
        return value, files
    finally:
        _lib.assay_sim_free(answer)


def ask(question: str, request: Dict[str, Any], progress: Optional[Progress] = None) -> Tuple[Any, Files]:
    """Asks and waits. It works in a thread beside this one, so that Ctrl-C comes through, and ends it."""
    watch = _lib.assay_sim_watch_new()
    found: Dict[str, Any] = {}
    # Not Thread.join(): after a KeyboardInterrupt in it Python takes the thread for ended, which it is not (bpo-45274).
    finished = threading.Event()

    def work() -> None:
        try:
            found["answer"] = _asked(question, request, watch)
        except BaseException as e:  # to be raised where somebody waits for it
            found["error"] = e
        finally:
            finished.set()

    done, of = ctypes.c_uint64(), ctypes.c_uint64()
    pause = 0.002
    try:
        threading.Thread(target=work, name="assay_sim", daemon=True).start()
    except RuntimeError:  # no more threads are to be had
        work()
    try:
        while not finished.wait(pause):
            pause = min(pause * 1.5, 0.1)
            if progress is not None:
                _lib.assay_sim_watch_read(watch, ctypes.byref(done), ctypes.byref(of))
                if of.value:
                    progress(done.value, of.value)
    finally:
        _lib.assay_sim_watch_stop(watch)
        while not finished.is_set():
            try:
                finished.wait()
            except KeyboardInterrupt:  # again: it is ending already
                pass
        _lib.assay_sim_watch_free(watch)
    if "error" in found:
        raise found["error"]
    return found["answer"]
