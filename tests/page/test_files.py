"""The page's files: one catalogue of words per language, nothing from elsewhere, uPlot as it was published."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "outputs" / "page"
MODULES = sorted(PAGE.glob("*.js"))
LANGUAGES = ("en", "fr")


@pytest.fixture(scope="module")
def words():
    return {code: json.loads((PAGE / f"words.{code}.json").read_text(encoding="utf-8")) for code in LANGUAGES}


def braces(text):
    return sorted(re.findall(r"\{(\w+)\}", text)) if isinstance(text, str) else len(text)


def test_the_languages_say_the_same_things(words):
    assert list(words["fr"]) == list(words["en"])
    assert {key: braces(text) for key, text in words["fr"].items()} == {
        key: braces(text) for key, text in words["en"].items()
    }


def test_every_text_is_used_and_every_text_used_is_there(words):
    code = "".join(module.read_text(encoding="utf-8") for module in MODULES)
    written = set(re.findall(r'"(\w+)"', code)) | set(re.findall(r"words\.(\w+)", code)) | {"month", "week", "quarter"}
    assert set(words["en"]) <= written, "a text that nothing shows"
    for call in re.findall(r"\.text\(([^{)]*)", code):
        assert set(re.findall(r'"(\w+)"', call)) <= set(words["en"]), call


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_modules_say_what_they_are_and_load_only_each_other(module):
    text = module.read_text(encoding="utf-8")
    assert text.startswith("// ")
    for name in re.findall(r'from "([^"]+)"', text):
        assert (PAGE / name).is_file(), f"{name} is not there"
    assert set(re.findall(r"https?://[^\"'` ]+", text)) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|\beval\(|document\.write", text)


def test_the_page_has_nothing_inline_and_nothing_from_elsewhere():
    html = (PAGE / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]* src=)", html)
    assert not re.search(r"https?://|//\w", html + (PAGE / "page.css").read_text(encoding="utf-8"))
    for name in re.findall(r'(?:src|href)="/static/([^"]+)"', html):
        assert (PAGE / name).is_file()


def test_uplot_is_the_published_file_with_its_licence():
    """Digests of `dist/` at the tag 1.6.32 of https://github.com/leeoniya/uPlot."""
    folder = PAGE / "vendor" / "uplot"
    digest = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in folder.iterdir()}
    assert digest["uPlot.iife.min.js"] == "19c8d4c6ad88929a"
    assert digest["uPlot.min.css"] == "df630c6a8d6f8eea"
    assert "MIT License" in (folder / "LICENSE").read_text(encoding="utf-8")
    assert "1.6.32" in (folder / "README.md").read_text(encoding="utf-8")
