"""Directories laid out like those of ERNIE 4.5 and MiMo-7B, from the folder that POLYGLYPH_SHARED names; without it none of
this is collected."""
import json
import os
import shutil
from pathlib import Path

import polyglyph
import pytest
import references
import sentencepiece
from compare import assert_same_ids

import texts

_SHARED = Path(os.environ["POLYGLYPH_SHARED"])
_ERNIE = _SHARED / "vocab" / "ernie4_5_config"
_CASES = ["", " ", "  a  b", "Hello world", " 你好，世界", "The café costs €12.50", "a\n\nb\tc", "日本語のテキスト", "🦙 emoji"]


@pytest.fixture(params=["unigram", "bpe"])
def ernie(request, tmp_path):
    """Baidu's configuration around a stand-in for its tokenizer.model, of either kind."""
    for name in ["added_tokens.json", "special_tokens_map.json", "tokenizer_config.json"]:
        shutil.copyfile(_ERNIE / name, tmp_path / name)
    model = {"unigram": "llm_jp_v3/llm-jp-tokenizer-100k.ver3.0b1.model", "bpe": "mistral/tokenizer.model"}[request.param]
    shutil.copyfile(_SHARED / "vocab" / model, tmp_path / "tokenizer.model")
    return polyglyph.Tokenizer.from_file(tmp_path), sentencepiece.SentencePieceProcessor(str(tmp_path / "tokenizer.model"))


def test_ernie_text_is_the_models(ernie):
    tokenizer, reference = ernie
    cases = _CASES + texts.draw("hard", references.builtin("qwen3"), 200, 9)
    assert [tokenizer.encode(text) for text in cases] == [reference.encode(text) for text in cases]


def test_ernie_adds_nothing(ernie):
    tokenizer, _ = ernie
    for text in _CASES:
        assert tokenizer.encode(text, add_special_tokens=True) == tokenizer.encode(text)


def test_ernie_added_tokens(ernie):
    tokenizer, _ = ernie
    added = json.loads((_ERNIE / "added_tokens.json").read_text())
    assert len(added) == 1009
    assert {name: tokenizer.special_tokens[name] for name in added} == added
    assert tokenizer.encode("<|LOC_7|><|IMAGE_PLACEHOLDER|>", special_tokens="parse") == [100304, 100295]
    assert not set(tokenizer.encode("".join(added))) & set(added.values())
    assert tokenizer.roles["eos_token"] == 2
    assert "cls_token" in tokenizer.chat_templates["default"]


def test_mimo_layout(tmp_path):
    """Qwen3's vocabulary with MiMo's chat template."""
    shutil.copyfile(_SHARED / "vocab" / "qwen3" / "tokenizer.json", tmp_path / "tokenizer.json")
    template = (_SHARED / "templates" / "MiMo-VL.jinja").read_text(encoding="utf-8")
    config = {"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "chat_template": template}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    tokenizer = polyglyph.Tokenizer.from_file(tmp_path)
    reference = references.builtin("qwen3")
    assert_same_ids(tokenizer, reference, texts.draw("hard", reference, 500, 3))
    assert tokenizer.chat_templates == {"default": template}
    assert tokenizer.roles == {"eos_token": 151645}
