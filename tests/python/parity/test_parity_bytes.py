"""Text that is not UTF-8: each maximal ill-formed part splits and normalizes as U+FFFD would, but its bytes stay.

The oracle: put U+FFFD for each part, let the reference normalize and split, put the bytes back into the pieces (neither
normalizing nor splitting makes, loses or reorders a U+FFFD), and merge each piece naively.
"""
import random
import re

import pytest
import references
import texts
from compare import assert_holds, builtin, encode_all

_COUNT = 4_000
_REPLACEMENT = "\ufffd".encode()

# Table 3-7 of the Unicode Standard, then the beginnings of its rows: what is a part of its own where no row fits.
_WELL_FORMED = re.compile(
    rb"[\x00-\x7F]|[\xC2-\xDF][\x80-\xBF]|\xE0[\xA0-\xBF][\x80-\xBF]|[\xE1-\xEC\xEE\xEF][\x80-\xBF]{2}|"
    rb"\xED[\x80-\x9F][\x80-\xBF]|\xF0[\x90-\xBF][\x80-\xBF]{2}|[\xF1-\xF3][\x80-\xBF]{3}|\xF4[\x80-\x8F][\x80-\xBF]{2}")
_ILL_FORMED = re.compile(
    rb"\xF0[\x90-\xBF][\x80-\xBF]?|[\xF1-\xF3][\x80-\xBF]{1,2}|\xF4[\x80-\x8F][\x80-\xBF]?|"
    rb"\xE0[\xA0-\xBF]|[\xE1-\xEC\xEE\xEF][\x80-\xBF]|\xED[\x80-\x9F]|[\x80-\xFF]")


def parts(text):
    """The text, and for each U+FFFD of its lossy decoding the bytes that it stands for."""
    lossy, originals, at = [], [], 0
    while at < len(text):
        match = _WELL_FORMED.match(text, at)
        character = match or _ILL_FORMED.match(text, at)
        part = character.group()
        if match is None or part == _REPLACEMENT:
            originals.append(part)
        lossy.append(part if match else _REPLACEMENT)
        at = character.end()
    return b"".join(lossy).decode(), originals


def expected(reference, text):
    lossy, originals = parts(text)
    assert lossy == text.decode(errors="replace")
    originals = iter(originals)
    ids = []
    for piece in reference.pieces(reference.normalize(lossy)):
        ids += references.merge(reference, re.sub(_REPLACEMENT, lambda _: next(originals), piece))
    assert next(originals, None) is None
    return ids


def drawn(reference, seed):
    r = random.Random(seed)
    for _ in range(_COUNT):
        text = bytearray()
        for _ in range(r.randint(1, 4)):
            text += texts.draw(r.choice(["scalars", "hard", "marks", "fragments"]), reference, 1, r.random())[0][:6].encode()
            if r.random() < 0.8:  # cut into it, or put something in that never fits
                at = r.randrange(len(text) + 1)
                roll = r.random()
                if roll < 0.4:
                    del text[at:at + 1]
                elif roll < 0.7:
                    text[at:at] = r.choice([b"\x80", b"\xff", b"\xc0\xaf", b"\xe2\x82", b"\xed\xa0\x80", b"\xf0\x9f\x98",
                                            b"\xf4\x90\x80\x80", b"\xe0\x80", b"\xc3", b"\xf5", b"\xef\xbf\xbd"])
                else:
                    text[at:at] = r.randbytes(2)
        yield bytes(text)


@pytest.mark.parametrize("name", references.BUILTINS)
def test_ids(name):
    tokenizer, reference = builtin(name), references.builtin(name)
    assert_holds(drawn(reference, "ids"), lambda text: tokenizer.encode(text) != expected(reference, text),
                 lambda text: f"  oracle    {expected(reference, text)}\n  polyglyph {tokenizer.encode(text)}")


@pytest.mark.parametrize("name", references.BUILTINS)
def test_decoding_gives_the_bytes_back(name):
    tokenizer, reference = builtin(name), references.builtin(name)
    for text in drawn(reference, "round trip"):
        back = tokenizer.decode_bytes(tokenizer.encode(text))
        if not reference.normalizes:
            assert back == text
        elif back != text:
            # Normalization changed what is well formed, and nothing else.
            lossy, originals = parts(text)
            back_lossy, back_originals = parts(back)
            assert (back_lossy, back_originals) == (reference.normalize(lossy), originals)


@pytest.mark.parametrize("name", references.BUILTINS)
def test_str_and_bytes_agree(name):
    tokenizer, reference = builtin(name), references.builtin(name)
    both = [text for kind in ("scalars", "hard", "marks") for text in texts.draw(kind, reference, 2_000, "str")]
    assert encode_all(tokenizer, both) == encode_all(tokenizer, [text.encode() for text in both])


def test_lone_surrogates_are_replacement_characters():
    tokenizer = builtin("qwen3")
    assert tokenizer.encode("a\ud800b\udfffc\ud83d\ude00") == tokenizer.encode("a\ufffdb\ufffdc\ufffd\ufffd")
