"""What was learned from observations, as points in normal space that trajectories begin with.

A posterior (:mod:`burncast.calibration.posterior`) is many equally likely particles: the normals of the inputs, and of
the processes' shocks up to the last observation. A trajectory of a scenario that has them takes one particle for the
past, whole, so that what the observations made dependent stays so, and fresh draws for everything else: for what the
observations say nothing of, and for all that comes after them. The state that the trajectory has reached by then is the
state that the particle stands for.

The particles lie in 16 groups, as independent of each other as can be; trajectory t begins with a particle of
group t mod 16. So a standard error that is estimated from the groups holds the posterior's own error too.

A file of particles is NumPy's ``.npz`` with the arrays of :class:`Particles` and nothing else; a scenario names it, and
the digest of its content, in its table ``[posterior]``.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from burncast.engine.draws.design import REPLICATIONS

__all__ = ["Particles", "decode_particles", "encode_particles"]

_FIELDS = ("inputs", "shocks", "addresses", "input_streams", "shock_streams", "seed", "effective")


@dataclass(frozen=True, slots=True)
class Particles:
    """N equally likely pasts; N is a multiple of 16, and particle i belongs to group i mod 16.

    ``inputs`` float64[len(input_streams), N] and ``shocks`` float32[len(shock_streams), L, N], of periods 1 … L, are
    normals by the names of their streams; ``addresses`` uint64[N] are the trajectories whose jumps they had under
    ``seed``. ``effective`` is how many independent draws they are worth, at least. ``sha256`` is the digest of it all.
    """

    input_streams: tuple[str, ...] = field(compare=False)
    inputs: NDArray[np.float64] = field(compare=False, repr=False)
    shock_streams: tuple[str, ...] = field(compare=False)
    shocks: NDArray[np.float32] = field(compare=False, repr=False)
    addresses: NDArray[np.uint64] = field(compare=False, repr=False)
    seed: int = field(compare=False)
    effective: int = field(compare=False)
    sha256: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", self._digest())

    def __len__(self) -> int:
        return len(self.addresses)

    @property
    def periods(self) -> int:
        """The last period whose shocks are known."""
        return int(self.shocks.shape[1])

    def _digest(self) -> str:
        digest = hashlib.sha256(repr((self.input_streams, self.shock_streams, self.seed, self.effective)).encode())
        for array, kind in ((self.inputs, "<f8"), (self.shocks, "<f4"), (self.addresses, "<u8")):
            digest.update(repr(array.shape).encode() + np.ascontiguousarray(array, kind).tobytes())
        return digest.hexdigest()


def encode_particles(particles: Particles, created_by: str) -> bytes:
    """The content of a file; the same particles give the same bytes."""
    stream = io.BytesIO()
    np.savez(
        stream,
        created_by=np.array(created_by.encode()),
        input_streams=np.array("\n".join(particles.input_streams).encode()),
        shock_streams=np.array("\n".join(particles.shock_streams).encode()),
        seed=np.array(particles.seed, "<u8"),
        effective=np.array(particles.effective, "<i8"),
        inputs=np.ascontiguousarray(particles.inputs, "<f8"),
        shocks=np.ascontiguousarray(particles.shocks, "<f4"),
        addresses=np.ascontiguousarray(particles.addresses, "<u8"),
    )
    return stream.getvalue()


def decode_particles(content: bytes) -> Particles:
    """What :func:`encode_particles` wrote; ValueError for anything else."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in _FIELDS}
        inputs, shocks, addresses = found["inputs"], found["shocks"], found["addresses"]
        names = [tuple(bytes(found[key].item()).decode().split("\n")) for key in ("input_streams", "shock_streams")]
        input_streams, shock_streams = (() if one == ("",) else one for one in names)
        seed, effective = int(found["seed"]), int(found["effective"])
    except (KeyError, OSError, EOFError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise ValueError(f"is no file of particles ({error})") from None
    count = len(addresses) if addresses.ndim == 1 else -1
    sound = (
        (inputs.dtype, shocks.dtype, addresses.dtype) == (np.float64, np.float32, np.uint64)
        and inputs.shape == (len(input_streams), count)
        and (shocks.ndim, shocks.shape[0], shocks.shape[-1]) == (3, len(shock_streams), count)
        and count >= REPLICATIONS
        and count % REPLICATIONS == 0
        and effective >= 1
        and bool(np.isfinite(inputs).all() and np.isfinite(shocks).all())
    )
    if not sound:
        raise ValueError("is no file of particles (its arrays do not fit together)")
    return Particles(input_streams, inputs, shock_streams, shocks, addresses, seed, effective)
