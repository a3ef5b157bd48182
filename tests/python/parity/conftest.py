"""The parity suites: polyglyph's ids, offsets and texts against those of the libraries that models are published for.

Where the environment variable POLYGLYPH_SHARED names a folder with further vocabularies and texts, further tests exist;
POLYGLYPH_LONG_TESTS multiplies the seeded texts.
"""
import os

# One worker of pytest-xdist a processor already: the references must not start as many threads again.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")

collect_ignore = [] if os.environ.get("POLYGLYPH_SHARED") else ["test_parity_gguf.py", "test_parity_layouts.py", "test_parity_shared.py"]
