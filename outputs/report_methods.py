"""The last section of the report: how it was computed, and how to compute it again."""

from __future__ import annotations

import platform
import shlex
from importlib.metadata import version

from burncast.engine.conditional_band import INPUTS, WORLDS
from burncast.outputs import estimates
from burncast.outputs.report_blocks import Block, Code, Heading, Teller, Text, TextTable

__all__ = ["commands", "tell_methods"]

_PACKAGES = ("burncast", "numpy", "scipy", "numba", "xarray", "matplotlib")


def tell_methods(teller: Teller) -> list[Block]:
    """Seed, trajectories, errors, versions, digest, commands, notes and the scenario itself."""
    words, found = teller.words, teller.found
    base, scenario = found.base, found.scenario
    rows = [
        [words.text("how.title"), scenario.title],
        [words.text("how.sha256"), scenario.sha256],
        [words.text("how.seed"), str(base.seed)],
        [words.text("how.trajectories"), words.whole(base.trajectories)],
        [words.text("how.method"), base.method],
        [words.text("how.stream"), str(base.stream_version)],
    ]
    if scenario.ruin is not None:
        error = float(estimates.ruin_probability_se(base)[-1])
        rows.append([words.text("how.error"), words.share(error, 2)])
    if found.band is not None:
        inputs, worlds = words.whole(INPUTS), words.whole(WORLDS)
        rows.append([words.text("how.bands"), words.text("how.bands_value", inputs=inputs, worlds=worlds)])
    rows += [[words.text(f"how.{key}"), words.whole(count)] for key, count in found.behind.items() if count]
    versions = [f"{package} {version(package)}" for package in _PACKAGES] + [f"Python {platform.python_version()}"]
    rows.append([words.text("how.versions"), ", ".join(versions)])
    rows.append([words.text("how.seconds"), words.text("word.seconds", number=words.number(f"{base.seconds:.2f}"))])
    blocks: list[Block] = [
        Text(words.text("how.lead")),
        TextTable(words.text("how.caption"), words.texts_of("how.columns"), rows, 2),
        Heading(words.text("how.commands")),
    ]
    for key, command in commands(teller).items():
        blocks += [Text(words.text(key)), Code(command)]
    if base.notes:
        blocks += [Heading(words.text("how.notes")), *(Text(note, "foreign") for note in base.notes)]
    lead, title = words.text("how.scenario_lead"), words.text("how.scenario")
    return [*blocks, Heading(title), Text(lead, "quiet"), Code(scenario.text, long=True, summary=title)]


def commands(teller: Teller) -> dict[str, str]:
    """Text's key → the command that repeats the report, and its figures, bit for bit."""
    request = teller.found.request
    source = request.source or "scenario.toml"
    same = ["-n", str(request.trajectories), "--seed", str(request.seed)]
    options = ["--lang", request.language] * (request.language != "en") + ["--no-why"] * (not request.why)
    report = shlex.join(["burncast", "report", source, "-o", request.output, *same, *options])
    variants = ["--variants"] * (len(teller.found.runs) > 1)
    run = shlex.join(["burncast", "run", source, *same, *variants, "--json"])
    return {"how.command_report": report, "how.command_run": run}
