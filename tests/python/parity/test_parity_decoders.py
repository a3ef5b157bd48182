"""Every decoder of tokenizer.json, alone and in a row, on names that ask for its rules, against the reference.

The vocabulary is byte-level, with the names of other families as entries that no text reaches: decoding asks for names alone.
"""
import json
import os
import random

import polyglyph
import pytest
from compare import assert_holds
from files import added, byte_level, model
from references import HuggingFaceReference

_COUNT = 4_000 if os.environ.get("POLYGLYPH_LONG_TESTS") else 200

_BYTES = [f"<0x{b:02X}>" for b in (0x00, 0x0A, 0x20, 0x41, 0x7F, 0x80, 0x81, 0x96, 0xA0, 0xC3, 0xE2, 0xE4, 0xF0, 0x9F, 0x98, 0x80,
                                   0xFF)]
_NAMES = ["▁", "▁▁", "▁a", "a▁b", "b▁", "▁the", "a", "b", "aa", "aaa", "é", "中", "\U0001f600", " ", "  ", " a", "a ", "##", "##a",
          "##ing", "a##", "####", ".", " .", "?", "!", ",", "'", " ' ", "n't", " n't", "'m", " do not", "do", "not", "'s", "'ve", "'re", "</w>",
          "a</w>", "a</w>b", "</w></w>", "b</w></w>", "<pad>", "a<pad>b", "|", "a|b", "||", "-", "<0x", "41", ">", "<0x+1>", "<0x-1>",
          "<0xe2>", "<0xG1>", "<0x1>", "<0x041>", "<0x▁1>", "ab", "abab", "aba", "x", "xx", "\ufffd", "\u0301", "Ġa", "Ġ", "Ã", "©", "\n", "\t"]
_ADDED = [added("<s>", special=True), added("</s>", special=True), added(" <x> "), added("▁y"), added("Ã©", special=True),
          added("<0x42>"), added("<0xE4>", special=True), added("z\u0308")]


def kind(name, **fields):
    return {"type": name, **fields}


def chain(*steps):
    return kind("Sequence", decoders=list(steps))


def replace(pattern, content, regex=False):
    return kind("Replace", pattern={"Regex" if regex else "String": pattern}, content=content)


def strip(content=" ", start=0, stop=0):
    return kind("Strip", content=content, start=start, stop=stop)


def metaspace(scheme="always", replacement="▁", split=True):
    return kind("Metaspace", replacement=replacement, prepend_scheme=scheme, split=split)


def wordpiece(prefix="##", cleanup=True):
    return kind("WordPiece", prefix=prefix, cleanup=cleanup)


def ctc(pad="<pad>", delimiter="|", cleanup=True):
    return kind("CTC", pad_token=pad, word_delimiter_token=delimiter, cleanup=cleanup)


def bpe(suffix="</w>"):
    return kind("BPEDecoder", suffix=suffix)


FALLBACK, FUSE, LEVEL = kind("ByteFallback"), kind("Fuse"), byte_level()
SPACES = replace("▁", " ")

