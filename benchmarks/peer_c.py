"""The limit: ``limit.c``, compiled here and now with the coefficients of :mod:`burncast.engine.numerics.coefficients`.

gcc gets ``-O3 -march=native -ffp-contract=off``: every fused multiply-add is explicit, and letting gcc make more of
them gains nothing. Of three builds, which differ in the width of vectors and the number of lanes, the fastest is taken.
Variant ``plain`` leaves the 32-bit products of Philox to gcc; variant ``tuned`` asks for the instruction by name.
ctypes releases the interpreter's lock, so threads are Python's.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.model import NEED_BINS, NEED_WIDTH, PERIODS, Outcome, model_numbers
from benchmarks.peer import Run, UnavailableError, in_threads
from burncast.engine.numerics import coefficients
from burncast.engine.streams import stream_id

__all__ = ["prepare"]

SOURCE = Path(__file__).parent / "limit.c"
FLAGS = (
    "-O3",
    "-march=native",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fopenmp-simd",
    "-fschedule-insns",
)
BUILDS = (
    "-mprefer-vector-width=512 -DLANES=256",
    "-mprefer-vector-width=512 -DLANES=64",
    "-mprefer-vector-width=256 -DLANES=256",
)
SHOCKS = ("price", "usage", "gpu_price", "wages", "energy", "utilisation", "growth", "churn")
CHUNK = 65_536
TRIAL = 16_384

Work = Callable[[int, int, int], Outcome]


class Model(ctypes.Structure):
    """``struct model`` of ``limit.c``."""

    _fields_ = (
        *((name, ctypes.c_double * 4) for name in ("gbm_start", "gbm_trend", "gbm_spread")),
        *((name, ctypes.c_double * 3) for name in ("ou_start", "ou_phi", "ou_pull", "ou_spread")),
        *((name, ctypes.c_double) for name in ("walk_start", "walk_trend", "walk_spread", "users", "cash")),
        *((name, ctypes.c_double) for name in ("hours_per_query", "energy_share", "need_width")),
        ("need_bins", ctypes.c_int64),
        ("streams", ctypes.c_uint32 * len(SHOCKS)),
    )


def prepare(variant: str, threads: int) -> Run:
    if shutil.which("gcc") is None:
        raise UnavailableError("gcc is not installed")
    model = filled_model()
    builds = (f"{build} -DPLAIN" if variant == "plain" else build for build in BUILDS)
    work = min((compiled(build, model) for build in builds), key=seconds_of_trial)

    def run(trajectories: int, seed: int) -> Outcome:
        return in_threads(lambda index, count: work(index * CHUNK, count, seed), trajectories, CHUNK, threads)

    return run


def compiled(build: str, model: Model) -> Work:
    """(first trajectory, number, seed) ↦ outcome."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "limit.so"
        (Path(folder) / "coefficients.h").write_text(coefficients_header(), encoding="ascii")
        command = ["gcc", *FLAGS, *build.split(), "-shared", "-fPIC", f"-I{folder}", str(SOURCE), "-o", str(library)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise UnavailableError(f"gcc refuses limit.c: {done.stderr.strip()[:400]}")
        function = ctypes.CDLL(str(library)).limit_run
    function.restype = None

    def work(first: int, count: int, seed: int) -> Outcome:
        passage, need = np.zeros(PERIODS + 2, np.int64), np.zeros(NEED_BINS, np.int64)
        total = np.zeros(PERIODS)
        function(
            ctypes.byref(model),
            ctypes.c_uint64(seed),
            ctypes.c_uint64(first),
            ctypes.c_int64(count),
            *(ctypes.c_void_p(array.ctypes.data) for array in (passage, total, need)),
        )
        return Outcome(first_passage=passage, mean_cash=total / count, need=need)

    return work


def seconds_of_trial(work: Work) -> float:
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        work(0, TRIAL, 0)
        times.append(time.perf_counter() - begun)
    return min(times)


def coefficients_header() -> str:
    """The polynomials as the kernels have them."""
    lines = [f"#define {name}_COEFFICIENTS {listed(name, '')}" for name in ("EXP",)]
    lines += [f"#define {name}_COEFFICIENTS {listed(name, 'f')}" for name in ("LOG_SINGLE", "QUANTILE_SINGLE")]
    span = float(np.float32(coefficients.W0_SINGLE + coefficients.C_SINGLE))
    return "\n".join([*lines, f"#define SPAN {span.hex()}f", ""])


def listed(name: str, suffix: str) -> str:
    return ", ".join(float(value).hex() + suffix for value in getattr(coefficients, name))


def filled_model() -> Model:
    numbers = model_numbers()
    model = Model(need_width=NEED_WIDTH, need_bins=NEED_BINS)
    for name in numbers.__dataclass_fields__:
        value = getattr(numbers, name)
        if isinstance(value, float):
            setattr(model, name, value)
        else:
            getattr(model, name)[:] = value.tolist()
    model.streams[:] = [stream_id(name) for name in SHOCKS]
    return model
