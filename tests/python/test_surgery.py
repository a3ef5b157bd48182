"""Vocabularies changed from Python: what the promises of add_tokens, prune, extend and unreachable_tokens come to."""

import numpy as np
import pytest

import polyglyph


def test_add_tokens(small):
    more, new_ids = polyglyph.add_tokens(small, ["<|x|>", b"word"], special=True)
    assert more.encode("a<|x|>word", special_tokens="parse") == [*small.encode("a"), 259, 260]
    assert [token.special for token in more.added_tokens if token.id >= 259] == [True, True]
    assert (new_ids.dtype, new_ids.tolist()) == (np.int64, list(range(259)))
    assert small.vocab_size == 259
    with pytest.raises(polyglyph.Error, match="added token already"):
        polyglyph.add_tokens(more, ["word"])


def test_prune(qwen3):
    texts = ["Some English text.", "这是中文。", "def f(x): return x ** 2"]
    pruned, new_ids = polyglyph.prune(qwen3, [i for text in texts for i in qwen3.encode(text)])
    assert pruned.vocab_size < 600
    for text in texts:
        assert pruned.encode(text) == new_ids[qwen3.encode(text)].tolist()
        assert pruned.decode(pruned.encode(text)) == text
    anything = "Прочее: \U0001f600"
    assert pruned.decode(pruned.encode(anything)) == anything
    assert (new_ids >= 0).sum() == pruned.vocab_size
    with pytest.raises(polyglyph.Error, match="10000000"):
        polyglyph.prune(qwen3, [10_000_000])


def test_extend(qwen3, small):
    both, new_ids = polyglyph.extend(small, qwen3)
    assert new_ids.tolist() == list(range(259))
    assert both.token_to_id("hel") == small.token_to_id("hel")
    assert both.decode(both.encode("안녕하세요")) == "안녕하세요"
    assert len(both.encode("안녕하세요")) < len(small.encode("안녕하세요"))


def test_unreachable_tokens(small):
    assert polyglyph.unreachable_tokens(small) == []
    both, _ = polyglyph.extend(small, polyglyph.Tokenizer.builtin("qwen3"))
    found = polyglyph.unreachable_tokens(both)
    for i, reason in found[:100]:
        assert both.encode(both.token_bytes(i)) != [i]
        assert reason
