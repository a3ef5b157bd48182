"""GGUF files against llama.cpp: the ids that it publishes beside its vocabularies, from the folder that POLYGLYPH_SHARED
names; without it none of this is collected."""
import base64
import functools
import json
import os
import re
import unicodedata
from pathlib import Path

import polyglyph
import pytest
import references
import texts
from compare import assert_same_ids
from gguf_file import GgufFile

_SHARED = Path(os.environ["POLYGLYPH_SHARED"]) / "vocab"
_NORMAL, _UNKNOWN, _CONTROL, _USER_DEFINED, _, _BYTE = range(1, 7)  # types of tokens
_FILES = ["bert-bge", "deepseek-llm", "gpt-2", "llama-spm", "qwen2"]


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


@pytest.mark.parametrize("name", [name for name in _FILES if name != "bert-bge"])  # which loses case and spaces
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


def charsmap_of(normalizer):
    """The charsmap of a tokenizer.json's normalizer, which may be a Sequence."""
    for step in normalizer.get("normalizers", [normalizer]):
        if step["type"] == "Precompiled":
            return base64.b64decode(step["precompiled_charsmap"])


def t5_file(content):
    """A GGUF file of kind t5 with the vocabulary of a tokenizer.json."""
    tokenizer = json.loads(content)
    vocab, unknown = tokenizer["model"]["vocab"], tokenizer["model"]["unk_id"]
    special = {token["content"] for token in tokenizer["added_tokens"] if token["special"]}
    return GgufFile().text("tokenizer.ggml.model", "t5") \
        .texts("tokenizer.ggml.tokens", [name for name, _ in vocab]) \
        .floats("tokenizer.ggml.scores", [score for _, score in vocab]) \
        .integers("tokenizer.ggml.token_type",
                  [_UNKNOWN if id == unknown else _CONTROL if name in special else _NORMAL
                   for id, (name, _) in enumerate(vocab)]) \
        .bytes("tokenizer.ggml.precompiled_charsmap", charsmap_of(tokenizer["normalizer"])) \
        .number("tokenizer.ggml.unknown_token_id", unknown) \
        .boolean("tokenizer.ggml.add_space_prefix", True) \
        .boolean("tokenizer.ggml.remove_extra_whitespaces", True)


def gemma4_file(content):
    """The same of kind gemma4."""
    tokenizer = json.loads(content)
    vocab, merges = tokenizer["model"]["vocab"], tokenizer["model"]["merges"]
    names = sorted(vocab, key=vocab.get)
    assert [vocab[name] for name in names] == list(range(len(names)))
    types = [_BYTE if re.fullmatch("<0x[0-9A-F]{2}>", name) else _NORMAL for name in names]
    for token in tokenizer["added_tokens"]:
        if token["content"] not in vocab:
            names.append(token["content"])
            types.append(_NORMAL)
            vocab[token["content"]] = token["id"]
        types[vocab[token["content"]]] = _CONTROL if token["special"] else _USER_DEFINED
    return GgufFile().text("tokenizer.ggml.model", "gemma4") \
        .texts("tokenizer.ggml.tokens", names) \
        .integers("tokenizer.ggml.token_type", types) \
        .texts("tokenizer.ggml.merges", [merge if isinstance(merge, str) else " ".join(merge) for merge in merges]) \
        .number("tokenizer.ggml.bos_token_id", vocab["<bos>"])


def lines_of(reference):
    """Text that both libraries normalize alike: NFC, single spaces."""
    drawn = texts.draw("fragments", reference, 1000, 43) + texts.draw("emoji", reference, 300, 44)
    kept = {" ".join(text.split()) for text in drawn if is_same_in_both(text) and "\u2581" not in text}
    assert len(kept) > 300
    return sorted(kept)


@pytest.mark.parametrize("source, write", [("t5_small", t5_file), ("gemma3", gemma4_file)])
def test_same_as_the_tokenizer_json_it_was_made_from(source, write, tmp_path):
    content = (_SHARED / source / "tokenizer.json").read_bytes()
    path = tmp_path / "model.gguf"
    path.write_bytes(write(content).content())
    reference = references.HuggingFaceReference(content)
    assert_same_ids(polyglyph.Tokenizer.from_file(path), reference, lines_of(reference))
