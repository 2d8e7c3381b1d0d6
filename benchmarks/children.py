"""Processes that are measured from outside: servers, and fresh interpreters."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from .figures import BenchFailed

ROOT = Path(__file__).resolve().parent.parent
HEALTH = "/_mock/health"
# Byte code is kept, as in every installed package, whatever the shell says.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE" and not name.startswith("KLING_")
}


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    pid: int
    port: int
    start: float  # seconds from its spawn to its first 200

    def cpu(self) -> float:
        """Return the CPU seconds it has used, user and system, all threads."""
        return time.clock_gettime(_cpu_clock(self.pid))

    def resident(self) -> float | None:
        """Return the memory it holds in MiB, None where there is no /proc."""
        status = Path(f"/proc/{self.pid}/status")
        lines = status.read_text().splitlines() if status.is_file() else []
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), None)


def tells_cpu() -> bool:
    """Say whether the CPU time of other processes can be read here."""
    return sys.platform == "linux"


def _cpu_clock(pid: int) -> int:
    """Return the clock of a process, as clock_getcpuclockid(3) makes it: /proc/<pid>/stat in nanoseconds, not ticks."""
    return ~pid << 3 | 2


def command(name: str) -> str:
    """Return the path of one of our commands."""
    return str(Path(sys.executable).with_name(name))


def mock(*options: str) -> list[str]:
    """Return the command line of the mock."""
    return [command("kling-mock"), "serve", *options]


def bare(app: str) -> list[str]:
    """Return the command line of one of the servers beside this file."""
    fast = ("--loop", "uvloop", "--http", "httptools") if sys.platform != "win32" else ()
    return [sys.executable, "-m", "uvicorn", f"benchmarks.{app}:app", "--no-access-log", "--log-level", "warning", *fast]


PRISM = "@stoplight/prism-cli@5.14.2"


def prism() -> list[str] | None:
    """Return the command line of Prism on our bundle, None where there is no npm. The first time npm fetches it."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return None
    found = fresh(npm, "exec", "--yes", f"--package={PRISM}", "--", "node", "-p", _PRISM_PLACE, timeout=300)
    return [node, found.strip().splitlines()[-1], "mock", "-v", "silent", "generated/openapi.json"]


_PRISM_PLACE = "process.env.PATH.split(':').map(p=>p+'/prism').find(p=>require('fs').existsSync(p))"


@contextmanager
def serving(arguments: Sequence[str], *, status: int = 200) -> Iterator[Server]:
    """Run a server on a free port until the block ends, however it ends; `status` is what the health path answers."""
    port = _free_port()
    with tempfile.TemporaryFile() as log:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [*arguments, "--port", str(port)], cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=log
        )
        try:
            while not _answers(port, status):
                if process.poll() is not None or time.perf_counter() - begin > 20:
                    log.seek(0)
                    raise BenchFailed(f"{' '.join(arguments)} does not serve: {log.read().decode().strip()[-500:]}")
                time.sleep(0.002)
            yield Server(process.pid, port, time.perf_counter() - begin)
        finally:
            _end(process)


def fresh(*arguments: str, timeout: float = 60) -> str:
    """Return what a command printed. Raises `BenchFailed` when it fails."""
    try:
        done = subprocess.run(
            arguments, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BenchFailed(f"{' '.join(arguments)}: not done within {timeout:.0f} s") from error
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip())[-500:]
        raise BenchFailed(f"{' '.join(arguments)}: exit {done.returncode}: {said}")
    return done.stdout


def probe(name: str, *arguments: str) -> str:
    """Return what a script of `probes/` printed."""
    return fresh(sys.executable, "-m", f"benchmarks.probes.{name}", *arguments, timeout=240)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _answers(port: int, status: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", HEALTH)
        return connection.getresponse().status == status
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
