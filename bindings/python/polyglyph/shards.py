"""shard: files of text turned into files of token ids, for training.

Reading JSON lines and text, encoding, packing, and writing Megatron's and numpy's files is done in C++. Parquet is read,
and Arrow and Parquet are written, by pyarrow (pip install 'polyglyph[arrow]').
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from ._polyglyph import Tokenizer, _shard
from .values import Error, ShardProgress, ShardSummary

_Path = str | os.PathLike[str]

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
    if isinstance(inputs, (str, os.PathLike)):
        inputs = [inputs]
    files = []
    for path in inputs:
        path = os.fspath(path)
        files.append((path, _parquet_rows(path, field) if path.endswith(".parquet") else None))
    if format in ("arrow", "parquet"):
        _pyarrow()
    elif format not in ("megatron", "npy"):
        raise Error(
            f'format: {format!r} has no meaning here; it must be "megatron", "npy", "arrow" or "parquet"', where="format"
        )
    write = {"arrow": _write_arrow, "parquet": _write_parquet}.get(format)
    return _shard(
        tokenizer, files, os.fspath(output), format, f".{format}", write, pack, strategy, overlong, max_documents, pad_each_to,
        1, seed, shard_tokens, rows, field, end, special_tokens, add_special_tokens, bad_rows, skipped, progress, jobs,
    )  # fmt: skip


def _pyarrow() -> Any:
    try:
        import pyarrow
    except ImportError:
        raise Error("arrow and parquet need pyarrow; pip install 'polyglyph[arrow]'", "unsupported") from None
    return pyarrow


def _parquet_rows(path: str, field: str) -> Iterator[list[str | None]]:
    pyarrow = _pyarrow()
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
        index = file.schema_arrow.get_field_index(field)
        if index < 0:
            names = ", ".join(file.schema_arrow.names[:20])
            raise Error(f"{path}: has no column {field!r} (or several); name one of {names}", "malformed", path)
        kind = file.schema_arrow.field(index).type
        if pyarrow.types.is_dictionary(kind):
            kind = kind.value_type
        if not (pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind) or kind == pyarrow.string_view()):
            raise Error(f"{path}: the column {field!r} holds {kind}, not text; name another one", "malformed", path)
        for batch in file.iter_batches(batch_size=ROWS, columns=[field]):
            yield batch.column(0).to_pylist()
    except pyarrow.ArrowException as error:
        raise Error(f"{path}: {str(error).splitlines()[0]}; get the file again", "malformed", path) from error
    except OSError as error:
        raise Error(f"{path}: {error.strerror or error}; check the path", "io", path) from error


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
    with pyarrow.OSFile(files[0], "wb") as sink, pyarrow.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=ROWS)


def _write_parquet(files: list[str], ids: Any, sequences: Any, bins: Any) -> None:
    import pyarrow.parquet

    pyarrow.parquet.write_table(_table(ids, sequences, bins), files[0], compression="zstd", row_group_size=ROWS)
