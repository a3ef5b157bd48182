"""The references that polyglyph's ids must equal, each behind the same few methods, read from the owners' files.

A Reference answers for one vocabulary. Ids come as lists of lists, in two modes: "text", in which no control token is
ever recognized (the owner's file with its control tokens taken out of the added tokens), and "parse".
"""
import base64
import functools
import json
import re
from pathlib import Path

import pyarrow
import sentencepiece
import tiktoken
import tiktoken_ext.openai_public
import tokenizers

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "vocab" / "data"

# Proofs and statements in Lean 4.
LEAN = (ROOT / "tests" / "data" / "lean.txt").read_bytes().decode()

# Every built-in, and the owner's file that it is made from.
BUILTINS = {
    "qwen3": "qwen3.json.zst",
    "deepseek-v3": "deepseek-v3.json.zst",
    "gpt-oss": "gpt-oss.json.zst",
    "o200k": "o200k.tiktoken.zst",
    "cl100k": "cl100k.tiktoken.zst",
}


class _Reference:
    @functools.cached_property
    def fragments(self):
        """The entries of the model that are text, to make texts from."""
        found = []
        for token in self.ids:
            try:
                found.append(token.decode())
            except UnicodeDecodeError:
                pass
        return found

    @property
    def control_names(self):
        return list(self.control.values())


def number(text):
    """A number that dump_json spells as `text`: reading one and writing it again could change its last bit."""
    return f"\U0010fffc{text}\U0010fffc"


def load_json(content):
    return json.loads(content, parse_float=number)


def dump_json(value):
    return re.sub(r'"\\udbff\\udffc(.*?)\\udbff\\udffc"', r"\1", json.dumps(value))


class HuggingFaceReference(_Reference):
    """Hugging Face tokenizers on a tokenizer.json, without the truncation and padding that it may carry."""

    def __init__(self, content, is_control=lambda token: True):
        self.file = load_json(content)
        self.file["truncation"] = self.file["padding"] = None
        self.control = {t["id"]: t["content"] for t in self.file["added_tokens"] if is_control(t)}
        self._is_control = is_control

    @functools.cached_property
    def parse(self):
        return tokenizers.Tokenizer.from_str(dump_json(self.file))

    @functools.cached_property
    def names(self):
        """name -> id, of the model's entries alone; the last of several."""
        vocab = self.file["model"]["vocab"]
        return vocab if isinstance(vocab, dict) else {entry[0]: i for i, entry in enumerate(vocab)}

    @functools.cached_property
    def text(self):
        # The reference numbers added tokens itself, so one that is taken out leaves a spelling that no text holds.
        entries = self.names
        ordinary = [{**t, "content": f"\U0010fffd{t['id']}\U0010fffd", "special": False} if self._is_control(t) else t
                    for t in self.file["added_tokens"] if not (self._is_control(t) and t["content"] in entries)]
        template = self.file.get("post_processor")
        # A template names control tokens that this tokenizer no longer has; no test asks for them in this mode.
        if template and re.search("TemplateProcessing|BertProcessing|RobertaProcessing", json.dumps(template)):
            template = None
        return tokenizers.Tokenizer.from_str(
            dump_json({**self.file, "added_tokens": ordinary, "post_processor": template}))

    def encode_batch(self, texts, mode="text", add_special_tokens=False):
        found = getattr(self, mode).encode_batch_fast(texts, add_special_tokens=add_special_tokens)
        return [self._file_ids(encoding.ids, mode) for encoding in found]

    def encode_with_offsets(self, texts, mode="text"):
        """Ids, and spans in characters of the text."""
        found = getattr(self, mode).encode_batch(texts, add_special_tokens=False)
        return [(self._file_ids(encoding.ids, mode), encoding.offsets) for encoding in found]

    @functools.cached_property
    def _renumbered(self):
        """The library numbers added tokens anew when others before them are taken out: id there -> id in the file."""
        return {self.text.token_to_id(t["content"]): t["id"] for t in self.file["added_tokens"]
                if not self._is_control(t)}

    def _file_ids(self, ids, mode):
        if mode == "parse" or not self._renumbered:
            return ids
        return [self._renumbered.get(i, i) for i in ids]

    def decode(self, ids, skip_special_tokens=False):
        return self.parse.decode(ids, skip_special_tokens=skip_special_tokens)

    def normalize(self, text):
        normalizer = self.parse.normalizer
        return text if normalizer is None else normalizer.normalize_str(text)

    @functools.cached_property
    def _splitter(self):
        return byte_level_splitter(self.parse.pre_tokenizer)

    def pieces(self, text):
        """The pieces, as bytes, that a normalized text is split into."""
        return self._splitter(text)

    @functools.cached_property
    def ids(self):
        """bytes -> id, of the model's entries alone."""
        if '"ByteLevel"' not in json.dumps(self.file["pre_tokenizer"]):
            return {name.encode(): i for name, i in self.names.items() if name}
        return {bytes(_FROM_ALPHABET[c] for c in name): i for name, i in self.names.items()
                if all(c in _FROM_ALPHABET for c in name)}

    @functools.cached_property
    def ranks(self):
        """(left bytes, right bytes) -> how early the pair merges; lower is earlier."""
        pairs = (tuple(m.split(" ") if isinstance(m, str) else m) for m in self.file["model"]["merges"])
        return {tuple(bytes(_FROM_ALPHABET[c] for c in side) for side in pair): rank
                for rank, pair in enumerate(pairs)}

    def rank(self, left, right):
        return self.ranks.get((left, right))

    @property
    def whole_pieces_first(self):
        return bool(self.file["model"].get("ignore_merges"))

    @property
    def normalizes(self):
        normalizer = self.file.get("normalizer")
        return bool(normalizer) and normalizer != {"type": "Sequence", "normalizers": []}


