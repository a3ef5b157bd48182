"""The package as it is installed: complete, on its own, and movable."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib import metadata

import pytest

import polyglyph

PACKAGE = pathlib.Path(polyglyph.__file__).parent
FILES = [path for file in metadata.files("polyglyph") if (path := pathlib.Path(file.locate())).exists()]
COMMAND = next(path for path in FILES if path.name == "polyglyph" and os.access(path, os.X_OK))
BINARIES = [COMMAND, *(path for path in FILES if ".so" in path.name)]
EVERYWHERE = re.compile(r"linux-vdso|ld-linux|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+)\.so")


def test_what_it_holds():
    names = {path.relative_to(PACKAGE).as_posix() for path in FILES if PACKAGE in path.parents}
    assert {"__init__.py", "values.py", "_polyglyph.pyi", "py.typed", "libpolyglyph.so"} <= names
    assert {f"data/{name}.pgv" for name in polyglyph.Tokenizer.builtins()} <= names
    assert any(name.startswith("licenses/") for name in names), "the libraries' licences go with them"
    assert not [name for name in names if name.endswith((".h", ".cc", ".a", ".cmake", ".pc"))]
    real = [path.resolve() for path in FILES if ".so" in path.name]
    assert len({(path.stat().st_size, path.read_bytes()) for path in real}) == len(real), "a library is there twice"


@pytest.mark.parametrize("binary", BINARIES, ids=lambda path: path.name)
def test_needs_only_what_every_machine_has(binary):
    environment = {key: value for key, value in os.environ.items() if key != "LD_LIBRARY_PATH"}
    listing = subprocess.run(["ldd", binary], capture_output=True, text=True, check=True, env=environment).stdout
    for line in listing.splitlines():
        name, _, found = line.strip().partition(" => ")
        if EVERYWHERE.search(name) or name == "statically linked":
            continue
        # ICU's two libraries refer to each other by name alone; what loads them says where they are.
        own = pathlib.Path(found.split(" (")[0]).resolve().parent == PACKAGE.resolve()
        assert own or (binary.parent == PACKAGE and (PACKAGE / name).exists()), line


def moved(tmp_path):
    """A prefix of its own with copies of the package and the command."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    library = tmp_path / "lib" / version / "site-packages"
    shutil.copytree(PACKAGE, library / "polyglyph")
    (tmp_path / "bin").mkdir()
    shutil.copy2(COMMAND, tmp_path / "bin")
    return tmp_path / "bin" / "polyglyph", library


def test_moved_package_works(tmp_path):
    _, library = moved(tmp_path / "elsewhere")
    program = f"""
import sys
sys.path.insert(0, {str(library)!r})
import polyglyph
assert polyglyph.__file__.startswith({str(library)!r})
loaded = [line.split()[-1] for line in open("/proc/self/maps") if "/lib" in line and ".so" in line]
outside = [name for name in loaded if any(word in name for word in ("libicu", "libre2", "libsimdjson", "libfmt", "libzstd", "polyglyph"))
           and not name.startswith({str(library)!r})]
assert not outside, outside
print(polyglyph.Tokenizer.builtin("qwen3").count("안녕하세요 세계"))
"""
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) == polyglyph.Tokenizer.builtin("qwen3").count("안녕하세요 세계")


def test_moved_command_works(tmp_path):
    command, _ = moved(tmp_path / "elsewhere")
    text = "안녕하세요 세계\n"
    (tmp_path / "text.txt").write_text(text, encoding="utf-8")
    arguments = [command, "count", "text.txt", "--tokenizer", "qwen3", "--format", "json"]
    run = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["total"]["tokens"] == {"qwen3": polyglyph.Tokenizer.builtin("qwen3").count(text)}


def test_command_is_in_the_scripts_folder():
    assert COMMAND.parent.resolve() == pathlib.Path(sysconfig.get_path("scripts")).resolve()
    assert polyglyph.__version__ in subprocess.run([COMMAND, "--version"], capture_output=True, text=True).stdout


def test_builtins_open_quickly():
    program = """
import time, polyglyph
begin = time.perf_counter()
tokenizer = polyglyph.Tokenizer.builtin("qwen3")
print(time.perf_counter() - begin)
"""
    times = [float(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout) for _ in range(5)]
    assert min(times) < 0.005
