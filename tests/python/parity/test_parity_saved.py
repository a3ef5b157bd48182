"""Tokenizers written as tokenizer.json: read back they are the same, and the reference reads the same out of them."""
import json
import random

import polyglyph
import pytest
import references
import small_models
import texts
from compare import assert_same_ids
from files import FILES, tokenizer_json
from references import HuggingFaceReference
from test_parity_pairs import _SPECIAL, PROCESSORS
from test_parity_settings import padding, truncation

_SYMBOLS = ["a", "the", " the", "ab", "abc", "bab", " ", "  ", "\n", "\u00e9", "e\u0301", "\u4e2d\u6587", "12", "'s", ",", "\u2581a", "##a", "<unk>",
            "<s>", "<|c|>", "\U0001f600", "x"]


def drawn(seed, count=60):
    r = random.Random(seed)
    return ["", *("".join(r.choice(_SYMBOLS) for _ in range(r.randint(1, 8))) for _ in range(count))]


def saved(content, folder):
    path = folder / "tokenizer.json"
    path.write_text(content, encoding="utf-8", newline="")
    tokenizer = polyglyph.Tokenizer.from_file(path)
    tokenizer.save(folder / "saved.json")
    again = polyglyph.Tokenizer.from_file(folder / "saved.json")
    return tokenizer, again, (folder / "saved.json").read_text(encoding="utf-8")


_SMALL = {
    **{f"bpe: {name}": tokenizer_json(**parts) for name, parts in FILES.items()},
    **{f"model: {name}": content for name, content in small_models.FILES.items()},
    **{f"processor: {name}": tokenizer_json(_SPECIAL, post_processor=p) for name, p in PROCESSORS.items()},
}


@pytest.mark.parametrize("name", _SMALL)
def test_small_files(name, tmp_path):
    tokenizer, again, text = saved(_SMALL[name], tmp_path)
    assert again.fingerprint == tokenizer.fingerprint
    control = set(tokenizer.special_tokens.values())
    reference = HuggingFaceReference(text, lambda token: token["id"] in control)
    original = HuggingFaceReference(_SMALL[name], lambda token: token["id"] in control)
    for special in (False, True):
        assert reference.encode_batch(drawn(name), "parse", special) == original.encode_batch(drawn(name), "parse", special)
    for row in original.encode_batch(drawn(name), "parse"):
        assert reference.decode(row) == original.decode(row)


@pytest.mark.parametrize("settings", [{"truncation": truncation(5, "OnlyFirst", "Left", 2)}, {"padding": padding()},
                                      {"padding": padding({"Fixed": 0}, "Left", 8)}], ids=str)
def test_settings(settings, tmp_path):
    content = json.dumps({**json.loads(tokenizer_json()), **settings})
    tokenizer, again, text = saved(content, tmp_path)
    assert again.fingerprint == tokenizer.fingerprint
    assert {key: json.loads(text)[key] for key in settings} == settings


@pytest.mark.parametrize("name", ["qwen3", "deepseek-v3", "gpt-oss"])
def test_built_ins(name, tmp_path):
    tokenizer = polyglyph.Tokenizer.builtin(name)
    tokenizer.save(tmp_path / "saved.json")
    assert polyglyph.Tokenizer.from_file(tmp_path / "saved.json").fingerprint == tokenizer.fingerprint
    reference = HuggingFaceReference((tmp_path / "saved.json").read_bytes())
    assert_same_ids(tokenizer, reference, texts.draw("hard", reference, 500, "saved"))


def test_ranks_become_merges(tmp_path):
    tokenizer = polyglyph.Tokenizer.builtin("o200k")
    tokenizer.save(tmp_path / "saved.json")
    reference = HuggingFaceReference((tmp_path / "saved.json").read_bytes())
    again = polyglyph.Tokenizer.from_file(tmp_path / "saved.json")
    original = references.builtin("o200k")
    for kind in texts.KINDS:
        drawn = texts.draw(kind, original, 1_000, "ranks")
        for mode in ("text", "parse"):
            expected = original.encode_batch(drawn, mode)
            assert reference.encode_batch(drawn, mode) == expected
            assert_same_ids(again, original, drawn, mode)


def test_what_would_be_lost(tmp_path):
    with pytest.raises(polyglyph.Error, match="pattern") as info:
        polyglyph.Tokenizer.builtin("cl100k").save(tmp_path / "saved.json")
    assert info.value.code == "unsupported"
    assert not (tmp_path / "saved.json").exists()
    with pytest.raises(polyglyph.Error, match=".json"):
        polyglyph.Tokenizer.builtin("cl100k").save(tmp_path / "saved.txt")
