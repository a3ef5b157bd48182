"""vocab.json with merges.txt, vocab.txt, tekken.json and directories of models, against the libraries that read them."""
import base64
import json

import polyglyph
import pytest
import references
import tokenizers
from compare import assert_same_ids

import texts

KINDS = ["anything", "fragments", "hard", "emoji", "marks"]


def drawn(reference, count=200):
    return [text for kind in KINDS for text in texts.draw(kind, reference, count, 77)]


@pytest.fixture(scope="module")
def qwen():
    """Qwen3's tokenizer.json, which holds all that the other files do."""
    return references.load_json(references.read_data(references.BUILTINS["qwen3"]))


def write_pair(folder, file):
    vocab, merges = file["model"]["vocab"], file["model"]["merges"]
    (folder / "vocab.json").write_text(references.dump_json(vocab), encoding="utf-8")
    lines = [merge if isinstance(merge, str) else " ".join(merge) for merge in merges]
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(lines) + "\n", encoding="utf-8")


def config_of(file, **more):
    decoder = {str(t["id"]): {k: v for k, v in t.items() if k != "id"} for t in file["added_tokens"]}
    return json.dumps({"tokenizer_class": "Qwen2Tokenizer", "added_tokens_decoder": decoder, "eos_token": "<|im_end|>",
                       "pad_token": {"content": "<|endoftext|>"}, "bos_token": None, **more})


def test_bare_pair_is_gpt2s(tmp_path, qwen):
    write_pair(tmp_path, qwen)
    reference = tokenizers.ByteLevelBPETokenizer(str(tmp_path / "vocab.json"), str(tmp_path / "merges.txt"))
    cases = drawn(references.builtin("qwen3"))
    theirs = [encoding.ids for encoding in reference.encode_batch(cases, add_special_tokens=False)]
    for name in ["vocab.json", "merges.txt", "."]:
        tokenizer = polyglyph.Tokenizer.from_file(tmp_path / name)
        assert [tokenizer.encode(text) for text in cases] == theirs
        assert tokenizer.description.format == "vocab.json"
    assert reference.decode(theirs[3]) == tokenizer.decode(theirs[3])


def test_class_names_the_splitter(tmp_path, qwen):
    write_pair(tmp_path, qwen)
    (tmp_path / "tokenizer_config.json").write_text(config_of(qwen, chat_template="{{ messages }}<tool_call>"))
    reference = references.builtin("qwen3")
    for name in [".", "vocab.json"]:
        tokenizer = polyglyph.Tokenizer.from_file(tmp_path / name)
        for mode in ["text", "parse"]:
            assert_same_ids(tokenizer, reference, drawn(reference) + texts.draw("control", reference, 300, 5), mode)
    assert tokenizer.roles == {"eos_token": 151645, "pad_token": 151643}
    assert tokenizer.chat_templates == {"default": "{{ messages }}<tool_call>"}
    assert tokenizer.special_tokens == polyglyph.Tokenizer.builtin("qwen3").special_tokens


def test_pattern_for_a_bare_pair(tmp_path, qwen):
    write_pair(tmp_path, qwen)
    named = polyglyph.Tokenizer.from_file(tmp_path / "vocab.json", pattern="qwen")
    assert named.encode("a.\n\nb") == polyglyph.Tokenizer.builtin("qwen3").encode("a.\n\nb")
    assert named.encode("a.\n\nb") != polyglyph.Tokenizer.from_file(tmp_path / "vocab.json").encode("a.\n\nb")
    for pattern, word in [("qven", "no pattern is called"), ("(", "is not closed")]:
        with pytest.raises(polyglyph.Error, match=word):
            polyglyph.Tokenizer.from_file(tmp_path / "vocab.json", pattern=pattern)


