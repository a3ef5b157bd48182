"""Budgets: what is left fits, is the most that does, and is the same however long the text is that it is cut from."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import polyglyph

SAMPLES = Path(__file__).parents[2] / "samples"
LANGUAGES = ["en", "th", "ko", "zh", "ar", "hi", "de"]
FAMILY = "👩‍👩‍👧"


@pytest.mark.parametrize(
    ("text", "limit", "options", "left"),
    [
        ("", 1, {}, ""),
        ("Hello, world", 3, {}, "Hello, world"),
        ("Hello, world", 2, {}, "Hello,"),
        ("Hello, world", 1, {"side": "left"}, " world"),
        (b"Hello, world", 2, {}, b"Hello,"),
        (f"a{FAMILY}b", 3, {}, "a"),
        (f"a{FAMILY}b", 4, {"whole": "character"}, "a👩\u200d"),
        ("𒀀".encode(), 1, {"whole": "byte"}, "𒀀".encode()[:3]),
        ("one \ud800 two", 2, {}, "one \ud800"),
    ],
)
def test_truncate(qwen3, text, limit, options, left):
    assert qwen3.truncate(text, limit, **options) == left


@given(text=st.text(), limit=st.integers(1, 40), side=st.sampled_from(["right", "left"]))
def test_what_is_left_is_an_end_and_fits(qwen3, text, limit, side):
    left = qwen3.truncate(text, limit, side=side)
    assert text.startswith(left) if side == "right" else text.endswith(left)
    assert qwen3.count(left) <= limit
    if qwen3.fits(text, limit):
        assert left is text
    both = qwen3.head_tail(text, limit + 3, marker="…")
    assert qwen3.count(both) <= limit + 3
    assert both == text or "…" in both


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("limit", [1, 100, 3000])
def test_a_long_str_is_cut_as_its_bytes_are(qwen3, language, limit):
    text = (SAMPLES / f"{language}.txt").read_text(encoding="utf-8")
    text = "é" + text * (400_000 // len(text)) + "é"
    utf8 = text.encode()
    for side in ("right", "left"):
        assert qwen3.truncate(text, limit, side=side).encode() == qwen3.truncate(utf8, limit, side=side)
    assert qwen3.head_tail(text, limit + 10).encode() == qwen3.head_tail(utf8, limit + 10)
    count = qwen3.count(text)
    assert [qwen3.fits(text, n) for n in (limit, count - 1, count, 10**30)] == [False, False, True, True]


@pytest.mark.parametrize("text", ["é" + " " * 3_000_000, "é" + "\u0301" * 3_000_000, "é" * 3_000_000, "漢" + "a" * 3_000_000])
def test_one_long_piece(qwen3, text):
    assert qwen3.count(qwen3.truncate(text, 50)) <= 50
    assert qwen3.count(qwen3.head_tail(text, 50)) <= 50


def test_head_tail(qwen3):
    text = "one two three four five six seven"
    assert qwen3.head_tail(text, 6) == "one two\n…\n six seven"
    assert qwen3.head_tail(text, 7) is text
    assert qwen3.head_tail(text.encode(), 6, head=1, marker="...") == b"one two three four five..."
    assert qwen3.head_tail(text, 6, head=0, marker=b"...") == "... three four five six seven"


def test_added_special_tokens_count(qwen3):
    cut = qwen3.truncate("one two three four", 3, add_special_tokens=True)
    assert qwen3.count(cut, add_special_tokens=True) <= 3


def test_a_control_token_is_refused_only_in_what_is_left(qwen3):
    text = "one two <|im_end|>"
    assert qwen3.truncate(text, 2, special_tokens="reject") == "one two"
    with pytest.raises(polyglyph.Error, match=r"<\|im_end\|>"):
        qwen3.truncate(text, 100, special_tokens="reject")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda tok: tok.truncate("a", 0), "limit: it is 0"),
        (lambda tok: tok.truncate("a", -3), "limit: it is negative"),
        (lambda tok: tok.head_tail("a", 0), "limit: it is 0"),
        (lambda tok: tok.head_tail("a", -1), "limit: it is negative"),
        (lambda tok: tok.head_tail("a", 1, head=1.5), "head: it is no share"),
        (lambda tok: tok.head_tail("a", 1, head=float("nan")), "head: it is no share"),
        (lambda tok: tok.head_tail("one two three", 1, marker="one two"), "marker: it takes 2"),
        (lambda tok: tok.truncate("a", 1, whole="byte"), "whole: a str has no bytes"),
        (lambda tok: tok.truncate("a", 1, whole="word"), "whole: 'word' has no meaning"),
        (lambda tok: tok.truncate("a", 1, side="top"), "side: 'top' has no meaning"),
    ],
)
def test_budgets_without_meaning(qwen3, call, message):
    with pytest.raises(polyglyph.Error, match=message):
        call(qwen3)


def test_wrong_types(qwen3):
    for text in (None, 3, ["a"]):
        with pytest.raises(TypeError):
            qwen3.truncate(text, 1)
    for limit in (None, 1.5, "1"):
        with pytest.raises(TypeError):
            qwen3.truncate("a", limit)
