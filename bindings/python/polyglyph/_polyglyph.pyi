# The types of the extension module. What each class and method does is in its docstring: help(polyglyph.Tokenizer).
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, Protocol, SupportsIndex, TypeAlias, final, overload

import numpy as np
from numpy.typing import NDArray

from .values import (
    AddedToken,
    Chunk,
    Context,
    Description,
    Difference,
    Encoding,
    PackedBins,
    PackReport,
    Padding,
    PairEncoding,
    ShardSummary,
    TraceSection,
    Truncation,
)

__version__: str

def _tokenizer_from_image(image: bytes, apply_file_settings: bool) -> Tokenizer: ...
def add_tokens(
    tokenizer: Tokenizer,
    contents: Iterable[_Text],
    special: bool = False,
    single_word: bool = False,
    normalized: bool = False,
    lstrip: bool = False,
    rstrip: bool = False,
) -> tuple[Tokenizer, NDArray[np.int64]]: ...
def prune(tokenizer: Tokenizer, keep: _Ids) -> tuple[Tokenizer, NDArray[np.int64]]: ...
def extend(tokenizer: Tokenizer, other: Tokenizer) -> tuple[Tokenizer, NDArray[np.int64]]: ...
def unreachable_tokens(tokenizer: Tokenizer) -> list[tuple[int, str]]: ...
def _compare_tokenizers(
    left: Tokenizer, right: Tokenizer, text: _Text, special_tokens: _SpecialTokens, add_special_tokens: bool
) -> Difference | None: ...
def _compare_functions(
    left: Callable[[str], _Ids], right: Callable[[str], _Ids], text: _Text
) -> Difference | None: ...
def _pack_plan(*arguments: Any) -> PackPlan: ...
def _shard(*arguments: Any) -> ShardSummary: ...
def _probe_texts(left: Tokenizer | None, right: Tokenizer | None) -> list[str]: ...

class _ArrowArray(Protocol):
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

class _ArrowStream(Protocol):
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

_Text: TypeAlias = str | bytes
_Texts: TypeAlias = Iterable[_Text] | _ArrowArray | _ArrowStream
_Ids: TypeAlias = Iterable[SupportsIndex] | NDArray[np.integer[Any]]
_Path: TypeAlias = str | bytes | os.PathLike[str] | os.PathLike[bytes]
_SpecialTokens: TypeAlias = Literal["text", "parse", "reject"]
_Unit: TypeAlias = Literal["chars", "bytes", "utf16"]
_Side: TypeAlias = Literal["right", "left"]
_Whole: TypeAlias = Literal["grapheme", "character", "byte"]
_Boundary: TypeAlias = Literal["sentence", "paragraph", "markdown", "code", "token"]
_Unknown: TypeAlias = Literal["error", "skip"]

