#!/usr/bin/env python3
"""Measures the window of the release build on a private screen without a graphics card: from exec to the first frame,
the processor and the memory of a window at rest, with 0, 1,000 and 100,000 rows of history.

usage: scripts/measure/window.py [ROWS…]        AFFIX=PROGRAM measures another build; RUNS=N (5) starts each
"""
import ctypes
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
AFFIX = os.environ.get("AFFIX", os.path.join(ROOT, "target", "release", "affix"))
RUNS = int(os.environ.get("RUNS", "5"))
REST_SECS = 10


class Screen:
    def __enter__(self):
        read, write = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1100x720x24", "-noreset",
                                        "-nolisten", "tcp"], pass_fds=(write,), stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as told:
            self.name = ":" + told.readline().strip()
        self.x = ctypes.CDLL("libX11.so.6")
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.x.XDefaultRootWindow.restype = ctypes.c_ulong
        self.x.XGetImage.restype = ctypes.c_void_p
        self.x.XGetPixel.restype = ctypes.c_ulong
        self.display = ctypes.c_void_p(self.x.XOpenDisplay(self.name.encode()))
        self.root = self.x.XDefaultRootWindow(self.display)
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()

    def lit(self):
        """Whether the middle of the bar is drawn: the screen is black before."""
        image = self.x.XGetImage(self.display, ctypes.c_ulong(self.root), 600, 20, 1, 1, ctypes.c_ulong(~0 & 0xFFFFFFFF), 2)
        pixel = self.x.XGetPixel(ctypes.c_void_p(image), 0, 0)
        self.x.XDestroyImage(ctypes.c_void_p(image))
        return pixel & 0xFFFFFF != 0


def fill(home, rows):
    subprocess.run([AFFIX, "--home", home, "history"], check=True, stdout=subprocess.DEVNULL)
    with open(os.path.join(home, "settings.toml"), "w", encoding="utf-8") as file:
        file.write('[window]\ntheme = "dark"\nlanguage = "en"\n')
    database = sqlite3.connect(os.path.join(home, "affix.db"))
    now = int(time.time() * 1000)
    for first in range(0, rows, 20):
        batch = database.execute("INSERT INTO batches (profile, service, created_at_ms) VALUES ('Sandbox', 'sandbox', ?)",
                                 [now]).lastrowid
        database.executemany(
            "INSERT INTO attachments (batch, position, path, name, size, mime, profile, service, state, attempts, added_at_ms,"
            " finished_at_ms, session, search) VALUES (?, ?, ?, ?, 8400000, 'image/jpeg', 'Sandbox', 'sandbox', 'done', 1, ?, ?,"
            " '00000000000000000000000000000000', ?)",
            [(batch, position, f"/home/anna/picture {first + position}.jpg".encode(), f"picture {first + position}.jpg", now, now,
              f"picture {first + position}.jpg") for position in range(20)])
    database.commit()
    database.close()


def status(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return {key: value.split()[0] for key, value in (line.split(":\t", 1) for line in file) if value.split()}


def work(pid):
    """Processor time in seconds, and how often a thread went to sleep or was put aside."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    wakes = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="ascii") as file:
            wakes += sum(int(line.split()[1]) for line in file if "ctxt_switches" in line)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), wakes


def start(screen, home):
    """The process, and the milliseconds to its first frame."""
    environment = dict(os.environ, DISPLAY=screen.name)
    environment.pop("WAYLAND_DISPLAY", None)
    since = time.monotonic()
    process = subprocess.Popen([AFFIX, "--home", home], env=environment, stderr=subprocess.DEVNULL)
    while not screen.lit():
        if time.monotonic() - since > 60 or process.poll() is not None:
            raise SystemExit("the window did not open")
        time.sleep(0.0005)
    return process, (time.monotonic() - since) * 1000


def main():
    print("| rows | first frame, ms (range) | at rest: processor | wake-ups a second | memory, MiB | of it anonymous |")
    print("|---|---|---|---|---|---|")
    for rows in [int(word) for word in sys.argv[1:]] or [0, 1000, 100_000]:
        with tempfile.TemporaryDirectory() as home:
            fill(home, rows)
            frames = []
            for run in range(RUNS):
                with Screen() as screen:
                    process, took_ms = start(screen, home)
                    frames.append(took_ms)
                    if run == RUNS - 1:
                        time.sleep(5)
                        cpu, wakes = work(process.pid)
                        time.sleep(REST_SECS)
                        cpu_then, wakes_then = work(process.pid)
                        memory = status(process.pid)
                    process.terminate()
                    process.wait()
        print(f"| {rows:,} | {statistics.median(frames):.0f} ({min(frames):.0f}–{max(frames):.0f}) "
              f"| {100 * (cpu_then - cpu) / REST_SECS:.1f} % | {(wakes_then - wakes) / REST_SECS:.1f} "
              f"| {int(memory['VmRSS']) / 1024:.0f} | {int(memory['RssAnon']) / 1024:.0f} |")


main()