@pytest.mark.parametrize("case", [
    ("merges.txt", "a b c\n", "malformed", "line 1: \"a b c\" is not two tokens"),
    ("merges.txt", "#version: 0.2\n\u0120 \U0001f600\n", "malformed", "line 2: its right part"),
    ("merges.txt", None, "not_found", "the other one is not beside it"),
    ("tokenizer_config.json", '{"tokenizer_class": "CLIPTokenizer"}', "unsupported", "CLIPTokenizer"),
    ("tokenizer_config.json", '{"added_tokens_decoder": {"5": {"content": "<x>"}}}', "malformed", "with the id 5"),
    ("tokenizer_config.json", '{"added_tokens_decoder": {"x": {"content": "<x>"}}}', "malformed", "must be an id"),
    ("tokenizer_config.json", '{"add_bos_token": true}', "malformed", "bos_token"),
])
def test_wrong_pairs(tmp_path, qwen, case):
    name, content, code, message = case
    write_pair(tmp_path, qwen)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(polyglyph.Error, match=message) as error:
        polyglyph.Tokenizer.from_file(tmp_path)
    assert error.value.code == code


_WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "##s", "a", "##b", "un", "##able", "##a", "e", "caf", "##e",
          "\u00e9", "caf\u00e9", "\u4e2d", "\u6587", "!", "'", "##\u0301", "i", "x", "1", "##1", "Caf", "##\u00e9", "a"]


@pytest.mark.parametrize("options", [{}, {"do_lower_case": False}, {"strip_accents": False},
                                     {"do_lower_case": False, "strip_accents": True}, {"tokenize_chinese_chars": False}])
def test_vocab_txt(tmp_path, options):
    (tmp_path / "vocab.txt").write_text("\n".join(_WORDS[:20]) + " \r\n" + "\n".join(_WORDS[20:]), encoding="utf-8")
    if options:
        (tmp_path / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer", **options}))
    reference = tokenizers.BertWordPieceTokenizer(
        str(tmp_path / "vocab.txt"), lowercase=options.get("do_lower_case", True),
        strip_accents=options.get("strip_accents"), handle_chinese_chars=options.get("tokenize_chinese_chars", True))
    cases = drawn(references.builtin("qwen3")) + ["the cafes unable, CAF\u00c9 a1 ab!\u4e2d\u6587 i'x", "caf\u0065\u0301", ""]
    for name in [".", "vocab.txt"]:
        tokenizer = polyglyph.Tokenizer.from_file(tmp_path / name)
        for add in [False, True]:
            theirs = [encoding.ids for encoding in reference.encode_batch(cases, add_special_tokens=add)]
            assert [tokenizer.encode(text, add_special_tokens=add) for text in cases] == theirs
    assert tokenizer.decode(theirs[-3]) == reference.decode(theirs[-3], skip_special_tokens=False)
    assert tokenizer.encode("a [MASK]", special_tokens="parse") == reference.encode("a [MASK]", add_special_tokens=False).ids
    assert tokenizer.roles["cls_token"] == 2
    assert list(tokenizer.encode_pair("a", "the", add_special_tokens=True).ids) == reference.encode("a", "the").ids


def test_vocab_txt_without_its_unknown_token(tmp_path):
    (tmp_path / "vocab.txt").write_text("a\nb\n")
    with pytest.raises(polyglyph.Error, match=r"has no line \[UNK\]"):
        polyglyph.Tokenizer.from_file(tmp_path)


_TEKKEN_PATTERN = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|"
                   r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}|"
                   r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def tekken(ranks, used, specials, **more):
    entries = [{"rank": rank, "token_bytes": base64.b64encode(token).decode(), "token_str": None}
               for token, rank in sorted(ranks.items(), key=lambda item: item[1])]
    return {"config": {"pattern": _TEKKEN_PATTERN, "num_vocab_tokens": len(entries), "version": "v3",
                       "default_vocab_size": used + specials, "default_num_special_tokens": specials},
            "vocab": entries, **more}


@pytest.fixture(scope="module")
def cl100k():
    return references.read_ranks(references.read_data(references.BUILTINS["cl100k"]))