# What streams with it may differ from the whole in: nothing, or ill-formed runs of byte tokens.
CHAINS = {
    "none": None, "empty": chain(), "byte level": LEVEL, "fallback": FALLBACK, "fuse": FUSE,
    "llama 2": chain(SPACES, FALLBACK, FUSE, strip(start=1)), "gemma 3": chain(SPACES, FALLBACK, FUSE),
    "fallback after metaspace": chain(metaspace(), FALLBACK), "metaspace after fallback": chain(FALLBACK, metaspace()),
    "wordpiece after fallback": chain(FALLBACK, wordpiece()), "replaced names of bytes": chain(replace("▁", "0"), FALLBACK),
    "replaced to nothing": chain(replace("▁", ""), FALLBACK, FUSE), "fallback twice": chain(FALLBACK, FALLBACK),
    "fallback after fuse": chain(FUSE, FALLBACK), "level after fallback": chain(FALLBACK, LEVEL),
    "fallback after level": chain(LEVEL, FALLBACK), "level after fuse": chain(FUSE, LEVEL), "level after replace": chain(SPACES, LEVEL),
    "level, then strip": chain(LEVEL, strip("a", 2, 2)), "level, then replace": chain(LEVEL, replace("aa", "b")),
    "level, then regex": chain(LEVEL, replace("[ab]+", "-", True)), "level, then metaspace": chain(LEVEL, metaspace()),
    "level twice": chain(LEVEL, LEVEL), "level, then wordpiece": chain(LEVEL, wordpiece()),
    "level, then bpe": chain(LEVEL, bpe()), "level, then ctc": chain(LEVEL, ctc()),
    "fallback, fuse, replace": chain(FALLBACK, FUSE, replace("▁", " "), strip(start=3)),
    "fallback, fuse, strip twice": chain(FALLBACK, FUSE, strip("▁", 1), strip("a", 2)),
    "fallback, fuse, strip ends": chain(FALLBACK, FUSE, strip("a", 1, 2)),
    "fallback, regex": chain(FALLBACK, replace("é+", "e", True)),
    "metaspace fused": chain(FUSE, metaspace()), "metaspace, fuse, strip": chain(metaspace(), FUSE, strip(start=2)),
    "replace, metaspace": chain(replace("a", "▁"), metaspace("first")), "metaspace, wordpiece": chain(metaspace(), wordpiece()),
    "wordpiece, metaspace": chain(wordpiece(), metaspace("never")), "strip, wordpiece": chain(strip("#", 1, 0), wordpiece()),
    "bpe, wordpiece": chain(bpe(), wordpiece()), "ctc, wordpiece": chain(ctc(), wordpiece()), "ctc, bpe": chain(ctc("a"), bpe("b")),
    "bpe, ctc": chain(bpe(), ctc(" ")), "bpe fused": chain(FUSE, bpe()), "ctc fused": chain(FUSE, ctc()),
    "regex": replace("a+|[bx]", "<>", True), "regex anchors": replace("^a|b$", "c", True), "regex, fuse": chain(replace("▁a", "", True), FUSE),
    "nested": chain(chain(SPACES, chain(FALLBACK)), chain(), chain(FUSE, chain(strip(start=1)))),
    **{f"metaspace {scheme} {split}": metaspace(scheme, split=split) for scheme in ("always", "first", "never")
       for split in (True, False)},
    "metaspace of a": metaspace(replacement="a"), "old metaspace": kind("Metaspace", replacement="▁", add_prefix_space=True, str_rep="▁"),
    "metaspace of nothing said": kind("Metaspace", replacement="▁"),
    **{f"wordpiece {prefix!r} {cleanup}": wordpiece(prefix, cleanup) for prefix in ("##", "", "a", " ") for cleanup in (True, False)},
    **{f"ctc {pad!r} {delimiter!r} {cleanup}": ctc(pad, delimiter, cleanup) for pad in ("<pad>", "", "a") for delimiter in ("|", "", " ")
       for cleanup in (True, False)},
    **{f"bpe {suffix!r}": bpe(suffix) for suffix in ("</w>", "", "a", "ab", "▁")},
    **{f"strip {content!r} {start}": strip(content, start) for content in (" ", "a", "é") for start in (0, 1, 2)},
    **{f"replace {pattern!r} {content!r}": replace(pattern, content) for pattern in ("a", "", "ab", "aba", "aa", "é", "</w>", "##")
       for content in ("", "-", "aa")},
    **{f"fuse, replace {pattern!r}": chain(FUSE, replace(pattern, "-")) for pattern in ("a", "", "ab", "aba", "aab", "é▁", "</w>a")},
}  # fmt: skip


def write(path, decoder, **settings):
    content = model(extra=[*_BYTES, *_NAMES])
    content["vocab"] = {name: i for i, name in enumerate(content["vocab"])}  # some names are the alphabet's, too
    ids, tokens = dict(content["vocab"]), []
    for token in _ADDED:
        tokens.append({**token, "id": ids.setdefault(token["content"], len(ids))})
    text = json.dumps({"version": "1.0", "truncation": None, "padding": None, "added_tokens": tokens, "normalizer": None,
                       "pre_tokenizer": byte_level(), "post_processor": None, "decoder": decoder, "model": content, **settings},
                      ensure_ascii=False)
    path.write_text(text, encoding="utf-8", newline="")
    return polyglyph.Tokenizer.from_file(path), HuggingFaceReference(text)


@pytest.fixture(scope="module", params=CHAINS)
def pair(request, tmp_path_factory):
    return write(tmp_path_factory.mktemp("file") / "tokenizer.json", CHAINS[request.param])


def id_sequences(reference, seed):
    r = random.Random(seed)
    ids = reference.parse.get_vocab()
    names = [ids[name] for name in _NAMES]
    byte_tokens = [ids[name] for name in _BYTES]
    added_tokens = [ids[token["content"]] for token in _ADDED]
    well_formed = [[ids[f"<0x{b:02X}>"] for b in text] for text in (b"\xe2\x96\x81", b"A", b" ", b"\xf0\x9f\x98\x80", b"\x0a")]
    whole = sorted(ids.values())
    yield []
    yield from ([i] for i in whole if i in names or i in byte_tokens or i in added_tokens)
    for _ in range(_COUNT):
        some = []
        for _ in range(r.randint(1, 7)):
            pool = r.choice([names, names, byte_tokens, added_tokens, whole, well_formed])
            drawn = r.choice(pool)
            some += drawn if isinstance(drawn, list) else [drawn]
            if r.random() < 0.2:
                some.append(some[-1])
        yield some


@pytest.mark.parametrize("skip", [False, True], ids=["all", "skip_special_tokens"])
def test_any_ids(pair, skip):
    tokenizer, reference = pair

    def ours(ids):
        return tokenizer.decode(ids, skip_special_tokens=skip)

    def theirs(ids):
        try:
            return reference.decode(ids, skip_special_tokens=skip)
        except BaseException as error:  # pyo3's PanicException is no Exception
            if type(error).__name__ != "PanicException":
                raise
            return None

    assert_holds(id_sequences(reference, "ids"), lambda ids: theirs(ids) not in (None, ours(ids)),
                 lambda ids: f"  {[reference.parse.id_to_token(i) for i in ids]}\n  reference {theirs(ids)!r}\n  polyglyph {ours(ids)!r}")


