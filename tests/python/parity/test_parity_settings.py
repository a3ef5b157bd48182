"""The truncation and padding of a file, applied: ids, type ids, offsets and masks of one text, two, and many."""
import itertools
import pickle

import polyglyph
import pytest
import tokenizers
from files import added, byte_level, tokenizer_json
from references import dump_json, load_json
from test_parity_pairs import PROCESSORS, drawn, ours, theirs

_SPECIAL = [added("<s>", special=True), added("</s>", special=True), added("\n"), added(" x ")]


def truncation(max_length, strategy="LongestFirst", direction="Right", stride=0):
    return {"max_length": max_length, "strategy": strategy, "direction": direction, "stride": stride}


def padding(strategy="BatchLongest", direction="Right", multiple=None, pad_id=7, pad_type_id=3):
    return {"strategy": strategy, "direction": direction, "pad_to_multiple_of": multiple, "pad_id": pad_id,
            "pad_type_id": pad_type_id, "pad_token": "[PAD]"}


_TRUNCATIONS = {f"{n} {strategy} {direction}": truncation(n, strategy, direction)
                for n, strategy, direction in itertools.product(
                    (0, 1, 2, 3, 4, 5, 8, 13), ("LongestFirst", "OnlyFirst", "OnlySecond"), ("Left", "Right"))}
_PADDINGS = {f"{strategy} {multiple} {direction}": padding(strategy, direction, multiple)
             for strategy, multiple, direction in itertools.product(
                 ("BatchLongest", {"Fixed": 0}, {"Fixed": 6}, {"Fixed": 40}), (None, 0, 8), ("Left", "Right"))}
_GRID = [
    *((t, None) for t in _TRUNCATIONS),
    *((None, p) for p in _PADDINGS),
    ("5 LongestFirst Right", "{'Fixed': 6} None Left"), ("8 LongestFirst Left", "BatchLongest 8 Right"),
    ("4 OnlyFirst Right", "{'Fixed': 40} 8 Left"), ("5 OnlySecond Left", "BatchLongest None Left"),
]
_PROCESSORS = ["none", "bert", "roberta (True, True)", "template", "template that turns texts round and repeats one",
               "template of nothing for pairs", "byte level, template"]


def load(tmp_path, settings, processor, **options):
    cut, pad = settings
    file = load_json(tokenizer_json(_SPECIAL, pre_tokenizer=byte_level(use_regex=True),
                                    post_processor=PROCESSORS[processor]))
    file |= {"truncation": cut and _TRUNCATIONS.get(cut, cut) if isinstance(cut, str) else cut,
             "padding": pad and _PADDINGS.get(pad, pad) if isinstance(pad, str) else pad}
    path = tmp_path / "tokenizer.json"
    path.write_text(dump_json(file), encoding="utf-8", newline="")
    return polyglyph.Tokenizer.from_file(path, apply_file_settings=True, **options), \
        tokenizers.Tokenizer.from_str(dump_json(file))


def outcome(call, *errors):
    try:
        return call()
    except errors:
        return "error"


def mask(tokenizer, first, second, special):
    return tokenizer.encode_pair(first, second, special_tokens="parse",
                                 add_special_tokens=special).attention_mask.tolist()


@pytest.mark.parametrize("processor", _PROCESSORS)
@pytest.mark.parametrize("settings", _GRID, ids=str)
def test_grid(settings, processor, tmp_path):
    tokenizer, reference = load(tmp_path, settings, processor)
    texts = drawn(str(settings), 24)
    for first, second, special in [*zip(texts, reversed(texts), itertools.cycle((False, True))),
                                   *zip(texts, itertools.repeat(None), itertools.cycle((True, False)))]:
        expected = outcome(lambda: theirs(reference, first, second, special), Exception)
        found = outcome(lambda: ours(tokenizer, first, second, special), polyglyph.Error)
        if expected == "error":
            assert found == "error", (first, second, special)
            continue
        expected_mask = reference.encode(first, second, add_special_tokens=special).attention_mask
        assert mask(tokenizer, first, second, special) == expected_mask
        of_texts, expected_of_texts = found.pop("of"), expected.pop("of")
        assert found == expected, (first, second, special)
        if "repeats" not in processor:  # the reference loses track of those, and of padding
            assert [of for of, kept in zip(of_texts, expected_mask) if kept] == \
                [of for of, kept in zip(expected_of_texts, expected_mask) if kept]
            assert not any(of is not None for of, kept in zip(of_texts, expected_mask) if not kept)


