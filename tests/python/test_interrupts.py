"""Ctrl-C ends long work of every kind soon, and what was interrupted can be used again."""
import _thread
import base64
import signal
import threading
import time

import numpy as np
import pytest

import polyglyph

LONG = "Some words that are encoded again and again, 漢字 among them. " * 2_000_000  # more than a second of work
MANY = np.full(100_000_000, 14990, dtype=np.uint32)


@pytest.fixture(autouse=True)
def sigint_raises():
    """A process that was started in the background ignores the signal until it says otherwise."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("call", [
    lambda tok: tok.encode(LONG),
    lambda tok: tok.encode_array(LONG.encode()),
    lambda tok: tok.count(LONG),
    lambda tok: tok.fits(LONG, 10**9),
    lambda tok: tok.encode_with_offsets(LONG),
    lambda tok: tok.encode_batch([LONG, LONG]),
    lambda tok: tok.count_batch([LONG, LONG]),
    lambda tok: tok.encode_stream().feed(LONG),
    lambda tok: tok.truncate(LONG, 10**9),
    lambda tok: tok.head_tail(LONG, 10**9),
    lambda tok: tok.chunk(LONG, 100),
    lambda tok: tok.chunk_stream(100).feed(LONG),
    lambda tok: tok.decode(MANY),
    lambda tok: tok.decode_bytes(MANY),
    lambda tok: tok.decode_batch([MANY, MANY]),
])
def test_interrupt(qwen3, call):
    expect_interrupt(lambda: call(qwen3))
    assert qwen3.encode("hello") == [14990]


def test_interrupt_from_file(tmp_path):
    path = tmp_path / "large.tiktoken"
    entries = [bytes([byte]) for byte in range(256)] + [i.to_bytes(4, "big") for i in range(2**30, 2**30 + 500_000)]
    path.write_bytes(b"".join(b"%s %d\n" % (base64.b64encode(entry), i) for i, entry in enumerate(entries)))
    expect_interrupt(lambda: polyglyph.Tokenizer.from_file(path, pattern=r"\s+|\S+"))


def expect_interrupt(call):
    timer = threading.Timer(0.05, _thread.interrupt_main)
    timer.start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        call()
        while time.monotonic() < begin + 30:  # a machine so quick that the work was over: the signal is still to come
            time.sleep(0.01)
    timer.join()
