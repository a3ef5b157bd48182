"""shard: files of text turned into files of token ids, for training.

Reading JSON lines and text, encoding, packing, and writing Megatron's and numpy's files is done in C++. Parquet is read,
and Arrow and Parquet are written, by pyarrow (pip install 'polyglyph[arrow]').
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from ._polyglyph import Tokenizer, _shard
from .values import Error, ShardProgress, ShardSummary

_Path = str | bytes | os.PathLike[str]

ROWS = 1024
"""Of Parquet that are read at once."""


def shard(
    inputs: Iterable[_Path] | _Path,
    output: _Path,
    tokenizer: Tokenizer,
    format: Literal["megatron", "npy", "arrow", "parquet"] = "megatron",
    pack: int | None = None,
    shard_tokens: int = 1 << 26,
    rows: Literal["automatic", "jsonl", "lines", "text"] = "automatic",
    field: str = "text",
    end: int | None = None,
    strategy: Literal["best_fit", "first_fit", "sequential", "concat"] = "best_fit",
    overlong: Literal["split", "truncate", "drop", "error"] = "split",
    max_documents: int | None = None,
    pad_each_to: int = 1,
    seed: int | None = None,
    special_tokens: Literal["text", "parse", "reject"] = "text",
    add_special_tokens: bool = False,
    bad_rows: Literal["error", "skip"] = "error",
    skipped: Callable[[str, str], object] | None = None,
    progress: Callable[[ShardProgress], object] | None = None,
    jobs: int = 0,
) -> ShardSummary:
    """Turn files of text into files of token ids in the folder output, and say how many: a ShardSummary.

    inputs: JSON lines and text, plain or compressed by gzip or Zstandard, and Parquet (by their ending, .parquet).
    format: of the shards: "megatron" (.bin and .idx), "npy" (.ids.npy, .sequences.npy and, packed, .bins.npy), "arrow" or
    "parquet" (a column input_ids with a document a row, or a bin, whose documents' lengths are in seq_lengths).
    pack: lay documents into bins of so many tokens, with strategy, overlong, max_documents, pad_each_to and seed as
    polyglyph.pack takes them. None: each document is a sequence.
    shard_tokens: a shard ends behind the document that reaches so many.
    rows: what a file holds: "jsonl", a JSON object a line; "lines", a document a line; "text", one document; "automatic":
    jsonl for .jsonl, .ndjson and .json, else text.
    field: the member of JSON objects, or the column of Parquet, that is the text.
    end: an id to put behind each document.
    bad_rows: rows that are not JSON or have no text: "error", or "skip", which calls skipped(where, why) for each.
    progress: called now and then with a ShardProgress.
    jobs: threads that encode; 0: one a processor.

    Last of all manifest.json is written, which says what the shards were made of. Which bytes are written depends on the
    inputs, the tokenizer and the options alone. A run that was ended in any way is taken up behind its last whole shard by
    calling again; a run that was finished checks its inputs and writes nothing.

    Raises polyglyph.Error: io, malformed (a row, with its file and line), limit, unsupported (pyarrow is missing),
    invalid_argument (among others for a folder of other files, or of shards made from other options or inputs). The shards
    that were whole by then stay, and are not made again.
    """
    if isinstance(inputs, (str, bytes, os.PathLike)):
        inputs = [inputs]
    if pack is None and (strategy, overlong, max_documents, pad_each_to, seed) != ("best_fit", "split", None, 1, None):
        raise Error("pack: it is None, and options for packing are given; say how many tokens a bin has", where="pack")
    columns = _Columns(field)
    files = [(path, columns.rows(path) if path.lower().endswith(".parquet") else None) for path in map(os.fsdecode, inputs)]
    if format in ("arrow", "parquet"):
        _pyarrow()
    elif format not in ("megatron", "npy"):
        raise Error(
            f'format: {format!r} has no meaning here; it must be "megatron", "npy", "arrow" or "parquet"', where="format"
        )
    write = {"arrow": _write_arrow, "parquet": _write_parquet}.get(format)
    return _shard(
        tokenizer, files, os.fsdecode(output), format, f".{format}", write, pack, strategy, overlong, max_documents, pad_each_to,
        1, seed, shard_tokens, rows, field, end, special_tokens, add_special_tokens, bad_rows, skipped,
        columns.counted(progress), jobs,
    )  # fmt: skip


def _pyarrow() -> Any:
    try:
        import pyarrow
    except ImportError:
        raise Error("arrow and parquet need pyarrow; pip install 'polyglyph[arrow]'", "unsupported") from None
    return pyarrow


class _Columns:
    """Columns of Parquet files, and how far they have been read."""

    def __init__(self, field: str) -> None:
        self.field = field
        self.bytes: dict[str, float] = {}
        self.total_bytes = 0

    def rows(self, path: str) -> Iterator[list[str | None]]:
        self.total_bytes += os.path.getsize(path) if os.path.exists(path) else 0
        return self._read(path)

    def counted(self, progress: Callable[[ShardProgress], object] | None) -> Callable[[ShardProgress], object] | None:
        """progress, told what was read here, too."""
        if progress is None or not self.total_bytes:
            return progress
        return lambda at: progress(
            at._replace(bytes=at.bytes + int(sum(self.bytes.values())), total_bytes=at.total_bytes + self.total_bytes)
        )

    def _read(self, path: str) -> Iterator[list[str | None]]:
        pyarrow = _pyarrow()
        import pyarrow.parquet

        done = 0
        try:
            file = pyarrow.parquet.ParquetFile(path)
            self._check(path, file.schema_arrow, pyarrow)
            share = os.path.getsize(path) / max(1, file.metadata.num_rows)
            for batch in file.iter_batches(batch_size=ROWS, columns=[self.field]):
                yield batch.column(0).to_pylist()
                done += len(batch)
                self.bytes[path] = share * done
        except OSError as error:
            if error.strerror:
                raise Error(f"{path}: {error.strerror}; check the path", "io", path) from error
            raise Error(f"{path}: row {done}: {_line(error)}; get the file again", "malformed", path) from error
        except pyarrow.ArrowException as error:
            raise Error(f"{path}: row {done}: {_line(error)}; get the file again", "malformed", path) from error

    def _check(self, path: str, schema: Any, pyarrow: Any) -> None:
        index = schema.get_field_index(self.field)
        if index < 0:
            names = ", ".join(schema.names[:20])
            raise Error(f"{path}: has no column {self.field!r} (or several); name one of {names}", "malformed", path)
        kind = schema.field(index).type
        if pyarrow.types.is_dictionary(kind):
            kind = kind.value_type
        if not (pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind) or kind == pyarrow.string_view()):
            raise Error(f"{path}: the column {self.field!r} holds {kind}, not text; name another one", "malformed", path)


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


@contextlib.contextmanager
def _writing(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"{_line(error)}; the shards before it are whole, and the same call goes on behind them"
        raise Error(f"{path}: {what}", "io", path) from error


def _table(ids: Any, sequences: Any, bins: Any) -> Any:
    """A document a row; packed, a bin a row."""
    pyarrow = _pyarrow()
    import numpy as np

    def lists(offsets: Any, values: Any) -> Any:
        if len(values) < 2**31:
            return pyarrow.ListArray.from_arrays(pyarrow.array(offsets.astype(np.int32)), pyarrow.array(values))
        return pyarrow.LargeListArray.from_arrays(pyarrow.array(offsets), pyarrow.array(values))

    ids = ids.view(np.int32)
    if not len(bins):
        return pyarrow.table({"input_ids": lists(sequences, ids)})
    lengths = np.diff(sequences).astype(np.int32)
    return pyarrow.table({"input_ids": lists(sequences[bins], ids), "seq_lengths": lists(bins, lengths)})


def _write_arrow(files: list[str], ids: Any, sequences: Any, bins: Any) -> None:
    pyarrow = _pyarrow()
    table = _table(ids, sequences, bins)
    with _writing(files[0]), pyarrow.OSFile(files[0], "wb") as sink, pyarrow.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=ROWS)


def _write_parquet(files: list[str], ids: Any, sequences: Any, bins: Any) -> None:
    import pyarrow.parquet

    with _writing(files[0]):
        pyarrow.parquet.write_table(_table(ids, sequences, bins), files[0], compression="zstd", row_group_size=ROWS)
