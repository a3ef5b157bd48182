"""Unigram, WordPiece and WordLevel: small vocabularies, each with several pipelines around it, against the reference."""
import os
import random

import polyglyph
import pytest
from compare import assert_same_ids, assert_same_offsets, assert_same_streams
from references import LEAN, HuggingFaceReference
from small_models import FILES, REFUSED, tokenizer_json

_COUNT = 5_000 if os.environ.get("POLYGLYPH_LONG_TESTS") else 250

_SYMBOLS = ["a", "b", "c", "ab", "abc", "bab", "aaa", "A", "\u00e9", "e\u0301", "\u4e2d", "\u4e2d\u4e2d", "\u2581", "\u2581a", " ", " ", "  ", "\n", "##", "##a",
            "#", "1", "12", ",", "'s", "x", "y", "<unk>", "[UNK]", "<|c|>", "<0x41>", "\U0001f600", "\u3042", "\u200b", "\x00", "\ufffd"]


def drawn(seed, count=_COUNT):
    r = random.Random(seed)
    return ["", *("".join(r.choice(_SYMBOLS) for _ in range(r.randint(1, 9))) for _ in range(count))]


@pytest.fixture(scope="module", params=FILES)
def pair(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "tokenizer.json"
    path.write_text(FILES[request.param], encoding="utf-8", newline="")
    reference = HuggingFaceReference(FILES[request.param], lambda token: token["special"] or token["content"] == "<|c|>")
    return polyglyph.Tokenizer.from_file(path), reference


@pytest.mark.parametrize("mode", ["text", "parse"])
def test_ids(pair, mode):
    assert_same_ids(*pair, drawn(mode), mode)


def test_long_text(pair):
    r = random.Random("long")
    assert_same_ids(*pair, ["".join(r.choice(_SYMBOLS) for _ in range(2_000)), "a" * 3_000, LEAN[:3_000]])


def test_offsets(pair):
    assert_same_offsets(*pair, drawn("offsets"), comparable=lambda text: pair[1].normalize(text) == text)


def test_streams(pair):
    assert_same_streams(pair[0], [text.encode() for text in drawn("streams", 40)], "parse")


def test_decode(pair):
    tokenizer, reference = pair
    ids = sorted(reference.parse.get_vocab().values())
    r = random.Random("decode")
    for _ in range(_COUNT):
        some = [r.choice(ids) for _ in range(r.randint(1, 6))]
        for skip in (False, True):
            assert tokenizer.decode(some, skip_special_tokens=skip) == \
                reference.decode(some, skip_special_tokens=skip), (some, skip)


def test_names(pair):
    tokenizer, reference = pair
    for name, i in reference.names.items():
        assert tokenizer.token_to_id(name) == reference.parse.token_to_id(name) == i, name
        assert tokenizer.id_to_token(i) == reference.parse.id_to_token(i), i


@pytest.mark.parametrize("model, place", REFUSED.values(), ids=REFUSED)
def test_refused(model, place, tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_text(tokenizer_json(model), encoding="utf-8")
    with pytest.raises(polyglyph.Error, match=place):
        polyglyph.Tokenizer.from_file(path)
