"""Forecasts to be exported: two products, one of them called like a formula, kept paths, and variants."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from known_simulation import falling_cash, known_simulation

from burncast.outputs.results.dataset import stack, to_dataset

__all__ = ["as_nobody", "fill", "forecast", "small_disk", "variants"]

NOBODY = 65534


def forecast(keep: int = 3, count: int = 40, seed: int = 5, periods: int = 6, **options) -> xr.Dataset:
    """Cash that may run out, and users by product, of whom nothing is known at period 0."""
    users = np.random.default_rng(seed).uniform(0.1, 9, (count, 2, periods + 1))
    users[:, :, 0] = np.nan
    return to_dataset(
        known_simulation(
            {"cash": falling_cash(count, periods, opening=1.2e9, seed=seed), "users": users},
            dimensions={"product": ["=free", "plüs"]},
            over={"users": ("product",)},
            kinds={"users": "formula"},
            units={"cash": "USD", "users": "user"},
            keep=keep,
            **options,
        )
    )


def variants() -> xr.Dataset:
    """Two variants, of which the second ends sooner."""
    return stack({"base": forecast(), "@war": forecast(seed=6, periods=4)})


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the rights of root, under which every folder can be written."""
    if os.geteuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A disk of half a megabyte in a folder; the test is skipped where none can be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(folder)]
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip(
            "a small disk can be mounted here by nobody; a limit on the size of files stands in for it elsewhere"
        )
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(disk: Path) -> None:
    """Leave no byte on a disk."""
    with suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
        while filler.write(bytes(4096)):
            pass
