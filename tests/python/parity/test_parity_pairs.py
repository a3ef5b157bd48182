"""One text and two through every post-processor: ids, type ids, which text a token is of, and offsets in that text."""
import itertools
import random

import polyglyph
import pytest
import tokenizers
from compare import shrink, spell
from files import added, byte_level, sequence, tokenizer_json

_SPECIAL = [added("<s>", special=True), added("</s>", special=True), added("\n"), added(" x ")]


def template(single, pair, **special_tokens):
    """From pieces as the reference's own builder reads them: "<s>:1 $A $B:2"."""
    def pieces(text):
        for word in text.split():
            name, _, type_id = word.partition(":")
            yield ({"Sequence": {"id": name[1:], "type_id": int(type_id or 0)}} if name[0] == "$" else
                   {"SpecialToken": {"id": name, "type_id": int(type_id or 0)}})

    special_tokens = special_tokens or {"<s>": [0], "</s>": [1, 2]}
    return {"type": "TemplateProcessing", "single": list(pieces(single)), "pair": list(pieces(pair)),
            "special_tokens": {name: {"id": name, "ids": ids, "tokens": [name] * len(ids)}
                               for name, ids in special_tokens.items()}}


_BERT = {"type": "BertProcessing", "sep": ["</s>", 1], "cls": ["<s>", 0]}


def roberta(trim_offsets, add_prefix_space):
    return {"type": "RobertaProcessing", "sep": ["</s>", 1], "cls": ["<s>", 0], "trim_offsets": trim_offsets,
            "add_prefix_space": add_prefix_space}


_TYPED = template("<s>:5 $A:3 </s>:4", "$B:2 </s>:7 $A:1 $B:9")
_PLAIN = template("<s> $A", "<s> $A <s>:1 $B:1")

PROCESSORS = {
    "none": None,
    "bert": _BERT,
    **{f"roberta {flags}": roberta(*flags) for flags in itertools.product((False, True), repeat=2)},
    **{f"byte level {flags}": byte_level(add_prefix_space=flags[0], trim_offsets=flags[1])
       for flags in itertools.product((False, True), repeat=2)},
    "template": _PLAIN,
    "template that turns texts round and repeats one": _TYPED,
    "template without the second text": template("$A </s>", "$A"),
    "template of nothing for pairs": template("$A", ""),
    "template that adds nothing": template("$A:7", "$B:1 $A:2"),
    "byte level, template": sequence("processors", byte_level(True, trim_offsets=True), _PLAIN),
    "template, byte level": sequence("processors", _PLAIN, byte_level(True, trim_offsets=True)),
    "bert, template": sequence("processors", _BERT, _TYPED),
    "template, bert": sequence("processors", _TYPED, _BERT),
    "roberta, template": sequence("processors", roberta(True, True), _TYPED),
    "template, roberta": sequence("processors", _TYPED, roberta(True, True)),
    "bert, bert": sequence("processors", _BERT, sequence("processors", _BERT)),
    "bert, roberta": sequence("processors", _BERT, roberta(False, False)),
    "bert, byte level": sequence("processors", _BERT, byte_level(trim_offsets=True)),
    "empty sequence": sequence("processors"),
}

_PRETOKENIZERS = {"": byte_level(use_regex=True), ", prefix space": byte_level(add_prefix_space=True, use_regex=True)}

_PARTS = ["a", "the", " the", " and", "ab", " ", "  ", "\n", " x ", "\u00e9", " \u4e2d\u6587", "\U0001f600", "12", "<s>", "</s>",
          "\t", "\u00a0", "\u3000"]


def drawn(seed, count=150):
    r = random.Random(seed)
    return ["", *("".join(r.choice(_PARTS) for _ in range(r.randint(1, 6))) for _ in range(count))]


def ours(tokenizer, first, second, add_special_tokens):
    e = tokenizer.encode_pair(first, second, special_tokens="parse", add_special_tokens=add_special_tokens)
    return {"ids": e.ids.tolist(), "type_ids": e.type_ids.tolist(), "offsets": [tuple(s) for s in e.offsets.tolist()],
            "of": [None if i < 0 else i for i in e.sequence_ids.tolist()]}


def theirs(reference, first, second, add_special_tokens):
    e = reference.encode(first, second, add_special_tokens=add_special_tokens)
    return {"ids": e.ids, "type_ids": e.type_ids, "offsets": e.offsets, "of": e.sequence_ids}


def assert_same_pairs(tokenizer, reference, pairs, fields=("ids", "type_ids", "offsets", "of")):
    for (first, second), special in itertools.product(pairs, (False, True)):
        def differ(text):
            a, b = ours(tokenizer, text, second, special), theirs(reference, text, second, special)
            return any(a[field] != b[field] for field in fields)

        if differ(first):
            small = shrink(first, differ)
            pytest.fail(f"{spell(small)} and {spell(second)}, add_special_tokens={special}\n"
                        f"  reference {theirs(reference, small, second, special)}\n"
                        f"  polyglyph {ours(tokenizer, small, second, special)}", pytrace=False)


