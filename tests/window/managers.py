"""A real file manager, Thunar, beside the window. Scenarios of tests/window/scenarios.py and of wayland.py."""
import itertools
import os
import re
import subprocess

from desktop import App, Tree, named, wait_for
from menus import Around, settings

# Whole addresses of files have to escape these, and the words of a command are parted and read again at them.
NAMES = ["harbour at dawn.txt", "Größe & mehr.txt", "最终版 100%.txt", "50%20 off #1 %F.txt", "a'b\"c$?;.txt", "-rf.txt"]

# What the window says while they are over it.
OVER = f"Upload {len(NAMES)} files to Sandbox"

# What Thunar keeps of its user: show rows, for its icons are not in the accessibility tree.
ROWS = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="thunar" version="1.0">
  <property name="last-view" type="string" value="ThunarDetailsView"/>
</channel>
"""


def show_rows(config):
    """Whose configuration this is sees rows in Thunar."""
    folder = os.path.join(config, "xfce4", "xfconf", "xfce-perchannel-xml")
    os.makedirs(folder)
    with open(os.path.join(folder, "thunar.xml"), "w", encoding="utf-8") as file:
        file.write(ROWS)


def wait_for_selection(thunar):
    thunar.find(named(f"^Selection: {len(NAMES)} files: "), "status bar")


class Thunar(App):
    """Its window on a folder, below the window's upper edge, with all files selected."""

    title = " - Thunar$"

    def __init__(self, stage, around):
        environment = stage.desktop.environment
        environment["HOME"] = os.path.join(stage.desktop.folder, "user")
        # Who keeps its settings, and others that the bus starts, are this user's too.
        names = ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"]
        subprocess.run(["dbus-update-activation-environment", *(f"{name}={environment[name]}" for name in names)],
                       env=environment, check=True)
        show_rows(around.config)
        super().__init__(stage.desktop, ["thunar", stage.files])
        subprocess.run(["wmctrl", "-r", " - Thunar", "-e", "0,0,440,640,420"], env=environment, check=True)
        frame = self.find(named(self.title), "frame")
        wait_for("Thunar to be in its place", lambda: self.extents(frame).y > 400)
        self.mouse(NAMES[0], "table cell")
        self.desktop.key("ctrl+a")
        wait_for_selection(self)

    def extents(self, node):
        return node.get_component_iface().get_extents(self.atspi.CoordType.SCREEN)

    def drag(self, name, app):
        """Drags what is selected by one of its rows onto the other window, and lets go when that says how many files
        are over it."""
        box, edge = self.extents(self.find(name, "table cell")), self.extents(app.find("Targets", "push button"))
        start = box.x + box.width // 2, box.y + box.height // 2
        end = edge.x + edge.width // 2, edge.y + edge.height // 2
        self.desktop.xdotool("mousemove", *start)
        self.desktop.xdotool("mousedown", 1)
        for step in range(1, 25):
            self.desktop.xdotool("mousemove", *(a + (b - a) * step // 24 for a, b in zip(start, end)))
        app.find(OVER)
        self.desktop.xdotool("mouseup", 1)

    def choose(self, name, *path):
        """Opens the menu of what is selected at one of its rows, and follows the path with the pointer."""
        self.mouse(name, "table cell", button=3)
        for step, role in zip(path, ["menu"] * (len(path) - 1) + ["menu item"]):
            wait_for(lambda: f"{step} in the menu\n{self.tree()}",
                     lambda: any("showing" in self.states(node) for node in self.all(step, role)))
            self.mouse(step, role)


def write_files(stage):
    for name in NAMES:
        stage.write(name, content(name))


def content(name):
    return name.encode() * 50


def begin(stage):
    """The program's window and Thunar's."""
    stage.settings("[uploads]\nauto_copy = false\n")
    write_files(stage)
    around = Around(stage, managers=())
    return around, stage.open()


def arrived(stage, app, history, same_bytes):
    """Each file once, all of them together, with their bytes."""
    wait_for(lambda: f"each file to be done\n{app.tree()}",
             lambda: [row["status"] for row in history(stage)] == ["done"] * len(NAMES))
    rows = history(stage)
    assert sorted(row["name"] for row in rows) == sorted(NAMES), rows
    assert len({row["batch"] for row in rows}) == 1, rows
    for row in rows:
        same_bytes(row["view_url"], os.path.join(stage.files, row["name"]))


def dragged(stage, history, same_bytes):
    """Several files are dragged from Thunar onto the window."""
    around, app = begin(stage)
    Thunar(stage, around).drag(NAMES[1], app)
    arrived(stage, app, history, same_bytes)


def sent_to(stage, history, same_bytes):
    """Thunar's menu has the entry that Settings switches on, and sends the selected files to the window that is
    there."""
    around, app = begin(stage)
    settings(app)
    app.click("Thunar", role="check box")
    wait_for("the entry", lambda: os.path.exists(around.places["Thunar"]))
    app.click("Uploads", role="push button")
    Thunar(stage, around).choose(NAMES[1], "Send To", "Upload with Affix")
    arrived(stage, app, history, same_bytes)


class WaylandThunar(Tree):
    """Its window on a folder, without X, with all files selected."""

    def __init__(self, stage):
        sway = stage.sway
        show_rows(os.path.join(sway.environment["HOME"], ".config"))
        sway.own(sway.environment["HOME"])
        # It tells what it says to the compositor and hears.
        super().__init__(sway, ["env", "WAYLAND_DEBUG=client", "thunar", stage.files], name="thunar")
        self.title = self.find(named(" - Thunar$"), "frame").get_name()
        assert sway.windows()[self.title]["shell"] == "xdg_shell"
        # From below the rows to the first of them, around all.
        places = sorted((self.place(name) for name in NAMES), key=lambda place: place[1])
        first, last = places[0], places[-1]
        self.pull((last[0], last[1] + 60), first)
        sway.pointer.button(False)
        wait_for_selection(self)

    def place(self, name):
        """The middle of a row on the screen. Programs on Wayland know where it is in their window alone."""
        sway = self.desktop
        sway.middle(self.title)
        window = sway.windows()[self.title]
        box = self.find(name, "table cell").get_component_iface().get_extents(self.atspi.CoordType.WINDOW)
        return tuple(window["rect"][axis] + window["window_rect"][axis] + part
                     for axis, part in (("x", box.x + box.width // 2), ("y", box.y + box.height // 2)))

    def pull(self, start, end):
        """Moves the pressed pointer from here to there."""
        sway = self.desktop
        sway.pointer.move(start, sway.size)
        sway.pointer.button(True)
        sway.pointer.glide(start, end, sway.size)

    def drag(self, name, app):
        sway = self.desktop
        start, end = self.place(name), sway.middle("Affix")
        self.pull(start, (start[0] + 24, start[1] + 24))
        moves = itertools.count()

        def begun():
            # GTK looks at the last only of moves that come together, and may not be satisfied with it.
            sway.pointer.move((start[0] + next(moves) % 2, start[1] + 24), sway.size)
            # Asked for is not begun: the compositor has begun when it takes the pointer away.
            _, asked, since = sway.log("thunar").partition(".start_drag(")
            return asked and re.search(r"wl_pointer@\d+[.]leave\(", since)
        wait_for("the drag to begin", begun)
        sway.pointer.move(end, sway.size)
        app.find(OVER)
        sway.pointer.button(False)


def dragged_on_wayland(stage, same_bytes):
    """Several files are dragged from a Thunar that speaks Wayland onto the window, which is there through XWayland."""
    stage.settings("[uploads]\nauto_copy = false\n")
    write_files(stage)
    # Programs show their trees to their own user alone.
    stage.sway.become_user()
    stage.sway.begin_bus()
    stage.sway.begin_reader()
    app = Tree(stage.sway, [stage.affix, "--home", stage.home])
    stage.sway.window("Affix")
    assert stage.sway.windows()["Affix"]["shell"] == "xwayland"
    WaylandThunar(stage).drag(NAMES[1], app)
    rows = stage.done(len(NAMES))
    assert sorted(row["name"] for row in rows) == sorted(NAMES), rows
    for row in rows:
        same_bytes(row["view_url"], content(row["name"]))
