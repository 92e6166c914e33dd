"""Measures Affix beside what people would use in its place: see scripts/bench."""

import functools
import json
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

from peers import PEERS, first_line
from sinks import S3, Fast, Sink

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/benchmarks.md"
AFFIX = os.environ["AFFIX"]
RUNS = int(os.environ.get("RUNS", "5"))
GIB = 1 << 30
AT_ONCE = 8

SETTINGS = {
    "mixin": "base_url={base}/mixin",
    "cosmos": "endpoint={base} database=d collection=c document=x",
    "cronofy": "base_url={base}",
    "forum": "base_url={base} group_name=post server_list=false",
}
SECRETS = {
    "AFFIX_SECRET_MIXIN_TOKEN": "a.b.c",
    "AFFIX_SECRET_COSMOS_KEY": "a2V5",
    "AFFIX_SECRET_CRONOFY_API_KEY": "key",
    "AFFIX_SECRET_FORUM_API_KEY": "key",
    "AFFIX_SECRET_FORUM_API_SECRET": "secret",
}


class Failed(Exception):
    """A program that could not do the work."""


class Run:
    """Wall seconds, CPU seconds and peak memory (MiB) of one command."""

    def __init__(self, command, env, folder=None):
        with tempfile.NamedTemporaryFile("r") as facts:
            # `time` is small, so the peak that it reports is the command's own and not its parent's.
            timed = ["/usr/bin/time", "-q", "-o", facts.name, "-f", "%U %S %M", *command]
            began = time.perf_counter()
            done = subprocess.run(timed, env=env, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
            self.wall = time.perf_counter() - began
            if done.returncode != 0:
                raise Failed(f"{' '.join(command[:8])}: {done.stderr.decode()[-400:]}")
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


def picture(side):
    """A PNG of noise, RGB, with nothing in it but pixels."""
    rows = b"".join(b"\0" + os.urandom(side * 3) for _ in range(side))
    parts = (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def installed():
    """The peers with their places, as scripts/bench has put them into BENCH_TOOLS or apt into the PATH."""
    tools = pathlib.Path(os.environ["BENCH_TOOLS"])
    places = [(peer, tools / peer.name) for peer in PEERS]
    places = [(peer, own if own.exists() else shutil.which(peer.name)) for peer, own in places]
    return [(peer, place) for peer, place in places if place]


class Home:
    """A home of Affix' own with these settings, and profiles that are named by their services, as their secrets are."""

    def __init__(self, folder, settings=""):
        # Without a session bus no keyring is asked.
        self.env = {name: value for name, value in os.environ.items() if name != "DBUS_SESSION_BUS_ADDRESS"}
        self.env |= {**SECRETS, "AFFIX_HOME": tempfile.mkdtemp(prefix="home-", dir=folder)}
        pathlib.Path(self.env["AFFIX_HOME"], "settings.toml").write_text(settings)

    def affix(self, *words, folder=None):
        return Run([AFFIX, *words], self.env, folder)

    def add(self, service, base):
        settings = [part for setting in SETTINGS[service].format(base=base).split() for part in ("--set", setting)]
        self.affix("profiles", "add", service, "--service", service, *settings)

    def upload(self, profile, *files, folder=None):
        """From within a folder where there are many: a command line has no room for 100,000 whole paths."""
        return self.affix("upload", "--quiet", "--yes", "--profile", profile, *files, folder=folder)


class Place:
    """A folder with a home, the sink, and profiles that send to it."""

    def __init__(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="affix-bench-", dir=os.environ.get("BENCH_DIR")))
        self.home = Home(self.dir)
        self.sink = Fast()
        self.base = self.sink.base
        for service in SETTINGS:
            self.home.add(service, self.base)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sink.close()
        subprocess.run([AFFIX, "sandbox", "--stop"], env=self.home.env, capture_output=True, check=False)
        shutil.rmtree(self.dir)


def table(what, runs, beside="curl"):
    """A row for each of the cases, whose first run was for the page cache; ÷ is beside the case of that name."""
    rows = [f"| {what} | s (range) | ÷ curl | CPU, s | ÷ curl | peak memory, MiB |", "|---|---|---|---|---|---|"]
    kept = {case: all_runs[1:] for case, all_runs in runs.items()}
    for case, measured in kept.items():
        walls = [run.wall for run in measured]
        base = kept[beside]
        ratio = lambda field: f"{median(measured, field) / median(base, field):.2f}"
        rows.append(f"| {case} | {median(measured, 'wall'):.2f} ({min(walls):.2f}–{max(walls):.2f}) | {ratio('wall')} "
                    f"| {median(measured, 'cpu'):.2f} | {ratio('cpu')} | {max(run.peak for run in measured):.1f} |")
    return rows


def one_file(place, what, file, service, way):
    """One file by one way of sending to the fast sink, everybody who knows it in turn."""
    upload = functools.partial(place.home.upload, service)
    return turns(what, file, way, place.base, [peer(path, place.dir) for peer, path in installed()], upload)


def turns(what, file, way, base, peers, upload):
    peers = [peer for peer in peers if getattr(peer, way)(base, file)]
    runs, unable = {}, [peer.name for peer in peers if os.path.getsize(file) > peer.most_bytes]
    for _ in range(RUNS + 1):
        for peer in peers:
            if peer.name in unable:
                continue
            command = getattr(peer, way)(base, file)
            try:
                runs.setdefault(peer.name, []).append(Run(command, peer.environment))
            except Failed as failed:
                unable.append(peer.name)
                runs.pop(peer.name, None)
                print(failed, file=sys.stderr)
        runs.setdefault("Affix", []).append(upload(file))
    rows = table(what, runs)
    if unable:
        rows += ["", f"Not able to: {', '.join(unable)}."]
    return rows


def big(place):
    rows = []
    for gib in (1, 4):
        file = file_of(place.dir / f"{gib}.png", gib * GIB, True)
        rows += one_file(place, f"{gib} GiB, `PUT` (Affix: Mixin)", file, "mixin", "put")
        rows += ["", *one_file(place, f"{gib} GiB, raw `POST` (Affix: Cosmos DB)", file, "cosmos", "raw")]
        rows += ["", *one_file(place, f"{gib} GiB, form (Affix: forum)", file, "forum", "form"), ""]
        os.unlink(file)
    rows += [*to_s3(place), ""]
    file = file_of(place.dir / "2.png", 1_999_000, True)
    rows += one_file(place, "2 MB in base64 (Affix: Cronofy)", file, "cronofy", "json")
    return rows


def to_s3(place):
    """To a server that checks signatures and keeps what it is sent: rclone's."""
    file = file_of(place.dir / "1.png", GIB, True)
    peers = [peer(path, place.dir) for peer, path in installed()]
    rclone = next(peer.path for peer in peers if peer.name == "rclone")
    server = S3(rclone, place.dir / "s3")
    for peer in peers:
        peer.presigned = server.presigned("put")
    # Mixin's tickets are for a request with this header (services.md).
    tickets = Fast(server.presigned("put", {"x-amz-acl": "public-read"}))
    home = Home(place.dir)
    home.add("mixin", tickets.base)
    upload = functools.partial(home.upload, "mixin")
    rows = turns("1 GiB to an S3 server, `PUT` (Affix: Mixin)", file, "put", server.base, peers, upload)
    tickets.close()
    server.close()
    os.unlink(file)
    return rows


def many(place, secure=False):
    """Files of 10 KiB, eight at once, everybody in turn."""
    what = "files of 10 KiB over TLS" if secure else "files of 10 KiB"
    rows = [f"| {what} | s (range) | files a second | CPU, s | peak memory, MiB |", "|---|---|---|---|---|"]
    sink = Sink()
    base, authority = (sink.secure, sink.authority) if secure else (sink.base, None)
    trust = f"[network]\nextra_ca = {json.dumps(authority)}\n" if secure else ""
    home = Home(place.dir, f"{trust}[uploads]\nparallel = {AT_ONCE}\nparallel_per_profile = {AT_ONCE}\n")
    home.add("cosmos", base)
    others = [peer(path, place.dir, authority) for peer, path in installed()]
    pieces = [(count, f"{count:,}", lambda: os.urandom(10240)) for count in (100, 1000, 10_000, 100_000)]
    # Of 58 pixels square, which has 10.2 KB. To the others they are what any file is: the slowest are left out.
    pieces.insert(3, (10_000, "10,000 PNG", lambda: picture(58)))
    for count, title, content in pieces[1:3] if secure else pieces:
        least = 100_000 if "PNG" in title else count
        folder = place.dir / title.replace(" ", "-")
        folder.mkdir(exist_ok=True)
        names = [f"{at:05}" for at in range(count)]
        for name in names:
            (folder / name).write_bytes(content())
        runs = {}
        # The largest number once after the round for the page cache: it is there for the cost of one file.
        for _ in range(2 if count == 100_000 else RUNS + 1):
            runs.setdefault("Affix", []).append(home.upload("cosmos", *names, folder=folder))
            for peer in others:
                command = peer.many(base, str(folder), AT_ONCE)
                if command is not None and least <= peer.most_files:
                    runs.setdefault(peer.name, []).append(Run(command, peer.environment))
        for who, all_runs in runs.items():
            measured = all_runs[1:]
            walls = [run.wall for run in measured]
            wall = statistics.median(walls)
            rows.append(f"| {title}: {who} | {wall:.2f} ({min(walls):.2f}–{max(walls):.2f}) | {count / wall:.0f} "
                        f"| {median(measured, 'cpu'):.2f} | {median(measured, 'peak'):.1f} |")
        shutil.rmtree(folder)
    if secure:
        file = file_of(place.dir / "1.png", GIB, True)
        fast = Fast("", sink.certificate)
        home.add("forum", fast.base)
        upload = functools.partial(home.upload, "forum")
        rows += ["", *turns("1 GiB over TLS, form (Affix: forum)", file, "form", fast.base, others, upload)]
        home.add("mixin", fast.base)
        upload = functools.partial(home.upload, "mixin")
        rows += ["", *turns("1 GiB over TLS, `PUT` (Affix: Mixin)", file, "put", fast.base, others, upload)]
        fast.close()
        os.unlink(file)
    sink.close()
    return rows


def start(place):
    rows = ["| start | ms | peak memory, MiB |", "|---|---|---|"]
    tiny = file_of(place.dir / "start.bin", 1000, True)
    home = place.home
    home.upload("Sandbox", tiny)
    cases = {
        "`affix --version`": lambda: home.affix("--version"),
        "`affix history`": lambda: home.affix("history"),
        "`affix upload` of 1 kB to a sandbox that runs": lambda: home.upload("Sandbox", tiny),
        "`curl -T` of 1 kB": lambda: Run(["curl", "-sSf", "-o", "/dev/null", "-T", tiny, f"{place.base}/put"], home.env),
    }
    for name, case in cases.items():
        runs = [case() for _ in range(4 * RUNS)]
        rows.append(f"| {name} | {median(runs, 'wall') * 1000:.0f} | {median(runs, 'peak'):.1f} |")
    return rows


PARTS = {"big": big, "many": many, "tls": functools.partial(many, secure=True), "start": start}


def facts():
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    peers = ", ".join(peer(path, ".").version() for peer, path in installed())
    return (
        f"{first_line(AFFIX, '--version')}; {peers}; Linux {platform.release()}, {os.cpu_count()} cores"
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
