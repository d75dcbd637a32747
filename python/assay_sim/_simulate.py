"""What is asked of the library: runs, presets, parameters."""

import contextlib
import json
import os
import pathlib
import sys
import tempfile
import time
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple, Union

from ._ask import Error, Progress, ask
from ._result import Result
from ._table import frame

Scenario = Union[str, "os.PathLike[str]", Mapping[str, Any], Result]
"""A preset's name, a scenario file, a result directory, the members of a scenario, or a result."""


def plain(value: Any) -> Any:
    """A number, text or truth, NumPy's too."""
    if isinstance(value, (bool, int, float, str)):
        return value
    if hasattr(value, "item"):
        return plain(value.item())
    raise Error("usage", f"{value!r} is no number, text or truth; write lists and objects into the scenario")


def text_of(value: Any) -> str:
    value = plain(value)
    return str(value).lower() if isinstance(value, bool) else repr(value) if isinstance(value, float) else str(value)


def sets(given: Optional[Mapping[str, Any]]) -> List[str]:
    """{"bme.spread_ppb": 0} as the program's --set has it."""
    return [f"{path}={text_of(value)}" for path, value in (given or {}).items()]


@contextlib.contextmanager
def source(scenario: Scenario) -> Iterator[str]:
    """A name or path that the library can open. Members of a scenario become a file for as long as they are needed."""
    if isinstance(scenario, Result):
        scenario = scenario.scenario
    if not isinstance(scenario, Mapping):
        yield os.fspath(scenario)
        return
    document = dict(scenario)
    base = document.get("extends")
    if isinstance(base, str) and os.path.exists(base):
        document["extends"] = os.path.abspath(base)
    with tempfile.TemporaryDirectory(prefix="assay_sim-") as folder:
        path = pathlib.Path(folder) / "scenario.json"
        try:
            path.write_text(json.dumps(document, indent=1), encoding="utf-8")
        except TypeError as e:
            raise Error("json_type", f"the scenario: {e}") from e
        try:
            yield str(path)
        except Error as e:
            raise Error(e.code, e.message.replace(str(path), "scenario"), e.hint) from None


class Bar:
    """What is told of the progress: to a function of (done, of), or for True one line on stderr where that is a terminal."""

    def __init__(self, progress: Union[bool, Progress, None]) -> None:
        self._progress, self._began, self._shown = progress, time.monotonic(), False

    def __enter__(self) -> Optional[Progress]:
        return self._show if self._progress is True else (self._progress or None)

    def _show(self, done: int, of: int) -> None:
        if not sys.stderr.isatty():
            return
        spent = time.monotonic() - self._began
        left = f", {spent * (of - done) / done:.0f} s left" if done and spent > 0.5 else ""
        sys.stderr.write(f"\r{done} of {of} runs{left}   ")
        sys.stderr.flush()
        self._shown = True

    def __exit__(self, *_: Any) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")


def options(runs: int, mode: str, threads: Optional[int]) -> Dict[str, Any]:
    out: Dict[str, Any] = {"runs": runs, "mode": mode}
    if threads is not None:
        out["threads"] = threads
    return out


def all_sets(set: Optional[Mapping[str, Any]], seed: Optional[int], antithetic: Optional[bool]) -> List[str]:
    out = sets(set)
    if seed is not None:
        out.append(f"seed={text_of(seed)}")
    if antithetic is not None:
        out.append(f"antithetic={text_of(bool(antithetic))}")
    return out


def simulate(scenario: Scenario, runs: int = 100, *, set: Optional[Mapping[str, Any]] = None,
             seed: Optional[int] = None, mode: str = "exact", threads: Optional[int] = None,
             antithetic: Optional[bool] = None, paths: Optional[int] = None,
             progress: Union[bool, Progress, None] = None) -> Result:
    """Many random futures of one scenario.

    ``set`` changes fields of it: ``{"bme.spread_ppb": 0, "demand.volatility": 0.5}``. ``mode``: "exact" in whole base
    units by the chain's rules, "fast" in doubles. ``threads``: all cores unless told; changes no byte of the result.
    ``antithetic``: odd runs take the mirrored luck of the run before. ``paths``: of so many runs whole paths are kept, for
    Result.paths(). ``progress``: True for a line on stderr, or a function of (done, of). With the same seed two scenarios meet the same luck, so that their runs can be paired.
    """
    request = {"set": all_sets(set, seed, antithetic), **options(runs, mode, threads)}
    if paths is not None:
        request["paths"] = paths
    with source(scenario) as name, Bar(progress) as shown:
        return Result(ask("run", {**request, "source": name}, shown)[1])


def presets() -> List[str]:
    """Names of the networks that a scenario can begin with."""
    return [item["name"] for item in ask("presets", {})[0]["items"]]


def params(pattern: str = "", scenario: Scenario = "devnet", *, set: Optional[Mapping[str, Any]] = None) -> Any:
    """Every field of a scenario whose path holds ``pattern``: its value there, unit and meaning."""
    with source(scenario) as name:
        items = ask("params", {"source": name, "set": sets(set), "pattern": pattern})[0]["items"]
    return frame({column: [item[column] for item in items] for column in ("path", "value", "unit", "meaning")})


def resolve(scenario: Scenario, *, set: Optional[Mapping[str, Any]] = None) -> Dict[str, Any]:
    """The scenario with every number that would be used; a scenario itself."""
    with source(scenario) as name:
        return ask("scenario", {"source": name, "set": sets(set)})[0]


def figures() -> Dict[str, List[Dict[str, Any]]]:
    """Names, units and meanings of the series and figures, and the thresholds beyond which a figure fails."""
    return ask("figures", {})[0]
