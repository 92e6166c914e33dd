#!/usr/bin/env python3
"""Measures the memory that previews take: the real window on a private screen, 500 photos of 48 megapixels waiting in it,
scrolled through from the first to the last with the wheel. Sums the window and its readers.

usage: scripts/measure/preview_memory.py [PHOTOS]      AFFIX=PROGRAM measures another build; SIZE=8000x6000
       PHOTOS_IN=FOLDER keeps the ten photos that all others are copies of: making them takes minutes
"""
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
AFFIX = os.environ.get("AFFIX", os.path.join(ROOT, "target", "release", "affix"))
SIZE = os.environ.get("SIZE", "8000x6000")
MIB = 1 << 20
KINDS = 10
PROGRESSIVE = 3
# What has come to rest: no process works for this long.
REST_SECS = 0.4
REST_WAIT_SECS = 60


def originals(folder):
    """Ten photos, three of them progressive: noise over plasma has as many details as a real one."""
    os.makedirs(folder, exist_ok=True)
    made = []
    for number in range(KINDS):
        path = os.path.join(folder, f"{SIZE}-{number}.jpg")
        if not os.path.exists(path):
            width, height = (int(word) // 4 for word in SIZE.split("x"))
            layout = ["-interlace", "JPEG"] if number < PROGRESSIVE else ["-interlace", "none"]
            subprocess.run(["convert", "-seed", str(number), "-size", f"{width}x{height}", "plasma:fractal", "-resize", f"{SIZE}!",
                            "-attenuate", "0.15", "+noise", "Gaussian", "-sampling-factor", "4:2:0", "-quality", "88",
                            *layout, path + ".part.jpg"], check=True)
            os.rename(path + ".part.jpg", path)
        made.append(path)
    return made


def fill(home, files):
    os.makedirs(home)
    with open(os.path.join(home, "settings.toml"), "w", encoding="utf-8") as file:
        file.write('[window]\ntheme = "dark"\nlanguage = "en"\nwidth = 1100\nheight = 720\n')
    subprocess.run([AFFIX, "--home", home, "history"], check=True, stdout=subprocess.DEVNULL)
    database = sqlite3.connect(os.path.join(home, "affix.db"))
    now = int(time.time() * 1000)
    batch = database.execute("INSERT INTO batches (profile, service, created_at_ms) VALUES ('Sandbox', 'sandbox', ?)",
                             [now]).lastrowid
    database.executemany(
        "INSERT INTO attachments (batch, position, path, name, size, mime, profile, service, state, attempts, added_at_ms,"
        " session, search) VALUES (?, ?, ?, ?, ?, 'image/jpeg', 'Sandbox', 'sandbox', 'paused', 0, ?,"
        " '00000000000000000000000000000000', ?)",
        [(batch, position, path.encode(), os.path.basename(path), os.path.getsize(path), now, os.path.basename(path))
         for position, path in enumerate(files)])
    database.commit()
    database.close()


def tree(pid):
    """The process and all below it."""
    found = [pid]
    for process in found:
        try:
            for task in os.listdir(f"/proc/{process}/task"):
                with open(f"/proc/{process}/task/{task}/children", encoding="ascii") as file:
                    found += [int(word) for word in file.read().split()]
        except OSError:
            continue
    return found


def memory(pid):
    """Resident and proportional memory in bytes."""
    rss = pss = 0
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            for line in file:
                if line.startswith("Rss:"):
                    rss = int(line.split()[1]) * 1024
                elif line.startswith("Pss:"):
                    pss = int(line.split()[1]) * 1024
    except OSError:
        pass
    return rss, pss


def ticks(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])
    except OSError:
        return 0


class Watch(threading.Thread):
    """The highest sums so far, looked at twenty times a second."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid = pid
        self.over = threading.Event()
        self.rss = self.pss = self.window = self.readers = 0
        self.start()

    def run(self):
        while not self.over.wait(0.05):
            processes = tree(self.pid)
            sums = [memory(process) for process in processes]
            self.rss = max(self.rss, sum(rss for rss, _ in sums))
            self.pss = max(self.pss, sum(pss for _, pss in sums))
            self.window = max(self.window, sums[0][0])
            self.readers = max(self.readers, len(processes) - 1)


def rest(pid):
    """Waits until no reader works any more."""
    end = time.monotonic() + REST_WAIT_SECS
    before, since = None, time.monotonic()
    while time.monotonic() < end:
        now = {process: ticks(process) for process in tree(pid)[1:]}
        if now != before:
            before, since = now, time.monotonic()
        elif time.monotonic() - since > REST_SECS:
            return True
        time.sleep(0.05)
    return False


class Window:
    def __init__(self, home, cache):
        read, write = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1100x720x24", "-noreset",
                                        "-nolisten", "tcp"], pass_fds=(write,), stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as told:
            display = ":" + told.readline().strip()
        self.environment = dict(os.environ, DISPLAY=display, XDG_CACHE_HOME=cache)
        self.environment.pop("WAYLAND_DISPLAY", None)
        self.process = subprocess.Popen([AFFIX, "--home", home], env=self.environment, stderr=subprocess.DEVNULL)
        self.xdotool("search", "--sync", "--onlyvisible", "--name", "Affix")
        self.xdotool("mousemove", "350", "450")
        time.sleep(2)

    def xdotool(self, *words):
        subprocess.run(["xdotool", *words], env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def wheel(self, times):
        self.xdotool("click", "--repeat", str(times), "--delay", "10", "5")

    def picture(self, path):
        subprocess.run(["import", "-window", "root", path], env=self.environment, check=True)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.server.terminate()
        self.server.wait()


def scroll(name, home, cache, steps, waits):
    window = Window(home, cache)
    watch = Watch(window.process.pid)
    begin = time.monotonic()
    rest(window.process.pid)
    for _ in range(steps):
        window.wheel(8)
        if waits:
            rest(window.process.pid)
    rest(window.process.pid)
    took = time.monotonic() - begin
    watch.over.set()
    watch.join()
    picture = os.environ.get("PICTURE")
    if picture:
        window.picture(picture)
    window.close()
    print(f"| {name} | {watch.rss / MIB:.0f} | {watch.pss / MIB:.0f} | {watch.window / MIB:.0f} | {watch.readers} | {took:.0f} |",
          flush=True)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory(prefix="affix-photos-", dir=os.environ.get("PHOTOS_IN")) as place:
        made = originals(os.environ.get("PHOTOS_IN") or os.path.join(place, "made"))
        folder = os.path.join(place, "photos")
        os.makedirs(folder)
        files = []
        for number in range(count):
            path = os.path.join(folder, f"photo {number:03}.jpg")
            os.link(made[number % KINDS], path)
            files.append(path)
        home = os.path.join(place, "home")
        fill(home, files)
        # A wheel's click is fifty points or more, a row of the list as much: twice the need ends at the last one.
        steps = count // 5
        print(f"{count} photos of {SIZE}, {sum(map(os.path.getsize, made)) / MIB / KINDS:.1f} MiB each\n")
        print("| scrolled | peak RSS, MiB | peak PSS, MiB | window alone | readers | seconds |")
        print("|---|---|---|---|---|---|")
        scroll("through, waiting for the pictures", home, place, steps, True)
        shutil.rmtree(os.path.join(home, "cache"), ignore_errors=True)
        scroll("as fast as it goes", home, place, steps, False)


main()
