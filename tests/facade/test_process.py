"""The command as a process of its own: pipes, closed streams, signals, encodings."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCENARIO = """
[scenario]
title = "Ein Gang … − ±"
periods = 24
[inputs]
burn = "normal(mean=1, sd=0.5)"
[processes]
noise = "random_walk(start=0, drift=0, volatility=1)"
[stocks]
cash = { start = 10, next = "cash - burn + noise" }
[ruin]
when = "cash < 0"
need = "-cash"
"""
BURNCAST = [sys.executable, "-m", "burncast"]


@pytest.fixture
def scenario(tmp_path):
    path = tmp_path / "walk.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    return str(path)


def finished(arguments, **options):
    return subprocess.run([*BURNCAST, *arguments], capture_output=True, text=True, timeout=300, check=False, **options)


def test_stderr_is_quiet_when_it_is_no_terminal(scenario):
    finished(["run", scenario, "-n", "1000"])
    done = finished(["run", scenario, "-n", "200_000", "--json"])
    assert done.returncode == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)["trajectories"] == 200_000


def test_the_first_run_says_that_it_compiles(scenario, tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    process = subprocess.Popen(
        [*BURNCAST, "run", scenario], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stderr.readline().startswith("burncast: compiling the simulator for this machine, once")
    finally:
        process.kill()
        process.communicate()


def test_a_reader_that_leaves_is_no_news(scenario):
    command = f"{sys.executable} -m burncast run {scenario} -n 1000 | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Ein Gang")
    command = f"{sys.executable} -m burncast run {scenario} -n 1000 --json | true"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
def test_closed_streams_do_not_stop_the_work(scenario, tmp_path, closed):
    out = tmp_path / "out"
    command = f"{sys.executable} -m burncast run {scenario} -n 1000 --out {out} {closed}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert (out / "summary.json").is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_is_one_line(scenario):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*BURNCAST, "run", scenario, "-n", "1000"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert re.fullmatch(r"burncast: cannot write[a-z ]*: No space left on device\n", done.stderr)


def test_narrow_encodings_get_plain_characters_and_no_question_marks_for_signs(scenario):
    done = finished(["run", scenario, "-n", "1000"], env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.returncode == 0, done.stderr
    assert "Ein Gang ... - +/-" in done.stdout
    assert "?" not in done.stdout


def listen_to_ctrl_c():
    """Undo what a shell does to the commands it runs in the background: these ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_stops_within_a_second_and_says_how_far_it_came(scenario, tmp_path):
    finished(["run", scenario, "-n", "1000"])
    process = subprocess.Popen(
        [*BURNCAST, "run", scenario, "-n", "1e11", "--out", str(tmp_path / "out")],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=listen_to_ctrl_c,
    )
    try:
        time.sleep(6)
        process.send_signal(signal.SIGINT)
        sent = time.monotonic()
        stdout, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert time.monotonic() - sent < 2.0
    assert stdout == ""
    assert stderr.startswith("burncast: stopped after ")
    assert stderr.endswith("of 100,000,000,000 trajectories\n")
    assert not (tmp_path / "out").exists()


def test_a_terminal_sees_progress_with_the_time_left(scenario):
    leader, follower = pty.openpty()
    process = subprocess.Popen([*BURNCAST, "run", scenario, "-n", "5e6"], stdout=subprocess.DEVNULL, stderr=follower)
    os.close(follower)
    seen = b""
    with contextlib.suppress(OSError):  # Linux reports the end of a terminal as an error
        while part := os.read(leader, 4096):
            seen += part
    os.close(leader)
    assert process.wait(timeout=300) == 0
    assert b"of 5,000,000" in seen
    assert re.search(rb"\d:\d\d:\d\d", seen)


def test_without_a_command_there_is_help():
    done = finished([])
    assert done.returncode == 2
    assert "compare" in done.stdout + done.stderr


def test_the_version_is_printed():
    done = finished(["--version"])
    assert done.returncode == 0
    assert done.stdout.startswith("burncast 0.")
