"""Where tokenizers come from, what they say about themselves, and how they travel."""

import base64
import copy
import inspect
import json
import os
import pathlib
import pickle
import subprocess
import sys
from importlib import metadata

import pytest
from small_file import small_tokenizer_json

import polyglyph

# ---- Loading ----


def test_builtins():
    names = polyglyph.Tokenizer.builtins()
    assert {"qwen3", "deepseek-v3", "o200k", "cl100k", "gpt-oss"} <= set(names)
    for name in names:
        tokenizer = polyglyph.Tokenizer.builtin(name)
        assert tokenizer.decode(tokenizer.encode("Hello world")) == "Hello world"
        assert name in repr(tokenizer)


def test_unknown_builtin_names_the_nearest():
    with pytest.raises(polyglyph.Error, match="qwen3") as caught:
        polyglyph.Tokenizer.builtin("qwen33")
    assert caught.value.code == "not_found"


@pytest.mark.parametrize("kind", [str, pathlib.Path, os.fsencode])
def test_path_of_any_kind(small_file, kind):
    assert polyglyph.Tokenizer.from_file(kind(small_file)).vocab_size == 259


def test_directory(small_file):
    assert polyglyph.Tokenizer.from_file(small_file.parent).vocab_size == 259


def tiktoken_file(path):
    lines = [f"{base64.b64encode(bytes([byte])).decode()} {byte}" for byte in range(256)]
    lines.append(f"{base64.b64encode(b'he').decode()} 256")
    path.write_text("\n".join(lines) + "\n")
    return path


def test_tiktoken_file(tmp_path):
    path = tiktoken_file(tmp_path / "ranks.tiktoken")
    with pytest.raises(polyglyph.Error, match="pattern"):
        polyglyph.Tokenizer.from_file(path)
    tokenizer = polyglyph.Tokenizer.from_file(path, pattern="cl100k", special_tokens={"<|end|>": 300})
    assert tokenizer.encode("hey<|end|>", special_tokens="parse") == [256, ord("y"), 300]
    assert tokenizer.special_tokens == {"<|end|>": 300}
    assert tokenizer.vocab_size == 301
    assert tokenizer.id_to_token(280) is None
    assert polyglyph.Tokenizer.from_file(path, r"\S+|\s+", {}).encode("he he") == [256, 32, 256]
    # Tokens that are not UTF-8 have a name all the same.
    assert tokenizer.token_bytes(255) == b"\xff"
    assert tokenizer.id_to_token(255) == "\udcff"
    assert tokenizer.token_to_id("\udcff") == tokenizer.token_to_id(b"\xff") == 255


@pytest.mark.parametrize("special_tokens", [["<|end|>"], "x", {1: 2}, {"x": "y"}, {"x": None}])
def test_special_tokens_of_a_wrong_type(tmp_path, special_tokens):
    path = tiktoken_file(tmp_path / "ranks.tiktoken")
    with pytest.raises(TypeError):
        polyglyph.Tokenizer.from_file(path, pattern="cl100k", special_tokens=special_tokens)


@pytest.mark.parametrize("id", [-1, 2**32, 2**70])
def test_special_tokens_with_an_impossible_id(tmp_path, id):
    path = tiktoken_file(tmp_path / "ranks.tiktoken")
    with pytest.raises(polyglyph.Error, match="special_tokens"):
        polyglyph.Tokenizer.from_file(path, pattern="cl100k", special_tokens={"<|end|>": id})


@pytest.mark.parametrize(
    ("content", "code"), [(None, "not_found"), ("", "malformed"), ("{", "malformed"), ('{"model": {"type": "Other"}}', "unsupported")]
)  # fmt: skip
def test_bad_files(tmp_path, content, code):
    path = tmp_path / "tokenizer.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(polyglyph.Error, match=r"tokenizer\.json") as caught:
        polyglyph.Tokenizer.from_file(path)
    assert caught.value.code == code
    assert "tokenizer.json" in caught.value.where
    assert "\n" not in str(caught.value)


