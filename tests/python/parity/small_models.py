"""Small tokenizer.json files with models other than BPE, and what may stand around them."""
import itertools
import random

from references import TO_ALPHABET, dump_json, number

_LETTERS = ["a", "b", "c", "\u00e9", "\u4e2d", "\u2581", "A"]
_WORDS = ["ab", "abc", "bab", "aa", "aaa", "\u2581a", "\u2581ab", "\u2581\u2581", "\u00e9\u00e9", "\u4e2d\u4e2d", "a\u4e2d", "e\u0301", "12", "1", ",",
          "<0x41>", "ab<", "\U0001f600", "'s"]


def _score(r, kind):
    if kind == "ties":
        return number(-r.randrange(24) / 4)
    if kind == "long":  # decimals whose nearest double is not what the reference reads
        return number(f"-{r.randrange(14)}.{r.randrange(10**17):017d}")
    return number(f"-{r.choice((1, 2, 3))}.1")  # equal ones whose sums round


def unigram(seed, scores="ties", byte_fallback=None, byte_tokens=256, duplicates=False, unk_id=0, **settings):
    r = random.Random(seed)
    tokens = [*r.sample(_LETTERS, r.randint(2, len(_LETTERS))), *r.sample(_WORDS, r.randint(6, len(_WORDS)))]
    tokens += ["".join(r.choice(_LETTERS) for _ in range(r.randint(2, 4))) for _ in range(6)]
    if not duplicates:
        tokens = list(dict.fromkeys(tokens))
    else:
        tokens += ["", "ab", "a", "ab"]
    if byte_fallback is not None:
        tokens = [*tokens, *(f"<0x{byte:02X}>" for byte in range(byte_tokens) if f"<0x{byte:02X}>" not in tokens)]
    tokens.insert(unk_id, "<unk>")
    model = {"type": "Unigram", "unk_id": unk_id, "vocab": [[token, _score(r, scores)] for token in tokens]}
    if byte_fallback is not None:
        model["byte_fallback"] = byte_fallback
    return {**model, **settings}


def byte_level_unigram(seed):
    """Without an unknown token: each byte has an entry."""
    r = random.Random(seed)
    tokens = [*TO_ALPHABET.values(), "ab", "abc", "\u0120a", "\u0120ab", "\u0120\u0120", "\u00c3\u00a9", "\u00e4\u00b8\u0143"]
    return {"type": "Unigram", "unk_id": None, "vocab": [[token, _score(r, "ties")] for token in tokens]}


def wordpiece(seed, prefix="##", most=100, typed=True):
    r = random.Random(seed)
    tokens = ["[UNK]", "[CLS]", "[SEP]", *r.sample(_LETTERS, 5), *r.sample(_WORDS, 14)]
    tokens += [prefix + token for token in r.sample(_LETTERS, 4) + r.sample(_WORDS, 12)]
    ids = {token: i + 100 * (i > 10) for i, token in enumerate(dict.fromkeys([*tokens, "", prefix]))}  # with a gap
    model = {"unk_token": "[UNK]", "continuing_subword_prefix": prefix, "max_input_chars_per_word": most, "vocab": ids}
    return {"type": "WordPiece", **model} if typed else model


def wordlevel(typed=True):
    ids = {token: i for i, token in enumerate(dict.fromkeys(["a", "ab", "<unk>", *_WORDS, *_LETTERS, ""]))}
    model = {"unk_token": "<unk>", "vocab": ids}
    return {"type": "WordLevel", **model} if typed else model


def names(model):
    """name -> id, as the reference looks it up."""
    vocab = model["vocab"]
    return dict(vocab) if isinstance(vocab, dict) else {entry[0]: i for i, entry in enumerate(vocab)}


def added(content, **flags):
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
            "special": False, **flags}


def tokenizer_json(model, added_tokens=(), **sections):
    ids, size = names(model), len(model["vocab"])
    tokens = []
    for token in added_tokens:
        if token["content"] not in ids:
            ids[token["content"]], size = size, size + 1
        tokens.append({**token, "id": ids[token["content"]]})
    return dump_json({"version": "1.0", "truncation": None, "padding": None, "added_tokens": tokens, "normalizer": None,
                      "pre_tokenizer": None, "post_processor": None, "decoder": None, **sections, "model": model})


_METASPACE = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}
_BYTE_LEVEL = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": True}
_WORDPIECE = {"type": "WordPiece", "prefix": "##", "cleanup": True}
_FALLBACK = {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]}

