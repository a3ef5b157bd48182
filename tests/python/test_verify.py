"""polyglyph.verify, beside the libraries that it compares with, and Tokenizer.trace."""

import pytest
import tiktoken
import tokenizers
from tokenizers import models, normalizers, pre_tokenizers

import polyglyph


@pytest.fixture(scope="module")
def qwen3():
    return polyglyph.Tokenizer.builtin("qwen3")


def letters(normalizer=None, pre_tokenizer=None, order="abcde"):
    """A tokenizer of Hugging Face that knows five letters."""
    vocab = {letter: i for i, letter in enumerate(order)} | {"?": len(order)}
    tokenizer = tokenizers.Tokenizer(models.BPE(vocab=vocab, merges=[], unk_token="?"))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre_tokenizer is not None:
        tokenizer.pre_tokenizer = pre_tokenizer
    return tokenizer


def test_the_same(qwen3):
    assert polyglyph.verify(qwen3, polyglyph.Tokenizer.builtin("qwen3"), ["some", "texts"]) is None
    gpt_oss = polyglyph.Tokenizer.builtin("gpt-oss")
    assert polyglyph.verify(polyglyph.Tokenizer.builtin("o200k"), gpt_oss) is None


def test_of_our_own_the_stage_is_known():
    difference = polyglyph.verify(polyglyph.Tokenizer.builtin("o200k"), polyglyph.Tokenizer.builtin("gpt-oss"),
                                  ["say <|channel|> now"], special_tokens="parse")
    assert (difference.stage, difference.text) == ("added tokens", "<|channel|>")


def test_another_normalizer():
    difference = polyglyph.verify(letters(normalizers.NFC()), letters(), ["abe\u0301"])
    assert difference.text == "e\u0301"
    assert difference.stage == "normalizer"
    assert r"'\xe9'" in difference.explanation
    assert (difference.character, difference.category, difference.age) == ("\u0301", "Mn", "5.0")


def test_another_splitter():
    cut = letters(pre_tokenizer=pre_tokenizers.CharDelimiterSplit("c"))
    difference = polyglyph.verify(letters(), cut, ["abcde"])
    assert (difference.text, difference.stage) == ("c", "pretokenizer")


def test_another_model():
    difference = polyglyph.verify(letters(), letters(order="abced"), ["abcde"])
    assert (difference.text, difference.stage) == ("d", "model")
    assert (difference.left, difference.right) == ([3], [4])


def test_functions():
    difference = polyglyph.verify(
        lambda text: [ord(c) for c in text], lambda text: [ord(c) % 100 for c in text], ["abc xyz"]
    )
    assert (difference.stage, difference.explanation) == ("unknown", "")
    assert difference.text in {"x", "y", "z"}
    with pytest.raises(ZeroDivisionError):
        polyglyph.verify(lambda text: [1 // 0], lambda text: [], ["text"])


def test_tiktoken():
    ranks = {bytes([i]): i for i in range(256)}
    split, whole = (tiktoken.Encoding("x", pat_str=pattern, mergeable_ranks=ranks | {b"ab": 256}, special_tokens={})
                    for pattern in (r"a|[^a]+", r"[\s\S]+"))
    assert polyglyph.verify(split, split) is None
    difference = polyglyph.verify(split, whole, ["xxabxx"])
    assert (difference.text, difference.left, difference.right) == ("ab", [97, 98], [256])


def test_modes_that_a_library_does_not_have(qwen3):
    with pytest.raises(polyglyph.Error, match="parse"):
        polyglyph.verify(qwen3, letters(), ["a"], special_tokens="text")
    with pytest.raises(TypeError):
        polyglyph.verify(qwen3, 5)


def test_progress(qwen3):
    calls = []
    polyglyph.verify(qwen3, qwen3, ["a", "b"], progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 2), (2, 2)]
    polyglyph.verify(qwen3, qwen3, iter(["a"]), progress=lambda done, total: calls.append((done, total)))
    assert calls[2:] == [(1, None)]


def test_trace(qwen3):
    sections = qwen3.trace("cafe\u0301<|im_end|>x", special_tokens="parse")
    assert [section.normalized for section in sections] == ["caf\xe9", "<|im_end|>", "x"]
    assert [section.added_token for section in sections] == [False, True, False]
    assert [(section.begin, section.end) for section in sections] == [(0, 6), (6, 16), (16, 17)]
    ids = [i for section in sections for piece in section.pieces for i in piece.ids]
    assert ids == qwen3.encode("cafe\u0301<|im_end|>x", special_tokens="parse")
    assert b"".join(piece.bytes for piece in sections[0].pieces) == "caf\xe9".encode()