class TiktokenReference(_Reference):
    """tiktoken on a rank file. Patterns and control tokens are those that the package itself defines."""

    normalizes = False
    whole_pieces_first = True  # a piece that has a rank is its token: byte_pair_encode is not asked

    def __init__(self, ranks, pattern, special_tokens):
        self.ids = ranks
        self.pattern = pattern
        self.control = {i: name for name, i in special_tokens.items()}
        self.encoding = tiktoken.Encoding("under test", pat_str=pattern, mergeable_ranks=ranks,
                                          special_tokens=special_tokens)

    def encode_batch(self, texts, mode="text", add_special_tokens=False):
        # One by one: its batch calls start a thread a text.
        if mode == "text":
            return [self.encoding.encode_ordinary(text) for text in texts]
        return [self.encoding.encode(text, allowed_special="all") for text in texts]

    def decode(self, ids, skip_special_tokens=False):
        return self.encoding.decode([i for i in ids if not (skip_special_tokens and i in self.control)])

    def normalize(self, text):
        return text

    @functools.cached_property
    def _splitter(self):
        # The same pattern, spelled for Oniguruma, which splits for Hugging Face tokenizers: there `{1,3}+` repeats
        # once more instead of being possessive, and `$` also holds before a newline.
        pattern = self.pattern.replace(r"\p{N}{1,3}+", r"(?>\p{N}{1,3})").replace(r"\s++$", r"\s++\z")
        return byte_level_splitter(tokenizers.pre_tokenizers.Sequence([
            tokenizers.pre_tokenizers.Split(tokenizers.Regex(pattern), "isolated"),
            tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]))

    def pieces(self, text):
        return self._splitter(text)

    def rank(self, left, right):
        return self.ids.get(left + right)


