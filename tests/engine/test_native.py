"""A run that finds its kernels on disk does without their compiler, and has the same bits."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from burncast.engine.numerics import kernel_cache, native
from burncast.engine.numerics.kernels import add_pages, run_blocks
from burncast.engine.statistics.bins import BINS, DIRECTORY

QUESTION = """
import hashlib, json, sys
from burncast.engine.numerics.kernels import run_blocks
from burncast.engine.scenario import load
from burncast.engine.simulate import run
was_there = run_blocks.is_on_disk()
tally = run(load({
    "scenario": {"periods": 5},
    "processes": {"price": "gbm(start=1, volatility=0.3)", "news": "jumps(rate=3, size=2, decay=1)"},
    "stocks": {"cash": {"start": 9, "next": "cash - price - news"}},
    "ruin": {"when": "cash < 0"},
}), 3_000, 1, threads=2).tally
print(json.dumps([was_there, "numba" in sys.modules, hashlib.sha256(tally.to_bytes()).hexdigest()]))
"""


def answer(**environment):
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", QUESTION],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(result.stdout)


def test_the_second_run_does_without_the_compiler_and_has_the_same_bits(tmp_path):
    first, second = (answer(NUMBA_CACHE_DIR=str(tmp_path)) for _ in range(2))
    assert first[:2] == [False, True]
    assert second == [True, False, first[2]]


def test_code_for_another_processor_is_not_taken(monkeypatch):
    here = native._processor()
    native._processor.cache_clear()
    monkeypatch.setenv("NUMBA_CPU_NAME", "another")
    try:
        assert native._processor() != here
        assert not run_blocks.is_on_disk()
    finally:
        native._processor.cache_clear()


@pytest.mark.parametrize("widths", [(np.uint32, np.uint32), (np.uint32, np.uint64), (np.uint64, np.uint64)])
def test_a_kernel_is_compiled_for_each_kind_of_arguments(widths):
    source, target = widths
    pages = np.arange(3 * BINS).reshape(3, BINS).astype(source)
    directory, totals = np.zeros(DIRECTORY, np.uint32), np.zeros((3, BINS), target)
    for turn in (1, 2):
        used = add_pages(np.array([7, 1]), np.array([2, 0]), pages, directory, totals, turn if turn == 1 else 3)
        assert used == 3
        np.testing.assert_array_equal(totals[1:], turn * pages[[2, 0]])
    assert (directory[7], directory[1]) == (1, 2)


@pytest.mark.parametrize("damage", [lambda whole: whole[:-9], lambda whole: whole[:-9] + 9 * b"\xcc", lambda _: b""])
def test_a_damaged_file_is_compiled_anew(tmp_path, monkeypatch, damage):
    monkeypatch.setattr(native, "cache_directory", lambda: tmp_path)

    def totals():
        found = np.zeros((1, BINS), np.uint32)
        one = native.Native("burncast.engine.statistics.page_sums", "add_pages")
        one(np.array([3]), np.array([0]), np.ones((1, BINS), np.uint32), np.zeros(DIRECTORY, np.uint32), found, 0)
        return found

    whole = totals()
    (path,) = tmp_path.iterdir()
    content = path.read_bytes()
    path.write_bytes(damage(content))
    np.testing.assert_array_equal(totals(), whole)
    assert kernel_cache.kept(path) is not None


def test_what_is_left_on_disk_is_whole(tmp_path, monkeypatch):
    path = tmp_path / "kernel.o"
    monkeypatch.setattr(kernel_cache.os, "replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    kernel_cache.keep(path, b"symbol\ncode")
    assert list(tmp_path.iterdir()) == []
