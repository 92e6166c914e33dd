#!/usr/bin/env python3
"""Measures the window of the release build beside an empty one on a private screen without a graphics card: from exec to
the first frame and to the first answer to a drag, the processor and the memory of a window at rest, with 0, 1,000, 100,000
and 1,000,000 rows of history. scripts/bench window builds both and runs this.

usage: scripts/measure/window.py [ROWS…]        AFFIX and EMPTY are the two programs; RUNS=N (5) starts each
"""
import ctypes
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

AFFIX = os.environ["AFFIX"]
EMPTY = os.environ["EMPTY"]
RUNS = int(os.environ.get("RUNS", "5"))
REST_SECS = 10


class ClientMessage(ctypes.Structure):
    """XClientMessageEvent, in the room of an XEvent."""
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                ("display", ctypes.c_void_p), ("window", ctypes.c_ulong), ("message", ctypes.c_ulong),
                ("format", ctypes.c_int), ("data", ctypes.c_long * 5), ("rest", ctypes.c_long * 12)]


class Screen:
    def __enter__(self):
        read, write = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1100x720x24", "-noreset",
                                        "-nolisten", "tcp"], pass_fds=(write,), stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as told:
            self.name = ":" + told.readline().strip()
        self.x = ctypes.CDLL("libX11.so.6")
        for function in ("XOpenDisplay", "XGetImage"):
            getattr(self.x, function).restype = ctypes.c_void_p
        for function in ("XDefaultRootWindow", "XGetPixel", "XInternAtom", "XCreateSimpleWindow"):
            getattr(self.x, function).restype = ctypes.c_ulong
        # What goes away while it is looked at is looked for again.
        self.ignored = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda *_: 0)
        self.x.XSetErrorHandler(self.ignored)
        self.display = ctypes.c_void_p(self.x.XOpenDisplay(self.name.encode()))
        self.root = ctypes.c_ulong(self.x.XDefaultRootWindow(self.display))
        self.source = self.x.XCreateSimpleWindow(self.display, self.root, 0, 0, 1, 1, 0, 0, 0)
        self.enters, self.answered = {}, False
        return self

    def __exit__(self, *_):
        self.server.terminate()
        self.server.wait()

    def lit(self):
        """Whether the middle of the bar is drawn: the screen is black before."""
        image = self.x.XGetImage(self.display, self.root, 600, 20, 1, 1, ctypes.c_ulong(~0 & 0xFFFFFFFF), 2)
        pixel = self.x.XGetPixel(ctypes.c_void_p(image), 0, 0)
        self.x.XDestroyImage(ctypes.c_void_p(image))
        return pixel & 0xFFFFFF != 0

    def atom(self, name):
        return self.x.XInternAtom(self.display, name.encode(), 0)

    def windows(self):
        root, parent, children, count = (ctypes.c_ulong(), ctypes.c_ulong(), ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint())
        self.x.XQueryTree(self.display, self.root, *map(ctypes.byref, (root, parent, children, count)))
        windows = children[:count.value]
        if windows:
            self.x.XFree(children)
        return windows

    def takes_drops(self, window):
        kind, form, items, left, data = (ctypes.c_ulong(), ctypes.c_int(), ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_void_p())
        self.x.XGetWindowProperty(self.display, ctypes.c_ulong(window), ctypes.c_ulong(self.atom("XdndAware")), 0, 1, 0,
                                  ctypes.c_ulong(0), *map(ctypes.byref, (kind, form, items, left, data)))
        if data:
            self.x.XFree(data)
        return bool(items.value)

    def send(self, window, message, *data):
        event = ClientMessage(type=33, display=self.display.value, window=window, message=self.atom(message), format=32,
                              data=(ctypes.c_long * 5)(self.source, *data))
        self.x.XSendEvent(self.display, ctypes.c_ulong(window), 0, 0, ctypes.byref(event))

    def drags(self):
        """Drags a file over every window that says it takes some; whether one has answered that it does.
        https://www.freedesktop.org/wiki/Specifications/XDND/"""
        for window in self.windows():
            if window not in self.enters and self.takes_drops(window):
                self.enters[window] = True
                self.send(window, "XdndEnter", 5 << 24, self.atom("text/uri-list"), 0, 0)
                self.send(window, "XdndPosition", 0, 300 << 16 | 300, 0, self.atom("XdndActionCopy"))
        while self.x.XPending(self.display):
            event = ClientMessage()
            self.x.XNextEvent(self.display, ctypes.byref(event))
            if event.type == 33 and event.message == self.atom("XdndStatus"):
                self.answered = self.answered or bool(event.data[1] & 1)
        return self.answered


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
    """Processor time in seconds, and how often each thread went to sleep or was put aside."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    wakes = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/status", encoding="ascii") as file:
            wakes[task] = sum(int(line.split()[1]) for line in file if "ctxt_switches" in line)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), wakes


def start(screen, command):
    """The process, the milliseconds to its first frame, and those until it answers that it takes a drop."""
    environment = dict(os.environ, DISPLAY=screen.name)
    environment.pop("WAYLAND_DISPLAY", None)
    since = time.monotonic()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    lit = takes = None
    while lit is None or takes is None:
        now = (time.monotonic() - since) * 1000
        if takes is None and screen.drags():
            takes = now
        if lit is None and screen.lit():
            lit = now
        if now > 60_000 or process.poll() is not None:
            raise SystemExit("the window did not open")
        time.sleep(0.0005)
    return process, lit, takes


class Case:
    def __init__(self, name, command):
        self.name, self.command = name, command
        self.frames, self.drops, self.user = [], [], []

    def run(self, last):
        with Screen() as screen:
            process, frame, drop = start(screen, self.command)
            self.frames.append(frame)
            self.drops.append(drop)
            self.user.append(work(process.pid)[0] * 1000)
            if last:
                time.sleep(5)
                cpu, wakes = work(process.pid)
                time.sleep(REST_SECS)
                cpu_then, wakes_then = work(process.pid)
                memory = status(process.pid)
                self.rest = f"{100 * (cpu_then - cpu) / REST_SECS:.1f} % | {sum(wakes_then[task] - wakes.get(task, 0) for task in wakes_then) / REST_SECS:.1f}"
                self.memory = f"{int(memory['VmRSS']) / 1024:.0f} | {int(memory['RssAnon']) / 1024:.0f}"
            process.terminate()
            process.wait()

    def row(self):
        ms = lambda values: f"{statistics.median(values):.0f} ({min(values):.0f}–{max(values):.0f})"
        return (f"| {self.name} | {ms(self.frames)} | {ms(self.drops)} | {statistics.median(self.user):.0f} | {self.rest} "
                f"| {self.memory} |")


def main():
    sizes = [int(word) for word in sys.argv[1:]] or [0, 1000, 100_000, 1_000_000]
    with tempfile.TemporaryDirectory() as folder:
        cases = [Case("an empty window of eframe", [EMPTY])]
        for rows in sizes:
            home = os.path.join(folder, str(rows))
            os.mkdir(home)
            fill(home, rows)
            cases.append(Case(f"Affix, {rows:,} rows", [AFFIX, "--home", home]))
        # In turn, so that all meet the same load; the first round is for the page cache.
        for run in range(RUNS + 1):
            for case in cases:
                case.run(run == RUNS)
            if run == 0:
                for case in cases:
                    case.frames, case.drops, case.user = [], [], []
        print("| window | first frame, ms (range) | takes a drop, ms (range) | processor until then, ms | at rest: processor "
              "| wake-ups a second | memory, MiB | of it anonymous |")
        print("|---" * 8 + "|")
        for case in cases:
            print(case.row())


main()
