"""Measures small pictures of photos beside the usual makers of thumbnails: see scripts/bench.

Every run is a whole process, and what it writes is a file. Affix and its peers run in turn, so that all meet the same
load. PHOTOS=N sets how many photos of 12 megapixels there are (200).
"""

import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

from peers import first_line

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/benchmarks.md"
AFFIX = os.path.abspath(os.environ["AFFIX"])
RUNS = int(os.environ.get("RUNS", "5"))
PHOTOS = int(os.environ.get("PHOTOS", "200"))
# Different photos; the others are these again under other names.
DIFFERENT = 10
SIDE = "256"


def affix(inputs, out):
    return [[AFFIX, "thumbnail", "-s", SIDE, *inputs, out]]


def vips(inputs, out):
    return [["vipsthumbnail", "-s", f"{SIDE}x{SIDE}", "-o", f"{out}/%s.png", *inputs]]


def each(*command):
    """A program that takes one file: INPUT and OUTPUT stand for their names."""
    names = lambda path, out: {"INPUT": path, "OUTPUT": f"{out}/{pathlib.Path(path).stem}.png"}
    return lambda inputs, out: [[names(path, out).get(word, word) for word in command] for path in inputs]


MAKERS = {
    "Affix": affix,
    "gdk-pixbuf-thumbnailer": each("gdk-pixbuf-thumbnailer", "-s", SIDE, "INPUT", "OUTPUT"),
    "vipsthumbnail": vips,
    "ffmpegthumbnailer": each("ffmpegthumbnailer", "-s", SIDE, "-i", "INPUT", "-o", "OUTPUT"),
    "ImageMagick": each("convert", "-define", f"jpeg:size={SIDE}x{SIDE}", "INPUT", "-auto-orient", "-thumbnail", f"{SIDE}x{SIDE}", "OUTPUT"),
}


class Done:
    """Wall seconds, CPU seconds and the peak memory (MiB) of the largest process of some that ran."""

    def __init__(self, shares):
        self.cpu = self.peak = 0.0
        began = time.perf_counter()
        queues = [list(reversed(commands)) for commands in shares]
        running = {}
        for queue in queues:
            self.begin(queue, running)
        while running:
            pid, status, used = os.wait4(-1, 0)
            queue, command, peak = running.pop(pid)
            if status != 0:
                sys.exit(f"{' '.join(command[:8])} ended with {os.waitstatus_to_exitcode(status)}")
            self.cpu += used.ru_utime + used.ru_stime
            self.peak = max(self.peak, int(peak.read()) / 1024)
            peak.close()
            self.begin(queue, running)
        self.wall = time.perf_counter() - began

    @staticmethod
    def begin(queue, running):
        if queue:
            command = queue.pop()
            # A process's peak begins with that of the one that started it: this interpreter's would hide the small ones.
            peak = tempfile.NamedTemporaryFile()
            timed = ["/usr/bin/time", "-q", "-f", "%M", "-o", peak.name, *command]
            nothing = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
            running[os.posix_spawn(timed[0], timed, os.environ, file_actions=nothing)] = (queue, command, peak)


def made(arguments, path):
    subprocess.run(["convert", *arguments.split(), path], check=True)
    return path


def photo(dir, name, width, height, seed, how):
    source = dir / f"{width}-{seed}.ppm"
    if not source.exists():
        small = f"-size {width // 4}x{height // 4} -seed {seed} plasma:fractal -resize {width}x{height}!"
        made(f"{small} -seed {seed} -attenuate 0.4 +noise Gaussian -depth 8", source)
    return str(made(f"{source} -quality 90 {how}", dir / name))


def files(dir):
    large = lambda name, how: [photo(dir, name, 6000, 4000, 5, how)]
    cases = {
        "24 MP JPEG, 4:2:0": large("plain.jpg", "-sampling-factor 4:2:0"),
        "24 MP JPEG, 4:4:4": large("full.jpg", "-sampling-factor 4:4:4"),
        "24 MP JPEG, progressive": large("progressive.jpg", "-sampling-factor 4:2:0 -interlace JPEG"),
        "24 MP PNG": large("rows.png", "-quality 75"),
    }
    photos = [photo(dir, f"photo-{at}.jpg", 4000, 3000, at, "-sampling-factor 4:2:0") for at in range(min(DIFFERENT, PHOTOS))]
    for at in range(len(photos), PHOTOS):
        again = dir / f"photo-{at}.jpg"
        os.link(photos[at % DIFFERENT], again)
        photos.append(str(again))
    for source in dir.glob("*.ppm"):
        source.unlink()
    return cases | {f"{PHOTOS} photos of 12 MP": photos}


def measured(inputs, dir):
    """Of each maker the runs alone and those of two at once."""
    runs = {maker: ([], []) for maker in MAKERS}
    for run in range(RUNS + 1):
        for maker, commands in MAKERS.items():
            out = tempfile.mkdtemp(dir=dir)
            alone = Done([commands(inputs, out)])
            half = (len(inputs) + 1) // 2
            shares = [inputs[:half], inputs[half:]] if len(inputs) > 1 else [inputs, inputs]
            twice = Done([commands(share, tempfile.mkdtemp(dir=dir)) for share in shares])
            if len(os.listdir(out)) != len(inputs):
                sys.exit(f"{maker} wrote {len(os.listdir(out))} of {len(inputs)} pictures")
            # The first one warms the caches.
            if run > 0 or RUNS == 0:
                runs[maker][0].append(alone)
                runs[maker][1].append(twice)
    return runs


def median(runs, field):
    return statistics.median(getattr(run, field) for run in runs)


def table(name, runs):
    rows = [f"| {name} | s | CPU, s | peak memory, MiB | two at once, s | CPU, s |", "|---|---|---|---|---|---|"]
    for maker, (alone, twice) in runs.items():
        rows.append(
            f"| {maker} | {median(alone, 'wall'):.3f} | {median(alone, 'cpu'):.3f} | {median(alone, 'peak'):.1f} "
            f"| {median(twice, 'wall'):.3f} | {median(twice, 'cpu'):.3f} |"
        )
    return rows


def version(package):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=False)
    return f"{package} {done.stdout or '(not a package)'}"


def facts():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    peers = ", ".join(map(version, ["libgdk-pixbuf2.0-bin", "libvips-tools", "ffmpegthumbnailer", "imagemagick"]))
    return (
        f"{first_line(AFFIX, '--version')}; {peers}; Linux {platform.release()}, {os.cpu_count()} cores"
        f"{f' ({model.group(1)})' if model else ''}, load {os.getloadavg()[0]:.1f} at the begin;"
        f" {time.strftime('%Y-%m-%d')}; medians of {RUNS} runs."
    )


def main():
    text = [facts()]
    with tempfile.TemporaryDirectory(prefix="affix-previews-", dir=os.environ.get("BENCH_DIR")) as dir:
        for name, inputs in files(pathlib.Path(dir)).items():
            text += ["", *table(name, measured(inputs, dir))]
            print("\n".join(text), flush=True)
    if "--page" in sys.argv[1:]:
        page = PAGE.read_text()
        filled = "\n".join(["<!-- previews measured -->", "", *text, "", "<!-- previews end -->"])
        PAGE.write_text(re.sub(r"<!-- previews measured -->.*<!-- previews end -->", lambda _: filled, page, flags=re.S))


main()