@final
class Tokenizer:
    @staticmethod
    def from_file(
        path: _Path,
        pattern: str | None = None,
        special_tokens: Mapping[str, int] | None = None,
        cache: bool = True,
        verify: bool = False,
        apply_file_settings: bool = False,
    ) -> Tokenizer: ...
    @staticmethod
    def from_pretrained(
        model: str | os.PathLike[str],
        revision: str | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
        download: bool = False,
    ) -> Tokenizer: ...
    @staticmethod
    def builtin(name: str) -> Tokenizer: ...
    @staticmethod
    def builtins() -> list[str]: ...
    def save(self, path: _Path) -> None: ...
    def encode(
        self, text: _Text, special_tokens: _SpecialTokens = "text", add_special_tokens: bool = False
    ) -> list[int]: ...
    def encode_array(
        self, text: _Text, special_tokens: _SpecialTokens = "text", add_special_tokens: bool = False
    ) -> NDArray[np.uint32]: ...
    def encode_with_offsets(
        self,
        text: _Text,
        unit: _Unit | None = None,
        special_tokens: _SpecialTokens = "text",
        add_special_tokens: bool = False,
    ) -> Encoding: ...
    def encode_pair(
        self,
        first: _Text,
        second: _Text | None = None,
        unit: _Unit | None = None,
        special_tokens: _SpecialTokens = "text",
        add_special_tokens: bool = False,
    ) -> PairEncoding: ...
    def encode_batch(
        self,
        texts: _Texts,
        special_tokens: _SpecialTokens = "text",
        add_special_tokens: bool = False,
        threads: int = 0,
    ) -> Batch: ...
    def encode_stream(
        self, special_tokens: _SpecialTokens = "text", add_special_tokens: bool = False
    ) -> EncodeStream: ...
    def trace(
        self, text: _Text, special_tokens: _SpecialTokens = "text", add_special_tokens: bool = False
    ) -> list[TraceSection]: ...
    def count(
        self, text: _Text, special_tokens: _SpecialTokens = "text", add_special_tokens: bool = False
    ) -> int: ...
    def count_batch(
        self,
        texts: _Texts,
        special_tokens: _SpecialTokens = "text",
        add_special_tokens: bool = False,
        threads: int = 0,
    ) -> NDArray[np.int64]: ...
    def fits(
        self,
        text: _Text,
        limit: SupportsIndex,
        special_tokens: _SpecialTokens = "text",
        add_special_tokens: bool = False,
    ) -> bool: ...
    @overload
    def truncate(
        self,
        text: str,
        limit: SupportsIndex,
        side: _Side = "right",
        whole: Literal["grapheme", "character"] = "grapheme",
        special_tokens: _SpecialTokens = "text",
        add_special_tokens: bool = False,
    ) -> str: ...
    @overload
    def truncate(
        self,
        text: bytes,
        limit: SupportsIndex,
        side: _Side = "right",
        whole: _Whole = "grapheme",
        special_tokens: _SpecialTokens = "text",
        add_special_tokens: bool = False,
    ) -> bytes: ...
    @overload
    def head_tail(
        self,
        text: str,
        limit: SupportsIndex,
        head: float = 0.5,
        marker: _Text = "\n…\n",
        whole: Literal["grapheme", "character"] = "grapheme",
        special_tokens: _SpecialTokens = "text",
        add_special_tokens: bool = False,
    ) -> str: ...
    @overload
    def head_tail(
        self,
        text: bytes,
        limit: SupportsIndex,
        head: float = 0.5,
        marker: _Text = "\n…\n",
        whole: _Whole = "grapheme",
        special_tokens: _SpecialTokens = "text",
        add_special_tokens: bool = False,
    ) -> bytes: ...
    def chunk(
        self,
        text: _Text,
        max_tokens: SupportsIndex,
        overlap: SupportsIndex = 0,
        boundary: _Boundary = "sentence",
        locale: str = "",
        special_tokens: _SpecialTokens = "text",
        add_special_tokens: bool = False,
    ) -> list[Chunk]: ...
    def chunk_stream(
        self,
        max_tokens: SupportsIndex,
        overlap: SupportsIndex = 0,
        boundary: _Boundary = "sentence",
        locale: str = "",
        special_tokens: _SpecialTokens = "text",
        add_special_tokens: bool = False,
    ) -> ChunkStream: ...
    def fit_context(
        self,
        system: _Text,
        chunks: _Texts,
        query: _Text,
        limit: SupportsIndex = 131072,
        reserve: SupportsIndex = 0,
        separator: _Text = "\n\n",
        order: Literal["stable", "given"] = "stable",
        previous: _Texts = (),
        native_context: SupportsIndex = 32768,
        special_tokens: _SpecialTokens = "text",
        add_special_tokens: bool = False,
    ) -> Context: ...
    def decode(
        self, ids: _Ids, skip_special_tokens: bool = False, errors: str = "replace", unknown: _Unknown = "error"
    ) -> str: ...
    def decode_bytes(
        self, ids: _Ids, skip_special_tokens: bool = False, unknown: _Unknown = "error"
    ) -> bytes: ...
    def decode_batch(
        self,
        batch: Batch | Iterable[_Ids],
        skip_special_tokens: bool = False,
        errors: str = "replace",
        unknown: _Unknown = "error",
    ) -> list[str]: ...
    def decode_stream(self, skip_special_tokens: bool = False, unknown: _Unknown = "error") -> DecodeStream: ...
    def token_to_id(self, token: _Text) -> int | None: ...
    def id_to_token(self, id: SupportsIndex) -> str | None: ...
    def token_bytes(self, id: SupportsIndex) -> bytes: ...
    @property
    def vocab_size(self) -> int: ...
    @property
    def special_tokens(self) -> dict[str, int]: ...
    @property
    def roles(self) -> dict[str, int]: ...
    @property
    def chat_templates(self) -> dict[str, str]: ...
    @property
    def added_tokens(self) -> list[AddedToken]: ...
    @property
    def truncation(self) -> Truncation | None: ...
    @property
    def padding(self) -> Padding | None: ...
    @property
    def applies_file_settings(self) -> bool: ...
    @property
    def description(self) -> Description: ...
    @property
    def fingerprint(self) -> str: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Tokenizer: ...
    def __deepcopy__(self, memo: object) -> Tokenizer: ...
    def __reduce__(self) -> tuple[Callable[[bytes, bool], Tokenizer], tuple[bytes, bool]]: ...

