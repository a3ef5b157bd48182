"""polyglyph: exact token ids for any text, in any language.

    import polyglyph

    tok = polyglyph.Tokenizer.builtin("qwen3")  # or Tokenizer.from_file("tokenizer.json")
    ids = tok.encode("안녕하세요 세계")
    tok.decode(ids)
    tok.count(text)

Text from a stranger never becomes a control token unless you say special_tokens="parse".
"""

from .values import AddedToken, Chunk, Context, ContextPart, Description, Difference, Encoding, Error, PackedBins, PackReport, Padding, PairEncoding, ShardProgress, ShardSummary, TracePiece, TraceSection, Truncation  # isort: skip: _polyglyph makes instances of these
from ._polyglyph import (
    Batch,
    ChunkStream,
    DecodeStream,
    EncodeStream,
    PackPlan,
    PackStream,
    Tokenizer,
    __version__,
    add_tokens,
    extend,
    loss_mask,
    pack,
    prune,
    unreachable_tokens,
)
from .hub import from_pretrained
from .shards import shard
from .verify import verify

Tokenizer.from_pretrained = staticmethod(from_pretrained)
del from_pretrained

__all__ = [
    "AddedToken",
    "Batch",
    "Chunk",
    "ChunkStream",
    "Context",
    "ContextPart",
    "DecodeStream",
    "Description",
    "Difference",
    "EncodeStream",
    "Encoding",
    "Error",
    "PackPlan",
    "PackReport",
    "PackStream",
    "PackedBins",
    "Padding",
    "PairEncoding",
    "ShardProgress",
    "ShardSummary",
    "Tokenizer",
    "TracePiece",
    "TraceSection",
    "Truncation",
    "__version__",
    "add_tokens",
    "extend",
    "loss_mask",
    "pack",
    "prune",
    "shard",
    "unreachable_tokens",
    "verify",
]

# One name for each, in errors, pickles and help: where it is imported from.
for _name in __all__:
    if isinstance(globals()[_name], type):
        globals()[_name].__module__ = "polyglyph"
del _name
