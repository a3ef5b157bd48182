"""Further vocabularies and texts, from the folder that POLYGLYPH_SHARED names; without it none of this is collected."""
import functools
import os
import re
from pathlib import Path

import polyglyph
import pytest
import references
import texts
from compare import assert_same_ids, assert_same_offsets, assert_same_streams, builtin
from test_parity_pairs import assert_same_pairs

_SHARED = Path(os.environ["POLYGLYPH_SHARED"])
_LONG = bool(os.environ.get("POLYGLYPH_LONG_TESTS"))
_COUNT = 30_000 if _LONG else 3_000
_CORPUS = sorted((_SHARED / "corpus" / "languages").glob("*.txt"))
_GROUPS = 8

# Owners' files that are no built-ins, or the originals of built-ins, and what tiktoken calls them.
_FILES = {
    "qwen3/tokenizer.json": None,
    "deepseek_v3/tokenizer.json": None,
    "gptoss/tokenizer.json": None,
    "gpt2/tokenizer.json": None,
    "llama3/tokenizer.json": None,
    "llama2/tokenizer.json": None,
    "mistral_v01/tokenizer.json": None,
    "gemma3/tokenizer.json": None,
    "bert_base_cased/tokenizer.json": None,
    "tiktoken/o200k_base.tiktoken": "o200k_base",
    "tiktoken/cl100k_base.tiktoken": "cl100k_base",
    "tiktoken/p50k_base.tiktoken": "p50k_base",
    "tiktoken/r50k_base.tiktoken": "r50k_base",
    "qwen_tiktoken/qwen.tiktoken": "qwen",
    "t5_small/tokenizer.json": None,
    "xlnet/tokenizer.json": None,
    "mistral/tokenizer.model": None,
    "llm_jp_v3/llm-jp-tokenizer-100k.ver3.0b1.model": None,
    "sentencepiece/test_model.model": None,
    "sentencepiece/test_ja_model.model": None,
    "xlnet/xlnet_base_cased.model": None,
}
_MODELS = [file for file in _FILES if file.endswith(".model")]

# Added tokens of these files that are vocabulary: Gemma's runs of white space, its tags, and a word in brackets.
_WORDS = re.compile(r"\[multimodal\]|\n+|\t+|\u2581+|</?(table|caption|thead|tbody|tfoot|tr|th|td|h[1-6]|blockquote|strong|em|"
                    r"b|i|u|s|sub|sup|code|a|html|body|img|span|ul|li|div|iframe|footer)>")


def is_control(token):
    return token["special"] or not _WORDS.fullmatch(token["content"])


@functools.cache
def pair(file):
    path = _SHARED / "vocab" / file
    name = _FILES[file]
    content = path.read_bytes()
    if file in _MODELS:
        reference = references.SentencePieceReference(content)
    else:
        reference = references.tiktoken_reference(content, name) if name else \
            references.HuggingFaceReference(content, is_control)
    return polyglyph.Tokenizer.from_file(path), reference


def documents(paths, limit):
    """The first `limit` bytes of each file, up to a line's end; None for all of it."""
    for path in paths:
        content = path.read_bytes()
        if limit is not None and len(content) > limit:
            content = content[:content.rfind(b"\n", 0, limit) + 1] or content
        yield content.decode()


@pytest.mark.parametrize("group", range(_GROUPS))
@pytest.mark.parametrize("name", references.BUILTINS)
def test_languages(name, group):
    # One built-in is taken through everything; the others in the long run.
    limit = None if _LONG or name == "qwen3" else 100_000
    assert_same_ids(builtin(name), references.builtin(name), list(documents(_CORPUS[group::_GROUPS], limit)))


@pytest.mark.parametrize("name", references.BUILTINS)
def test_strings_that_break_programs(name):
    lines = [line for text in documents(sorted(path for path in (_SHARED / "corpus" / "text").rglob("*.txt")), None)
             for line in text.splitlines(keepends=True)]
    assert lines
    for mode in ("text", "parse"):
        assert_same_ids(builtin(name), references.builtin(name), lines, mode)


@pytest.mark.parametrize("kind", texts.KINDS)
@pytest.mark.parametrize("file", _FILES)
def test_files_on_random_texts(file, kind):
    tokenizer, reference = pair(file)
    drawn = texts.draw(kind, reference, _COUNT, file)
    for mode in ("text", "parse"):
        assert_same_ids(tokenizer, reference, drawn, mode)


@pytest.mark.parametrize("file", _FILES)
def test_files_on_lean(file):
    assert_same_ids(*pair(file), [references.LEAN, *references.LEAN.splitlines(keepends=True)])


