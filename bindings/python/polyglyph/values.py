"""The plain values that polyglyph returns, and its one exception."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Error(ValueError):
    """What polyglyph raises: one line that says what is wrong, where, and what to do next.

    Text never raises it, unless special_tokens="reject" asks for that.
    """

    code: str
    """"io", "malformed", "unsupported", "limit", "not_found", "unknown_id", "control_token" or "invalid_argument"."""

    where: str
    """The file, field, line, byte or argument; empty where there is none. It is part of the message already."""

    def __init__(self, message: str, code: str = "invalid_argument", where: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.where = where


class Encoding(NamedTuple):
    """Token ids with the place each came from: ids[i] was read from text[offsets[i][0]:offsets[i][1]]."""

    ids: NDArray[np.uint32]
    """Of shape (n,)."""
    offsets: NDArray[np.int64]
    """Of shape (n, 2): begin and end, in the unit that was asked for."""


class PairEncoding(NamedTuple):
    """One text or two as one input of a model. The arrays are all of one length, n."""

    ids: NDArray[np.uint32]
    """Of shape (n,)."""
    type_ids: NDArray[np.uint32]
    """Of shape (n,): the segment each token belongs to, by the vocabulary's template ("token_type_ids")."""
    sequence_ids: NDArray[np.int8]
    """Of shape (n,): 0 where a token was read from the first text, 1 from the second, -1 where from neither."""
    offsets: NDArray[np.int64]
    """Of shape (n, 2): begin and end in the text of that number; 0 and 0 in neither."""
    attention_mask: NDArray[np.uint8]
    """Of shape (n,): 0 where from_file's apply_file_settings padded, else 1."""


class Truncation(NamedTuple):
    """What a tokenizer.json says about truncation; applied only with from_file's apply_file_settings."""

    max_length: int
    """Tokens at most, those of the vocabulary's template included."""
    stride: int
    """Of overflowing parts, which polyglyph does not give out."""
    strategy: str
    """"longest_first", "only_first" or "only_second": which of two texts is shortened."""
    direction: str
    """"left" or "right": where tokens are cut off."""


class Padding(NamedTuple):
    """What a tokenizer.json says about padding; applied only with from_file's apply_file_settings."""

    length: int | None
    """None: as long as the longest of a batch."""
    multiple_of: int
    """0: any length."""
    pad_id: int
    pad_type_id: int
    pad_token: str
    direction: str
    """"left" or "right": where tokens are added."""


class TracePiece(NamedTuple):
    """What the splitter cut and the model took, or an added token found in the normalized text."""

    bytes: bytes
    """What the model was given."""
    begin: int
    end: int
    """The bytes of the UTF-8 of the text that it was made from."""
    ids: list[int]
    added_token: bool


class TraceSection(NamedTuple):
    """An added token that the text spells, or the text between two of them."""

    begin: int
    end: int
    """In bytes of the UTF-8 of the text."""
    normalized: str
    """What normalizing made of it; of an added token, its content."""
    pieces: list[TracePiece]
    added_token: bool


class Difference(NamedTuple):
    """Where two tokenizers part, on the smallest text that was found to show it."""

    text: str
    left: list[int]
    right: list[int]
    """The ids of the two."""
    stage: str
    """Where they part first: "special tokens", "added tokens", "normalizer", "pretokenizer", "model", "numbering" (the
    same tokens under other ids), or "unknown" where nothing but ids is known of one of the two."""
    explanation: str
    """What each does with the text at that stage; empty where nothing is known."""
    character: str
    """The newest character of the part that is treated differently: tables differ first in what is new."""
    category: str
    """Its general category in Unicode 16.0."""
    age: str
    """The version of Unicode that assigned it; "5.0" for that and all before; empty if none has."""


class AddedToken(NamedTuple):
    """A token matched in the text before any splitting. The fields are those of tokenizer.json."""

    id: int
    content: str
    """What is spelled in the text."""
    single_word: bool
    """Matches only between characters that are not part of a word."""
    lstrip: bool
    """Takes the whitespace before it along."""
    rstrip: bool
    """Takes the whitespace after it along."""
    normalized: bool
    """Matched after normalization, otherwise before."""
    special: bool
    """The file says so; skip_special_tokens leaves these out."""
    control: bool
    """The argument special_tokens decides over it."""


class Description(NamedTuple):
    """What a tokenizer is, for people and for comparing two of them."""

    name: str
    """The built-in's name, or the file's."""
    format: str
    """"tokenizer.json" or "tiktoken": what it was loaded from at first."""
    model: str
    reference: str
    """The library and version whose ids are matched."""
    normalizer: str
    splitter: str
    """The steps of the pretokenizer, with their patterns."""
    scanner: str
    """How the splitter runs."""
    encoder: str
    """How a piece of text becomes ids, and why."""
    class_unicode_version: str
    """Of the character classes in patterns."""
    normal_unicode_version: str
    """Of normalization; empty where nothing is normalized."""
    prefix: str
    """What add_special_tokens puts in front, spelled as tokens; empty for nothing."""
    suffix: str
    """What it puts behind."""
    truncation: str
    """What the file's settings say and whether that is applied; empty where they say nothing."""
    padding: str
    vocab_size: int
    """One more than the largest id."""
    model_entries: int
    merges: int
    added_tokens: int
    control_tokens: int
    unreachable: int
    """Entries that no text is ever encoded to by merging."""
    image_bytes: int
    fingerprint: str
    """Hex; equal for tokenizers that were built from the same content."""


