"""Closing with uploads under way, and what the desktop tells of them. Scenarios of tests/window/scenarios.py."""
import json
import os
import subprocess
import sys

from desktop import HERE, desktop_windows, named, wait_for
from instance import active, ends_well, start


class Told:
    """What the notification service was asked to show."""

    def __init__(self, stage):
        self.stage = stage
        self.path = os.path.join(stage.desktop.folder, "told")
        open(self.path, "w", encoding="utf-8").close()
        stage.desktop.start("notifications", [sys.executable, os.path.join(HERE, "notifications.py"), self.path])
        wait_for("the notification service", lambda: "true" in call(
            stage, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner",
            "org.freedesktop.Notifications"))

    def all(self):
        with open(self.path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def notices(self):
        return [told for told in self.all() if "summary" in told]

    def progress(self):
        return [told for told in self.all() if "entry" in told]

    def press(self, notice, action):
        call(self.stage, "org.freedesktop.Notifications", "/org/freedesktop/Notifications",
             "org.freedesktop.Notifications.Press", str(notice["id"]), action)


def call(stage, name, path, method, *arguments):
    told = subprocess.run(["gdbus", "call", "--session", "-d", name, "-o", path, "-m", method, *arguments],
                          env=stage.desktop.environment, capture_output=True, text=True)
    return told.stdout


def slow(stage, sandbox_asks, bytes_per_sec):
    stage.desktop.start("sandbox", [stage.affix, "--home", stage.home, "sandbox"])
    stage.read_json("sandbox", "server.json")
    sandbox_asks(stage, "POST", "/_sandbox/faults", {"fault": f"slow={bytes_per_sec}", "service": "sandbox"})


def fast(stage, sandbox_asks):
    sandbox_asks(stage, "DELETE", "/_sandbox/faults")


def close(stage):
    """As its user does."""
    subprocess.run(["wmctrl", "-c", "Affix"], env=stage.desktop.environment, check=True)


def under_way(stage, history, settings=""):
    """A window in which two uploads run for as long as they are let."""
    stage.settings("[uploads]\nauto_copy = false\n" + settings)
    files = [stage.write(f"long {number}.bin", os.urandom(8_000_000)) for number in (1, 2)]
    app = stage.open(*files)
    wait_for("both to run", lambda: [row["status"] for row in history(stage)] == ["uploading"] * 2)
    return app, files


def states(stage, history):
    return sorted(row["status"] for row in history(stage))


def asked(app):
    return app.find("2 uploads are under way", "dialog")


def in_background(stage, history, sandbox_asks):
    """Esc leaves the window open. In the background the uploads go on without a window; a second start brings it back;
    the end is told with buttons that work; then the program ends by itself."""
    told = Told(stage)
    slow(stage, sandbox_asks, 300_000)
    app, files = under_way(stage, history)
    wait_for("progress at the icon", lambda: any(one["progress-visible"] for one in told.progress()))
    assert told.progress()[0]["entry"] == "application://app.affix.Affix.desktop"
    window = desktop_windows(stage.desktop)
    close(stage)
    asked(app)
    stage.desktop.key("Escape")
    wait_for("the question to go", lambda: not app.all("2 uploads are under way"))
    assert desktop_windows(stage.desktop) == window and states(stage, history) == ["uploading"] * 2

    close(stage)
    asked(app)
    app.click("Keep going in the background")
    wait_for("no window", lambda: not desktop_windows(stage.desktop))
    assert app.process.poll() is None and states(stage, history) == ["uploading"] * 2
    ends_well(start(stage))
    wait_for("the window again", lambda: desktop_windows(stage.desktop) == window)
    app.find(named("^long 1.bin, "))

    close(stage)
    asked(app)
    app.click("Keep going in the background")
    wait_for("no window", lambda: not desktop_windows(stage.desktop))
    fast(stage, sandbox_asks)
    notice = wait_for("the end told", told.notices)[0]
    assert states(stage, history) == ["done", "done"]
    assert (notice["summary"], notice["body"]) == ("2 files uploaded", "Sandbox"), notice
    assert notice["actions"] == ["default", "Show", "copy", "Copy links", "show", "Show"], notice
    assert notice["hints"]["desktop-entry"] == "app.affix.Affix", notice
    told.press(notice, "show")
    wait_for("the window again", lambda: desktop_windows(stage.desktop) == window)
    app.find(named("^long 1.bin, Done"))
    wait_for("no progress any more", lambda: not told.progress()[-1]["progress-visible"])

    # Nothing is under way: it closes unasked.
    app.stop()
    assert app.process.returncode == 0 and len(told.notices()) == 1


def ends_by_itself(stage, history, sandbox_asks):
    """Hidden by the setting, without a notification service: the program ends with its last upload."""
    slow(stage, sandbox_asks, 300_000)
    app, _ = under_way(stage, history, '[window]\non_close = "background"\n')
    close(stage)
    wait_for("no window", lambda: not desktop_windows(stage.desktop))
    assert app.process.poll() is None
    fast(stage, sandbox_asks)
    wait_for("its end", lambda: app.process.poll() is not None)
    assert app.process.returncode == 0 and states(stage, history) == ["done", "done"]


def paused(stage, history, sandbox_asks):
    """Paused, the program ends, and the next start has them paused."""
    slow(stage, sandbox_asks, 300_000)
    app, _ = under_way(stage, history)
    close(stage)
    asked(app)
    press_in(app, "Pause")
    app.process.wait(60)
    assert app.process.returncode == 0
    # What had not been paused would go on now.
    fast(stage, sandbox_asks)
    app = stage.open()
    app.find(named("^long 1.bin, Paused"))
    assert states(stage, history) == ["paused", "paused"]
    app.stop()


def minimised(stage, history, sandbox_asks):
    """Closed from the taskbar while it is minimised, the window comes up with its question."""
    slow(stage, sandbox_asks, 300_000)
    app, _ = under_way(stage, history)
    window = desktop_windows(stage.desktop)
    stage.desktop.xdotool("windowminimize", *window)
    wait_for("no window on the screen", lambda: not desktop_windows(stage.desktop))
    close(stage)
    wait_for("the window again", lambda: desktop_windows(stage.desktop) == window and active(stage) == "Affix")
    press_in(app, "Stop")
    app.process.wait(60)
    assert app.process.returncode == 0 and states(stage, history) == ["canceled", "canceled"]


def stopped(stage, history, sandbox_asks):
    """Stopped, everything is canceled, the program ends; and the answer is remembered where that is wanted."""
    slow(stage, sandbox_asks, 300_000)
    app, _ = under_way(stage, history)
    close(stage)
    asked(app)
    app.click("Don’t ask again", role="check box")
    press_in(app, "Stop")
    app.process.wait(60)
    assert app.process.returncode == 0 and states(stage, history) == ["canceled", "canceled"], states(stage, history)
    assert 'on_close = "stop"' in stage.settings_text()


def press_in(app, name):
    """A button of the sheet: the list behind it has the same names."""
    sheet = asked(app)
    button = next(node for node in app.nodes(sheet) if node.get_name() == name and node.get_role_name() == "push button")
    app.press(button)


def links_copied(stage, history, sandbox_asks):
    """While another program is in front the end of a batch is told; its button copies the links."""
    told = Told(stage)
    slow(stage, sandbox_asks, 300_000)
    _, files = under_way(stage, history)
    another_in_front(stage)
    fast(stage, sandbox_asks)
    notice = wait_for("the end told", told.notices)[0]
    told.press(notice, "copy")
    links = wait_for("links on the clipboard", stage.desktop.clipboard).splitlines()
    assert len(links) == len(files), links
    assert active(stage) == "Other", "copying needs no window"


def told_by_dunst(stage, history, sandbox_asks):
    """A notification daemon that people have shows it once, with its buttons, and brings the window back; a batch that
    ends while the window is in front is not told."""
    stage.desktop.start("dunst", ["dunst", "-config", os.devnull])
    wait_for("dunst", lambda: dunst(stage, "count", "displayed") == "0")
    slow(stage, sandbox_asks, 300_000)
    app, _ = under_way(stage, history)
    another_in_front(stage)
    fast(stage, sandbox_asks)
    wait_for("the notification on the screen", lambda: dunst(stage, "count", "displayed") == "1")
    dunst(stage, "action", "0")
    wait_for("the window in front", lambda: active(stage) == "Affix")
    dunst(stage, "close-all")
    wait_for("it to be closed", lambda: dunst(stage, "count", "displayed") == "0")
    stage.desktop.drop([stage.write("in front.txt", b"seen")])
    wait_for("its end", lambda: states(stage, history) == ["done"] * 3)
    app.find(named("^in front.txt, Done"))
    told = json.loads(dunst(stage, "history"))["data"][0]
    words = [(one["summary"]["data"], one["body"]["data"], one["appname"]["data"]) for one in told]
    assert words == [("2 files uploaded", "Sandbox", "Affix")], words


def another_in_front(stage):
    stage.desktop.start("other", ["zenity", "--info", "--title", "Other", "--text", "in front"])
    wait_for(lambda: f"the other in front, not {active(stage)}", lambda: active(stage) == "Other")


def dunst(stage, *words):
    told = subprocess.run(["dunstctl", *words], env=stage.desktop.environment, capture_output=True, text=True)
    return told.stdout.strip()
