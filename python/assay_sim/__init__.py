"""Simulates token economies with the code that the Assay chain settles with.

    import assay_sim

    result = assay_sim.simulate("akash", runs=10_000, set={"bme.spread_ppb": 0})
    result.frame()                      # medians over time, one column a series
    result.figures()                    # what each figure of a run came to, with its Monte-Carlo error
    result.save("result")               # the bytes that `assay-sim run --out result` writes

Everything runs in this process, on all cores, without Python's lock; Ctrl-C ends it. What goes wrong is an
``assay_sim.Error`` with ``code``, ``message`` and ``hint``. Nothing but Python itself is needed; ``frame()`` and its kin
are pandas' where pandas is installed, ``plot()`` wants matplotlib, ``assay_sim.ray`` wants Ray.
"""

from ._ask import Error, version
from ._result import Result, load
from ._simulate import Scenario, figures, params, presets, resolve, simulate
from ._sweep import map, sweep
from ._table import Table

__all__ = ["Error", "Result", "Scenario", "Table", "figures", "load", "map", "params", "presets", "resolve",
           "simulate", "sweep", "version"]
__version__ = version().split()[1]
