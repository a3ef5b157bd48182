"""What the command `polyglyph shard` runs for Arrow and Parquet: python3 -m polyglyph._shard_command."""

from __future__ import annotations

import json
import os
import sys

from . import Error, Tokenizer, shard


def main(arguments: list[str]) -> int:
    """arguments: the options as JSON, the tokenizer, the output and the inputs. Tells how it goes, line by line."""

    def tell(*fields: object) -> None:
        line = "\t".join(str(field).replace("\t", " ").replace("\n", " ") for field in fields)
        try:
            sys.stdout.buffer.write(line.encode(errors="surrogateescape") + b"\n")
            sys.stdout.flush()
        except BrokenPipeError:  # who started this has ended
            os._exit(1)

    options = json.loads(arguments[0])
    name, output, *inputs = arguments[1:]
    try:
        pattern = options.pop("pattern")
        builtin = name in Tokenizer.builtins()
        tokenizer = Tokenizer.builtin(name) if builtin else Tokenizer.from_file(name, pattern=pattern)
        summary = shard(
            inputs, output, tokenizer, **options,
            skipped=lambda where, why: tell("skipped", where, why),
            progress=lambda at: tell("progress", *(int(field) for field in at)),
        )  # fmt: skip
    except Error as error:
        tell("error", error.code, error)
        return 1
    except KeyboardInterrupt:
        return 130
    pack = summary.pack
    tell(
        "done", summary.shards, summary.documents, summary.empty_documents, summary.skipped_rows, summary.tokens,
        summary.shards_before, *((pack.split_documents, pack.truncated_tokens, pack.dropped_tokens, pack.bins) if pack else ()),
    )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
