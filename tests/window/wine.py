"""The Windows program under Wine: the command line, the keyring, one window for many starts, the window itself.

usage: wine.py AFFIX.EXE PICTURES       `scripts/test-windows` starts it, with a WINEPREFIX of its own
"""
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

from desktop import HERE, wait_for

WINE = os.environ["AFFIX_WINE"]
DRIVE = os.path.join(os.environ["WINEPREFIX"], "drive_c")
# A debug build on a busy computer, in a Windows that is just starting.
PATIENCE_SECS = 60


def unix(path):
    """Where a path of drive C is on this computer."""
    assert path.startswith("C:\\"), path
    return os.path.join(DRIVE, *path[3:].split("\\"))


def write(path, content):
    os.makedirs(os.path.dirname(unix(path)), exist_ok=True)
    with open(unix(path), "wb") as file:
        file.write(content)
    return path


class Affix:
    """The program with one home."""

    def __init__(self, program, home):
        self.program, self.home = program, home

    def command(self, *words):
        return [WINE, self.program, "--home", self.home, *words]

    def run(self, *words, code=0, stdin="", folder="C:\\"):
        """Its standard output; fails when it ends otherwise than with `code`."""
        # A file for the errors: a process that stays keeps this computer's own stderr under Wine. It must not keep the
        # pipe of the output, whose reader waits for its end.
        with tempfile.TemporaryFile() as errors:
            answer = subprocess.run(self.command(*words), input=stdin.encode(), stdout=subprocess.PIPE, stderr=errors,
                                    timeout=PATIENCE_SECS, cwd=unix(folder))
            errors.seek(0)
            out, self.told = answer.stdout.decode(), errors.read().decode()
        assert answer.returncode == code, f"{words} ended with {answer.returncode}:\n{out}\n{self.told}"
        return out

    def rows(self, *words, **options):
        return [json.loads(line) for line in self.run(*words, **options).splitlines()]

    def history(self):
        return self.rows("history", "--json", "--limit", "1000")


class Screen:
    """A screen with a window manager."""

    def __init__(self):
        self.processes = []
        read, write = os.pipe()
        self.start(["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "+extension", "GLX", "-noreset",
                    "-nolisten", "tcp"], pass_fds=(write,))
        os.close(write)
        # To the end of the line: Xvfb gives up when nobody reads it.
        with os.fdopen(read) as told:
            os.environ["DISPLAY"] = ":" + told.readline().strip()
        self.start(["openbox"])

    def start(self, command, **options):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True, **options)
        self.processes.append(process)
        return process

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @staticmethod
    def xdotool(*words):
        answer = subprocess.run(["xdotool", *map(str, words)], capture_output=True, text=True)
        return answer.stdout.split() if answer.returncode == 0 else []

    def windows(self, name):
        return self.xdotool("search", "--onlyvisible", "--name", name)

    def click(self, place):
        self.xdotool("mousemove", *place, "click", 1)

    @staticmethod
    def pixel(place):
        told = subprocess.run(["import", "-window", "root", "-crop", "1x1+%d+%d" % place, "-depth", "8", "rgb:-"],
                              check=True, capture_output=True)
        return told.stdout

    def picture(self, path):
        subprocess.run(["import", "-window", "root", path], check=True)

    @staticmethod
    def colours(path):
        told = subprocess.run(["identify", "-format", "%k", path], check=True, capture_output=True, text=True)
        return int(told.stdout)


def same_bytes(link, path):
    with urllib.request.urlopen(link, timeout=PATIENCE_SECS) as answer, open(unix(path), "rb") as file:
        assert answer.read() == file.read(), f"{link} gives other bytes than {path}"


# ── What is tried ────────────────────────────────────────────────────────────

def version(affix):
    told = affix.run("--version").strip()
    assert told.startswith("affix "), told