def test_error_is_a_value():
    error = polyglyph.Error("what is wrong", "malformed", "a file")
    other = pickle.loads(pickle.dumps(error))
    assert (str(other), other.code, other.where) == ("what is wrong", "malformed", "a file")
    assert polyglyph.Error.__module__ == "polyglyph"


def test_save(small, tmp_path):
    path = tmp_path / "small.pgv"
    small.save(path)
    loaded = polyglyph.Tokenizer.from_file(path)
    assert loaded == small and loaded.fingerprint == small.fingerprint
    assert loaded.encode("hello") == small.encode("hello")
    with pytest.raises(polyglyph.Error) as caught:
        small.save(tmp_path / "no such folder" / "small.pgv")
    assert caught.value.code == "io"
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(polyglyph.Error):
        polyglyph.Tokenizer.from_file(path)


# ---- What the vocabulary holds ----


def test_lookups(qwen3):
    assert qwen3.vocab_size == 151669
    assert qwen3.token_to_id("Hello") == qwen3.token_to_id(b"Hello") == 9707
    assert qwen3.token_to_id("Ġworld") == 1879
    assert qwen3.id_to_token(1879) == "Ġworld"
    assert qwen3.token_bytes(1879) == b" world"
    assert qwen3.token_to_id("<|im_end|>") == 151645
    assert qwen3.id_to_token(151645) == "<|im_end|>"
    for token in ("no such token", "", "\ud800"):
        assert qwen3.token_to_id(token) is None
    for token in (None, 5):
        with pytest.raises(TypeError):
            qwen3.token_to_id(token)
    for id in (None, "5", 1.5):
        for call in (qwen3.id_to_token, qwen3.token_bytes):
            with pytest.raises(TypeError):
                call(id)


def test_every_token_has_a_name(cl100k):
    known = [id for id in range(cl100k.vocab_size) if cl100k.id_to_token(id) is not None]
    assert len(known) > 100_000
    assert all(cl100k.token_to_id(cl100k.id_to_token(id)) == id for id in known)
    assert all(cl100k.decode_bytes([id]) == cl100k.token_bytes(id) for id in known)


def test_added_tokens(qwen3):
    tokens = {token.content: token for token in qwen3.added_tokens}
    end = tokens["<|im_end|>"]
    assert isinstance(end, polyglyph.AddedToken)
    assert end == (151645, "<|im_end|>", False, False, False, False, True, True)
    assert end.id == 151645 and end.special and end.control
    think = tokens["<think>"]
    assert not think.special and think.control
    assert [token.id for token in qwen3.added_tokens] == sorted(token.id for token in qwen3.added_tokens)
    assert qwen3.special_tokens == {token.content: token.id for token in qwen3.added_tokens if token.control}


def test_description(qwen3):
    description = qwen3.description
    assert isinstance(description, polyglyph.Description)
    assert description.name == "qwen3"
    assert description.vocab_size == 151669
    assert description.normalizer == "NFC"
    assert description.fingerprint == qwen3.fingerprint
    assert len(qwen3.fingerprint) >= 16 and set(qwen3.fingerprint) <= set("0123456789abcdef")
    assert json.loads(json.dumps(description._asdict()))["name"] == "qwen3"
    assert repr(qwen3) == f"<polyglyph.Tokenizer qwen3: {description.model}, 151669 ids>"


