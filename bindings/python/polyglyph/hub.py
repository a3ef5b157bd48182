"""Finding a model in the local cache of Hugging Face's hub, and only if asked to on the network.

The cache (https://huggingface.co/docs/huggingface_hub/guides/manage-cache) has a folder for each model,
models--ORGANISATION--NAME, with refs/REVISION, a file that holds a commit, and snapshots/COMMIT, a folder with the files of
that commit. Nothing of huggingface_hub is needed to read it.
"""

import os
import pathlib

from . import _polyglyph
from .values import Error

# What the loaders read.
_FILES = [
    "tokenizer.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "tekken.json", "vocab.json",
    "merges.txt", "vocab.txt", "*.tiktoken", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "chat_template.json", "chat_template.jinja", "additional_chat_templates/*.jinja",
]


def _error(name, message):
    return Error(f"{name}: {message}", "not_found", name)


def _cache_folder(cache_dir):
    if cache_dir is not None:
        return pathlib.Path(cache_dir)
    if folder := os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE"):
        return pathlib.Path(folder).expanduser()
    home = os.environ.get("HF_HOME") or os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "huggingface")
    return pathlib.Path(home).expanduser() / "hub"


def _find_snapshot(model, revision, folder):
    """The folder of a model's files; None if the cache does not have them."""
    root = folder / ("models--" + model.replace("/", "--"))
    reference = root / "refs" / revision
    commit = reference.read_text().strip() if reference.is_file() else revision
    snapshot = root / "snapshots" / commit
    return snapshot if snapshot.is_dir() else None


def _download(model, revision, cache_dir):
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise _error(model, "download=True needs the package huggingface_hub: pip install 'polyglyph[hub]'") from None
    return pathlib.Path(snapshot_download(model, revision=revision, cache_dir=cache_dir, allow_patterns=_FILES))


def _is_model_name(model):
    parts = model.split("/")
    return len(parts) <= 2 and all(part and part.strip(".") and "--" not in part for part in parts)


def from_pretrained(model, revision=None, cache_dir=None, download=False):
    """from_pretrained(model, revision=None, cache_dir=None, download=False)

    Load a model's tokenizer by its name on Hugging Face's hub ("Qwen/Qwen3-8B") from the local cache, or from a directory.

    revision: a branch, a tag or a commit; None for "main". cache_dir: the cache's folder; None for the one that HF_HUB_CACHE
    or HF_HOME names, or ~/.cache/huggingface/hub. download: fetch the files from the network if need be, which takes the
    package huggingface_hub (pip install polyglyph[hub]); without it, nothing touches the network.

    Raises polyglyph.Error: not_found if the files are not there, and what from_file raises."""
    path = pathlib.Path(model)
    if path.is_dir():
        return _polyglyph.Tokenizer.from_file(path)
    name = os.fspath(model)
    if not _is_model_name(name):
        raise _error(name, "is no directory, and no model on the hub can be called so; names are like Qwen/Qwen3-8B")
    folder = _cache_folder(cache_dir)
    snapshot = _find_snapshot(name, revision or "main", folder)
    if download:
        snapshot = _download(name, revision, cache_dir)
    if snapshot is None:
        raise _error(name, f"revision {revision or 'main'} is not in the cache {folder}; fetch it with download=True, or "
                     "give the directory of its files")
    return _polyglyph.Tokenizer.from_file(snapshot)