def exit_codes(affix):
    """0, 1 and 2 arrive, and the reasons are told."""
    there, missing = write("C:\\files\\there.txt", b"there"), "C:\\files\\missing.txt"
    first, second = affix.rows("upload", "--format", "json", there, missing, code=1)
    assert (first["status"], second["status"]) == ("done", "failed"), (first, second)
    assert "does not exist" in affix.told, affix.told
    affix.run("upload", "--format", "{nonsense}", there, code=2)
    affix.run("upload", "--no-such-option", there, code=2)
    affix.run("C:\\files\\no such command", code=2)
    assert "C:\\files\\no such command”" in affix.told, affix.told


def names(affix):
    """Paths come out as they were handed in, and the links give the same bytes back."""
    deep = "C:\\files\\" + "\\".join(f"{level} " + "deep" * 12 for level in range(6)) + "\\photo.txt"
    assert len(deep) > 300
    paths = [write(path, path.encode()) for path in (
        "C:\\files\\with space & 100% 'quoted'.txt", "C:\\files\\Grüße.txt", "C:\\文件\\最终版 报告.txt",
        "C:\\files\\\U0001f4ce clip.txt", deep)]
    rows = affix.rows("upload", "--format", "json", *paths)
    assert [row["file"] for row in rows] == paths, rows
    for path, row in zip(paths, rows):
        assert (row["name"], row["status"]) == (path.rsplit("\\")[-1], "done"), row
        same_bytes(row["view_url"], path)
    assert {row["name"] for row in rows} <= {row["name"] for row in affix.history()}


def reserved_names(affix):
    """Names that Windows keeps for devices are told as such; nothing hangs and nothing is sent."""
    for name in ("NUL", "CON", "COM1"):
        row, = affix.rows("upload", "--format", "json", f"C:\\files\\{name}", code=1)
        assert row["status"] == "failed", row
        assert f"“{name}” is a device, not a file" in affix.told, affix.told


def relative(affix):
    """A name in the folder of the start is a file there."""
    write("C:\\files\\here.txt", b"here")
    row, = affix.rows("upload", "--format", "json", "here.txt", folder="C:\\files")
    assert (row["file"], row["status"]) == ("C:\\files\\here.txt", "done"), row


def keyring(affix):
    """A secret is in Windows' Credential Manager and in no file; a long one is taken apart and put together."""
    affix.run("upload", write("C:\\files\\first.txt", b"first"))
    with open(unix(affix.home + "\\sandbox\\credentials.json"), encoding="utf-8") as file:
        token = json.load(file)["teable_token"]
    with open(unix(affix.home + "\\sandbox\\server.json"), encoding="utf-8") as file:
        address = json.load(file)["origin"] + "/teable/api"
    affix.run("profiles", "add", "Kept", "--service", "teable", "--set", f"base_url={address}", "--secret", "token",
              stdin=token + "\n")
    kept, = [row for row in affix.rows("profiles", "list", "--json") if row["name"] == "Kept"]
    assert kept["secrets"] == {"token": "kept"}, kept
    path = write("C:\\files\\with a secret.txt", b"with a secret")
    row, = affix.rows("upload", "--yes", "-p", "Kept", "--format", "json", path)
    assert (row["status"], row["service"]) == ("done", "teable"), row
    same_bytes(row["view_url"], path)

    # More than one credential holds (2,560 bytes).
    long = "teable_" + "0123456789abcdef" * 300
    affix.run("profiles", "edit", "Kept", "--secret", "token", stdin=long + "\n")
    affix.run("profiles", "test", "Kept", code=1)
    assert "keyring" not in affix.told.lower(), affix.told
    secrets = [token.encode(), long[:200].encode()]
    for folder, _, files in os.walk(unix(affix.home)):
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                content = file.read()
            # The sandbox knows its own token.
            assert name == "credentials.json" or not any(secret in content for secret in secrets), name
    affix.run("profiles", "remove", "Kept")
    with open(os.path.join(os.environ["WINEPREFIX"], "user.reg"), "rb") as file:
        assert token.encode() not in file.read()


def sandbox_ends(affix):
    """The sandbox that was left in the background ends when it is told to."""
    assert "has ended" in (affix.run("sandbox", "--stop") or affix.told), affix.told


COMMANDS = [version, exit_codes, names, reserved_names, relative, keyring, sandbox_ends]


# ── The window ───────────────────────────────────────────────────────────────

