#!/usr/bin/python3
"""Starts an installed Affix as a launcher or a file manager does, by its .desktop file, and looks at its window. Run by
scripts/package-test, in a system that is thrown away:

  /usr/bin/python3 installed.py AFFIX EARLIER… -- FILE…

AFFIX is the command that history is asked with; EARLIER are names that an earlier run has uploaded; the FILEs are
opened with it. Exit 0: all are in the window with links, its class is that of the .desktop file, and that file's other
action opens it too.
"""
import os
import subprocess
import sys

from desktop import App, Desktop, desktop_windows, named, wait_for

ID = "app.affix.Affix"


class Launched(App):
    """A window that another program started."""

    # The launcher ends as soon as it has started the program.
    may_end_with = (None, 0)

    def __init__(self, desktop, command):
        super().__init__(desktop, command, name="affix")
        self.id = self.root.get_process_id()

    def stop(self):
        subprocess.run(["wmctrl", "-c", "Affix"], env=self.desktop.environment, check=True)
        wait_for("the window's process to end", lambda: not os.path.lexists(f"/proc/{self.id}/exe") or not self._runs())

    def _runs(self):
        try:
            return os.readlink(f"/proc/{self.id}/exe") != ""
        except OSError:
            return False


def window_class(desktop):
    window = desktop_windows(desktop)[0]
    told = subprocess.run(["xprop", "-id", window, "WM_CLASS"], env=desktop.environment, check=True,
                          capture_output=True, text=True)
    return told.stdout.strip()


def opened_with(desktop, earlier, files):
    app = Launched(desktop, ["gtk-launch", ID, *files])
    for name in [*earlier, *map(os.path.basename, files)]:
        app.find(named(f"^{name}, Done"))
    seen = window_class(desktop)
    assert f'"{ID}"' in seen, f"the launcher will not know the window as its own: {seen}"
    app.stop()


# GLib starts an action as GNOME's launcher does; it looks for the file where the session does.
START_ACTION = """
import sys
from gi.repository import Gio
found = Gio.DesktopAppInfo.new(sys.argv[1] + ".desktop")
assert found.list_actions() == ["choose"], found.list_actions()
found.launch_action("choose", None)
"""


def asked_for_files(desktop):
    """The action of the launcher's menu, started from the .desktop file: a dialog comes up, or it is said that there is
    none."""
    app = Launched(desktop, [sys.executable, "-c", START_ACTION, ID])
    wait_for(lambda: f"a dialog, or a word that there is none\n{app.tree()}",
             lambda: app.all(named("file dialog|file chooser")) or other_windows(desktop))
    app.stop()


def other_windows(desktop):
    told = subprocess.run(["wmctrl", "-l"], env=desktop.environment, capture_output=True, text=True)
    return [line for line in told.stdout.splitlines() if "Affix" not in line]


def main():
    affix, *words = sys.argv[1:]
    cut = words.index("--")
    earlier, files = words[:cut], words[cut + 1:]
    desktop = Desktop()
    try:
        opened_with(desktop, earlier, files)
        asked_for_files(desktop)
        history = subprocess.run([affix, "history", "--json"], check=True, capture_output=True, text=True).stdout
        for name in [*earlier, *map(os.path.basename, files)]:
            assert f'"{name}"' in history, f"{name} is not in the history: {history}"
    finally:
        subprocess.run([affix, "sandbox", "--stop"], capture_output=True)
        desktop.close()


main()