@pytest.mark.parametrize("processor", _PROCESSORS)
@pytest.mark.parametrize("settings", _GRID, ids=str)
def test_every_way_to_encode_one_text(settings, processor, tmp_path):
    tokenizer, reference = load(tmp_path, settings, processor)
    texts = drawn(str(settings), 12)
    for special in (False, True):
        options = {"special_tokens": "parse", "add_special_tokens": special}
        expected = outcome(lambda: [e.ids for e in reference.encode_batch(texts, add_special_tokens=special)], Exception)
        for threads in (1, 3):
            batch = outcome(lambda: tokenizer.encode_batch(texts, threads=threads, **options), polyglyph.Error)
            assert (batch if batch == "error" else [row.tolist() for row in batch]) == expected
        for text in texts:
            one = outcome(lambda: reference.encode(text, add_special_tokens=special).ids, Exception)
            assert outcome(lambda: tokenizer.encode(text, **options), polyglyph.Error) == one
            assert outcome(lambda: tokenizer.encode_array(text, **options).tolist(), polyglyph.Error) == one
            assert outcome(lambda: tokenizer.encode_with_offsets(text, **options).ids.tolist(), polyglyph.Error) == one
            count = "error" if one == "error" else len(one)
            assert outcome(lambda: tokenizer.count(text, **options), polyglyph.Error) == count
            if count != "error":
                assert tokenizer.fits(text, count, **options) and not (count and tokenizer.fits(text, count - 1, **options))


def test_shown_and_not_applied(tmp_path):
    applied, _ = load(tmp_path, (truncation(3, stride=1), padding({"Fixed": 5}, "Left", 4)), "bert")
    plain = polyglyph.Tokenizer.from_file(tmp_path / "tokenizer.json")
    for tokenizer in (applied, plain):
        assert tokenizer.truncation == polyglyph.Truncation(3, 1, "longest_first", "right")
        assert tokenizer.padding == polyglyph.Padding(5, 4, 7, 3, "[PAD]", "left")
    assert (applied.applies_file_settings, plain.applies_file_settings) == (True, False)
    assert applied.description.truncation == "to 3 tokens, the longest text first, at the right end"
    assert plain.description.truncation.endswith(" (not applied)")
    assert applied.description.padding == "to 5 tokens, to multiples of 4, with [PAD] (7), at the left end"
    assert plain.encode_stream().feed("ab" * 10) is not None
    assert len(plain.encode("a b c d e", add_special_tokens=True)) > 5
    assert applied != plain and applied.fingerprint == plain.fingerprint


def test_nothing_to_apply(tmp_path):
    tokenizer, _ = load(tmp_path, (None, None), "bert")
    assert tokenizer.truncation is None and tokenizer.padding is None
    assert tokenizer.encode_stream().feed("a") == []


def test_images_and_pickles_keep_them(tmp_path):
    applied, _ = load(tmp_path, (truncation(2), padding({"Fixed": 4})), "none")
    assert applied.encode("a b c") == pickle.loads(pickle.dumps(applied)).encode("a b c")
    assert pickle.loads(pickle.dumps(applied)) == applied
    applied.save(tmp_path / "x.pgv")
    assert polyglyph.Tokenizer.from_file(tmp_path / "x.pgv", apply_file_settings=True) == applied
    assert len(polyglyph.Tokenizer.from_file(tmp_path / "x.pgv").encode("a b c")) > 4


def test_the_cache_serves_both(tmp_path, monkeypatch):
    monkeypatch.setenv("POLYGLYPH_CACHE", str(tmp_path / "cache"))
    load(tmp_path, (truncation(2), None), "none")
    path = tmp_path / "tokenizer.json"
    path.write_text(path.read_text() + " " * 2**18)  # small files are not cached
    for apply in (True, False, True, False):
        tokenizer = polyglyph.Tokenizer.from_file(path, apply_file_settings=apply)
        assert (len(tokenizer.encode("a b c")) == 2) == apply
    assert list((tmp_path / "cache").glob("*.pgv"))


def test_streams_say_no(tmp_path):
    for settings in ((truncation(2), None), (None, padding())):
        tokenizer, _ = load(tmp_path, settings, "none")
        with pytest.raises(polyglyph.Error, match="apply_file_settings"):
            tokenizer.encode_stream()


def test_sizes_without_bound(tmp_path):
    for pad in (padding({"Fixed": 2**40}), padding(multiple=2**40)):
        with pytest.raises(polyglyph.Error, match="apply_file_settings") as info:
            load(tmp_path, (None, pad), "none")
        assert info.value.code == "limit"
        polyglyph.Tokenizer.from_file(tmp_path / "tokenizer.json")
    tokenizer, _ = load(tmp_path, (truncation(2**64 - 1), None), "bert")
    assert tokenizer.encode("ab", add_special_tokens=True)[0] == 0


@pytest.mark.parametrize("settings, place", [
    ((truncation(2, "Longest"), None), "truncation.strategy"), ((truncation(-1), None), "truncation.max_length"),
    ((truncation(2, direction="Up"), None), "truncation.direction"), (({"max_length": 2}, None), "truncation"),
    ((None, padding("Longest")), "padding.strategy"), ((None, padding({"Fixed": "2"})), "padding.strategy.Fixed"),
    ((None, padding(pad_id=2**32)), "padding.pad_id"), ((None, {**padding(), "pad": 1}), "padding"),
], ids=str)
def test_refused(settings, place, tmp_path):
    with pytest.raises(polyglyph.Error, match=place):
        load(tmp_path, settings, "none")
