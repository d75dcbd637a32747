"""Fan charts with matplotlib."""

from typing import Any, Optional

from ._ask import Error
from ._simulate import figures

_BLUE = "#2166ac"


def fan(result: Any, series: str, cell: int, ax: Any, log: Optional[bool]) -> Any:
    try:
        import matplotlib.pyplot as pyplot
    except ImportError as e:
        raise Error("not_found", "plot() needs matplotlib", "pip install matplotlib") from e
    if ax is None:
        _, ax = pyplot.subplots(figsize=(7, 4), layout="constrained")
    table = result.quantiles(series, cell)
    days = list(table["day"])
    for low, high, alpha, label in (("0.05", "0.95", 0.15, "90 % of runs"), ("0.1", "0.9", 0.2, "80 %"),
                                    ("0.25", "0.75", 0.35, "50 %")):
        ax.fill_between(days, list(table[low]), list(table[high]), color=_BLUE, alpha=alpha, linewidth=0, label=label)
    ax.plot(days, list(table["0.5"]), color=_BLUE, linewidth=1.6, label="median")
    if log is None:  # where the fan spans more than a decade
        lows, highs = [x for x in table["0.05"] if x > 0], [x for x in table["0.95"] if x > 0]
        log = bool(lows) and len(lows) == len(days) and max(highs) > 10 * min(lows)
    if log:
        ax.set_yscale("log")
    unit = next((s["unit"] for s in figures()["series"] if s["name"] == series), "")
    ax.set_xlabel("day")
    ax.set_ylabel(f"{series}, {unit}" if unit else series)
    ax.set_title(f"{result.summary['name']}, {result.runs} runs", loc="left", fontsize="medium")
    ax.legend(frameon=False, fontsize="small")
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax
