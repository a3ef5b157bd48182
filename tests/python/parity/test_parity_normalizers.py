"""Every normalizer of tokenizer.json, alone and in sequences, against the reference: ids, offsets and streams.

The model has the 256 byte tokens alone, so the ids spell the normalized text.
"""
import json
import os
import random

import charsmaps
import polyglyph
import pytest
import tokenizers
from compare import assert_same_ids, assert_same_offsets, assert_same_streams
from references import LEAN, HuggingFaceReference

_COUNT = 20_000 if os.environ.get("POLYGLYPH_LONG_TESTS") else 600


def replace(pattern, content, kind="String"):
    return {"type": "Replace", "pattern": {kind: pattern}, "content": content}


def bert(clean=False, chinese=False, accents=False, lowercase=False):
    return {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": chinese, "strip_accents": accents,
            "lowercase": lowercase}


def strip(left, right):
    return {"type": "Strip", "strip_left": left, "strip_right": right}


def sequence(*steps):
    return {"type": "Sequence", "normalizers": list(steps)}


def plain(name):
    return {"type": name}


_PREPEND = {"type": "Prepend", "prepend": "\u2581"}
_SPACES = replace(" ", "\u2581")

# One character at a time, so that every scalar value tells all there is to know.
CHARACTERS = {
    "lowercase": plain("Lowercase"),
    "strip accents": plain("StripAccents"),
    "nmt": plain("Nmt"),
    "byte level": plain("ByteLevel"),
    "bert clean": bert(clean=True),
    "bert chinese": bert(chinese=True),
    "bert accents": bert(accents=True),
    "bert lowercase": bert(lowercase=True),
}

NORMALIZERS = {
    **CHARACTERS,
    "bert cased": bert(clean=True, chinese=True),
    "bert uncased": bert(clean=True, chinese=True, accents=None, lowercase=True),
    "strip": strip(True, True),
    "strip left": strip(True, False),
    "strip right": strip(False, True),
    "strip nothing": strip(False, False),
    "prepend": _PREPEND,
    "prepend several": {"type": "Prepend", "prepend": "a\u0301b"},
    "prepend nothing": {"type": "Prepend", "prepend": ""},
    "replace": _SPACES,
    "replace two": replace("``", '"'),
    "replace by nothing": replace("a", ""),
    "replace overlapping": replace("aba", "c\u4e2d"),
    "replace regex": replace(r"\s+", " ", "Regex"),
    "replace regex, long": replace(r"[ab]{2,}\p{N}?", "\u4e2d\u4e2d", "Regex"),
    "replace, restarting": replace("aab", "c"),
    "replace regex, at ends": replace(r"^\s+|^a|\s+\z|\Ab", "c", "Regex"),
    "prepend, regex at the end": sequence(plain("NFKD"), _PREPEND, replace(r"\x{2581}\z", "b", "Regex")),
    "replace regex by nothing": replace(r"\p{M}|c+", "", "Regex"),
    "llama": sequence(_PREPEND, _SPACES),
    "prepend, strip": sequence(_PREPEND, strip(True, True)),
    "strip, prepend": sequence(strip(True, True), _PREPEND),
    "forms and lowercase": sequence(plain("NFKD"), plain("StripAccents"), plain("Lowercase"), plain("NFC")),
    "spaces, then strip": sequence(replace(r"\s{2,}", " ", "Regex"), strip(True, False), _PREPEND, _SPACES),
    "albert": sequence(replace("``", '"'), replace("''", '"'), plain("NFKD"), plain("StripAccents"), plain("Lowercase")),
    "clip": sequence(plain("NFC"), replace(r"\s+", " ", "Regex"), plain("Lowercase")),
    "everything": sequence(plain("Nmt"), bert(True, True, None, True), plain("NFD"), replace("e\u0301", "E"), strip(True, True)),
    "precompiled nmt_nfkc": charsmaps.precompiled(charsmaps.of_rule("nmt_nfkc")),
    "precompiled nfkc_cf": charsmaps.precompiled(charsmaps.of_rule("nfkc_cf")),
    "precompiled, spaces": sequence(charsmaps.precompiled(charsmaps.of_rule("nmt_nfkc")), replace(r" {2,}", " ", "Regex")),
    **{f"precompiled {seed}": charsmaps.precompiled(charsmaps.drawn(seed)) for seed in range(6)},
    "nested": sequence(sequence(), sequence(plain("NFC"), sequence(plain("Lowercase")))),
    "empty": sequence(),
}

# See docs/parity.md, "What differs, knowingly". Texts that normal forms change are in no test of offsets, either.
OTHER_SPANS = {"prepend, strip", "prepend nothing", "everything", *(name for name in NORMALIZERS if "precompiled" in name)}

_SYMBOLS = ["a", "b", "c", "ab", "aba", "A", "B", " ", " ", "  ", "\n", "\t", "\u3000", "\u00a0", "e\u0301", "\u00e9", "E", "\u0301", "\u0323", "\u4e2d", "\u4e2d\u6587",
            "\u0130", "\u03a3", "\u1e9e", "\u01c5", "`", "``", "''", "1", "\u0664", "\u2581", "\ufb01", "\u200b", "\x00", "\x01", "\ufffd", "\u0085", "\u1680", "\ufeff",
            "\U0001f600", "\U0001e922", "<|c|>", "wow", "\uac00", "\u1100\u1161", *charsmaps.CHARACTERS]


# For sequences drawn at random.
_TEXTS = [" ", "a", "ab", "aba", "  ", "\u2581", "\u4e2d", "e\u0301", "\u0301", "A", "``", ".", "(", "\\", "$1", "\n", "\u0120"]
_PATTERNS = [r"\s+", r" {2,}", r"^\s+", r"\s+$", r"[\r\n]+", r"^a", r"^ab|b", r"a$", r"\Aa", r"a\z", r"\p{M}+", r"[^a]", r"a|ab",
             r"ab|a", r"(?i)a", r"(a)(b)", r"\p{Han}", r".", r"[\s\S]", r"[a-c]{2}", r"(?:aba)+", r"a+?", r"\w+", r"a.b",
             r"\s+(?!\S)", r"'+"]


def drawn_step(r):
    kind = r.randrange(14)
    if kind < 7:
        return plain(r.choice(["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel"]))
    if kind == 7:
        return bert(r.random() < .5, r.random() < .5, r.choice([None, True, False]), r.random() < .5)
    if kind == 8:
        return strip(r.random() < .6, r.random() < .6)
    if kind == 9:
        return {"type": "Prepend", "prepend": r.choice(_TEXTS)}
    if kind < 12:
        return replace(r.choice(_TEXTS), r.choice(["", *_TEXTS]))
    return replace(r.choice(_PATTERNS), r.choice(["", *_TEXTS]), "Regex")


def content_of(normalizer):
    vocab = {f"<0x{byte:02X}>": byte for byte in range(256)}
    added = [{"id": 256 + i, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
              "normalized": normalized, "special": not normalized}
             for i, (content, normalized) in enumerate([("<|c|>", False), ("wow", True)])]
    return json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": normalizer,
        "pre_tokenizer": None, "post_processor": None, "decoder": None,
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": True, "vocab": vocab, "merges": []}})


def pair_of(normalizer, path):
    content = content_of(normalizer)
    path.write_text(content, encoding="utf-8")
    return polyglyph.Tokenizer.from_file(path), HuggingFaceReference(content, lambda token: token["special"])


@pytest.fixture(scope="module", params=NORMALIZERS)
def pair(request, tmp_path_factory):
    return pair_of(NORMALIZERS[request.param], tmp_path_factory.mktemp("normalizer") / "tokenizer.json")


def drawn(seed, count=_COUNT):
    r = random.Random(seed)
    return ["", " ", *("".join(r.choice(_SYMBOLS) for _ in range(r.randint(1, 9))) for _ in range(count))]


@pytest.mark.parametrize("name", CHARACTERS)
def test_every_scalar(name, tmp_path):
    pair = pair_of(CHARACTERS[name], tmp_path / "tokenizer.json")
    characters = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    texts = ["".join(f"a{c}b {c} {c}\u0301" for c in characters[i:i + 16]) for i in range(0, len(characters), 16)]
    assert_same_ids(*pair, texts)


