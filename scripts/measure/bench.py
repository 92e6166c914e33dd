"""Measures Affix beside curl: see scripts/bench."""

import functools
import os
import pathlib
import platform
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/benchmarks.md"
AFFIX = os.environ["AFFIX"]
RUNS = int(os.environ.get("RUNS", "5"))
GIB = 1 << 30

SETTINGS = {
    "mixin": "base_url={base}/mixin",
    "cosmos": "endpoint={base} database=d collection=c document=x",
    "forum": "base_url={base} group_name=post server_list=false",
}
SECRETS = {
    "AFFIX_SECRET_MIXIN_TOKEN": "a.b.c",
    "AFFIX_SECRET_COSMOS_KEY": "a2V5",
    "AFFIX_SECRET_FORUM_API_KEY": "key",
    "AFFIX_SECRET_FORUM_API_SECRET": "secret",
}


class Run:
    """Wall seconds, CPU seconds and peak memory (MiB) of one command."""

    def __init__(self, command, env):
        with tempfile.NamedTemporaryFile("r") as facts:
            # `time` is small, so the peak that it reports is the command's own and not its parent's.
            timed = ["/usr/bin/time", "-q", "-o", facts.name, "-f", "%U %S %M", *command]
            began = time.perf_counter()
            done = subprocess.run(timed, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
            self.wall = time.perf_counter() - began
            if done.returncode != 0:
                sys.exit(f"{' '.join(command[:8])}: {done.stderr.decode()}")
            user, system, peak = facts.read().split()
        self.cpu = float(user) + float(system)
        self.peak = int(peak) / 1024


def median(runs, field):
    return statistics.median(getattr(run, field) for run in runs)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def file_of(path, size, random):
    """A file that starts as a picture, because the forum takes nothing else; then random bytes, or a hole."""
    header = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4000, 3000, 8, 2, 0, 0, 0))
    with open(path, "wb") as file:
        file.write(header)
        while random and file.tell() < size:
            file.write(os.urandom(min(1 << 22, size - file.tell())))
        file.truncate(size)
    return str(path)


class Place:
    """A folder with a home of its own, the sink, and profiles that send to it."""

    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="affix-bench-", dir=os.environ.get("BENCH_DIR")))
        self.env = {**os.environ, **SECRETS, "AFFIX_HOME": str(self.dir / "home")}
        # Without a session bus no keyring is asked.
        self.env.pop("DBUS_SESSION_BUS_ADDRESS", None)
        sink = [sys.executable, str(ROOT / "scripts/measure/sink.py")]
        self.sink = subprocess.Popen(sink, stdout=subprocess.PIPE, text=True)
        self.base = f"http://127.0.0.1:{self.sink.stdout.readline().strip()}"
        for service, settings in SETTINGS.items():
            values = [part for setting in settings.format(base=self.base).split() for part in ("--set", setting)]
            self.affix("profiles", "add", service, "--service", service, *values)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sink.terminate()
        subprocess.run([AFFIX, "sandbox", "--stop"], env=self.env, capture_output=True, check=False)
        shutil.rmtree(self.dir)

    def run(self, *command):
        return Run(command, self.env)

    def affix(self, *words):
        return self.run(AFFIX, *words)

    def upload(self, profile, *files):
        return self.affix("upload", "--quiet", "--yes", "--profile", profile, *files)

    def curl(self, *words):
        return self.run("curl", "-sSf", "-o", "/dev/null", *words)


def speed(place):
    file = file_of(place.dir / "random.png", GIB, True)
    raw = lambda: place.curl("-T", file, f"{place.base}/put")
    form = lambda: place.curl("-F", "type=public/image", "-F", f"file=@{file}", f"{place.base}/openapi/x")
    rows = ["| 1 GiB to | Affix, s | curl, s | Affix ÷ curl | Affix CPU, s | curl CPU, s |", "|---|---|---|---|---|---|"]
    for service, curl in [("mixin", raw), ("cosmos", raw), ("forum", form)]:
        ours, theirs = [], []
        for _ in range(RUNS + 1):
            theirs.append(curl())
            ours.append(place.upload(service, file))
        ours, theirs = ours[1:], theirs[1:]
        ratio = statistics.median(a.wall / b.wall for a, b in zip(ours, theirs))
        rows.append(
            f"| {service} | {median(ours, 'wall'):.3f} | {median(theirs, 'wall'):.3f} | {ratio:.2f} "
            f"| {median(ours, 'cpu'):.2f} | {median(theirs, 'cpu'):.2f} |"
        )
    os.unlink(file)
    return rows


