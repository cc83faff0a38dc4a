"""Trajectories that begin with particles: the past is theirs, everything after it is drawn afresh."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import burncast
from burncast.distributions.errors import InputError, ScenarioError
from burncast.engine.compiler import compile_scenario
from burncast.engine.conditioning import condition_on
from burncast.engine.draws.particles import Particles, decode_particles, encode_particles
from burncast.engine.draws.streams_numpy import philox
from burncast.engine.inputs.adjusting import moved
from burncast.engine.instructions.normals import Normals, drawn_normals, empty_normals, used_draws
from burncast.engine.language.expressions import Number
from burncast.engine.normal_space.condition import Exceedance
from burncast.engine.normal_space.given import run_given
from burncast.engine.reference import run_reference
from burncast.engine.scenario import load
from burncast.engine.simulate import run
from burncast.engine.trajectories.redraw import redrawn
from burncast.engine.trajectories.sampling import PICK, sampler_for
from burncast.engine.what_if.drawn_inputs import with_pictures
from burncast.engine.what_if.what_if import WhatIf
from burncast.outputs.results import estimates

EVERYTHING = {
    "scenario": {"title": "test", "periods": 10},
    "dimensions": {"product": ["free", "plus"]},
    "inputs": {"low": "2 to 8", "skewed": {"value": "beta(2, 3)", "over": "product"}},
    "processes": {
        "prices": {"value": "gbm(start=2, drift=-0.2, volatility=low / 10)", "over": "product"},
        "news": "jumps(rate=20, size=lognormal(mean=0.2, sd=0.1), decay=4)",
        "steps": {"value": "jumps(rate=9, size=discrete([1, 3]))", "over": "product"},
        "market": {"value": "markov(transition=[[0.7, 0.3], [0.4, 0.6]], start=[0.5, 0.5])"},
    },
    "formulas": {
        "events": "chance(0.3) + poisson(low) + binomial(20, 0.3) + market",
        "burn": "sum(prices * skewed) + news + sum(steps) + events",
    },
    "stocks": {"cash": {"start": "60 * low", "next": "cash - burn"}},
    "ruin": {"when": "cash < 0", "need": "-cash"},
    "outputs": {"track": ["cash", "burn", "events", "news", "steps", "prices"]},
}
LAST, COUNT, PAST_SEED, SEED = 4, 64, 99, 5


def particles_of(program, streams=len):
    generator = np.random.default_rng(3)
    inputs = [program.draw_names[row] for row in used_draws(program) if streams(program.draw_names[row])]
    shocks = [name for name in program.shock_names if streams(name)]
    return Particles(
        input_streams=tuple(inputs),
        inputs=generator.normal(size=(len(inputs), COUNT)),
        shock_streams=tuple(shocks),
        shocks=generator.normal(size=(len(shocks), LAST, COUNT)).astype(np.float32),
        addresses=np.arange(COUNT, dtype=np.uint64) + np.uint64(1 << 47),
        seed=PAST_SEED,
        effective=50,
    )


@pytest.fixture(scope="module")
def scenario():
    loaded = load(EVERYTHING)
    return dataclasses.replace(loaded, particles=particles_of(compile_scenario(loaded)))


def picked(count):
    """The particle of each trajectory, worked out anew."""
    trajectories = np.arange(count, dtype=np.uint64)
    words = philox((trajectories, 0, 0, PICK), (SEED, 0))
    return [
        int(t) % 16 + 16 * (int(word) * (COUNT // 16) >> 32) for t, word in zip(trajectories, words[0], strict=True)
    ]


def test_the_past_is_that_of_a_particle_of_the_trajectorys_group(scenario):
    particles = scenario.particles
    program = compile_scenario(dataclasses.replace(scenario, particles=None))
    own = empty_normals(program, COUNT)
    own.inputs[[program.draw_names.index(name) for name in particles.input_streams]] = particles.inputs
    own.shocks[:, :LAST] = particles.shocks
    own.addresses[:] = particles.addresses
    past = run_given(program, own, PAST_SEED, keep_tracked=True).tracked[:, :, : LAST + 1]
    found = run(scenario, 1300, SEED, keep_paths=1300).paths
    np.testing.assert_array_equal(found[:, :, : LAST + 1], past[picked(1300)])
    assert len(np.unique(picked(1300))) == COUNT


def test_what_comes_after_the_past_is_drawn_afresh(scenario):
    found = run(scenario, 2000, SEED, keep_paths=2000)
    news = next(item.first_element for item in found.tracked if item.name == "news")
    burn = next(item.first_element for item in found.tracked if item.name == "burn")
    of_one = [i for i, one in enumerate(picked(2000)) if one == 7]
    assert len(of_one) > 10
    for element in (news, burn):
        assert np.ptp(found.paths[of_one, element, LAST]) == 0.0
        assert len(np.unique(found.paths[of_one, element, 10])) == len(of_one)
    other = run(scenario, 2000, SEED + 1, keep_paths=2000)
    assert np.mean(other.paths[:, news, 10] == found.paths[:, news, 10]) < 0.01


def test_the_reference_agrees_to_the_last_bit(scenario):
    program = compile_scenario(scenario)
    sampler = sampler_for(program, "random", SEED, 100)
    trajectories = np.arange(100, dtype=np.uint64)
    reference = run_reference(program, SEED, trajectories, sampler.normals(0, 100))
    found = run(scenario, 100, SEED, keep_paths=100)
    np.testing.assert_array_equal(np.moveaxis(found.paths, 0, 2), reference.recorded)
    np.testing.assert_array_equal(found.tally.first_passage, np.bincount(reference.passage, minlength=12))


def test_what_particles_leave_open_is_what_the_streams_give():
    """With particles of one input alone, all else is as it would have been without them."""
    loaded = load(EVERYTHING)
    program = compile_scenario(loaded)
    some = particles_of(program, streams=lambda name: name == "low")
    some = dataclasses.replace(some, shocks=np.empty((0, 0, COUNT), np.float32))
    normals = sampler_for(dataclasses.replace(program, particles=some), "random", SEED, 600).normals(0, 600)
    drawn = drawn_normals(program, SEED, np.arange(600, dtype=np.uint64))
    row = program.draw_names.index("low")
    np.testing.assert_array_equal(np.delete(normals.inputs, row, axis=0), np.delete(drawn.inputs, row, axis=0))
    np.testing.assert_array_equal(normals.shocks, drawn.shocks)
    np.testing.assert_array_equal(normals.inputs[row], some.inputs[0, picked(600)])
    assert normals.own_from == 1


def test_threads_and_the_number_of_trajectories_change_nothing(scenario):
    one, two = (run(scenario, 150_000, SEED, threads=threads) for threads in (1, 2))
    np.testing.assert_array_equal(one.tally.first_passage, two.tally.first_passage)
    np.testing.assert_array_equal(one.replications, two.replications)
    few, many = (run(scenario, count, SEED, keep_paths=70) for count in (70, 3000))
    np.testing.assert_array_equal(few.paths, many.paths)
    assert (one.independent, few.independent) == (50, 50)


def test_errors_of_a_forecast_are_those_of_what_the_particles_are_worth(scenario):
    (forecast,) = WhatIf(scenario, SEED).refine({}, 4096)
    simulation = run(scenario, 4096, SEED)
    np.testing.assert_array_equal(forecast.ruin, estimates.ruin_probability(simulation))
    np.testing.assert_array_equal(forecast.ruin_se, estimates.ruin_probability_se(simulation))
    square = 1.96**2 / 50
    assert simulation.independent == 50
    assert forecast.survival.value == pytest.approx(1 - forecast.ruin[-1])
    width = forecast.survival.high - forecast.survival.low
    p = forecast.ruin[-1]
    assert width == pytest.approx(2 * np.sqrt(p * (1 - p) * square + square**2 / 4) / (1 + square))


def test_what_was_learnt_can_be_multiplied_and_what_is_chosen_changed(scenario):
    number = dataclasses.replace(scenario.quantities["low"], name="chosen", value=Number(0.0))
    scenario = dataclasses.replace(scenario, quantities={**scenario.quantities, "chosen": number})
    what_if = WhatIf(scenario, SEED)
    law = next(one for one in what_if.inputs.values() if one.picture is not None)
    assert (law.kind, law.basis, law.centre) == ("multiple", "posterior", 1.0)
    with pytest.raises(ScenarioError, match="a law cannot be changed where trajectories begin with a posterior"):
        what_if.changed({law.key: "1"})
    assert what_if.forecast({"chosen": "2"}, 512).trajectories == 512
    assert what_if.prepare({}, "chosen", 512) is None
    text = moved(law, 1.5)
    forecast, whole = what_if.forecast({law.key: text}, 512), run(what_if.changed({law.key: text}), 512, SEED)
    np.testing.assert_array_equal(forecast.ruin, estimates.ruin_probability(whole))
    before, after = (
        dict(with_pictures(one, [law], SEED)[0].picture.quantiles)
        for one in (scenario, what_if.changed({law.key: text}))
    )
    assert after[0.5] == pytest.approx(1.5 * before[0.5])


def test_replay_shows_the_trajectory_of_the_run(scenario):
    found = run(scenario, 700, SEED, keep_paths=700)
    replayed = burncast.replay(scenario, 650, SEED)
    cash = next(item.first_element for item in found.tracked if item.name == "cash")
    np.testing.assert_array_equal(replayed["cash"].values, found.paths[650, cash])


def test_particles_on_disk(scenario, tmp_path):
    content = encode_particles(scenario.particles, "Created by burncast 0")
    assert content == encode_particles(scenario.particles, "Created by burncast 0")
    again = decode_particles(content)
    assert again == scenario.particles
    for one in ("inputs", "shocks", "addresses"):
        np.testing.assert_array_equal(getattr(again, one), getattr(scenario.particles, one))
    (tmp_path / "p.npz").write_bytes(content)
    table = f'\n[posterior]\nparticles = "p.npz"\nsha256 = "{again.sha256}"\n'
    (tmp_path / "s.toml").write_text(load(EVERYTHING).text + table)
    loaded = load(tmp_path / "s.toml")
    assert loaded.particles == scenario.particles
    np.testing.assert_array_equal(
        run(loaded, 500, SEED).tally.first_passage, run(scenario, 500, SEED).tally.first_passage
    )
    (tmp_path / "over.toml").write_text('[scenario]\nextends = "s.toml"\ntitle = "later"\n')
    assert load(tmp_path / "over.toml").particles == scenario.particles


def test_files_that_do_not_hold_the_particles(scenario, tmp_path):
    again = encode_particles(dataclasses.replace(scenario.particles, seed=1), "")
    (tmp_path / "other.npz").write_bytes(again)
    (tmp_path / "half.npz").write_bytes(again[: len(again) // 2])
    np.savez(tmp_path / "strange.npz", x=np.arange(3))

    def message(table):
        (tmp_path / "s.toml").write_text(load(EVERYTHING).text + f"\n[posterior]\n{table}\n")
        with pytest.raises(ScenarioError) as caught:
            load(tmp_path / "s.toml")
        assert len(caught.value.problems) == 1
        assert caught.value.line is not None
        return str(caught.value)

    digest = f'sha256 = "{scenario.particles.sha256}"'
    assert "holds other particles than" in message(f'particles = "other.npz"\n{digest}')
    assert "is no file of particles" in message(f'particles = "half.npz"\n{digest}')
    assert "is no file of particles" in message(f'particles = "strange.npz"\n{digest}')
    assert "No such file" in message(f'particles = "none.npz"\n{digest}')
    assert "is not whole" in message(digest)
    assert "did you mean 'particles'" in message(f'particle = "other.npz"\n{digest}')
    assert "is the number 3" in message(f"particles = 3\n{digest}")


def test_what_cannot_be_asked(scenario):
    program = compile_scenario(scenario)
    with pytest.raises(InputError, match="run with 'random' alone"):
        run(scenario, 1000, method="sobol")
    with pytest.raises(InputError, match="a posterior needs 64 or more"):
        run(scenario, 63)
    with pytest.raises(InputError, match="drawn anew one by one"):
        redrawn(program, ["low"], 1)
    with pytest.raises(InputError, match="conditioned again"):
        condition_on(program, Exceedance(lambda outcomes: outcomes.need, 1.0), 1, particles=256)
    with pytest.raises(InputError, match="cannot be explained"):
        burncast.explain_ruin(scenario)


def test_normals_keep_whose_jumps_they_have():
    normals = Normals(np.zeros((1, 3)), np.zeros((1, 2, 3), np.float32), np.zeros(3, np.uint64), 3, 8)
    assert (normals.columns(slice(0, 2)).own_from, normals.columns(np.array([1])).past_seed) == (3, 8)
