"""Small SentencePiece models: written field by field, for what a trainer would never make, and trained on the samples."""
import functools
import io
import itertools
import random
import struct

import sentencepiece
from references import LEAN, ROOT

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = range(1, 7)
MODEL_TYPES = {"unigram": 1, "bpe": 2, "word": 3, "char": 4}

# Field numbers of sentencepiece_model.proto.
_TRAINER = {"model_type": 3, "treat_whitespace_as_suffix": 24, "byte_fallback": 35, "unk_surface": 44, "bos_piece": 46,
            "eos_piece": 47, "pad_piece": 48}
_NORMALIZER = {"precompiled_charsmap": 2, "add_dummy_prefix": 3, "remove_extra_whitespaces": 4, "escape_whitespaces": 5}


def _varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def field(number, value):
    if isinstance(value, float):
        return _varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(raw)) + raw


def fields_of(content):
    """(number, value) for each field of a message; strings and messages as bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = content[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(content):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
            continue
        size = varint() if key & 7 == 2 else 4
        yield key >> 3, content[at:at + size]
        at += size


def charsmap_of(content):
    """The precompiled_charsmap of a .model file."""
    normalizer = next(value for number, value in fields_of(content) if number == 3)
    return next(value for number, value in fields_of(normalizer) if number == _NORMALIZER["precompiled_charsmap"])


def message(fields, values):
    return b"".join(field(fields[name], value) for name, value in values.items())


def piece(name, score=0.0, kind=NORMAL):
    return field(1, field(1, name) + field(2, float(score)) + (field(3, kind) if kind != NORMAL else b""))


def model(pieces, trainer, normalizer):
    """The content of a .model file. `pieces`: (name, score, type)."""
    return b"".join(piece(*p) for p in pieces) + field(2, message(_TRAINER, trainer)) + \
        field(3, message(_NORMALIZER, normalizer))


_LETTERS = ["a", "b", "c", "\u00e9", "\u4e2d", "\u2581"]


def drawn_model(seed, kind, byte_fallback=False, **normalizer):
    """Pieces drawn at random, with scores that tie, of every type."""
    r = random.Random(f"{seed} {kind} {byte_fallback}")
    words = ["".join(r.choice(_LETTERS) for _ in range(r.randint(2, 5))) for _ in range(40)]
    names = dict.fromkeys(r.sample(_LETTERS, r.randint(2, 6)) + words + ["<0x41", "41>", "<", "ab", "\u2581a", "\u2581\u2581"])
    pieces = [("<unk>", 0, UNKNOWN), ("<s>", 0, CONTROL), ("</s>", 0, CONTROL), ("<|c|>", -1, CONTROL)]
    for name in names:
        roll = r.random()
        type_ = USER_DEFINED if roll < 0.1 else UNUSED if roll < 0.25 else NORMAL
        pieces.append((name, -r.randrange(12) / 4, type_))
    if byte_fallback:
        pieces += [(f"<0x{byte:02X}>", 0, BYTE) for byte in range(256)]
    r.shuffle(pieces)
    trainer = {"model_type": MODEL_TYPES[kind], "byte_fallback": int(byte_fallback),
               "treat_whitespace_as_suffix": r.randrange(2)}
    if r.random() < 0.3:
        trainer["unk_surface"] = r.choice(["", "?", "\u2581?\u2581"])
    options = {"add_dummy_prefix": r.randrange(2), "remove_extra_whitespaces": r.randrange(2),
               "escape_whitespaces": int(r.random() < 0.8)}
    return model(pieces, trainer, {**options, **normalizer})


@functools.cache
def _lines():
    lines = [line for name in ("en", "de", "ja", "zh", "ru", "hi", "ar", "th", "ko", "vi")
             for line in (ROOT / "samples" / f"{name}.txt").read_text(encoding="utf-8").splitlines()[:25]]
    return lines + LEAN.splitlines()[:60]


_RULES = {
    "nmt_nfkc": {"normalization_rule_name": "nmt_nfkc"},
    "nfkc_cf": {"normalization_rule_name": "nfkc_cf"},
    "identity": {"normalization_rule_name": "identity"},
    "no dummy prefix": {"normalization_rule_name": "nmt_nfkc_cf", "add_dummy_prefix": False},
    "spaces kept": {"normalization_rule_name": "identity", "remove_extra_whitespaces": False},
    "neither": {"normalization_rule_name": "nfkc", "remove_extra_whitespaces": False, "add_dummy_prefix": False},
}
_EXTRAS = {
    "plain": {},
    "byte fallback": {"byte_fallback": True},
    "symbols": {"user_defined_symbols": ["<x>", "ab", "\u306e", "1", "<x>y", "  "], "control_symbols": ["<c>", "<pad>"]},
    "suffix": {"treat_whitespace_as_suffix": True},
    "all": {"byte_fallback": True, "user_defined_symbols": ["<x>", "the "], "treat_whitespace_as_suffix": True},
}
# Every rule and every extra with every type, but not all of each other.
TRAINED = {f"{kind}, {rule}, {extra}": (kind, rule, extra)
           for kind, (i, rule), (j, extra) in itertools.product(MODEL_TYPES, enumerate(_RULES), enumerate(_EXTRAS))
           if (i + j) % 3 == MODEL_TYPES[kind] % 3}


@functools.cache
def trained_model(name):
    kind, rule, extra = TRAINED[name]
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_lines()), model_writer=written, model_type=kind, hard_vocab_limit=False,
        vocab_size=1200 if kind != "char" else 4000, character_coverage=0.98, minloglevel=2, num_threads=1,
        **_RULES[rule], **_EXTRAS[extra])
    return written.getvalue()
