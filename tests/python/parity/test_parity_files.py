"""Hand-made tokenizer.json files: every component and setting that byte-level BPE files use, against the reference."""
import json
import os
import random
import re
import unicodedata

import polyglyph
import pytest
from compare import assert_same_ids, assert_same_offsets, assert_same_streams
from files import ADDED_CONTENTS, FILES, REFUSED, tokenizer_json
from references import TO_ALPHABET, HuggingFaceReference

_COUNT = 6_000 if os.environ.get("POLYGLYPH_LONG_TESTS") else 300

_SYMBOLS = ["a", "b", "ab", "c", "d", "e", "x", "y", "z", "q", "the", "and", "hello", "hell", " world", "A", "B", "don't", "'s",
            "'ll", "'", "1", "12", "234", "\u0663", "\u00bd", "_", "-", "!", ".", "<", ">", "(", "|", "[", "\u2026", "\u00b7", " ", " ", "  ",
            "   ", "\n", "\n\n", "\r\n", "\t", "\u00a0", "\u3000", "\u4e2d", "\u6587", "\u4e2d\u6587", "\u3042", "\u00e9", "e\u0301", "\u0301",
            "\u0323\u0301", "A\u030a", "\u00c5", "\u212b", "\ufb01", "\u00df", "\uac00", "\u1100\u1161", "\uff76\uff9e", "\u0130", "\U0001f600",
            "\U0001f469\u200d\U0001f4bb", "\x00", "\u200b", "\ufffd", "<s>", "</s>", "<unk>", *ADDED_CONTENTS, *ADDED_CONTENTS]


def drawn(seed):
    r = random.Random(seed)
    yield ""
    for _ in range(_COUNT):
        yield "".join(r.choice(_SYMBOLS) for _ in range(r.randint(1, 7)))


def is_control(token):
    """The rule for control tokens, for the contents used here; <s> is an element of HTML."""
    content = token["content"]
    return token["special"] or bool(re.fullmatch(r"<\|.*\|>|</?[a-z]+>", content)) and content not in ("<s>", "</s>")


@pytest.fixture(scope="module", params=FILES)
def pair(request, tmp_path_factory):
    content = tokenizer_json(**FILES[request.param])
    path = tmp_path_factory.mktemp("file") / "tokenizer.json"
    path.write_text(content, encoding="utf-8", newline="")
    return polyglyph.Tokenizer.from_file(path), HuggingFaceReference(content, is_control)


@pytest.mark.parametrize("mode", ["text", "parse"])
def test_ids(pair, mode):
    assert_same_ids(*pair, list(drawn(mode)), mode)


def test_add_special_tokens(pair):
    assert_same_ids(*pair, list(drawn("special"))[:30], "parse", add_special_tokens=True)


def is_comparable(reference, text):
    """Whether the reference's offsets mean anything: no normalizer changes the text, and no byte is left out.

    Where it leaves out bytes that have no entry, all its offsets behind them are too small.
    """
    for form in re.findall("NFK?[CD]", json.dumps(reference.file["normalizer"])):
        if unicodedata.normalize(form, text) != text:
            return False
    model = reference.file["model"]
    return model["unk_token"] is not None or all(TO_ALPHABET[byte] in model["vocab"] for byte in text.encode())


def test_offsets(pair):
    assert_same_offsets(*pair, drawn("offsets"), comparable=lambda text: is_comparable(pair[1], text))


def test_streams(pair):
    assert_same_streams(pair[0], [text.encode() for text in drawn("streams")][:150], "parse")


def test_decode(pair):
    tokenizer, reference = pair
    ids = sorted(reference.parse.get_vocab().values())
    r = random.Random("decode")
    for _ in range(_COUNT):
        some = [r.choice(ids) for _ in range(r.randint(1, 6))]
        for skip in (False, True):
            assert tokenizer.decode(some, skip_special_tokens=skip) == \
                reference.decode(some, skip_special_tokens=skip), (some, skip)


@pytest.mark.parametrize("parts, place", REFUSED.values(), ids=REFUSED)
def test_refused(parts, place, tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_text(tokenizer_json(**parts), encoding="utf-8")
    with pytest.raises(polyglyph.Error, match=place) as raised:
        polyglyph.Tokenizer.from_file(path)
    assert raised.value.code == "unsupported"
    assert path.name in str(raised.value)
