"""SentencePiece models: those that nobody would train, and trained ones with every option, against the reference."""
import os
import random

import polyglyph
import pytest
import sentencepiece
import sentencepiece_models as models
import texts
from compare import assert_holds, assert_same_ids, assert_same_streams
from references import LEAN, ROOT, SentencePieceReference

_LONG = bool(os.environ.get("POLYGLYPH_LONG_TESTS"))
_COUNT = 5_000 if _LONG else 250
_SEEDS = 60 if _LONG else 5

_SYMBOLS = ["a", "b", "c", "\u00e9", "\u4e2d", "\u2581", " ", " ", "  ", "x", "ab", "<0x41>", "<s>", "<unk>", "<|c|>", "<x>", "the ",
            "\u3000", "\u00a0", "\n", "\t", "\x00", "\x01", "e\u0301", "\u0301", "\uff21", "\ufb01", "\u00bd", "\uff71\uff9e", "\u0e33", "\u200b", "\ufffd",
            "\U0001f600", "\U0001f468\u200d\U0001f469", "1", "\u306e"]
_BYTES = [b"a", b" ", b"\xe4", b"\xb8", b"\xad", b"\xff", b"\xc0", b"\x80", b"\xf0", b"\x9f", b"\x98", b"\xed\xa0", b"\xef\xbf\xbd",
          b"\xe2\x96\x81", b"\xf4\x90", "\uff21".encode()]

DRAWN = {f"{kind} {seed}{', bytes' if byte_fallback else ''}": (seed, kind, byte_fallback)
         for kind in models.MODEL_TYPES for byte_fallback in (False, True) for seed in range(_SEEDS)}


def drawn(seed, count=_COUNT):
    r = random.Random(seed)
    return ["", *("".join(r.choice(_SYMBOLS) for _ in range(r.randint(1, 9))) for _ in range(count))]


def drawn_bytes(seed, count=_COUNT):
    r = random.Random(seed)
    return [b"".join(r.choice(_BYTES) for _ in range(r.randint(1, 7))) for _ in range(count)]


def load(content, path):
    path.write_bytes(content)
    return polyglyph.Tokenizer.from_file(path)


@pytest.fixture(scope="module", params=[*DRAWN, *models.TRAINED])
def pair(request, tmp_path_factory):
    name = request.param
    content = models.drawn_model(*DRAWN[name]) if name in DRAWN else models.trained_model(name)
    return load(content, tmp_path_factory.mktemp("model") / "a.model"), SentencePieceReference(content)


@pytest.mark.parametrize("mode", ["text", "parse"])
def test_ids(pair, mode):
    assert_same_ids(*pair, drawn(mode), mode)


def test_bytes(pair):
    assert_same_ids(*pair, drawn_bytes("bytes"))


def test_long_text(pair):
    r = random.Random("long")
    assert_same_ids(*pair, ["".join(r.choice(_SYMBOLS) for _ in range(2_000)), "a" * 3_000, " " * 3_000, LEAN[:3_000]])


def test_offsets(pair):
    tokenizer, reference = pair

    def ours(text):
        encoding = tokenizer.encode_with_offsets(text, unit="chars" if isinstance(text, str) else "bytes")
        return encoding.ids.tolist(), [tuple(span) for span in encoding.offsets.tolist()]

    def theirs(text):
        return reference.encode_with_offsets([text])[0]

    assert_holds([*drawn("offsets"), *drawn_bytes("offsets")], lambda text: ours(text) != theirs(text),
                 lambda text: f"  reference {theirs(text)}\n  polyglyph {ours(text)}")


def test_streams(pair):
    assert_same_streams(pair[0], [*(text.encode() for text in drawn("streams", 25)), *drawn_bytes("streams", 25)])


def test_decode(pair):
    tokenizer, reference = pair
    r = random.Random("decode")
    size = len(reference.names)
    for _ in range(_COUNT):
        ids = [r.randrange(size if r.random() < 0.7 else min(size, 260)) for _ in range(r.randint(0, 8))]
        text = reference.decode(ids)
        assert tokenizer.decode(ids) == text, ids
        stream = tokenizer.decode_stream()
        assert "".join([*(stream.step(i) for i in ids), stream.finish()]) == text, ids


def test_names(pair):
    tokenizer, reference = pair
    assert tokenizer.vocab_size == len(reference.names)
    for i, name in enumerate(reference.names):
        assert tokenizer.id_to_token(i) == name
        assert tokenizer.token_to_id(name) == reference.processor.PieceToId(name) == i


