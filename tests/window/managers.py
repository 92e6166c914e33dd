"""A real file manager, Thunar, beside the window. Scenarios of tests/window/scenarios.py."""
import os
import subprocess

from desktop import App, named, wait_for
from menus import Around, settings

# Whole addresses of files have to escape these, and the words of a command are parted and read again at them.
NAMES = ["harbour at dawn.txt", "Größe & mehr.txt", "最终版 100%.txt", "50%20 off #1 %F.txt", "a'b\"c$?;.txt", "-rf.txt"]

# What Thunar keeps of its user: show rows, for its icons are not in the accessibility tree.
ROWS = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="thunar" version="1.0">
  <property name="last-view" type="string" value="ThunarDetailsView"/>
</channel>
"""


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
        around.write(os.path.join(around.config, "xfce4", "xfconf", "xfce-perchannel-xml", "thunar.xml"), ROWS)
        super().__init__(stage.desktop, ["thunar", stage.files])
        subprocess.run(["wmctrl", "-r", " - Thunar", "-e", "0,0,440,640,420"], env=environment, check=True)
        frame = self.find(named(self.title), "frame")
        wait_for("Thunar to be in its place", lambda: self.extents(frame).y > 400)
        self.mouse(NAMES[0], "table cell")
        self.desktop.key("ctrl+a")
        self.find(named(f"^Selection: {len(NAMES)} files: "), "status bar")

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
        app.find(f"Upload {len(NAMES)} files to Sandbox")
        self.desktop.xdotool("mouseup", 1)

    def choose(self, name, *path):
        """Opens the menu of what is selected at one of its rows, and follows the path with the pointer."""
        self.mouse(name, "table cell", button=3)
        for step, role in zip(path, ["menu"] * (len(path) - 1) + ["menu item"]):
            wait_for(lambda: f"{step} in the menu\n{self.tree()}",
                     lambda: any("showing" in self.states(node) for node in self.all(step, role)))
            self.mouse(step, role)


def begin(stage):
    """The program's window and Thunar's."""
    stage.settings("[uploads]\nauto_copy = false\n")
    for name in NAMES:
        stage.write(name, name.encode() * 50)
    around = Around(stage, managers=())
    return around, stage.open()


def arrived(stage, app, history, same_bytes):
    """Each file once, with its bytes."""
    wait_for(lambda: f"each file to be done\n{app.tree()}",
             lambda: [row["status"] for row in history(stage)] == ["done"] * len(NAMES))
    rows = history(stage)
    assert sorted(row["name"] for row in rows) == sorted(NAMES), rows
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