class SentencePieceReference(_Reference):
    """sentencepiece on a .model file. It never finds control pieces in text: "parse" is to encode what is between them."""

    def __init__(self, content):
        self.processor = sentencepiece.SentencePieceProcessor(model_proto=content)
        self.names = [self.processor.IdToPiece(i) for i in range(self.processor.GetPieceSize())]
        self.control = {i: name for i, name in enumerate(self.names)
                        if self.processor.IsControl(i) or self.processor.IsUnknown(i)}
        self.ids = {name.replace("\u2581", " ").encode(): i for i, name in enumerate(self.names)
                    if i not in self.control and not self.processor.IsByte(i)}

    @functools.cached_property
    def _controls(self):
        names = sorted(map(re.escape, self.control_names), key=len, reverse=True)
        return re.compile(f"({'|'.join(names)})")

    def _parse(self, text):
        by_name = {name: i for i, name in self.control.items()}
        ids = []
        for i, part in enumerate(self._controls.split(text)):
            ids += [by_name[part]] if i % 2 else self.processor.EncodeAsIds(part)
        return ids

    def encode_batch(self, texts, mode="text", add_special_tokens=False):
        return [self.processor.EncodeAsIds(text) if mode == "text" else self._parse(text) for text in texts]

    def encode_with_offsets(self, texts):
        """Ids, and spans in characters of a str, in bytes of bytes."""
        found = [self.processor.EncodeAsOffsetMapping(text) for text in texts]
        return [(encoding["ids"], encoding["offsets"]) for encoding in found]

    def decode(self, ids):
        return self.processor.Decode(ids)


def _byte_alphabet():
    """GPT-2's spelling of the 256 bytes: those that print in Latin-1 stand for themselves, the rest follow U+0100."""
    printing = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(256) if b not in printing]
    return {**{chr(b): b for b in printing}, **{chr(256 + i): b for i, b in enumerate(others)}}


_FROM_ALPHABET = _byte_alphabet()
TO_ALPHABET = {byte: character for character, byte in _FROM_ALPHABET.items()}


def byte_level_splitter(pretokenizer):
    def split(text):
        return [bytes(_FROM_ALPHABET[c] for c in piece) for piece, _ in pretokenizer.pre_tokenize_str(text)]
    return split


def read_ranks(content):
    """The content of a .tiktoken file: token bytes -> rank."""
    return {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in content.splitlines())}


# Qwen's tokenization_qwen.py, which tiktoken does not carry.
_QWEN_PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
                 r"\s*[\r\n]+|\s+(?!\S)|\s+")
_QWEN_SPECIAL_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *(f"<|extra_{i}|>" for i in range(205))]


def tiktoken_reference(content, name):
    """`name`: that of an encoding of tiktoken's ("o200k_base", ...), or "qwen"."""
    ranks = read_ranks(content)
    if name == "qwen":
        return TiktokenReference(ranks, _QWEN_PATTERN,
                                 {token: len(ranks) + i for i, token in enumerate(_QWEN_SPECIAL_TOKENS)})
    # The package's own definition of the encoding, with the ranks from here instead of from the network.
    module = tiktoken_ext.openai_public
    load, module.load_tiktoken_bpe = module.load_tiktoken_bpe, lambda *_, **__: ranks
    try:
        definition = module.ENCODING_CONSTRUCTORS[name]()
    finally:
        module.load_tiktoken_bpe = load
    return TiktokenReference(ranks, definition["pat_str"], definition["special_tokens"])


def read_data(file):
    with pyarrow.input_stream(str(DATA / file), compression="zstd") as stream:
        return stream.read()


@functools.cache
def builtin(name):
    """The reference of a built-in. All the added tokens of the five are control tokens."""
    file = BUILTINS[name]
    content = read_data(file)
    return tiktoken_reference(content, f"{name}_base") if ".tiktoken" in file else HuggingFaceReference(content)


def merge(reference, piece):
    """The naive oracle: the ids of one piece, by merging the earliest pair again and again."""
    if reference.whole_pieces_first and piece in reference.ids:
        return [reference.ids[piece]]
    parts = [piece[i:i + 1] for i in range(len(piece))]
    while True:
        ranked = [(rank, i) for i in range(len(parts) - 1)
                  if (rank := reference.rank(parts[i], parts[i + 1])) is not None]
        if not ranked:
            return [reference.ids[part] for part in parts]
        _, i = min(ranked)
        parts[i:i + 2] = [parts[i] + parts[i + 1]]
