import io

import numpy as np
from known_simulation import falling_cash, known_simulation
from rich.console import Console

from burncast.outputs.results.summary import summarise
from burncast.outputs.tables.forecast_tables import compare_summaries, present_summary


def text_of(renderable):
    console = Console(file=io.StringIO(), width=1000, markup=False)
    console.print(renderable)
    return console.file.getvalue()


def test_a_summary_shows_every_figure_in_readable_numbers():
    users = np.random.default_rng(3).uniform(1e6, 9e6, (2000, 2, 37))
    simulation = known_simulation(
        {"cash": falling_cash(), "users": users},
        dimensions={"product": ["free", "plus"]},
        over={"users": ("product",)},
        units={"cash": "USD", "users": "user"},
        title="A [bold]chatbot[/bold]",
    )
    simulation.notes = ("correlation [x]: moved by 0.01",)
    text = text_of(present_summary(summarise(simulation)))
    for part in (
        "A [bold]chatbot[/bold]",
        "6 months    Nov 2023  0 % (< 0.2 % at 95 %)",
        "24 months   May 2025           32.0 % ± 1.0",
        "> 36 months                           95 %",
        "USD 2.81bn",
        "−2.78bn",
        "users[plus]",
        "2,000 trajectories, seed 9223372036854775815",
        "note: correlation [x]: moved by 0.01",
    ):
        assert " ".join(part.split()) in " ".join(text.split()), part
    assert "0.0 % ± 0.0" not in text


def test_never_ruined_is_a_bound_and_every_runway_is_censored():
    text = text_of(present_summary(summarise(known_simulation({"cash": np.ones((1000, 13))}))))
    assert text.count("0 % (< 0.3 % at 95 %)") == 2
    assert text.count("> 12 months") == 5


def test_without_ruin_the_table_says_so():
    text = text_of(present_summary(summarise(known_simulation({"cash": np.ones((10, 3))}, ruin=False))))
    assert "no [ruin]" in text


def test_scenarios_stand_below_each_other_and_missing_figures_are_dashes():
    long = summarise(known_simulation({"cash": falling_cash()}))
    short = summarise(known_simulation({"cash": falling_cash(periods=20), "burn": falling_cash(periods=20)}))
    lines = text_of(compare_summaries({"base": long, "short [1]": short})).splitlines()
    assert lines[0].split()[4:] == [word for period in (6, 12, 18, 20, 24, 36) for word in (str(period), "months")]
    assert [line.split()[0] for line in lines[2:4]] == ["base", "short"]
    assert lines[2].split().count("–") == 1
    assert lines[3].split().count("–") == 2
    burn = next(number for number, line in enumerate(lines) if "burn" in line)
    assert lines[burn + 2].split()[-1] == "–"


def test_a_comparison_fits_a_page_however_many_quantities_there_are():
    tracked = {f"quantity_{number}": falling_cash() for number in range(11)}
    summaries = {
        f"variant_{number}": summarise(known_simulation({"cash": falling_cash(), **tracked})) for number in range(9)
    }
    lines = text_of(compare_summaries(summaries)).splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 150
    headings = [word for line in lines for word in line.split() if word.startswith("quantity_")]
    assert sorted(headings) == sorted(tracked)
