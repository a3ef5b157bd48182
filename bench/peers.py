#!/usr/bin/env python3
"""polyglyph beside other tokenizers of the same vocabulary (Qwen3), on one processor: a table in Markdown.

Every engine is called from Python in the fastest way that it documents for one text and one thread, in a process of its
own, in turn with the others, and the medians of all rounds are shown. An engine whose ids are not those of Hugging Face
tokenizers says so in the table: its speed answers another question.

The text is that of `samples/`, in documents of about 6 KB, shuffled; --corpus names another folder of text files.

  load     from the file to the tokenizer, in milliseconds; polyglyph's own image of it is the row "mapped"
  cold     all documents for the first time, after one short request, in megabytes of UTF-8 a second
  warm     all documents again
  600      one request of 600 characters to a tokenizer that has been in use, in microseconds
  memory   the most that the process took from before loading to the end, in megabytes
"""

import argparse
import importlib.metadata
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = 6000  # bytes
SEED = 11


def load_polyglyph(path):
    import polyglyph

    tokenizer = polyglyph.Tokenizer.from_file(path, cache=False)
    return lambda text: tokenizer.encode_array(text, special_tokens="parse")


def load_tokenizers(path):
    import tokenizers

    tokenizer = tokenizers.Tokenizer.from_file(path)
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids


def load_gigatoken(path):
    import gigatoken

    return gigatoken.Tokenizer(path).encode


def load_fastokens(path):
    import fastokens

    tokenizer = fastokens.Tokenizer.from_file(path)
    return lambda text: tokenizer.encode(text).ids


def load_snaptokens(path):
    import snaptokens

    tokenizer = snaptokens.Tokenizer.from_file(path)
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids


ENGINES = {  # name in the table: package, loader
    "polyglyph": ("polyglyph", load_polyglyph),
    "polyglyph, mapped": ("polyglyph", load_polyglyph),
    "gigatoken": ("gigatoken", load_gigatoken),
    "fastokens": ("fastokens", load_fastokens),
    "snaptokens": ("snaptokens", load_snaptokens),
    "tokenizers": ("tokenizers", load_tokenizers),
}
REFERENCE = "tokenizers"


def read_documents(corpus, limit):
    documents = []
    for path in sorted(corpus.glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        document, size = [], 0
        for line in lines:
            document.append(line)
            size += len(line.encode())
            if size >= DOCUMENT:
                documents.append("".join(document))
                document, size = [], 0
        if document:
            documents.append("".join(document))
    random.Random(SEED).shuffle(documents)
    chosen, size = [], 0
    for document in documents:
        if size >= limit:
            break
        chosen.append(document)
        size += len(document.encode())
    return chosen


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak_bytes():
    status = Path("/proc/self/status").read_text()
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def measure(engine, path, documents):
    """What one process finds out about one engine."""
    package, load = ENGINES[engine]
    importlib.import_module(package)
    importlib.import_module("numpy")  # some engines give numpy arrays; importing it is nobody's load time
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    before = peak_bytes()
    encode = None

    def load_it():
        nonlocal encode
        encode = load(path)

    def encode_all():
        for document in documents:
            encode(document)

    size = sum(len(document.encode()) for document in documents)
    result = {"load": 1e3 * seconds(load_it)}
    encode("the first request")  # what an engine puts off until then is not the text's time
    result["cold"] = size / 1e6 / seconds(encode_all)
    result["warm"] = size / 1e6 / statistics.median(seconds(encode_all) for _ in range(5))
    request = documents[0][:600]
    result["600"] = 1e6 * statistics.median(seconds(lambda: encode(request)) for _ in range(500))
    result["memory"] = (peak_bytes() - before) / 1e6
    result["ids"] = [[int(id) for id in encode(document)] for document in documents[:40]]
    return result


def unpack(directory):
    """Qwen3's own file, and polyglyph's image of it."""
    import polyglyph

    original, image = directory / "tokenizer.json", directory / "qwen3.pgv"
    packed = ROOT / "vocab" / "data" / "qwen3.json.zst"
    subprocess.run(["zstd", "--quiet", "--decompress", "-o", str(original), str(packed)], check=True)
    polyglyph.Tokenizer.from_file(original).save(image)
    return original, image


def run(engine, path, documents_path):
    command = [sys.executable, __file__, "--one", engine, "--vocabulary", str(path), "--documents", str(documents_path)]
    environment = {**os.environ, "RAYON_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{engine} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def print_table(results):
    columns = ["load", "cold", "warm", "600", "memory"]
    print("| engine | ids | load, ms | cold, MB/s | warm, MB/s | 600 characters, us | memory, MB |")
    print("|---|---|---|---|---|---|---|")
    reference = results[REFERENCE][0]["ids"]
    for engine, rounds in results.items():
        package = ENGINES[engine][0]
        name = f"{engine} {importlib.metadata.version(package)}"
        ids = "exact" if all(r["ids"] == reference for r in rounds) else "differ"
        medians = [statistics.median(r[column] for r in rounds) for column in columns]
        print(f"| {name} | {ids} | " + " | ".join(f"{m:.3g}" for m in medians) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, default=ROOT / "samples", help="folder of .txt files in UTF-8 (samples/)")
    parser.add_argument("--megabytes", type=float, default=12, help="how much of it at most (12)")
    parser.add_argument("--rounds", type=int, default=5, help="processes of each engine (5)")
    parser.add_argument("--processor", type=int, default=0, help="where to run (0)")
    parser.add_argument("--one", choices=ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--vocabulary", help=argparse.SUPPRESS)
    parser.add_argument("--documents", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        documents = json.loads(arguments.documents.read_text(encoding="utf-8"))
        print(json.dumps(measure(arguments.one, arguments.vocabulary, documents)))
        return

    os.sched_setaffinity(0, {arguments.processor})
    documents = read_documents(arguments.corpus, arguments.megabytes * 1e6)
    if not documents:
        sys.exit(f"{arguments.corpus} has no .txt files")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        original, image = unpack(directory)
        documents_path = directory / "documents.json"
        documents_path.write_text(json.dumps(documents), encoding="utf-8")
        results = {}
        for number in range(arguments.rounds):
            for engine in ENGINES:
                if sys.stderr.isatty():
                    print(f"\rround {number + 1} of {arguments.rounds}: {engine:20}", end="", file=sys.stderr)
                path = image if engine.endswith("mapped") else original
                results.setdefault(engine, []).append(run(engine, path, documents_path))
    if sys.stderr.isatty():
        print("\r" + " " * 60 + "\r", end="", file=sys.stderr)
    size = sum(len(document.encode()) for document in documents)
    print(f"{len(documents)} documents, {size / 1e6:.1f} MB, {arguments.rounds} rounds\n")
    print_table(results)


if __name__ == "__main__":
    main()