@pytest.mark.parametrize("pretokenizer", _PRETOKENIZERS)
@pytest.mark.parametrize("name", PROCESSORS)
def test_small_files(name, pretokenizer, tmp_path):
    content = tokenizer_json(_SPECIAL, pre_tokenizer=_PRETOKENIZERS[pretokenizer], post_processor=PROCESSORS[name])
    path = tmp_path / "tokenizer.json"
    path.write_text(content, encoding="utf-8", newline="")
    tokenizer, reference = polyglyph.Tokenizer.from_file(path), tokenizers.Tokenizer.from_str(content)
    fields = ["ids", "type_ids", "offsets", "of"]
    # Several processors, or a text twice, and it loses track of which token is of which text.
    if "," in name or "repeats" in name:
        fields.remove("of")
    texts = drawn(name)
    assert_same_pairs(tokenizer, reference, [*zip(texts, reversed(texts)), *((text, None) for text in texts[:60])], fields)


@pytest.mark.parametrize("name", PROCESSORS)
def test_one_text_is_encode_with_offsets(name, tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_text(tokenizer_json(_SPECIAL, post_processor=PROCESSORS[name]), encoding="utf-8", newline="")
    tokenizer = polyglyph.Tokenizer.from_file(path)
    for text, special in itertools.product(drawn(name, 30), (False, True)):
        options = {"special_tokens": "parse", "add_special_tokens": special}
        pair, single = tokenizer.encode_pair(text, **options), tokenizer.encode_with_offsets(text, **options)
        assert pair.ids.tolist() == single.ids.tolist() == tokenizer.encode(text, **options)
        assert pair.offsets.tolist() == single.offsets.tolist()
        assert tokenizer.count(text, **options) == len(pair.ids)


REFUSED = {
    "two that trim": (sequence("processors", byte_level(trim_offsets=True), roberta(True, True)), r"processors\[1\]"),
    "trimming that keeps a space in front of [CLS]": (
        sequence("processors", _BERT, byte_level(True, trim_offsets=True)), r"processors\[1\]"),
    "two templates": (sequence("processors", _PLAIN, _PLAIN), r"processors\[1\]"),
    "a text twice": (template("$A $A", "$A $B"), "single"),
    "no text": (template("<s>", "$A $B"), "single"),
    "B alone": (template("$B", "$A $B"), "single"),
    "a token that is not listed": (template("$A <x>", "$A $B"), r"single\[1\].SpecialToken.id"),
    "an id without a token": (template("$A x", "$A $B", x=[10**6]), r"special_tokens.x.ids\[0\]"),
    "too many texts": (template("$A", "$A " * 17), "more than 16 texts"),
    "too many tokens": (template("$A", "<s> " * 1025), "1024"),
    "bert, no id": ({"type": "BertProcessing", "sep": ["</s>"], "cls": ["<s>", 0]}, "sep"),
    "bert, unknown id": ({"type": "BertProcessing", "sep": ["</s>", 1], "cls": ["<s>", 10**6]}, "cls"),
}


@pytest.mark.parametrize("processor, place", REFUSED.values(), ids=REFUSED)
def test_refused(processor, place, tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_text(tokenizer_json(_SPECIAL, post_processor=processor), encoding="utf-8")
    with pytest.raises(polyglyph.Error, match=place):
        polyglyph.Tokenizer.from_file(path)


def test_units_count_in_each_text_by_itself(tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_text(tokenizer_json(_SPECIAL, post_processor=_PLAIN), encoding="utf-8")
    tokenizer = polyglyph.Tokenizer.from_file(path)
    ends = {}
    for unit in ("bytes", "chars", "utf16"):
        e = tokenizer.encode_pair("\U0001f600 the", "\u00e9 the", unit=unit)
        ends[unit] = [e.offsets[e.sequence_ids == i][-1].tolist() for i in (0, 1)]
    assert ends == {"bytes": [[5, 8], [3, 6]], "chars": [[2, 5], [2, 5]], "utf16": [[3, 6], [2, 5]]}
    assert tokenizer.encode_pair(b"\xc3\xa9", b"\xc3\xa9").offsets[-1].tolist() == [0, 2]
    with pytest.raises(TypeError):
        tokenizer.encode_pair("a", 1)


def test_rejected_in_either_text(tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_text(tokenizer_json(_SPECIAL), encoding="utf-8")
    tokenizer = polyglyph.Tokenizer.from_file(path)
    for pair in (("a<s>", "b"), ("b", "a<s>")):
        with pytest.raises(polyglyph.Error, match="byte 1") as info:
            tokenizer.encode_pair(*pair, special_tokens="reject")
        assert info.value.code == "control_token"
