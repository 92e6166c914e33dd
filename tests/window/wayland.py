#!/usr/bin/python3
"""What people do with the real program on Wayland, one function each. Run by tests/whole_app.rs:

  /usr/bin/python3 tests/window/wayland.py SCENARIO AFFIX_BINARY

Exit 0: it went well. On failure a picture of the screen is left in target/window-failures/.
"""
import json
import operator
import os
import pathlib
import shutil
import subprocess
import urllib.parse
import urllib.request

import managers
from desktop import main, wait_for
from sway import Sway


class Stage:
    """A compositor, a home of its own, some files."""

    def __init__(self, affix, **options):
        self.sway = Sway(**options)
        # Who runs in the session may not be able to read the checkout.
        self.affix = os.path.join(self.sway.folder, "affix")
        try:
            os.link(affix, self.affix)
        except OSError:
            shutil.copy2(affix, self.affix)
        self.home = os.path.join(self.sway.folder, "home", "affix")
        self.files = os.path.join(self.sway.folder, "files")

    def write(self, name, content):
        path = os.path.join(self.files, name)
        with open(path, "wb") as file:
            file.write(content)
        self.sway.own(self.files)
        return path

    def settings(self, text):
        os.makedirs(self.home, exist_ok=True)
        with open(os.path.join(self.home, "settings.toml"), "w", encoding="utf-8") as file:
            file.write(text)
        self.sway.own(self.home)

    def open(self, *files):
        app = self.sway.start("affix", [self.affix, "--home", self.home, *files])
        self.sway.window("Affix")
        return app

    def quit(self, app):
        """Closes the window as its user does."""
        self.sway.close_window("Affix")
        app.wait(60)

    def done(self, count):
        """The history once so many files are done; nothing else is in it."""
        def rows():
            answer = self.sway.run([self.affix, "--home", self.home, "history", "--json", "--limit", "1000"])
            return [json.loads(line) for line in answer.stdout.splitlines()]

        def all_done():
            found = rows()
            return found if len(found) == count and all(row["status"] == "done" for row in found) else None

        def told():
            return f"{count} files to be done: {[(row['name'], row['status']) for row in rows()]}"
        return wait_for(told, all_done)

    def close(self):
        self.sway.run([self.affix, "--home", self.home, "sandbox", "--stop"])
        self.sway.close()


def same_bytes(link, content):
    with urllib.request.urlopen(link, timeout=30) as answer:
        assert answer.read() == content, f"{link} gives something else back"


def dropped_files(stage):
    """One file, then 200, from a program that speaks Wayland alone: `auto` shows the window through XWayland."""
    stage.open()
    assert stage.sway.windows()["Affix"]["shell"] == "xwayland"
    first = {"a first one.txt": b"alone"}
    stage.sway.drop([stage.write(name, content) for name, content in first.items()])
    stage.done(1)
    names = ["harbour at dawn.txt", "Größe & mehr.txt", "最终版 100%.txt", "a'b\"c#d?.txt"]
    files = {name: name.encode() * 50 for name in names + [f"file {number}.txt" for number in range(196)]}
    stage.sway.drop([stage.write(name, content) for name, content in files.items()])
    rows = stage.done(201)
    files.update(first)
    assert sorted(row["name"] for row in rows) == sorted(files)
    for row in rows:
        if row["name"] in names:
            same_bytes(row["view_url"], files[row["name"]])


def without_drops(stage):
    """`window.backend = "wayland"` is Wayland's own, and `auto` is too where there is no X server."""
    stage.settings('[window]\nbackend = "wayland"\n')
    app = stage.open()
    assert stage.sway.windows()["Affix"]["shell"] == "xdg_shell"
    stage.quit(app)
    stage.settings("")
    # An address that nobody serves.
    stage.sway.environment["DISPLAY"] = ":4711"
    stage.open()
    assert stage.sway.windows()["Affix"]["shell"] == "xdg_shell"


def clipboard(stage):
    """Copied files and pictures come in, and links can be pasted after the window has gone; through XWayland and
    without."""
    picture = os.path.join(stage.sway.folder, "picture of the web.png")
    subprocess.run(["convert", "-size", "64x48", "plasma:tomato-steelblue", picture], check=True)
    with open(picture, "rb") as file:
        pixels = file.read()
    seen = set()
    for turn, backend in enumerate(("x11", "wayland")):
        stage.settings(f'[window]\nbackend = "{backend}"\n')
        name = f"opened on {backend}.txt"
        app = stage.open(stage.write(name, b"1"))
        linked(stage, name)
        stage.sway.set_clipboard(pixels, "image/png")
        stage.sway.key("ctrl", "v")
        names = {row["name"] for row in stage.done(4 * turn + 2)}
        pasted = {name for name in names if name.startswith("pasted-") and name.endswith(".png")} - seen
        assert len(pasted) == 1, names
        seen |= pasted
        # Its link is the last that comes unasked.
        linked(stage, *pasted)
        for form, before in ("text/uri-list", "# by hand\r\n"), ("x-special/gnome-copied-files", "copy\n"):
            name = f"{backend} {form.replace('/', ' ')} ü.txt"
            stage.sway.set_clipboard(before + pathlib.Path(stage.write(name, name.encode())).as_uri(), form)
            stage.sway.key("ctrl", "v")
            link = linked(stage, name)
        stage.done(4 * (turn + 1))
        stage.quit(app)
        for _ in range(3):
            assert stage.sway.clipboard() == link, f"gone with the window on {backend}"
        assert len(stage.sway.holders()) == 1
        stage.sway.set_clipboard("something else", "text/plain")
        wait_for("something else to be there", lambda: stage.sway.clipboard("text/plain") == "something else")
        wait_for("the end of who held them", lambda: not stage.sway.holders())


def clipboard_held(stage):
    """What is held after a window is marked where it is a secret, overwrites nothing, and ends with the compositor."""
    stage.sway.set_clipboard("mine", "text/plain")
    late = stage.sway.hold_clipboard(stage.affix, "links")
    assert late.wait(20) != 0 and stage.sway.clipboard("text/plain") == "mine", "overwritten by who came too late"

    mark = "x-kde-passwordManagerHint"
    for text, words in ("links", []), ("signed links", ["--secret"]):
        stage.sway.set_clipboard(text, "text/plain")
        holder = stage.sway.hold_clipboard(stage.affix, text, *words)
        wait_for("the text to be held", lambda: "application/x-affix-held" in stage.sway.clipboard_kinds())
        assert stage.sway.clipboard() == text
        assert (mark in stage.sway.clipboard_kinds()) == bool(words)
        if not words:
            stage.sway.set_clipboard("something else", "text/plain")
            assert holder.wait(20) == 0
    stage.sway.compositor.kill()
    wait_for("the end of who held it", lambda: holder.poll() is not None, patience=8)


def linked(stage, name):
    """Waits for the file's link on the clipboard."""
    def there():
        text = stage.sway.clipboard() or ""
        is_it = text.startswith("http") and text.endswith("/" + urllib.parse.quote(name))
        return text if is_it else None
    return wait_for(lambda: f"the link of {name}; there is {stage.sway.clipboard()}", there)


def dragged_from_thunar(stage):
    managers.dragged_on_wayland(stage, same_bytes)


SCENARIOS = {one.__name__: one
             for one in (dropped_files, dragged_from_thunar, without_drops, clipboard, clipboard_held)}


main(SCENARIOS, Stage, operator.attrgetter("sway"))
