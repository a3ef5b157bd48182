"""from_pretrained, on a cache that is laid out like Hugging Face's, and with a stand-in for its package."""
import json
import sys
import types

import polyglyph
import pytest

from small_file import small_tokenizer_json

SMALL = json.dumps(small_tokenizer_json())


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A cache with two commits of org/model; "main" names the second."""
    for name in ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    add(tmp_path / "hub", "org/model", {"one": SMALL.replace("<|start|>", "<|first|>"), "two": SMALL}, "two")
    return tmp_path / "hub"


def add(hub, model, commits, main):
    root = hub / ("models--" + model.replace("/", "--"))
    for commit, content in commits.items():
        (root / "snapshots" / commit).mkdir(parents=True)
        (root / "snapshots" / commit / "tokenizer.json").write_text(content, encoding="utf-8")
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text(main)


def test_main_and_revisions(hub):
    load = polyglyph.Tokenizer.from_pretrained
    assert "<|start|>" in load("org/model").special_tokens
    assert "<|first|>" in load("org/model", revision="one").special_tokens
    (hub / "models--org--model" / "refs" / "v1").write_text("one\n")
    assert "<|first|>" in load("org/model", revision="v1").special_tokens


def test_where_the_cache_is(hub, tmp_path, monkeypatch):
    load = polyglyph.Tokenizer.from_pretrained
    add(tmp_path / "other", "org/else", {"c": SMALL}, "c")
    assert load("org/else", cache_dir=tmp_path / "other").vocab_size > 0
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "other"))
    assert load("org/else").vocab_size > 0
    monkeypatch.delenv("HF_HUB_CACHE")
    monkeypatch.delenv("HF_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    add(tmp_path / "xdg" / "huggingface" / "hub", "org/xdg", {"c": SMALL}, "c")
    assert load("org/xdg").vocab_size > 0


def test_directory(hub):
    folder = hub / "models--org--model" / "snapshots" / "one"
    assert "<|first|>" in polyglyph.Tokenizer.from_pretrained(folder).special_tokens


@pytest.mark.parametrize("name, words", [
    ("org/nothing", "download=True"), ("no/such/folder", "is no directory"), ("../x", "is no directory"),
])
def test_not_found(hub, name, words):
    with pytest.raises(polyglyph.Error, match=words) as error:
        polyglyph.Tokenizer.from_pretrained(name)
    assert error.value.code == "not_found"
    assert error.value.where == name


def test_download_needs_the_package(hub, monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(polyglyph.Error, match=r"polyglyph\[hub\]"):
        polyglyph.Tokenizer.from_pretrained("org/model", download=True)


def test_download(hub, monkeypatch):
    asked = []

    def snapshot_download(model, revision, cache_dir, allow_patterns):
        asked.append((model, revision, cache_dir))
        assert "tokenizer.json" in allow_patterns
        return str(hub / "models--org--model" / "snapshots" / "one")

    monkeypatch.setitem(sys.modules, "huggingface_hub", types.SimpleNamespace(snapshot_download=snapshot_download))
    assert "<|first|>" in polyglyph.Tokenizer.from_pretrained("org/model", revision="x", download=True).special_tokens
    assert asked == [("org/model", "x", None)]
    polyglyph.Tokenizer.from_pretrained("org/model")
    assert len(asked) == 1  # no network without download=True