@pytest.mark.parametrize("file", _FILES)
def test_files_on_languages(file):
    tokenizer, reference = pair(file)
    assert_same_ids(tokenizer, reference, list(documents(_CORPUS, 100_000 if _LONG else 8_000)))


@pytest.mark.parametrize("file", ["llama2/tokenizer.json", "mistral_v01/tokenizer.json", "gemma3/tokenizer.json",
                                  "bert_base_cased/tokenizer.json"])
def test_files_on_offsets_and_streams(file):
    tokenizer, reference = pair(file)
    drawn = [text for kind in texts.KINDS for text in texts.draw(kind, reference, 300 if _LONG else 60, "offsets")
             if isinstance(text, str)]

    assert_same_offsets(tokenizer, reference, drawn)
    assert_same_streams(tokenizer, [text.encode() for text in drawn], "parse")


@pytest.mark.parametrize("file", ["gpt2/tokenizer.json", "llama3/tokenizer.json", "llama2/tokenizer.json", "gemma3/tokenizer.json",
                                  "bert_base_cased/tokenizer.json", "tiktoken/r50k_base.tiktoken",
                                  "qwen_tiktoken/qwen.tiktoken", "t5_small/tokenizer.json", "xlnet/tokenizer.json", *_MODELS])
@pytest.mark.parametrize("context", texts.SCALAR_CONTEXTS)
def test_files_on_every_scalar(file, context):
    # Two planes hold all but a few of the characters.
    assert_same_ids(*pair(file), texts.every_scalar(context, 0, 0x110000 if _LONG else 0x20000))


@pytest.mark.parametrize("file", [file for file in _FILES if file.endswith(".json")])
def test_files_with_special_tokens_added(file):
    tokenizer, reference = pair(file)
    drawn = texts.draw("hard", reference, 200, "added")
    assert_same_ids(tokenizer, reference, drawn, "parse", add_special_tokens=True)


@pytest.mark.parametrize("file", _MODELS)
def test_models_decode_and_place_as_sentencepiece(file):
    tokenizer, reference = pair(file)
    lines = [text for kind in texts.KINDS for text in texts.draw(kind, reference, _COUNT // 10, "models")]
    for text in [*lines, *(text.encode()[1:-1] for text in lines)]:
        unit = "chars" if isinstance(text, str) else "bytes"
        encoding = tokenizer.encode_with_offsets(text, unit=unit)
        ids = encoding.ids.tolist()
        assert (ids, [tuple(span) for span in encoding.offsets.tolist()]) == \
            reference.encode_with_offsets([text])[0], ascii(text)
        assert tokenizer.decode(ids) == reference.decode(ids), ids


@pytest.mark.parametrize("file", ["bert_base_cased", "llama3", "llama2", "gemma3"])
def test_pairs(file):
    content = (_SHARED / "vocab" / file / "tokenizer.json").read_bytes()
    reference = references.HuggingFaceReference(content)
    tokenizer = polyglyph.Tokenizer.from_file(_SHARED / "vocab" / file / "tokenizer.json")
    first = texts.draw("hard", reference, 60, "pairs")
    # Where normalization changed the text, spans differ knowingly.
    first = [text for text in first if reference.normalize(text) == text] + first[:20]
    unchanged = len(first) - 20
    same = list(zip(first[:unchanged], reversed(first[:unchanged])))
    changed = [(text, None) for text in first] + list(zip(first, reversed(first)))
    assert_same_pairs(tokenizer, reference.parse, same)
    assert_same_pairs(tokenizer, reference.parse, changed, ("ids", "type_ids", "of"))


@pytest.mark.parametrize("file", [file for file, name in _FILES.items() if file.endswith("tokenizer.json")])
def test_saved_files(file, tmp_path):
    tokenizer, _ = pair(file)
    tokenizer.save(tmp_path / "tokenizer.json")
    assert polyglyph.Tokenizer.from_file(tmp_path / "tokenizer.json").fingerprint == tokenizer.fingerprint
    saved = references.HuggingFaceReference((tmp_path / "tokenizer.json").read_bytes())
    for special in (False, True):
        assert_same_ids(tokenizer, saved, texts.draw("hard", saved, 500, "saved"), "parse", special)


def test_a_built_in_is_its_owners_file():
    for name, file in (("qwen3", "qwen3/tokenizer.json"), ("o200k", "tiktoken/o200k_base.tiktoken")):
        assert pair(file)[0].description.fingerprint == builtin(name).description.fingerprint
