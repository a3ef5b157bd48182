"""Everything here drives the built command as a user does: arguments and bytes in, bytes and a status out."""

import fcntl
import os
import pathlib
import pty
import select
import signal
import struct
import subprocess
import termios
import time

import pytest

os.environ["POLYGLYPH_CACHE"] = "off"  # files are loaded as if for the first time, and nothing is left behind

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def command():
    path = pathlib.Path(os.environ.get("POLYGLYPH_COMMAND") or ROOT / "build" / "polyglyph").resolve()
    assert path.is_file(), f"{path} is not built; POLYGLYPH_COMMAND names another"
    return str(path)


def environment(extra):
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
    return {**clean, "TERM": "xterm-256color", **(extra or {})}


@pytest.fixture
def polyglyph(command, tmp_path):
    """Runs the command in an empty folder; gives returncode, stdout and stderr (bytes)."""

    def run(*args, stdin=b"", env=None, cwd=None, **options):
        options.setdefault("timeout", 60)
        return subprocess.run(
            [command, *args],
            input=stdin,
            capture_output=True,
            env=environment(env),
            cwd=cwd or tmp_path,
            **options,
        )

    return run


@pytest.fixture
def ok(polyglyph):
    """Runs the command, which must succeed and say nothing on standard error; gives its standard output."""

    def run(*args, **options):
        result = polyglyph(*args, **options)
        assert (result.returncode, result.stderr) == (0, b""), result
        return result.stdout

    return run


@pytest.fixture
def terminal(command, tmp_path):
    """Runs the command on a terminal of its own; gives its status and all that was drawn. Input comes from `stdin`,
    an open file, or is the terminal, too. With `pause`, the command is held up for that many seconds on its way."""

    def run(*args, columns=100, env=None, stdin=None, timeout=60, pause=0):
        parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        process = subprocess.Popen(
            [command, *args],
            stdin=child if stdin is None else stdin,
            stdout=child,
            stderr=child,
            env=environment(env),
            cwd=tmp_path,
        )
        os.close(child)
        if pause:
            time.sleep(0.2)
            process.send_signal(signal.SIGSTOP)
            time.sleep(pause)
            process.send_signal(signal.SIGCONT)
        drawn, end = b"", time.monotonic() + timeout
        while time.monotonic() < end:
            if select.select([parent], [], [], 0.1)[0]:
                try:
                    piece = os.read(parent, 65536)
                except OSError:  # what Linux says when the other side is closed
                    break
                drawn += piece
        os.close(parent)
        return process.wait(timeout=5), drawn.replace(b"\r\n", b"\n")

    return run


@pytest.fixture
def tree(tmp_path):
    """Writes files, by path and content, and gives the folder."""

    def write(files):
        for path, content in files.items():
            where = tmp_path / path
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write
