"""verify: do two tokenizers give the same ids, and where do they part if not?

Either side may be a tokenizer of another library. Comparing and shrinking is done in C++ on ids alone; where two of our
own part, C++ also knows the stage. What another library can tell of its stages is asked for here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

from ._polyglyph import Tokenizer, _compare_functions, _compare_tokenizers, _probe_texts
from .values import Difference, Error


class _Side:
    """One of the two: how it encodes, and how it normalizes and splits a text where it can tell."""

    name = "the function"

    def encode(self, text: str) -> Iterable[int]:
        raise NotImplementedError

    def normalize(self, text: str) -> str | None:
        return None

    def spans(self, text: str) -> list[tuple[int, int]] | None:
        """Where the pieces are, in characters of a text that normalizing leaves alone."""
        return None


class _Polyglyph(_Side):
    name = "polyglyph"

    def __init__(self, tokenizer: Tokenizer, special_tokens: Any, add_special_tokens: bool) -> None:
        self.tokenizer = tokenizer
        self.options = {"special_tokens": special_tokens, "add_special_tokens": add_special_tokens}

    def encode(self, text: str) -> Iterable[int]:
        return self.tokenizer.encode(text, **self.options)

    def normalize(self, text: str) -> str | None:
        sections = self.tokenizer.trace(text, **self.options)
        return None if any(s.added_token for s in sections) else "".join(s.normalized for s in sections)

    def spans(self, text: str) -> list[tuple[int, int]] | None:
        raw = text.encode(errors="replace")
        place = lambda at: len(raw[:at].decode(errors="ignore"))  # noqa: E731
        pieces = [piece for section in self.tokenizer.trace(text, **self.options) for piece in section.pieces]
        return [(place(piece.begin), place(piece.end)) for piece in pieces]


class _HuggingFace(_Side):
    name = "tokenizers"

    def __init__(self, tokenizer: Any, special_tokens: Any, add_special_tokens: bool) -> None:
        if special_tokens != "parse":
            raise Error('Hugging Face tokenizers always find their added tokens; say special_tokens="parse"')
        self.tokenizer = tokenizer
        self.add_special_tokens = add_special_tokens

    def encode(self, text: str) -> Iterable[int]:
        return self.tokenizer.encode(text, add_special_tokens=self.add_special_tokens).ids

    def normalize(self, text: str) -> str | None:
        return self.tokenizer.normalizer.normalize_str(text) if self.tokenizer.normalizer else text

    def spans(self, text: str) -> list[tuple[int, int]] | None:
        if self.tokenizer.pre_tokenizer is None:
            return [(0, len(text))] if text else []
        return [span for _, span in self.tokenizer.pre_tokenizer.pre_tokenize_str(text)]


class _Tiktoken(_Side):
    name = "tiktoken"

    def __init__(self, encoding: Any, special_tokens: Any, add_special_tokens: bool) -> None:
        self.encoding = encoding
        self.allowed = "all" if special_tokens == "parse" else set()

    def encode(self, text: str) -> Iterable[int]:
        return self.encoding.encode(text, allowed_special=self.allowed, disallowed_special=())

    def normalize(self, text: str) -> str | None:
        return text


class _SentencePiece(_Side):
    name = "sentencepiece"

    def __init__(self, processor: Any, special_tokens: Any, add_special_tokens: bool) -> None:
        if special_tokens != "text":
            raise Error('sentencepiece never finds its control pieces in text; say special_tokens="text"')
        self.processor = processor

    def encode(self, text: str) -> Iterable[int]:
        return self.processor.EncodeAsIds(text)

    def normalize(self, text: str) -> str | None:
        return self.processor.Normalize(text)


class _Function(_Side):
    def __init__(self, function: Callable[[str], Iterable[int]], special_tokens: Any, add_special_tokens: bool) -> None:
        self.encode = function  # type: ignore[method-assign]


def _kind_of(tokenizer: Any) -> type[_Side]:
    """By what it can do, so that no other library need be installed."""
    if isinstance(tokenizer, Tokenizer):
        return _Polyglyph
    for kind, attributes in (
        (_Tiktoken, ("encode_ordinary", "special_tokens_set")),
        (_SentencePiece, ("EncodeAsIds", "Normalize")),
        (_HuggingFace, ("pre_tokenizer", "normalizer", "encode")),
    ):
        if all(hasattr(tokenizer, attribute) for attribute in attributes):
            return kind
    if callable(tokenizer):
        return _Function
    raise TypeError(f"no tokenizer that verify knows, and no function from str to ids: {type(tokenizer).__name__}")


def _explained(difference: Difference, left: _Side, right: _Side) -> Difference:
    text = difference.text

    def say(stage: str, verb: str, a: object, b: object) -> Difference:
        explanation = f"the left one ({left.name}) {verb} {a}, the right one ({right.name}) {verb} {b}"
        return difference._replace(stage=stage, explanation=explanation)

    normalized = left.normalize(text), right.normalize(text)
    if None in normalized:
        return difference
    if normalized[0] != normalized[1]:
        return say("normalizer", "makes", ascii(normalized[0]), ascii(normalized[1]))
    if normalized[0] != text:
        return difference
    spans = left.spans(text), right.spans(text)
    if spans[0] is None or spans[1] is None:
        return difference
    pieces = [[text[begin:end] for begin, end in side] for side in (spans[0], spans[1])]
    if pieces[0] != pieces[1]:
        return say("pretokenizer", "cuts", pieces[0], pieces[1])
    return say("model", "gives", difference.left, difference.right)


def verify(
    left: Any,
    right: Any,
    texts: Iterable[str] | None = None,
    special_tokens: Literal["text", "parse", "reject"] | None = None,
    add_special_tokens: bool = False,
    progress: Callable[[int, int | None], object] | None = None,
) -> Difference | None:
    """The first Difference in ids between two tokenizers, on the smallest text that shows it; None if there is none.

    left and right are each a polyglyph.Tokenizer, a tokenizer of Hugging Face tokenizers or transformers, a
    tiktoken.Encoding, a sentencepiece.SentencePieceProcessor, or a function from a str to ids.

    texts are what they are compared on; None: a built-in set of every assigned character in context, the places where
    tokenizers are known to part, and all tokens of the polyglyph.Tokenizers among the two.

    special_tokens None is "parse" where a Hugging Face tokenizer is one of the two, which can do no other, else "text".
    progress is called with the number of texts that are done and the number of all, None where that is not known.
    """
    left, right = (getattr(side, "backend_tokenizer", side) for side in (left, right))  # of transformers
    kinds = _kind_of(left), _kind_of(right)
    if special_tokens is None:
        special_tokens = "parse" if _HuggingFace in kinds else "text"
    ours = [side if isinstance(side, Tokenizer) else None for side in (left, right)]
    sides = [kind(side, special_tokens, add_special_tokens) for kind, side in zip(kinds, (left, right))]
    if texts is None:
        texts = _probe_texts(*ours)
    total = len(texts) if hasattr(texts, "__len__") else None
    for done, text in enumerate(texts, 1):
        if ours[0] is not None and ours[1] is not None:
            difference = _compare_tokenizers(ours[0], ours[1], text, special_tokens, add_special_tokens)
        else:
            difference = _compare_functions(sides[0].encode, sides[1].encode, text)
            difference = difference and _explained(difference, *sides)
        if difference is not None:
            return difference
        if progress is not None:
            progress(done, total)
    return None