@pytest.mark.parametrize(
    "steps, words, version",
    [
        ([{"type": "Prepend", "prepend": "_"}, {"type": "Replace", "pattern": {"String": " "}, "content": "_"}],
         'prepend "_", then replace " " by "_"', ""),
        ([{"type": "Replace", "pattern": {"Regex": "a+"}, "content": ""}, {"type": "Lowercase"}],
         'replace pattern "a+" by "", then lowercase (Unicode 17.0)', ""),
        ([{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Strip", "strip_left": True, "strip_right": False}],
         "NFD, then strip accents (Unicode 9.0), then strip left", "9.0"),
        ([{"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": False, "strip_accents": True,
           "lowercase": False}],
         "BERT (clean text, strip accents; Unicode 8.0)", "9.0"),
    ],
)
def test_normalizer_in_words(steps, words, version, tmp_path):
    path = tmp_path / "tokenizer.json"
    normalizer = {"type": "Sequence", "normalizers": steps}
    path.write_text(json.dumps(small_tokenizer_json() | {"normalizer": normalizer}))
    description = polyglyph.Tokenizer.from_file(path).description
    assert (description.normalizer, description.normal_unicode_version) == (words, version)


def test_version():
    assert polyglyph.__version__ == metadata.version("polyglyph")


# ---- Identity ----


def test_equality(qwen3, cl100k):
    again = polyglyph.Tokenizer.builtin("qwen3")
    assert again == qwen3 and hash(again) == hash(qwen3)
    assert qwen3 != cl100k and qwen3 != "qwen3"
    assert len({again, qwen3, cl100k}) == 2


def test_copies_are_the_tokenizer_itself(qwen3):
    assert copy.copy(qwen3) is qwen3
    assert copy.deepcopy([qwen3])[0] is qwen3


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickle(small, protocol):
    other = pickle.loads(pickle.dumps(small, protocol))
    assert other == small
    assert other.encode("hello<|start|>", special_tokens="parse") == small.encode("hello<|start|>", special_tokens="parse")


def test_pickle_needs_no_file(small_file):
    tokenizer = polyglyph.Tokenizer.from_file(small_file)
    small_file.unlink()
    program = """
import pickle, sys
tokenizer = pickle.load(sys.stdin.buffer)
print(tokenizer.fingerprint, tokenizer.encode("hello"))
"""
    run = subprocess.run([sys.executable, "-c", program], input=pickle.dumps(tokenizer), capture_output=True, check=True)
    assert run.stdout.decode() == f"{tokenizer.fingerprint} {tokenizer.encode('hello')}\n"


def test_damaged_pickle(small):
    rebuild, (image, *rest) = small.__reduce__()
    assert rebuild(image, *rest) == small
    damaged = bytearray(image)
    damaged[len(image) // 2] ^= 1
    for state in (b"", b"something else", image[:-10], bytes(damaged)):
        with pytest.raises(polyglyph.Error) as caught:
            rebuild(state, *rest)
        assert caught.value.code == "malformed"


def test_batch_pickles(qwen3):
    batch = qwen3.encode_batch(["Hello world", "x"])
    assert pickle.loads(pickle.dumps(batch)) == batch
    encoding = pickle.loads(pickle.dumps(qwen3.encode_with_offsets("Hello world")))
    assert encoding.ids.tolist() == [9707, 1879]


# ---- Documentation ----


def test_everything_public_is_documented():
    for name in polyglyph.__all__:
        value = getattr(polyglyph, name)
        if not isinstance(value, type):
            continue
        assert value.__module__ == "polyglyph"
        assert inspect.getdoc(value), name
        for member, attribute in vars(value).items():
            if not member.startswith("_") and not issubclass(value, (tuple, Exception)):
                assert inspect.getdoc(attribute), f"{name}.{member}"


def test_added_tokens_that_normalizing_makes_one(tmp_path):
    file = small_tokenizer_json()
    file["normalizer"] = {"type": "NFC"}
    for i, content in enumerate(["xé", "xe\u0301"]):
        file["added_tokens"].append({"id": 259 + i, "content": content, "single_word": False, "lstrip": False,
                                     "rstrip": False, "normalized": True, "special": False})
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(file), encoding="utf-8")
    with pytest.raises(polyglyph.Error, match="259 and 260 are the same text") as caught:
        polyglyph.Tokenizer.from_file(path)
    assert caught.value.code == "unsupported"