class Window:
    """The home's window, with its place for pictures."""

    def __init__(self, affix, screen, pictures):
        self.affix, self.screen, self.pictures = affix, screen, pictures
        self.process = screen.start(affix.command())
        wait_for("a window titled Affix", lambda: screen.windows("^Affix$") or self.process.poll(), PATIENCE_SECS)
        assert self.process.poll() is None, f"the window ended with {self.process.poll()}"

    def picture(self, name):
        path = os.path.join(self.pictures, name + ".png")
        self.screen.picture(path)
        return path

    def has(self, *names):
        """Waits until all of them are uploaded."""
        def done():
            rows = {row["name"]: row["status"] for row in self.affix.history()}
            return all(rows.get(name) == "done" for name in names)
        wait_for(lambda: f"all of {names} to be done", done, PATIENCE_SECS)


def is_drawn(window):
    """It is there, and not one flat colour."""
    def drawn():
        return window.screen.colours(window.picture("window")) > 50
    wait_for("a window that is drawn", drawn, PATIENCE_SECS)


def later_starts(window):
    """Files of later starts are taken by the window that is there, over its named pipe."""
    path = write("C:\\files\\从第二次启动.txt", b"second start")
    assert window.affix.run(path) == ""
    window.has("从第二次启动.txt")
    many = [write(f"C:\\many\\file {number:03}.txt", b"%d" % number) for number in range(100)]
    window.affix.run(*many)
    starts = [write(f"C:\\files\\start {number}.txt", b"start %d" % number) for number in range(4)]
    processes = [subprocess.Popen(window.affix.command(path)) for path in starts]
    assert [process.wait(PATIENCE_SECS) for process in processes] == [0] * len(processes)
    window.has(*(path.rsplit("\\")[-1] for path in many + starts))
    assert len(window.screen.windows("^Affix$")) == 1, "there is another window"
    window.picture("uploaded")


def file_dialog(window):
    """The system's own dialog opens, and what is chosen there is uploaded."""
    path = write("C:\\files\\picked.txt", b"picked")
    screen = window.screen
    screen.xdotool("windowactivate", "--sync", *screen.windows("^Affix$"))
    screen.xdotool("key", "ctrl+o")
    wait_for("a dialog", lambda: screen.windows("^Add files$"), PATIENCE_SECS)
    window.picture("dialog")
    screen.xdotool("type", "--delay", "30", path)
    screen.xdotool("key", "Return")
    window.has("picked.txt")


def drop(window):
    """A file from a drag source of X11 is uploaded; its link is on the clipboard for programs outside."""
    path = write("C:\\files\\dropped ü.txt", b"dropped")
    subprocess.run(["/usr/bin/python3", os.path.join(HERE, "drag_source.py"), "--window", "^Affix$", unix(path)],
                   check=True, timeout=PATIENCE_SECS, stdout=subprocess.DEVNULL)
    window.has("dropped ü.txt")
    link, = [row["view_url"] for row in window.affix.history() if row["name"] == "dropped ü.txt"]
    wait_for("its link on the clipboard", lambda: clipboard() == link, PATIENCE_SECS)


def clipboard():
    answer = subprocess.run(["xclip", "-selection", "clipboard", "-o"], capture_output=True, text=True, timeout=10)
    return answer.stdout if answer.returncode == 0 else None


# Where things are in a window of 1100×720 at the screen's corner.
GEAR, DESKTOP = (1070, 51), (78, 219)
SEND_TO, VERB, AUTOSTART = (938, 539), (938, 592), (938, 670)
BESIDE = (890, 539)

LINK = "Microsoft\\Windows\\SendTo\\Affix.lnk"
VERB_KEY = "HKCU\\Software\\Classes\\*\\shell\\app.affix.Affix"
RUN_KEY = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run"


def registry(*words):
    """What Wine's own `reg` tells; none where there is no such key or value."""
    answer = subprocess.run([WINE, "reg", "query", *words], capture_output=True, timeout=PATIENCE_SECS)
    return answer.stdout.decode() if answer.returncode == 0 else None