def memory(place):
    sizes = {"1 MiB": 1 << 20, "1 GiB": GIB, "2 GiB": 2 * GIB, "4 GiB": 4 * GIB}
    files = {name: file_of(place.dir / f"{size}.png", size, False) for name, size in sizes.items()}
    rows = [f"| peak memory, MiB | {' | '.join(sizes)} |", "|---" * (1 + len(sizes)) + "|"]
    raw = lambda file: place.curl("-T", file, f"{place.base}/put")
    cases = {service: functools.partial(place.upload, service) for service in SETTINGS} | {"curl -T": raw}
    for case, upload in cases.items():
        peaks = (f"{max(upload(files[name]).peak for _ in range(3)):.1f}" for name in sizes)
        rows.append(f"| {case} | {' | '.join(peaks)} |")
    for file in files.values():
        os.unlink(file)
    return rows


def many(place):
    rows = ["| files of 10 KiB to the sandbox | s | files a second | CPU, s | peak memory, MiB |", "|---|---|---|---|---|"]
    tiny = file_of(place.dir / "tiny.bin", 1000, True)
    place.upload("Sandbox", tiny)
    for count in (1000, 10000):
        folder = place.dir / str(count)
        folder.mkdir()
        files = [file_of(folder / f"{at}.bin", 10240, True) for at in range(count)]
        runs = [place.upload("Sandbox", *files) for _ in range(3)]
        wall = median(runs, "wall")
        rows.append(f"| {count:,} | {wall:.2f} | {count / wall:.0f} | {median(runs, 'cpu'):.2f} | {median(runs, 'peak'):.1f} |")
    return rows


def start(place):
    rows = ["| start | ms | peak memory, MiB |", "|---|---|---|"]
    tiny = file_of(place.dir / "start.bin", 1000, True)
    place.upload("Sandbox", tiny)
    cases = {
        "`affix --version`": lambda: place.affix("--version"),
        "`affix history`": lambda: place.affix("history"),
        "`affix upload` of 1 kB to a sandbox that runs": lambda: place.upload("Sandbox", tiny),
        "`curl -T` of 1 kB": lambda: place.curl("-T", tiny, f"{place.base}/put"),
    }
    for name, case in cases.items():
        runs = [case() for _ in range(4 * RUNS)]
        rows.append(f"| {name} | {median(runs, 'wall') * 1000:.0f} | {median(runs, 'peak'):.1f} |")
    return rows


PARTS = {"speed": speed, "memory": memory, "many": many, "start": start}


def first_line(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def facts():
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    curl = " ".join(first_line("curl", "--version").split()[:2])
    return (
        f"{first_line(AFFIX, '--version')}, {curl}, Linux {platform.release()}, {os.cpu_count()} cores"
        f"{f' ({model.group(1)})' if model else ''}, {memory_gib:.0f} GiB of memory, load {os.getloadavg()[0]:.1f} at the"
        f" begin; {time.strftime('%Y-%m-%d')}; medians of {RUNS} runs."
    )


def main():
    wanted = sys.argv[1:] or list(PARTS)
    text = [facts()]
    with Place() as place:
        for part in wanted:
            text += ["", *PARTS[part](place)]
            print("\n".join(text), flush=True)
    if not sys.argv[1:]:
        page = PAGE.read_text()
        measured = "\n".join(["<!-- measured -->", "", *text, "", "<!-- end -->"])
        PAGE.write_text(re.sub(r"<!-- measured -->.*<!-- end -->", lambda _: measured, page, flags=re.S))


main()