@final
class Batch:
    def __new__(cls, ids: NDArray[np.uint32], row_splits: NDArray[np.int64]) -> Batch: ...
    @property
    def ids(self) -> NDArray[np.uint32]: ...
    @property
    def row_splits(self) -> NDArray[np.int64]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> NDArray[np.uint32]: ...
    def __iter__(self) -> Iterator[NDArray[np.uint32]]: ...
    def __eq__(self, other: object) -> bool: ...
    def __reduce__(self) -> tuple[type[Batch], tuple[NDArray[np.uint32], NDArray[np.int64]]]: ...
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

@final
class EncodeStream:
    def feed(self, text: _Text) -> list[int]: ...
    def finish(self) -> list[int]: ...
    @property
    def pending(self) -> int: ...

@final
class ChunkStream:
    def feed(self, text: _Text) -> list[Chunk]: ...
    def finish(self) -> list[Chunk]: ...

@final
class DecodeStream:
    def step(self, id: SupportsIndex) -> str: ...
    def finish(self) -> str: ...
    @property
    def pending(self) -> bytes: ...
    def copy(self) -> DecodeStream: ...
    def __copy__(self) -> DecodeStream: ...
    def __deepcopy__(self, memo: object) -> DecodeStream: ...

_Lengths: TypeAlias = Batch | Sequence[int] | NDArray[np.integer]
_Strategy: TypeAlias = Literal["best_fit", "first_fit", "sequential", "concat"]
_Overlong: TypeAlias = Literal["split", "truncate", "drop", "error"]

@final
class PackPlan:
    @property
    def bin_offsets(self) -> NDArray[np.int64]: ...
    @property
    def document(self) -> NDArray[np.int64]: ...
    @property
    def start(self) -> NDArray[np.int64]: ...
    @property
    def length(self) -> NDArray[np.int64]: ...
    @property
    def capacity(self) -> int: ...
    @property
    def report(self) -> PackReport: ...
    def __len__(self) -> int: ...
    def materialize(
        self,
        ids: Batch | NDArray[np.integer] | Iterable[Sequence[int] | NDArray[np.integer]],
        row_splits: NDArray[np.integer] | None = None,
        bins: int | slice | range | None = None,
        pad_id: int = 0,
        positions: Literal["restart", "continue"] = "restart",
        labels: Literal["same", "next"] = "same",
        loss_mask: NDArray[np.generic] | Sequence[bool] | None = None,
    ) -> PackedBins: ...
    def __reduce__(self) -> tuple[Callable[..., PackPlan], tuple[Any, ...]]: ...
    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...

@final
class PackStream:
    def __init__(
        self,
        capacity: int = 131072,
        strategy: _Strategy = "best_fit",
        overlong: _Overlong = "split",
        max_documents: int | None = None,
        pad_each_to: int = 1,
        pad_total_to: int = 1,
        open_bins: int = 1024,
    ) -> None: ...
    def add(self, lengths: int | Sequence[int] | NDArray[np.integer]) -> None: ...
    def finish(self) -> None: ...
    def take(self) -> PackPlan: ...

def pack(
    lengths: _Lengths,
    capacity: int = 131072,
    strategy: _Strategy = "best_fit",
    overlong: _Overlong = "split",
    max_documents: int | None = None,
    pad_each_to: int = 1,
    pad_total_to: int = 1,
    seed: int | None = None,
) -> PackPlan: ...
def loss_mask(
    offsets: NDArray[np.integer], spans: Iterable[tuple[int, int, str]], roles: str | Iterable[str] = "assistant"
) -> NDArray[np.uint8]: ...