def entries(window):
    """Send to, the verb and the start with the session come and go with their switches in Settings; the shell starts
    the shortcut with several files, and they go to the window."""
    screen = window.screen
    screen.xdotool("windowactivate", "--sync", *screen.windows("^Affix$"))

    def opened():
        screen.click(GEAR)
        screen.click(DESKTOP)
        track = {screen.pixel(place) for place in (SEND_TO, VERB, AUTOSTART)}
        return len(track) == 1 and screen.pixel(BESIDE) not in track
    wait_for("the desktop's settings, with three switches that are off", opened, PATIENCE_SECS)

    folder = subprocess.run([WINE, "cmd", "/c", "echo %APPDATA%"], capture_output=True, check=True).stdout.decode()
    link = folder.strip() + "\\" + LINK
    places = [(SEND_TO, lambda: os.path.exists(unix(link))), (VERB, lambda: registry(VERB_KEY + "\\command", "/ve")),
              (AUTOSTART, lambda: registry(RUN_KEY, "/v", "app.affix.Affix"))]
    for place, is_there in places:
        assert not is_there(), place
        screen.click(place)
        wait_for(f"what the switch at {place} puts there", is_there, PATIENCE_SECS)
    window.picture("entries")
    program = "Z:" + os.path.abspath(window.affix.program).replace("/", "\\")
    begins = f'"{program}" "--home" "{window.affix.home}"'
    for told, wanted in ((places[1][1](), begins + ' -- "%1"'), (places[2][1](), begins)):
        assert wanted in told, (told, wanted)
    assert "Player" in registry(VERB_KEY, "/v", "MultiSelectModel")

    sent = [write(f"C:\\files\\sent to {number}.txt", b"sent %d" % number) for number in range(3)]
    subprocess.run([WINE, "start", "/wait", link, *sent], check=True, timeout=PATIENCE_SECS)
    window.has(*(path.rsplit("\\")[-1] for path in sent))

    for place, is_there in places:
        screen.click(place)
        wait_for(f"what the switch at {place} takes away", lambda: not is_there(), PATIENCE_SECS)


def closes(window):
    """Closed by its window manager it ends, and what it copied can still be pasted."""
    copied = clipboard()
    assert copied.startswith("http://127.0.0.1:"), copied
    window.screen.xdotool("windowactivate", "--sync", *window.screen.windows("^Affix$"))
    window.screen.xdotool("key", "alt+F4")
    assert window.process.wait(PATIENCE_SECS) == 0
    assert clipboard() == copied


def double_click(affix, screen):
    """Started without a command line around it, it has no console window beside its own."""
    answer = subprocess.run([WINE, "start", "Z:" + os.path.abspath(affix.program).replace("/", "\\")],
                            env=dict(os.environ, AFFIX_HOME=affix.home), timeout=PATIENCE_SECS)
    assert answer.returncode == 0
    wait_for("its window alone", lambda: screen.windows("^Affix$") and len(screen.windows(".")) == 1, PATIENCE_SECS)
    screen.xdotool("windowactivate", "--sync", *screen.windows("^Affix$"))
    screen.xdotool("key", "alt+F4")
    wait_for("its end", lambda: not screen.windows("^Affix$"), PATIENCE_SECS)


WINDOW = [is_drawn, later_starts, file_dialog, entries, drop, closes]


def main(program, pictures, *wanted):
    affix = Affix(program, "C:\\affix home")
    failed = 0

    def tried(what, *words):
        nonlocal failed
        if wanted and what.__name__ not in wanted:
            return
        began = time.monotonic()
        try:
            what(*words)
            outcome = "ok"
        except Exception:
            traceback.print_exc()
            failed, outcome = failed + 1, "FAILED"
        print(f"{what.__name__:16} {outcome:6} {time.monotonic() - began:5.1f} s", flush=True)

    # Before the first program: what a session of Wine begins without a screen stays without one.
    screen = Screen()
    try:
        for what in COMMANDS:
            tried(what, affix)
        if not wanted or any(what.__name__ in wanted for what in WINDOW):
            window = Window(affix, screen, pictures)
            for what in WINDOW:
                tried(what, window)
        tried(double_click, affix, screen)
    finally:
        screen.close()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