def streamed(tokenizer, ids, **options):
    stream = tokenizer.decode_stream(**options)
    return "".join(stream.step(i) for i in ids) + stream.finish()


def test_streams(pair):
    """Joined, a stream's parts are the whole, but for runs of byte tokens that are no text."""
    tokenizer, reference = pair

    def fails(ids):
        for skip in (False, True):
            whole, parts = tokenizer.decode(ids, skip_special_tokens=skip), streamed(tokenizer, ids, skip_special_tokens=skip)
            if whole != parts and "\ufffd" not in whole:
                return True
        return False

    assert_holds(id_sequences(reference, "streams"), fails,
                 lambda ids: f"  whole  {tokenizer.decode(ids)!r}\n  stream {streamed(tokenizer, ids)!r}")


def test_a_copied_stream_goes_on_from_there(pair):
    tokenizer, reference = pair
    for ids in list(id_sequences(reference, "copies"))[-40:]:
        stream = tokenizer.decode_stream()
        parts = []
        for i in ids:
            fork = stream.copy()
            parts.append(stream.step(i))
            assert fork.step(i) == parts[-1]
        assert "".join(parts) + stream.finish() == streamed(tokenizer, ids)
        assert "".join(map(stream.step, ids)) + stream.finish() == streamed(tokenizer, ids)  # it begins anew


def test_bytes_and_text_agree(pair):
    """The bytes are the text wherever they are UTF-8, but where a step saw U+FFFD; and a batch decodes as its rows do."""
    tokenizer, reference = pair
    rows = list(id_sequences(reference, "bytes"))
    for ids, text in zip(rows, tokenizer.decode_batch(rows)):
        assert text == tokenizer.decode(ids)
        try:
            assert tokenizer.decode_bytes(ids).decode() in (text, tokenizer.decode(ids, errors="strict")), ids
            assert tokenizer.decode(ids, errors="strict") == text or "\ufffd" in text, ids
        except UnicodeDecodeError:
            assert "\ufffd" in text, ids


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    return write(tmp_path_factory.mktemp("llama") / "tokenizer.json", CHAINS["llama 2"])[0]


def test_bytes_of_a_token(llama, tmp_path):
    cases = {"▁the": b" the", "<0x0A>": b"\n", "<0xE4>": b"\xe4", "a": b"a", "▁": b" ", "中": "中".encode()}
    assert {name: llama.token_bytes(llama.token_to_id(name)) for name in cases} == cases
    bert, _ = write(tmp_path / "bert.json", wordpiece())
    cases = {"##ing": b"ing", "a": b" a", ".": b".", "n't": b"n't", "<s>": b" <s>"}
    assert {name: bert.token_bytes(bert.token_to_id(name)) for name in cases} == cases
    words, _ = write(tmp_path / "bpe.json", bpe())
    assert words.token_bytes(words.token_to_id("a</w>")) == b"a "


def test_characters_come_out_when_they_are_complete(llama):
    ids = [llama.token_to_id(name) for name in ("▁a", "<0xE2>", "<0x96>", "<0x81>", "<0xF0>", "<0x9F>", "a", "<0xE4>", "<0xC3>", "<0xA0>")]
    stream = llama.decode_stream()
    assert [stream.step(i) for i in ids] == ["a", "", "", "▁", "", "", "\ufffd\ufffda", "", "\ufffd", "à"]
    assert stream.pending == b""
    assert stream.step(ids[1]) == "" and stream.pending == b"\xe2" and stream.finish() == "\ufffd"
    assert llama.decode_bytes(ids) == b"a\xe2\x96\x81\xf0\x9fa\xe4\xc3\xa0"


def test_the_last_word_waits_for_the_next(tmp_path):
    tokenizer, _ = write(tmp_path / "tokenizer.json", bpe())
    stream = tokenizer.decode_stream()
    steps = [stream.step(tokenizer.token_to_id(name)) for name in ("a", "a</w>", "b", "a</w>b", "a</w>")]
    assert (steps, stream.finish()) == (["a", "", "a b", "", "a b"], "a")


def test_saved_and_loaded(pair, tmp_path):
    tokenizer, reference = pair
    tokenizer.save(tmp_path / "saved.pgv")
    again = polyglyph.Tokenizer.from_file(tmp_path / "saved.pgv")
    for ids in list(id_sequences(reference, "saved"))[-30:]:
        assert again.decode(ids) == tokenizer.decode(ids)


def test_strip_of_more_than_there_is(tmp_path):
    """The reference fails here; the tokens become empty."""
    tokenizer, _ = write(tmp_path / "tokenizer.json", strip("a", 3, 3))
    ids = [tokenizer.token_to_id(name) for name in ("aa", "aaa", "a", "aba", "b")]
    assert tokenizer.decode(ids) == "bb" == streamed(tokenizer, ids)