_NFKC = {kind: next(name for name, (k, rule, _) in models.TRAINED.items() if k == kind and "nfkc" in rule)
         for kind in models.MODEL_TYPES}


@pytest.mark.parametrize("context", texts.SCALAR_CONTEXTS)
@pytest.mark.parametrize("kind", models.MODEL_TYPES)
def test_every_scalar(kind, context, tmp_path):
    content = models.trained_model(_NFKC[kind])
    # Two planes hold all but a few of the characters.
    assert_same_ids(load(content, tmp_path / "a.model"), SentencePieceReference(content),
                    texts.every_scalar(context, 0, 0x110000 if _LONG else 0x20000))


@pytest.mark.parametrize("kind", models.MODEL_TYPES)
def test_every_language(kind, tmp_path):
    content = models.trained_model(_NFKC[kind])
    samples = [path.read_bytes().decode() for path in sorted((ROOT / "samples").glob("*.txt"))]
    assert samples
    assert_same_ids(load(content, tmp_path / "a.model"), SentencePieceReference(content),
                    [*samples, *LEAN.splitlines(keepends=True), "".join(samples)])  # one whose sums round


@pytest.mark.parametrize("kind", models.MODEL_TYPES)
def test_hard_texts(kind, tmp_path):
    content = models.trained_model(_NFKC[kind])
    reference = SentencePieceReference(content)
    tokenizer = load(content, tmp_path / "a.model")
    for text_kind in texts.KINDS:
        for mode in ("text", "parse"):
            assert_same_ids(tokenizer, reference, texts.draw(text_kind, reference, 4 * _COUNT, "sentencepiece"), mode)


_UNK = ("<unk>", 0, models.UNKNOWN)
_ALL_BYTES = [(f"<0x{byte:02X}>", 0, models.BYTE) for byte in range(256)]

# Pieces and settings that the reference refuses, and what the error says.
REFUSED = {
    "no pieces": ([], {}, "no pieces"),
    "no unknown piece": ([("a", 0, models.NORMAL)], {}, "UNKNOWN"),
    "two unknown pieces": ([_UNK, ("<u>", 0, models.UNKNOWN)], {}, "second piece.*UNKNOWN"),
    "a piece twice": ([_UNK, ("a", 0, models.NORMAL), ("a", -1, models.UNUSED)], {}, "ids 1 and 2"),
    "a control piece twice": ([_UNK, ("a", 0, models.CONTROL), ("a", -1, models.CONTROL)], {}, "ids 1 and 2"),
    "an empty piece": ([_UNK, ("", 0, models.NORMAL)], {}, "no text"),
    "a zero byte": ([_UNK, ("a\0b", 0, models.NORMAL)], {}, "zero byte"),
    "a piece of 8000 bytes": ([_UNK, ("a" * 8000, 0, models.NORMAL)], {}, "8000"),
    "a byte piece without byte_fallback": ([_UNK, *_ALL_BYTES], {}, "byte_fallback is off"),
    "a byte piece that is none": ([_UNK, *_ALL_BYTES, ("<0x-1>", 0, models.BYTE)], {"byte_fallback": 1}, "<0x-1>"),
    "a byte piece missing": ([_UNK, *_ALL_BYTES[:-1]], {"byte_fallback": 1}, "<0xFF>"),
}


@pytest.mark.parametrize("pieces, trainer, message", REFUSED.values(), ids=REFUSED)
def test_refused(pieces, trainer, message, tmp_path):
    content = models.model(pieces, {"model_type": 2, **trainer}, {})
    with pytest.raises((RuntimeError, OSError)):
        sentencepiece.SentencePieceProcessor(model_proto=content)
    with pytest.raises(polyglyph.Error, match=message) as error:
        load(content, tmp_path / "a.model")
    assert "a.model: byte " in str(error.value)


def test_a_name_of_two_kinds(tmp_path):
    """Pieces of text and others have names of their own; text is the one, and its name the other."""
    content = models.model([_UNK, ("a", 0, models.CONTROL), ("a", -1, models.NORMAL), ("b", -1, models.NORMAL)],
                           {"model_type": 1}, {"add_dummy_prefix": 0})
    tokenizer, reference = load(content, tmp_path / "a.model"), SentencePieceReference(content)
    assert tokenizer.encode("ab") == reference.processor.EncodeAsIds("ab")
