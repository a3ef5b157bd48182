"""Byte-pair encoding over characters: random small models with every option, against the reference."""
import json
import os
import random

import polyglyph
import pytest
import tokenizers
from compare import assert_holds, encode_all
from files import byte_level

_COUNT = 3_000 if os.environ.get("POLYGLYPH_LONG_TESTS") else 150
_LETTERS = ["a", "b", " ", "\u2581", "\u00e9", "\u4e2d", "\U0001f600"]
_ALPHABET = [*_LETTERS, "x", "\u0436", "\ufffd", "\u0301", "##", "<u>", "<0x78>", "\U00010d4a"]


def random_model(r):
    """A model that the reference accepts: entries in random order, merges of what was made before."""
    prefix = r.choice(["", "", "", "##", "\u00e9", "a"])
    suffix = r.choice(["", "", "", "</w>", "b"])
    names, merges = [], []

    def add(name):
        if name not in names:
            names.append(name)

    made = [prefix * r.randint(0, 1) + letter + suffix * r.randint(0, 1) for letter in _LETTERS * 3]
    for name in made:
        if r.random() < 0.9:
            add(name)
    spelled_as_pairs = r.random() < 0.5
    for _ in range(r.randint(0, 24)):
        left, right = r.choice(made), r.choice(made)
        if not right.startswith(prefix) or len(right) == len(prefix):
            continue
        if not spelled_as_pairs and " " in left + right:
            continue
        for name in (left, right, left + right[len(prefix):]):
            add(name)
        merges.append([left, right])
        made.append(left + right[len(prefix):])
    unknown = r.choice([None, "<u>", "<u>", "a"])
    if unknown:
        add(unknown)
    fallback = r.random() < 0.5
    if fallback:
        some = r.choice([range(256), range(128, 256), "x\u0436".encode(), "\u0436\U00010d4a".encode()])
        for byte in some:
            add(f"<0x{byte:02X}>")
        if r.random() < 0.1:  # a byte's token that merges
            merges.append([names[-1], prefix + "a"])
            add(prefix + "a")
            add(names[names.index(merges[-1][0])] + "a")
    if r.random() < 0.2:
        r.shuffle(merges)
    if r.random() < 0.2 and merges:
        merges.append(r.choice(merges))
    r.shuffle(names)
    return {"type": "BPE", "dropout": None, "unk_token": unknown, "continuing_subword_prefix": prefix or None,
            "end_of_word_suffix": suffix or None, "fuse_unk": r.random() < 0.5, "byte_fallback": fallback,
            "ignore_merges": r.random() < 0.2, "vocab": {name: i for i, name in enumerate(names)},
            "merges": merges if spelled_as_pairs else [" ".join(pair) for pair in merges]}


def random_texts(r, model):
    names = list(model["vocab"])
    for _ in range(_COUNT):
        yield "".join(r.choice(_ALPHABET if r.random() < 0.7 else names) for _ in range(r.randint(1, 9)))
    for _ in range(3):
        yield "".join(r.choice(_LETTERS if r.random() < 0.9 else _ALPHABET) for _ in range(300))


def pair_of(model, directory):
    content = json.dumps({"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
                          "pre_tokenizer": None, "post_processor": None, "decoder": byte_level(), "model": model})
    path = directory / "tokenizer.json"
    path.write_text(content, encoding="utf-8")
    return polyglyph.Tokenizer.from_file(path), tokenizers.Tokenizer.from_str(content)


@pytest.mark.parametrize("seed", range(_COUNT))
def test_random_models(seed, tmp_path):
    r = random.Random(seed)
    model = random_model(r)
    ours, theirs = pair_of(model, tmp_path)
    texts = list(random_texts(r, model))
    expected = theirs.encode_batch(texts)
    ids = encode_all(ours, texts)
    for text, mine, right in zip(texts, ids, expected):
        assert mine == right.ids, (ascii(text), mine, right.ids, model)

    # Where a character is left out, the reference counts as if it had not been there; and with affixes the bytes of a
    # character take more places than it has.
    if model["unk_token"] is None or model["continuing_subword_prefix"] or model["end_of_word_suffix"]:
        return

    def spans(text):
        return [tuple(span) for span in ours.encode_with_offsets(text, unit="bytes").offsets.tolist()]

    def expected_spans(text):
        # The reference widens a byte to its character; in bytes, ours are exact.
        starts = [0]
        for c in text:
            starts.append(starts[-1] + len(c.encode()))
        return [(starts[b], starts[e]) for b, e in theirs.encode(text).offsets]

    def differs(text):
        return any(not (b <= mb and me <= e) for (mb, me), (b, e) in zip(spans(text), expected_spans(text), strict=True))

    assert_holds(texts[:30], differs, lambda text: f"  reference {expected_spans(text)}\n  polyglyph {spans(text)}")
