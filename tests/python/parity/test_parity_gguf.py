"""GGUF files against llama.cpp: the ids that it publishes beside its vocabularies, from the folder that POLYGLYPH_SHARED
names; without it none of this is collected."""
import functools
import os
import unicodedata
from pathlib import Path

import polyglyph
import pytest
import references
import texts
from compare import assert_same_ids

_SHARED = Path(os.environ["POLYGLYPH_SHARED"]) / "vocab"
_FILES = ["deepseek-llm", "gpt-2", "llama-spm", "qwen2"]


@functools.cache
def load(name):
    return polyglyph.Tokenizer.from_file(path(name))


def path(name):
    return _SHARED / "llama_cpp" / f"ggml-vocab-{name}.gguf"


def published(name):
    """Texts, and the ids that llama.cpp gives them."""
    inputs = path(name).with_name(path(name).name + ".inp").read_bytes().decode()
    outputs = path(name).with_name(path(name).name + ".out").read_text()
    split = inputs.split("\n__ggml_vocab_test__\n")
    return list(zip(split, ([int(i) for i in line.split()] for line in outputs.split("\n"))))


@pytest.mark.parametrize("name", _FILES)
def test_published_ids(name):
    cases = published(name)
    assert len(cases) == 47
    assert {text: load(name).encode(text) for text, _ in cases} == dict(cases)


@pytest.mark.parametrize("name", _FILES)
def test_decode(name):
    for text, ids in published(name):
        assert load(name).decode(ids) == text


def is_same_in_both(text):
    """Whether it is NFC, as the GGUF file does not normalize, and all of its characters are in both Unicode tables. The
    long s, which a case-insensitive 's matches, is in Qwen's own pattern alone."""
    return (unicodedata.is_normalized("NFC", text) and "\u017f" not in text
            and all(unicodedata.category(c) != "Cn" for c in text))


@pytest.mark.parametrize("kind", ["fragments", "hard", "emoji"])
def test_qwen2_is_qwen3_on_composed_text(kind):
    reference = references.HuggingFaceReference((_SHARED / "qwen3" / "tokenizer.json").read_bytes())
    composed = [text for text in texts.draw(kind, reference, 1000, 41) if is_same_in_both(text)]
    assert len(composed) > 100
    assert_same_ids(load("qwen2"), reference, composed)
