"""Runs and sweeps on a Ray cluster: the tasks of assay_sim.map() as Ray's own, to the same bytes as one process.

    import assay_sim.ray

    assay_sim.ray.sweep("akash", {"bme.vault.spread_ppb": [0, 2_500_000]}, runs=100_000)
    assay_sim.ray.simulate("akash", 1_000_000, shards=64)
    assay_sim.ray.sweep(..., address="auto")            # a cluster that is up already

Workers need this package installed. Where ray.init() was called before, that cluster is used; else one is started on
this machine, or the one at ``address`` is joined.
"""

from typing import Any, List, Mapping, Optional, Sequence

from ._ask import Error, Files, version
from ._result import Result
from ._simulate import Scenario, all_sets, options
from ._sweep import Params, Pool, spread, sweep_of


def _cluster(address: Optional[str]) -> Any:
    try:
        import ray
    except ImportError as e:
        raise Error("not_found", "assay_sim.ray needs Ray", "pip install ray") from e
    if not ray.is_initialized():
        ray.init(address=address, log_to_driver=False)
    return ray


def _task(function: Any, expected: str, *arguments: Any) -> Files:
    if version() != expected:
        raise Error("verification_failed", f"a worker has {version()}, this process {expected}",
                    "install one version everywhere")
    return function(*arguments)


def _pool(address: Optional[str], threads: int) -> Pool:
    ray = _cluster(address)
    remote = ray.remote(num_cpus=threads)(_task)
    here = version()

    def wait(refs: Sequence[Any]) -> List[Files]:
        try:
            return ray.get(list(refs))
        except ray.exceptions.RayTaskError as e:
            raise e.cause if isinstance(e.cause, Error) else e
        finally:
            for ref in refs:  # of what is done already nothing remains to end
                ray.cancel(ref)

    workers = int(ray.cluster_resources().get("CPU", 1)) // threads
    return Pool(lambda function, *arguments: remote.remote(function, here, *arguments), wait, max(1, workers))


def sweep(scenario: Scenario, params: Optional[Params] = None, *, mode: str = "grid", samples: Optional[int] = None,
          runs: int = 100, set: Optional[Mapping[str, Any]] = None, seed: Optional[int] = None, engine: str = "exact",
          antithetic: Optional[bool] = None, shards: Optional[int] = None, threads: int = 1,
          address: Optional[str] = None) -> Result:
    """assay_sim.sweep() in ``shards`` parts on a Ray cluster, each on ``threads`` of its processors."""
    request = {"set": all_sets(set, seed, antithetic), **sweep_of(params, mode, samples), **options(runs, engine, threads)}
    return spread(_pool(address, threads), "sweep", scenario, request, shards)


def simulate(scenario: Scenario, runs: int = 100, *, set: Optional[Mapping[str, Any]] = None,
             seed: Optional[int] = None, mode: str = "exact", antithetic: Optional[bool] = None,
             shards: Optional[int] = None, threads: int = 1, address: Optional[str] = None) -> Result:
    """assay_sim.simulate() with its runs in ``shards`` parts on a Ray cluster, each on ``threads`` of its processors."""
    request = {"set": all_sets(set, seed, antithetic), **options(runs, mode, threads)}
    return spread(_pool(address, threads), "job", scenario, request, shards)