@pytest.mark.parametrize("listed", [False, True])
def test_tekken(tmp_path, cl100k, listed):
    """The file has more entries than are used, and fewer special tokens than there are ids for."""
    used, specials = 90_000, 30
    more = {"special_tokens": [{"rank": i, "token_str": name, "is_control": True}
                               for i, name in enumerate(["<unk>", "<s>", "</s>", "[INST]"])]} if listed else {}
    (tmp_path / "tekken.json").write_text(json.dumps(tekken(cl100k, used, specials, **more)))
    kept = {token: rank for token, rank in cl100k.items() if rank < used}
    reference = references.TiktokenReference(kept, _TEKKEN_PATTERN, {})
    cases = drawn(references.builtin("cl100k"))
    theirs = [[i + specials for i in ids] for ids in reference.encode_batch(cases)]
    for name in [".", "tekken.json"]:
        tokenizer = polyglyph.Tokenizer.from_file(tmp_path / name)
        assert [tokenizer.encode(text) for text in cases] == theirs
    names = ["<unk>", "<s>", "</s>", "[INST]"] + (["<SPECIAL_4>"] if listed else ["[/INST]"])
    assert list(tokenizer.special_tokens)[:5] == names
    assert tokenizer.special_tokens["<SPECIAL_29>"] == 29
    assert tokenizer.encode("<s>[INST] a", special_tokens="parse") == [1, 3] + tokenizer.encode(" a")
    assert tokenizer.roles["eos_token"] == 2
    assert tokenizer.vocab_size == used + specials


@pytest.mark.parametrize("case", [
    (lambda file: file["vocab"].pop(), "has 300 entries"),
    (lambda file: file["vocab"][3].update(rank=4), "vocab\\[3\\].rank"),
    (lambda file: file["vocab"][3].update(token_bytes="A"), "not valid base64"),
    (lambda file: file["config"].update(default_num_special_tokens=400), "ids in all"),
    (lambda file: file.update(special_tokens=[{"rank": 0, "token_str": "a"}, {"rank": 1, "token_str": "a"}]), "there twice"),
    (lambda file: file["config"].update(default_vocab_size=2**40), "is above"),
])
def test_wrong_tekken(tmp_path, cl100k, case):
    change, message = case
    file = tekken({token: rank for token, rank in cl100k.items() if rank < 301}, 301, 30)
    change(file)
    (tmp_path / "tekken.json").write_text(json.dumps(file))
    with pytest.raises(polyglyph.Error, match=message):
        polyglyph.Tokenizer.from_file(tmp_path)


def test_directory_names_and_templates(tmp_path, qwen):
    (tmp_path / "tokenizer.json").write_text(references.dump_json(qwen), encoding="utf-8")
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({
        "eos_token": "<|im_end|>", "chat_template": [{"name": "default", "template": "A"}, {"name": "tool_use", "template": "B"}]}))
    (tmp_path / "special_tokens_map.json").write_text(json.dumps({"eos_token": "<|endoftext|>", "unk_token": "!"}))
    tokenizer = polyglyph.Tokenizer.from_file(tmp_path)
    assert tokenizer.chat_templates == {"default": "A", "tool_use": "B"}
    assert tokenizer.roles == {"eos_token": 151645, "unk_token": 0}
    (tmp_path / "chat_template.jinja").write_text("C")
    (tmp_path / "additional_chat_templates").mkdir()
    (tmp_path / "additional_chat_templates" / "rag.jinja").write_text("D")
    assert polyglyph.Tokenizer.from_file(tmp_path).chat_templates == {"default": "C", "tool_use": "B", "rag": "D"}


def test_directory_without_a_vocabulary(tmp_path):
    with pytest.raises(polyglyph.Error, match="no tokenizer.json") as error:
        polyglyph.Tokenizer.from_file(tmp_path)
    assert error.value.code == "not_found"
    (tmp_path / "a.gguf").write_bytes(b"GGUF")
    (tmp_path / "b.gguf").write_bytes(b"GGUF")
    with pytest.raises(polyglyph.Error, match="a.gguf and b.gguf"):
        polyglyph.Tokenizer.from_file(tmp_path)


def test_mimo_is_not_built_in():
    with pytest.raises(polyglyph.Error, match="151680.*from_file") as error:
        polyglyph.Tokenizer.builtin("mimo-7b")
    assert error.value.code == "not_found"
