"""One window for each home: what a second start does. Scenarios of tests/window/scenarios.py."""
import json
import os
import signal
import subprocess
import sys

from desktop import HERE, App, desktop_windows, named, wait_for


def start(stage, *files, home=None, **options):
    """A start beside the window that is open."""
    return subprocess.Popen([stage.affix, "--home", home or stage.home, *files], env=stage.desktop.environment,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


def ends_well(process, patience=30):
    """Ends by itself with 0, and says nothing."""
    told, _ = process.communicate(timeout=patience)
    assert process.returncode == 0 and told == b"", (process.returncode, told)


def handed_over(stage, history, done):
    """Files of a second start are uploaded by the window that is open, which comes to the front."""
    stage.settings("[uploads]\nauto_copy = false\n")
    app = stage.open(stage.write("first.txt", b"first"))
    done(app, "first.txt")
    before = desktop_windows(stage.desktop)
    # Another program is in front.
    stage.desktop.start("other", ["zenity", "--info", "--title", "Other", "--text", "in front"])
    wait_for("the other in front", lambda: active(stage) == "Other")

    odd = os.path.join(os.fsencode(stage.files), b"odd \xff name.txt")
    with open(odd, "wb") as file:
        file.write(b"no text")
    ends_well(start(stage, odd, "relative.txt", cwd=folder_with(stage, "relative.txt")))
    done(app, "relative.txt")
    wait_for("all three", lambda: len(history(stage)) == 3)
    assert desktop_windows(stage.desktop) == before, "there is another window"
    wait_for(lambda: f"the window in front, not {active(stage)}", lambda: active(stage) == "Affix")

    # A file manager's whole folder.
    many = [stage.write(f"photo {number:03}.txt", b"%d" % number) for number in range(500)]
    ends_well(start(stage, *many))
    wait_for("five hundred more", lambda: len(history(stage)) == 503)
    names = [row["name"] for row in history(stage)]
    assert all(os.path.basename(path) in names for path in many)

    # Minimised, it comes back, without files too.
    subprocess.run(["xdotool", "windowminimize", before[0]], env=stage.desktop.environment, check=True)
    wait_for("no window on the screen", lambda: not desktop_windows(stage.desktop))
    ends_well(start(stage))
    wait_for("the window again", lambda: desktop_windows(stage.desktop) == before)

    other = start(stage, home=os.path.join(stage.desktop.folder, "other home"))
    wait_for("another home's window", lambda: len(desktop_windows(stage.desktop)) == 2)
    other.kill()
    other.wait()


def folder_with(stage, name):
    folder = os.path.join(stage.files, "here")
    os.makedirs(folder)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(b"beside")
    return folder


def active(stage):
    told = subprocess.run(["xdotool", "getactivewindow", "getwindowname"], env=stage.desktop.environment,
                          capture_output=True, text=True)
    return told.stdout.strip()


def at_once(stage, history):
    """Of six starts at the same moment one is the window; the others end, and all files are there once."""
    stage.settings("[uploads]\nauto_copy = false\n")
    paths = [stage.write(f"file {number}.txt", b"%d" % number) for number in range(6)]
    starts = [start(stage, path) for path in paths]
    wait_for("all but one to end", lambda: sum(one.poll() is not None for one in starts) == 5)
    assert all(one.returncode in (0, None) for one in starts), [one.returncode for one in starts]
    wait_for("every file", lambda: sorted(row["name"] for row in history(stage)) == sorted(map(os.path.basename, paths)))
    assert len(desktop_windows(stage.desktop)) == 1
    stop(starts)


def stop(starts):
    for one in starts:
        if one.poll() is None:
            one.kill()
            one.wait()


def killed(stage, history, done):
    """What a killed window leaves is in nobody's way: the next start is the window, and takes the next one's files."""
    stage.settings("[uploads]\nauto_copy = false\n")
    app = stage.open()
    app.find("Add files", "push button")
    run = stage.desktop.environment["XDG_RUNTIME_DIR"]
    left = [name for name in os.listdir(run) if name.startswith("affix-")]
    assert len(left) == 1 and os.stat(os.path.join(run, left[0])).st_mode & 0o777 == 0o700, left
    app.process.send_signal(signal.SIGKILL)
    app.process.wait()
    app = App(stage.desktop, [stage.affix, "--home", stage.home, stage.write("after.txt", b"after")])
    done(app, "after.txt")
    assert not os.path.exists(os.path.join(run, left[0])), "the killed one's folder is still there"
    ends_well(start(stage, stage.write("handed.txt", b"handed")))
    done(app, "handed.txt")
    app.stop()
    assert not [name for name in os.listdir(run) if name.startswith("affix-")], os.listdir(run)


def hung(stage, history):
    """A window that hangs takes nothing: after some seconds the second start opens a window of its own, which says
    why. When the first one goes on, it does not take the files as well."""
    stage.settings("[uploads]\nauto_copy = false\n")
    app = stage.open()
    app.find("Add files", "push button")
    app.process.send_signal(signal.SIGSTOP)
    second = start(stage, stage.write("mine.txt", b"mine"))
    try:
        wait_for("a second window", lambda: len(desktop_windows(stage.desktop)) == 2)
        wait_for("the file uploaded by it", lambda: [row["status"] for row in history(stage)] == ["done"])
    finally:
        app.process.send_signal(signal.SIGCONT)
    # It answers again: the next start's file is its own, and the other's came once.
    ends_well(start(stage, stage.write("next.txt", b"next")))
    wait_for("one more", lambda: [row["name"] for row in history(stage)].count("next.txt") == 1)
    assert sorted(row["name"] for row in history(stage)) == ["mine.txt", "next.txt"]
    stop([second])


class Launches:
    """A launcher, and what it and the window manager hear."""

    def __init__(self, stage, count):
        self.path = os.path.join(stage.desktop.folder, "launches.jsonl")
        open(self.path, "w", encoding="utf-8").close()
        stage.desktop.start("launches", [sys.executable, os.path.join(HERE, "launches.py"), self.path, str(count)])
        wait_for(lambda: f"the launcher: {stage.desktop.log('launches')}", lambda: len(self.told("begun")) == count)
        self.tokens = [told["begun"] for told in self.told("begun")]

    def told(self, what):
        with open(self.path, encoding="utf-8") as file:
            return [told for told in map(json.loads, file) if what in told]

    def over(self, token):
        wait_for(f"the start {token} to be over", lambda: {"over": token} in self.told("over"))


def launched(stage, done):
    """What a launcher gave a later start brings the window that is there to the front, and its start is over for the
    launcher; so is that of a first one."""
    stage.settings("[uploads]\nauto_copy = false\n")
    first, second, third = (launches := Launches(stage, 3)).tokens
    environment = stage.desktop.environment
    environment["DESKTOP_STARTUP_ID"] = first
    app = stage.open(stage.write("first.txt", b"first"))
    done(app, "first.txt")
    launches.over(first)
    del environment["DESKTOP_STARTUP_ID"]
    [window] = desktop_windows(stage.desktop)
    stage.desktop.start("other", ["zenity", "--info", "--title", "Other", "--text", "in front"])
    wait_for("the other in front", lambda: active(stage) == "Other")

    # As GNOME gives it to programs on X11, and as both are given.
    for token, names in [(second, ["DESKTOP_STARTUP_ID"]), (third, ["DESKTOP_STARTUP_ID", "XDG_ACTIVATION_TOKEN"])]:
        for name in names:
            environment[name] = token if name == "DESKTOP_STARTUP_ID" else "another"
        ends_well(start(stage, stage.write(token[-6:] + ".txt", token.encode())))
        for name in names:
            del environment[name]
        launches.over(token)
        wait_for("the window in front", lambda: active(stage) == "Affix")
        asked = {"front": int(window), "source": 2, "time": int(token.rpartition("_TIME")[2])}
        wait_for(lambda: f"{asked} in {launches.told('front')}", lambda: asked in launches.told("front"))
        told = subprocess.run(["xprop", "-id", window, "_NET_STARTUP_ID"], env=environment, capture_output=True,
                              text=True, check=True)
        assert told.stdout.strip().endswith(f'= "{token}"'), told.stdout
    done(app, second[-6:] + ".txt", third[-6:] + ".txt")