class Chunk(NamedTuple):
    """A part of a text, from Tokenizer.chunk or a ChunkStream."""

    begin: int
    end: int
    """Where it lies in the whole text: characters of a str, bytes of bytes."""
    tokens: int
    """Of the chunk encoded by itself."""
    text: str | bytes
    """What the chunk holds, of the type of the whole."""


class ContextPart(NamedTuple):
    """A text that gives a stretch of a context's ids when it is encoded by itself with these special tokens."""

    text: str | bytes
    """A str; bytes where the query is, or where this is not UTF-8."""
    special_tokens: str
    """"text" or "parse"."""
    tokens: int
    safe_as_text: bool
    """Whether it gives the same ids to who finds control tokens in text, as many servers do."""


class Context(NamedTuple):
    """What Tokenizer.fit_context chose for one request."""

    ids: NDArray[np.uint32]
    """Of shape (n,)."""
    chosen: list[int]
    """The chunks that fit, by their number, in the order in which they stand."""
    left_out: list[int]
    """The others, ascending."""
    parts: list[ContextPart]
    """What was encoded, put together wherever the text put together has the same ids, which was checked."""
    yarn_factor: int
    """1, 2 or 4: the smallest YaRN factor with which the model reads the ids and the reserve."""

    @property
    def text(self) -> str | bytes | None:
        """The whole as one text that has these ids however it is read; None where the ids must be sent, because a chunk spells
        a control token or no one text has them."""
        return self.parts[0].text if len(self.parts) == 1 and self.parts[0].safe_as_text else None


class PackReport(NamedTuple):
    """How well a plan fills its bins, and what it did to documents."""

    documents: int
    empty_documents: int
    """Of no tokens: they lie nowhere."""
    split_documents: int
    """That lie in more than one piece."""
    truncated_documents: int
    dropped_documents: int
    tokens: int
    """That lie in bins."""
    truncated_tokens: int
    dropped_tokens: int
    bins: int
    lower_bound: int
    """No plan for these pieces has fewer bins."""
    fill: float
    """Tokens by the places of all bins, 0 to 1."""


class ShardProgress(NamedTuple):
    """How far polyglyph.shard has come."""

    bytes: int
    """Of the inputs, as they lie on the disk, that have been read."""
    total_bytes: int
    """0 where nobody knows, as of Parquet."""
    documents: int
    tokens: int
    shards: int
    checking: bool
    """Reading again what a run before this one has done."""


class ShardSummary(NamedTuple):
    """What polyglyph.shard has made."""

    shards: int
    documents: int
    """With at least one token."""
    empty_documents: int
    """Without, which lie nowhere."""
    skipped_rows: int
    tokens: int
    """That were written."""
    pack: PackReport | None
    """Of all shards; None if they were not packed."""
    shards_before: int
    """Of the shards, those that runs before this one have made."""


class PackedBins(NamedTuple):
    """A model's inputs for the bins of a plan, laid end to end.

    inputs(b) gives those of one bin as a dictionary of views, without copying.
    """

    token_offsets: NDArray[np.int64]
    """Of shape (bins + 1,): bin b has the places token_offsets[b] to token_offsets[b + 1]."""
    sequence_offsets: NDArray[np.int64]
    """Of shape (bins + 1,): its sequences are its pieces and, where it is filled up, one more of padding alone."""
    input_ids: NDArray[np.int64]
    """Of shape (places,), as are the next four."""
    position_ids: NDArray[np.int64]
    labels: NDArray[np.int64]
    """-100 where no loss is due: at the first token of a piece, at padding, and where loss_mask said so."""
    loss_mask: NDArray[np.uint8]
    """1 where labels has a token."""
    seq_idx: NDArray[np.int32]
    """The sequence in its bin, from 0; -1 for padding."""
    cu_seqlens: NDArray[np.int32]
    """Those of bin b begin at sequence_offsets[b] + b: tokens in front of each sequence, and in all."""
    cu_seqlens_padded: NDArray[np.int32]
    """The same in places. A kernel that takes one of the two takes this one, which ends where the bin ends."""
    max_seqlen: NDArray[np.int32]
    """Of shape (bins,): places of the longest sequence."""

    def inputs(self, bin: int) -> dict[str, NDArray[np.generic] | int]:
        """The arrays of one bin, by name: views of shape (places,) or (sequences + 1,), and max_seqlen."""
        bins = len(self.max_seqlen)
        if not -bins <= bin < bins:
            raise IndexError(f"there are {bins} bins")
        bin %= bins
        places = slice(self.token_offsets[bin], self.token_offsets[bin + 1])
        borders = slice(self.sequence_offsets[bin] + bin, self.sequence_offsets[bin + 1] + bin + 1)
        return {
            **{name: getattr(self, name)[places] for name in ("input_ids", "position_ids", "labels", "loss_mask", "seq_idx")},
            **{name: getattr(self, name)[borders] for name in ("cu_seqlens", "cu_seqlens_padded")},
            "max_seqlen": int(self.max_seqlen[bin]),
        }