AROUND = {
    "nothing": {},
    "metaspace": {"pre_tokenizer": _METASPACE, "decoder": _METASPACE},
    "metaspace, not split": {"pre_tokenizer": {**_METASPACE, "split": False}, "decoder": _METASPACE},
    "bert": {"pre_tokenizer": {"type": "BertPreTokenizer"}, "decoder": _WORDPIECE},
    "whitespace": {"pre_tokenizer": {"type": "Whitespace"}, "decoder": _FALLBACK},
    "byte level": {"pre_tokenizer": _BYTE_LEVEL, "decoder": _BYTE_LEVEL},
}


def _models():
    for seed, scores in itertools.product(range(3), ("ties", "long", "sums")):
        yield f"unigram {seed} {scores}", unigram(f"{seed} {scores}", scores)
    for count in (256, 0xE4):
        yield f"unigram with {count} byte tokens", unigram("bytes", byte_fallback=True, byte_tokens=count)
    yield "unigram, byte fallback off", unigram("off", byte_fallback=False)
    yield "unigram, tokens twice", unigram("twice", duplicates=True)
    yield "unigram, unknown last but one", unigram("last", unk_id=5)
    untyped = unigram("untyped")
    del untyped["type"]
    yield "unigram untyped", untyped
    for seed, prefix, most in itertools.product(range(2), ("##", "", "a"), (100, 3)):
        yield f"wordpiece {seed} {prefix} {most}", wordpiece(f"{seed}", prefix, most)
    yield "wordpiece untyped", wordpiece("untyped", typed=False)
    yield "wordlevel", wordlevel()
    yield "wordlevel untyped", wordlevel(typed=False)


_ADDED = {
    "unigram": [added("<unk>", special=True), added("<|c|>", special=True), added("ab", lstrip=True)],
    "wordpiece": [added("[UNK]", special=True), added("[CLS]", special=True), added("<|c|>"), added("ab", single_word=True)],
    "wordlevel": [added("<unk>", special=True), added("<|c|>")],
}


def _files():
    for number, (name, model) in enumerate(_models()):
        for around, sections in AROUND.items():
            # Added tokens in every other file.
            tokens = _ADDED[name.split()[0].rstrip(",")] if (number + len(around)) % 2 else []
            yield f"{name}, {around}", tokenizer_json(model, tokens, **sections)
    yield "unigram of bytes", tokenizer_json(byte_level_unigram(1), **AROUND["byte level"])


FILES = dict(_files())

# Models that the reference would fail on sooner or later, or that mean nothing: what the error names.
REFUSED = {
    "unigram without an unknown token": (unigram("x", unk_id=0) | {"unk_id": None}, "model.*unk_id"),
    "unigram with an unknown id of no entry": (unigram("x") | {"unk_id": 1000}, r"model\.unk_id"),
    "unigram score missing": ({"type": "Unigram", "unk_id": 0, "vocab": [["a"]]}, r"model\.vocab\[0\]"),
    "unigram score no number": ({"type": "Unigram", "unk_id": 0, "vocab": [["a", "0"]]}, r"model\.vocab\[0\]"),
    "unigram entry of three": ({"type": "Unigram", "unk_id": 0, "vocab": [["a", 0, 1]]}, r"model\.vocab\[0\]"),
    "unigram score out of range": ({"type": "Unigram", "unk_id": 0, "vocab": [["a", number("1e309")]]}, "tokenizer.json"),
    "unigram without entries": ({"type": "Unigram", "unk_id": 0, "vocab": []}, r"model\.vocab"),
    "unigram entry of a megabyte": ({"type": "Unigram", "unk_id": 0, "vocab": [["u", 0], ["a" * 2**20, 0]]}, "entry 1"),
    "wordpiece without its unknown token": (wordpiece("x") | {"unk_token": "[unk]"}, r"model\.unk_token"),
    "wordpiece without a prefix": ({"type": "WordPiece", "unk_token": "a", "max_input_chars_per_word": 1,
                                    "vocab": {"a": 0}}, "model.*continuing_subword_prefix"),
    "wordlevel without its unknown token": (wordlevel() | {"unk_token": "[unk]"}, r"model\.unk_token"),
    "untyped, of no kind": ({"vocab": {"a": 0}}, "model.*type"),
    "two names of one id": ({"type": "WordLevel", "unk_token": "a", "vocab": {"a": 0, "b": 0}}, r"model\.vocab"),
}
