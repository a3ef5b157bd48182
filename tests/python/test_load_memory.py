"""Loading a file takes at most four times its size and 64 MiB more, as docs/memory.md promises."""
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "parity"))
import references  # noqa: E402

MIB = 1 << 20
# Peak memory of a process of its own, in KiB: before the file is loaded, and after.
_MEASURE = """
import resource, sys
import polyglyph
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
polyglyph.Tokenizer.from_file(sys.argv[1], cache=False)
print(before, peak())
"""
_SHARED = os.environ.get("POLYGLYPH_SHARED")
_ENDINGS = ("tokenizer.json", ".tiktoken", ".model", ".gguf")
_FILES = sorted(p for p in Path(_SHARED, "vocab").rglob("*") if p.name.endswith(_ENDINGS)) if _SHARED else []


def check(path):
    result = subprocess.run([sys.executable, "-c", _MEASURE, str(path)], capture_output=True, check=True)
    before, after = (int(number) * 1024 for number in result.stdout.split())
    assert after - before <= 4 * path.stat().st_size + 64 * MIB


@pytest.mark.parametrize("file", references.BUILTINS.values())
def test_the_files_of_the_built_ins(tmp_path, file):
    name = {"o200k.tiktoken": "o200k_base.tiktoken", "cl100k.tiktoken": "cl100k_base.tiktoken"}
    path = tmp_path / name.get(file.removesuffix(".zst"), file.removesuffix(".zst"))
    path.write_bytes(references.read_data(file))
    check(path)


def test_hundreds_of_thousands_of_added_tokens(tmp_path):
    file = references.load_json(references.read_data(references.BUILTINS["qwen3"]))
    first = max(token["id"] for token in file["added_tokens"]) + 1
    file["added_tokens"] += [{"id": first + i, "content": f"<tok{i}x>", "single_word": False, "lstrip": False,
                              "rstrip": False, "normalized": False, "special": False} for i in range(400_000)]
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(file), encoding="utf-8")
    check(path)


@pytest.mark.parametrize("path", _FILES, ids=lambda path: "/".join(path.parts[-2:]))
def test_other_owners_files(path):
    check(path)
