"""Another value in a TOML text: it reads as wanted, and nothing else of the text has moved."""

from __future__ import annotations

import tomllib

import pytest

from burncast.engine.documents.toml_edits import value_at, with_value

TEXTS = {
    "inline": "[inputs] # c\nprice = { value = { a = 3, b = 4 }, unit = 'USD, {x}' }  # c\nx = 3 # y\n[other]\nz=1\n",
    "bare": "[inputs]\nprice = 3   # hm\n\n[other]\nz = 1\n",
    "headers": "[inputs.price]\n# why\nvalue = { a = 1 } # c\nunit = 'x'\n\n[inputs.q]\nvalue = 3\n[other]\nz = 1\n",
    "header of elements": "[inputs.price.value]\na = 1\nb = 2 # d\n[inputs.q]\nvalue = 3\n",
    "dotted": "inputs.price.value.a = 1\ninputs.price.value.b = 2 # c\n[other]\nz = 1\n",
    "dotted inside": "[inputs]\nprice = { value.a = 1, value.b = 2, unit = 'x' } # c\n",
    "one line": "scenario = { periods = 3 }\ninputs = { price = { value = { a = 1, b = 2 } } }\n",
    "nothing": "",
    "no end of line": "[scenario]\nperiods = 3",
    "variants": "[scenario]\nperiods = 3\n[variants.dear] # c\n# nothing yet\n[variants.cheap]\ninputs.x = 3\n",
    "variants inline": "variants.dear = {}\nvariants.cheap = { inputs = { } }\n",
    "variant by headers": "[variants.dear.inputs.price]\nvalue = 3\n",
    "ends of Windows": "[inputs]\r\nprice = { value = { a = 3, b = 4 } } # c\r\nx = 'l'\r\n",
    "quotes": '[inputs]\n"price" = { \'value\' = { "a" = "x, } y # z", b = [1, 2, { c = 3 }] } } # d\n',
    "long texts": "[inputs]\nprice = { value = { a = \"\"\"x\n, }\"\"\", b = '''q, }''' } }\n",
    "blanks": '[ inputs ]\n  price={value={a=3 ,b=4},unit=""}# c\n',
    "correlations": "[[correlations]]\nrho = 0.1\n[inputs]\nprice = 3\n[[correlations]]\nrho = 0.2\n",
}
PATHS = [
    ("inputs", "price", "value", "b"),
    ("inputs", "price", "value", "c"),
    ("inputs", "price", "note"),
    ("inputs", "price"),
    ("inputs", "new one"),
    ("variants", "dear", "inputs", "x"),
    ("variants", "cheap", "inputs", "x", "value", "plus"),
]


def wanted(data, path, value):
    """``data`` with the value there; None where something that is no table is in the way, or a table is spread out."""
    *tables, last = path
    inner = data
    for key in tables:
        inner = inner.setdefault(key, {})
        if not isinstance(inner, dict):
            return None
    inner[last] = value
    return data


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("path", PATHS, ids=".".join)
def test_the_value_is_there_and_all_else_as_it_was(name, path):
    text = TEXTS[name]
    goal = wanted(tomllib.loads(text), path, "7 to 8")
    before = value_at(text, path)
    if goal is None or (isinstance(before, dict) and "inline" not in name and name != "one line"):
        return
    changed = with_value(text, path, '"7 to 8"')
    assert tomllib.loads(changed) == goal
    assert value_at(changed, path) == "7 to 8"
    left, right = 0, 0
    while left < len(text) and text[left] == changed[left]:
        left += 1
    while right < len(text) - left and text[-1 - right] == changed[-1 - right]:
        right += 1
    gone = text[left : len(text) - right]
    if before is None:
        assert gone == "", "only added to"
    else:
        assert "#" not in gone.replace("# z", ""), "no comment is lost"
    assert changed.count("\n") - changed.count("\r\n") == 0 or "\r\n" not in text


def test_what_is_not_there_is_none():
    assert value_at("[inputs]\nx = 3\n", ("inputs", "x", "value")) is None
    assert value_at("[inputs]\nx = 3\n", ("inputs", "y")) is None
    assert value_at("[inputs]\nx = 3\n", ("inputs",)) == {"x": 3}
