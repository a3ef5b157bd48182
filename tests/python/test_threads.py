"""Threads, processes and Ctrl-C."""

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

import polyglyph

TEXTS = [f"{i} Hello world 안녕하세요 세계 你好 " * (1 + i % 50) for i in range(400)]


def test_one_tokenizer_for_many_threads(qwen3):
    expected = [qwen3.encode(text) for text in TEXTS]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(2):
            assert list(pool.map(qwen3.encode, TEXTS)) == expected
            batches = list(pool.map(lambda _: qwen3.encode_batch(TEXTS, threads=2), range(4)))
            assert all(batch == batches[0] for batch in batches)


@pytest.mark.parametrize(
    "call",
    [
        lambda t, text: t.encode(text),
        lambda t, text: t.encode_array(text),
        lambda t, text: t.count(text),
        lambda t, text: t.encode_with_offsets(text),
        lambda t, text: t.encode_batch([text, text[: len(text) // 2]], threads=1),
        lambda t, text: t.count_batch([text, text[: len(text) // 2]], threads=1),
        lambda t, text: t.encode_stream().feed(text),
    ],
    ids=["encode", "encode_array", "count", "encode_with_offsets", "encode_batch", "count_batch", "feed"],
)
def test_other_threads_run_meanwhile(qwen3, call):
    """The GIL is released: a thread that wants a turn every millisecond gets many during one call."""
    text = "".join(TEXTS) * 25  # about 10 MB
    turns = []
    done = threading.Event()

    def take_turns():
        while not done.is_set():
            turns.append(time.monotonic())
            time.sleep(0.001)

    thread = threading.Thread(target=take_turns)
    thread.start()
    begin = time.monotonic()
    call(qwen3, text)
    end = time.monotonic()
    done.set()
    thread.join()
    inside = [turn for turn in turns if begin < turn < end]
    assert len(inside) >= 5, f"{len(inside)} turns in {end - begin:.3f} s"


def test_a_stream_belongs_to_one_thread(qwen3):
    stream = qwen3.encode_stream()
    text = "".join(TEXTS) * 40
    thread = threading.Thread(target=stream.feed, args=(text,))
    thread.start()
    refused = False
    while thread.is_alive() and not refused:
        try:
            stream.pending  # noqa: B018
        except RuntimeError as error:
            refused = "another thread" in str(error)
    thread.join()
    assert refused
    stream.finish()
    assert stream.pending == 0


# ---- Processes ----


def child_succeeds(work):
    """Runs work() in a forked child; whether it came back true within ten seconds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that this process has threads is the point
        pid = os.fork()
    if pid == 0:
        signal.alarm(10)
        try:
            os._exit(0 if work() else 1)
        except BaseException:
            os._exit(2)
    return os.waitpid(pid, 0)[1] == 0


def test_fork(qwen3):
    expected = [qwen3.encode(text) for text in TEXTS]
    assert child_succeeds(lambda: [qwen3.encode(text) for text in TEXTS] == expected)
    assert child_succeeds(lambda: [row.tolist() for row in qwen3.encode_batch(TEXTS, threads=4)] == expected)
    assert child_succeeds(lambda: polyglyph.Tokenizer.builtin("o200k").count("Hello world") == 2)


def test_fork_while_other_threads_encode(qwen3):
    expected = [qwen3.encode(text) for text in TEXTS]
    stop = threading.Event()

    def encode():
        while not stop.is_set():
            qwen3.encode_batch(TEXTS, threads=2)
            qwen3.count("".join(TEXTS))

    threads = [threading.Thread(target=encode) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(15):
            assert child_succeeds(lambda: [row.tolist() for row in qwen3.encode_batch(TEXTS, threads=2)] == expected)
    finally:
        stop.set()
        for thread in threads:
            thread.join()


_tokenizer = None


def count_with_global(text):
    return _tokenizer.count(text)


def encode_in_fork(pool_tokenizer_and_text):
    tokenizer, text = pool_tokenizer_and_text
    return tokenizer.encode(text)


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_process_pool(qwen3, cl100k, method):
    global _tokenizer
    context = multiprocessing.get_context(method)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        _tokenizer = qwen3
        with context.Pool(2) as pool:
            assert pool.map(encode_in_fork, [(cl100k, text) for text in TEXTS[:4]]) == [
                cl100k.encode(text) for text in TEXTS[:4]
            ]
            if method == "fork":
                assert pool.map(count_with_global, TEXTS) == qwen3.count_batch(TEXTS).tolist()
        _tokenizer = None


# ---- Ctrl-C ----


class Interrupted(Exception):
    pass


def interrupt(*_):
    raise Interrupted


@pytest.fixture
def timer():
    """timer(seconds): a signal after that time whose handler raises Interrupted."""
    before = signal.signal(signal.SIGALRM, interrupt)
    yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def long_text():
    return " ".join(f"{i * 7919} Hello world" for i in range(4_000_000))  # about 85 MB


@pytest.fixture(scope="module")
def whole(qwen3, long_text):
    """Processor time for all of it: it depends less than the clock on what else the machine does."""
    begin = time.process_time()
    qwen3.count(long_text)
    return time.process_time() - begin


@pytest.mark.parametrize(
    "call",
    [
        lambda t, text: t.encode(text),
        lambda t, text: t.encode_array(text),
        lambda t, text: t.count(text),
        lambda t, text: t.fits(text, 10**12),
        lambda t, text: t.encode_batch([text]),
        lambda t, text: t.encode_batch([text[: 10**6]] * 85, threads=1),
        lambda t, text: t.count_batch([text[: 10**6]] * 85, threads=1),
        lambda t, text: t.encode_stream().feed(text),
    ],
    ids=["encode", "encode_array", "count", "fits", "encode_batch", "encode_batch_of_many", "count_batch", "feed"],
)
def test_ctrl_c_ends_a_long_call(qwen3, timer, long_text, whole, call):
    begin = time.process_time()
    with pytest.raises(Interrupted):
        timer(0.1)
        call(qwen3, long_text)
    assert time.process_time() - begin < 0.6 * whole


def test_a_stream_after_ctrl_c_is_as_new(qwen3, timer):
    stream = qwen3.encode_stream()
    with pytest.raises(Interrupted):
        timer(0.05)
        stream.feed("Hello world " * 10_000_000)
    assert stream.pending == 0
    assert stream.feed("Hello world") + stream.finish() == qwen3.encode("Hello world")


# ---- Memory ----


def test_nothing_leaks(qwen3):
    def resident():
        return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def work():
        for text in TEXTS:
            ids = qwen3.encode_array(text)
            qwen3.encode_with_offsets(text)
            qwen3.decode(ids)
            qwen3.encode_batch([text, text])
            stream = qwen3.encode_stream()
            stream.feed(text)
            with pytest.raises(polyglyph.Error):
                qwen3.encode("<|im_end|>", special_tokens="reject")

    for _ in range(3):
        work()
    gc.collect()
    before = resident()
    for _ in range(15):
        work()
    gc.collect()
    assert resident() - before < 8 << 20


def test_tokenizers_are_let_go(small):
    state = pickle.dumps(small)
    for _ in range(3):
        pickle.loads(state).encode("hello")
    before = sys.getrefcount(small)
    for _ in range(100):
        small.encode_stream()
        small.decode_stream()
    assert sys.getrefcount(small) == before
