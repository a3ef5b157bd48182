"""Every pretokenizer of tokenizer.json, alone and in sequences, against the reference: pieces, their spans, and streams.

The pieces are those that Tokenizer.trace shows. Streams are compared by ids, of a model that tells where pieces begin.
"""
import json
import os
import random

import polyglyph
import pytest
import tokenizers
from compare import assert_same_streams, shrink, spell

_COUNT = 10_000 if os.environ.get("POLYGLYPH_LONG_TESTS") else 400
_BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]


def plain(name, **options):
    return {"type": name, **options}


def split(pattern, behavior, kind="Regex", invert=False):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def metaspace(scheme, cut):
    return {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": scheme, "split": cut}


def byte_level(prefix, regex):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}


def sequence(*steps):
    return {"type": "Sequence", "pretokenizers": list(steps)}


# What decides by the kind of a character, so that every scalar value tells all there is to know.
CLASSES = {
    "bert": plain("BertPreTokenizer"),
    "whitespace": plain("Whitespace"),
    "whitespace split": plain("WhitespaceSplit"),
    "punctuation": plain("Punctuation", behavior="Isolated"),
    "scripts": plain("UnicodeScripts"),
    "digits": plain("Digits", individual_digits=False),
    "classes of a pattern": split(r"\p{L}+|\p{N}|\s+|\w", "Isolated"),
}

PRETOKENIZERS = {
    **CLASSES,
    "digits one by one": plain("Digits", individual_digits=True),
    "delimiter": plain("CharDelimiterSplit", delimiter="a"),
    "delimiter of three bytes": plain("CharDelimiterSplit", delimiter="\u4e2d"),
    "length 1": plain("FixedLength", length=1),
    "length 3": plain("FixedLength", length=3),
    **{f"punctuation {b}": plain("Punctuation", behavior=b) for b in _BEHAVIORS},
    **{f"text {b}{invert}": split("ab", b, "String", invert) for b in _BEHAVIORS for invert in (False, True)},
    **{f"pattern {b}{invert}": split(r"[ab]+|\s", b, "Regex", invert) for b in _BEHAVIORS for invert in (False, True)},
    **{f"metaspace {s} {cut}": metaspace(s, cut) for s in ("always", "first", "never") for cut in (True, False)},
    **{f"byte level {p} {r}": byte_level(p, r) for p in (True, False) for r in (True, False)},
    **{f"anchor {p}": split(p, "Isolated") for p in (r"^a", r"\Aab?", r"^\s|b", r"a$|b", r"^a|\s+(?!\S)")},
    "punctuation, then an anchor": sequence(plain("Punctuation", behavior="Isolated"), split("^a", "Isolated")),
    "whitespace, then digits": sequence(plain("WhitespaceSplit"), plain("Digits", individual_digits=True)),
    "punctuation, then metaspace": sequence(plain("Punctuation", behavior="Isolated"), metaspace("always", True)),
    "scripts, then length": sequence(plain("UnicodeScripts"), plain("FixedLength", length=2)),
    "split, then byte level": sequence(split(r"\p{N}{1,3}", "Isolated"), byte_level(True, False)),
    "nested": sequence(sequence(plain("Whitespace")), sequence(sequence(), split("b", "MergedWithNext", "String"))),
    "nothing": sequence(),
}

_SYMBOLS = ["a", "b", "c", "ab", "aab", "A", " ", " ", "  ", "\n", "\t", "\r\n", "\u3000", "\u00a0", "\u00e9", "e\u0301", "\u4e2d", "\u4e2d\u6587", "\u3042", "\u30ab", "\u30fc",
            "1", "12", "\u0664", "\u00b2", "\u2160", "!", ",", "'s", "'", "_", "\u2581", "\u2014", "\u20ac", "+", "\u0416", "\u05d0", "\u0e01", "\u200b", "\x00", "\ufffd", "\u0085", "\U0001f600"]


def load(pretokenizer, path):
    """Any two of a few characters merge, so that ids tell whether there is a cut between them."""
    letters = ["a", "b", "1", " ", "\u2581", "\u4e2d", "\u0120", "!"]
    pairs = [(left, right) for left in letters for right in letters]
    names = [f"<0x{byte:02X}>" for byte in range(256)] + letters + [left + right for left, right in pairs]
    content = json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
        "pre_tokenizer": pretokenizer, "post_processor": None, "decoder": None,
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": True,
                  "vocab": {name: i for i, name in enumerate(names)}, "merges": [list(pair) for pair in pairs]}})
    path.write_text(content, encoding="utf-8")
    return polyglyph.Tokenizer.from_file(path), tokenizers.Tokenizer.from_str(content)


def drawn(seed, count=_COUNT):
    r = random.Random(seed)
    return ["", " ", *("".join(r.choice(_SYMBOLS) for _ in range(r.randint(1, 10))) for _ in range(count))]


def pieces(tokenizer, text):
    raw = text.encode()
    starts = {}
    at = 0
    for i, c in enumerate(text):
        starts[at] = i
        at += len(c.encode())
    starts[len(raw)] = len(text)
    found = [piece for section in tokenizer.trace(text) for piece in section.pieces]
    return [(piece.bytes.decode(), (starts[piece.begin], starts[piece.end])) for piece in found]


def reference_pieces(reference, text):
    return [piece for piece in reference.pre_tokenizer.pre_tokenize_str(text) if piece[0]]


def assert_same_pieces(pair, texts):
    tokenizer, reference = pair

    def differ(text):
        return pieces(tokenizer, text) != reference_pieces(reference, text)

    for text in texts:
        if differ(text):
            small = shrink(text, differ)
            pytest.fail(f"{spell(small)}\n  reference {reference_pieces(reference, small)}\n"
                        f"  polyglyph {pieces(tokenizer, small)}", pytrace=False)


@pytest.fixture(scope="module", params=PRETOKENIZERS)
def pair(request, tmp_path_factory):
    return load(PRETOKENIZERS[request.param], tmp_path_factory.mktemp("pretokenizer") / "tokenizer.json")


@pytest.mark.parametrize("name", CLASSES)
def test_every_scalar(name, tmp_path):
    characters = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    texts = ["".join(f"a{c}{c}1{c} {c}!" for c in characters[i:i + 64]) for i in range(0, len(characters), 64)]
    assert_same_pieces(load(CLASSES[name], tmp_path / "tokenizer.json"), texts)


def test_pieces(pair):
    assert_same_pieces(pair, drawn("pieces"))


def test_long_text(pair):
    r = random.Random("long")
    assert_same_pieces(pair, ["".join(r.choice(_SYMBOLS) for _ in range(3_000))])


def test_ids(pair):
    tokenizer, reference = pair
    for text in drawn("ids"):
        assert tokenizer.encode(text) == reference.encode(text).ids, spell(text)


def test_streams(pair):
    assert_same_streams(pair[0], [text.encode() for text in drawn("streams", 40)])
