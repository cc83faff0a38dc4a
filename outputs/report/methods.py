"""The last section of the report: how it was computed, and how to compute it again."""

from __future__ import annotations

import platform
import shlex
from importlib.metadata import version

from burncast.engine.draws.addresses import STREAM_VERSION
from burncast.engine.questions.conditional_band import INPUTS, WORLDS
from burncast.outputs.report.blocks import Block, Code, Heading, Teller, Text, TextTable
from burncast.outputs.words.scenario_text import worded

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
        [words.text("how.stream"), str(base.dataset.attrs["stream_version"])],
    ]
    if scenario.ruin is not None:
        error = float(base.error[-1])
        rows.append([words.text("how.error"), words.share(error, 2)])
    if found.band is not None:
        inputs, worlds = words.whole(INPUTS), words.whole(WORLDS)
        rows.append([words.text("how.bands"), words.text("how.bands_value", inputs=inputs, worlds=worlds)])
    rows += [[words.text(f"how.{key}"), words.whole(count)] for key, count in found.behind.items() if count]
    versions = [f"{package} {version(package)}" for package in _PACKAGES] + [f"Python {platform.python_version()}"]
    rows.append([words.text("how.versions"), ", ".join(versions)])
    rows.append(
        [
            words.text("how.seconds"),
            words.text("word.seconds", number=words.number(f"{float(base.dataset.attrs['seconds']):.2f}")),
        ]
    )
    blocks: list[Block] = [
        Text(words.text("how.lead")),
        *_saved(teller),
        TextTable(words.text("how.caption"), words.texts_of("how.columns"), rows, 2),
        Heading(words.text("how.commands")),
    ]
    for key, command in commands(teller).items():
        blocks += [Text(words.text(key)), Code(command)]
    if base.notes:
        blocks += [Heading(words.text("how.notes")), *(Text(note, "foreign") for note in base.notes)]
    lead, title = words.text("how.scenario_lead"), words.text("how.scenario")
    return [
        *blocks,
        Heading(title),
        Text(lead, "quiet"),
        Code(scenario.text, long=True, summary=words.text("how.scenario_shown")),
    ]


def _saved(teller: Teller) -> list[Block]:
    """What was taken from a saved run, and what was computed anew; nothing where no run was saved."""
    words, found = teller.words, teller.found
    if found.request.saved is None:
        return []
    others = len(found.runs) - 1
    variants = words.text("how.saved_variants", count=others) if others else ""
    anew = ["funding"] * (found.frontier is not None or found.more is not None) + ["reasons"] * found.request.why
    anew += ["differences"] * bool(found.differences) + ["worlds"] * bool(found.worlds)
    place = found.request.saved or words.text("how.saved_memory")
    said = [words.text("how.saved_from", place=place, variants=variants)]
    if anew:
        said.append(words.text("how.saved_anew", what=words.joined([words.text(f"how.anew_{key}") for key in anew])))
    if found.missing:
        said.append(words.text("how.saved_missing", names=", ".join(worded(name) for name in found.missing)))
    version_then = str(found.base.dataset.attrs["stream_version"])
    if version_then != str(STREAM_VERSION):
        said.append(words.text("how.saved_stream", saved=version_then, now=STREAM_VERSION))
    return [Heading(words.text("how.saved")), *(Text(sentence) for sentence in said)]


def commands(teller: Teller) -> dict[str, str]:
    """Text's key → the command that repeats the report, and its figures, bit for bit."""
    request = teller.found.request
    source = request.source or "scenario.toml"
    same = ["-n", str(request.trajectories), "--seed", str(request.seed)]
    options = ["--lang", request.language] * (request.language != "en") + ["--no-why"] * (not request.why)
    options += ["--pdf"] * request.pdf
    asked = same if request.saved is None else []
    report = shlex.join(["burncast", "report", source, "-o", request.output, *asked, *options])
    if request.saved is not None:
        source = "scenario.toml"
        same += ["--method", teller.found.base.method] * (teller.found.base.method != "random")
    variants = ["--variants"] * (len(teller.found.runs) > 1)
    run = shlex.join(["burncast", "run", source, *same, *variants, "--json"])
    return {"how.command_report": report, "how.command_run": run}
