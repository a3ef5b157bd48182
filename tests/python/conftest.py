"""What the tests of the Python package share: two built-in vocabularies, and small files of one's own."""

import json
import os

import pytest

import polyglyph
from small_file import small_tokenizer_json

os.environ["POLYGLYPH_CACHE"] = "off"  # tests load files as if for the first time, and leave nothing behind


@pytest.fixture(scope="session")
def qwen3():
    return polyglyph.Tokenizer.builtin("qwen3")


@pytest.fixture(scope="session")
def cl100k():
    """No normalization: decoding gives back every byte."""
    return polyglyph.Tokenizer.builtin("cl100k")


@pytest.fixture
def small_file(tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(small_tokenizer_json()), encoding="utf-8")
    return path


@pytest.fixture
def small(small_file):
    return polyglyph.Tokenizer.from_file(small_file)