def test_every_scalar_in_clusters(tmp_path):
    """Each character behind a letter and before one, where rules for both would see whether they are one cluster."""
    pair = pair_of(charsmaps.precompiled(charsmaps.of_rule("nmt_nfkc")), tmp_path / "tokenizer.json")
    letters = pair_of(charsmaps.precompiled(charsmaps.compiled({"a": "x", "\u0915": "y", "\u1100": "z"})), tmp_path / "b.json")
    characters = [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    texts = ["".join(f"a{c}b {c}a{c}\u0301\u0915{c}\u0915 \u1100{c}\u1100" for c in characters[i:i + 16])
             for i in range(0, len(characters), 16)]
    assert_same_ids(*pair, texts)
    assert_same_ids(*letters, texts)


@pytest.mark.parametrize("name", ["strip", "strip left", "prepend", "prepend, strip", "bert uncased", "clip", "everything"])
def test_every_scalar_at_the_ends(name, tmp_path):
    # Up to here are all characters that are white space, and all kinds of others.
    pair = pair_of(NORMALIZERS[name], tmp_path / "tokenizer.json")
    assert_same_ids(*pair, [text for c in map(chr, range(0x3100)) for text in (c, f"{c}a {c}")])


@pytest.mark.parametrize("seed", range(3_000 if os.environ.get("POLYGLYPH_LONG_TESTS") else 60))
def test_drawn_sequences(seed, tmp_path):
    r = random.Random(seed)
    pair = None
    while pair is None or not pair[1].normalize("wow"):  # the reference panics where nothing is left of an added token
        pair = pair_of(sequence(*[drawn_step(r) for _ in range(r.randint(2, 4))]), tmp_path / "tokenizer.json")
    assert_same_ids(*pair, drawn(seed, 60), "parse")
    assert_same_streams(pair[0], [text.encode() for text in drawn(seed, 12)], "parse")


@pytest.mark.parametrize("mode", ["text", "parse"])
def test_ids(pair, mode):
    assert_same_ids(*pair, drawn(mode), mode)


def test_long_text(pair):
    r = random.Random("long")
    assert_same_ids(*pair, ["".join(r.choice(_SYMBOLS) for _ in range(2_000)), " " * 3_000, "ab" * 2_000, LEAN[:3_000]])


@pytest.mark.parametrize("name", sorted(NORMALIZERS.keys() - OTHER_SPANS))
def test_offsets(name, tmp_path):
    tokenizer, reference = pair_of(NORMALIZERS[name], tmp_path / "tokenizer.json")

    forms = [getattr(tokenizers.normalizers, form)() for form in ("NFC", "NFKD")]

    def comparable(text):
        return all(form.normalize_str(text) == text for form in forms)

    assert_same_offsets(tokenizer, reference, drawn("offsets"), comparable=comparable)


def test_streams(pair):
    texts = [text.encode() for text in drawn("streams", 60)]
    broken = [text[:len(text) // 2] + b"\xe4\xb8" + text[len(text) // 2:] for text in texts]
    assert_same_streams(pair[0], texts + broken, "parse")


REFUSED = {
    "unknown": (plain("Whisper"), "normalizer"),
    "a field that nobody reads": ({"type": "NFC", "strength": 3}, "normalizer"),
    "a replacement of nothing known": ({"type": "Replace", "pattern": {"Glob": "*"}, "content": ""}, "pattern"),
    "an empty pattern": (replace("", "x"), "pattern"),
    "a pattern that matches the empty text": (replace(r"a*", "b", "Regex"), "normalizer"),
    "an option missing": ({"type": "Strip", "strip_left": True}, "strip_right"),
    "a step of a sequence": (sequence(plain("NFC"), plain("Whisper")), r"normalizers\[1\]"),
}


@pytest.mark.parametrize("normalizer, place", REFUSED.values(), ids=REFUSED)
def test_refused(normalizer, place, tmp_path):
    with pytest.raises(polyglyph.Error, match=place):
        pair_of(normalizer, tmp_path / "tokenizer.json")
