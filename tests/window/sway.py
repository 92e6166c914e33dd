"""A headless Wayland session: sway with its XWayland, a pointer, a Wayland-native drag source, readers and writers of
the clipboard. sway refuses root, so as root everything in it runs as nobody.
"""
import contextlib
import itertools
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import time

from desktop import HERE, PATIENCE_SECS, Session, wait_for

NOBODY = 65534


class Sway(Session):
    """The compositor and the programs in it."""

    def __init__(self, xwayland=True):
        super().__init__("affix-sway-")
        for name in ("run", "home", "files"):
            os.makedirs(os.path.join(self.folder, name), 0o700)
        display = os.path.join(self.folder, "display")
        with open(os.path.join(self.folder, "config"), "w", encoding="utf-8") as config:
            config.write(f"xwayland {'enable' if xwayland else 'disable'}\n"
                         "seat seat0 fallback true\n"
                         f"exec printf '%s\\n' \"$DISPLAY\" >{display}.new && mv {display}.new {display}\n")
        self.own(self.folder)
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"):
            self.environment.pop(name, None)
        self.environment.update(
            XDG_RUNTIME_DIR=os.path.join(self.folder, "run"), HOME=os.path.join(self.folder, "home"),
            XDG_SESSION_TYPE="wayland", DBUS_SESSION_BUS_ADDRESS="disabled:", NO_AT_BRIDGE="1", GDK_BACKEND="wayland",
            WLR_BACKENDS="headless", WLR_LIBINPUT_NO_DEVICES="1", WLR_RENDERER="pixman")
        try:
            self.begin(display)
        except BaseException:
            self.close()
            raise

    def begin(self, display):
        self.compositor = self.start("sway", ["sway", "-c", os.path.join(self.folder, "config")])

        def there():
            assert self.compositor.poll() is None, f"sway has ended, or is not there: {self.log('sway')}"
            return os.path.exists(display)
        wait_for(lambda: f"sway: {self.log('sway')}", there)
        run = os.listdir(os.path.join(self.folder, "run"))
        self.environment["SWAYSOCK"] = os.path.join(self.folder, "run",
                                                    next(name for name in run if name.startswith("sway-ipc")))
        self.environment["WAYLAND_DISPLAY"] = next(name for name in run
                                                   if name.startswith("wayland-") and not name.endswith(".lock"))
        with open(display, encoding="utf-8") as told:
            self.environment["DISPLAY"] = told.read().strip()
        # A keyboard that stays: programs would not hear the first keys of one that comes with them.
        self.start("keyboard", ["wtype", "-s", "3600000", "-k", "Shift_L"])
        self.pointer = Pointer(os.path.join(self.folder, "run", self.environment["WAYLAND_DISPLAY"]))

    def own(self, path):
        """Gives a folder and what is in it to who runs in the session."""
        if os.geteuid() == 0:
            for place, _, names in os.walk(path):
                os.chown(place, NOBODY, NOBODY)
                for name in names:
                    os.chown(os.path.join(place, name), NOBODY, NOBODY)

    def become_user(self):
        """This process becomes who runs in the session; it does not come back."""
        if os.geteuid() == 0:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)

    def words(self, command):
        if os.geteuid() != 0:
            return command
        user = str(NOBODY)
        return ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", *command]

    def start(self, name, command, **options):
        return super().start(name, command, cwd=self.folder, **options)

    def run(self, command, **options):
        return subprocess.run(self.words(command), env=self.environment, capture_output=True, text=True,
                              cwd=self.folder, timeout=PATIENCE_SECS, **options)

    # ── Windows ──────────────────────────────────────────────────────────────

    def message(self, *words):
        answer = self.run(["swaymsg", *words])
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    def windows(self):
        """Every window by its title: where it is, and whether it came through XWayland."""
        found = {}
        left = [json.loads(self.message("-t", "get_tree", "-r"))]
        self.size = left[0]["rect"]
        while left:
            node = left.pop()
            left += node["nodes"] + node["floating_nodes"]
            if node["type"] in ("con", "floating_con") and node.get("pid"):
                found[node["name"]] = node
        return found

    def window(self, title):
        return wait_for(lambda: f"a window {title}; there are {list(self.windows())}\n{self.log('affix')}",
                        lambda: self.windows().get(title))

    def middle(self, title):
        """The middle of a window, once it stays where it is: a tiling compositor moves those that are there."""
        def stays():
            before = self.window(title)["rect"]
            return before if before == self.window(title)["rect"] else None
        rect = wait_for(f"{title} to stay in its place", stays)
        return rect["x"] + rect["width"] // 2, rect["y"] + rect["height"] // 2

    def close_window(self, title):
        self.message(f'[title="{title}"]', "kill")

    def picture(self, path):
        whole = os.path.join(self.folder, "picture.png")
        answer = self.run(["grim", whole])
        if answer.returncode == 0:
            shutil.copy(whole, path)

    def files_over(self, title):
        """Whether the window shows that files are over it: its edge, inside of what sway draws around it, is of the
        accent's blue then. Not compared with a picture of before, which may be of a window that is not painted yet.
        """
        window = self.window(title)
        x, y = (window["rect"][axis] + window["window_rect"][axis] for axis in ("x", "y"))
        answer = subprocess.run(self.words(["grim", "-t", "ppm", "-g", f"{x},{y} 1x1", "-"]),
                                env=self.environment, capture_output=True, check=True, timeout=PATIENCE_SECS)
        red, green, blue = answer.stdout[-3:]
        return blue > max(red, green) + 60

    # ── What other programs do ───────────────────────────────────────────────

    def drop(self, paths, title="Affix"):
        """Drags the files from a program that speaks Wayland alone, and lets them go over the window."""
        # Who runs in the session may not be able to read the checkout.
        script = shutil.copy(os.path.join(HERE, "wayland_source.py"), self.folder)
        # sway refuses some drags of its own accord: nothing has left the source then, so it is tried again, as somebody
        # at the mouse would.
        for _ in range(5):
            name = f"source {len(self.processes)}"
            source = self.start(name, [sys.executable, script, *paths])
            if self.drag(name, title):
                break
            source.terminate()
            source.wait(PATIENCE_SECS)
            wait_for("the source to go", lambda: "dragsrc" not in self.windows())
        wait_for(lambda: f"the window to ask for the files: {self.log(name)}",
                 lambda: "data-get" in self.log(name))
        wait_for("the window to show that it takes them", lambda: self.files_over(title))
        self.pointer.button(False)
        # GTK hears no end of a drag to XWayland from this wlroots: whether the files arrived is for the caller to see.
        wait_for("the window to show that nothing is over it", lambda: not self.files_over(title))
        source.terminate()
        source.wait(PATIENCE_SECS)

    def drag(self, name, title):
        """Drags from the source to the window; whether the compositor goes along. If not, nothing is held any more."""
        self.window("dragsrc")
        start, end = self.middle("dragsrc"), self.middle(title)
        moves = itertools.count()

        def entered():
            self.pointer.move((start[0] + next(moves) % 2, start[1]), self.size)
            return "enter" in self.log(name)
        wait_for(lambda: f"the source to see the pointer: {self.log(name)}", entered)
        self.pointer.button(True)
        wait_for("the source to be pressed", lambda: "press" in self.log(name))
        for step in range(1, 25):
            self.pointer.move((start[0] + step, start[1] + step), self.size)
        wait_for(lambda: f"the drag to begin: {self.log(name)}", lambda: "drag-begin" in self.log(name))
        self.pointer.glide(start, end, self.size)
        with contextlib.suppress(AssertionError):
            return wait_for("the compositor to go along", lambda: "action" in self.log(name), patience=5)
        self.pointer.button(False)
        return False

    def key(self, modifier, key):
        answer = self.run(["wtype", "-M", modifier, "-k", key, "-m", modifier])
        assert answer.returncode == 0, answer.stderr

    def clipboard(self, kind="text/plain;charset=utf-8"):
        """What another program reads."""
        answer = self.run(["wl-paste", "--no-newline", "--type", kind])
        return answer.stdout if answer.returncode == 0 else None

    def clipboard_kinds(self):
        return self.run(["wl-paste", "--list-types"]).stdout.split()

    def set_clipboard(self, content, kind):
        """wl-copy stays in the background; what it inherits must not keep us waiting."""
        with open(os.path.join(self.folder, "copied"), "wb+") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
            file.seek(0)
            subprocess.run(self.words(["wl-copy", "--type", kind]), env=self.environment, check=True, stdin=file,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE_SECS)


class Pointer:
    """A pointer (zwlr_virtual_pointer_v1), spoken over the socket itself: headless sway has none."""

    DISPLAY = 1

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.left = b""
        # Objects are numbered by us, without gaps.
        self.last = self.DISPLAY
        self.names = {}
        self.since = time.monotonic()
        self.registry = self.number()
        self.send(self.DISPLAY, 1, struct.pack("=I", self.registry))
        self.sync()
        name, version = self.names["zwlr_virtual_pointer_manager_v1"]
        manager = self.number()
        self.send(self.registry, 0, struct.pack("=I", name) + text("zwlr_virtual_pointer_manager_v1")
                  + struct.pack("=II", min(version, 2), manager))
        self.pointer = self.number()
        self.send(manager, 0, struct.pack("=II", 0, self.pointer))
        self.sync()

    def number(self):
        self.last += 1
        return self.last

    def send(self, target, opcode, arguments):
        self.socket.sendall(struct.pack("=II", target, (8 + len(arguments)) << 16 | opcode) + arguments)

    def sync(self):
        """Waits until the compositor has done all that it was asked."""
        callback = self.number()
        self.send(self.DISPLAY, 0, struct.pack("=I", callback))
        while True:
            sender, opcode, body = self.event()
            if sender == callback:
                return
            assert (sender, opcode) != (self.DISPLAY, 0), f"refused: {body}"
            if (sender, opcode) == (self.registry, 0):
                name, length = struct.unpack_from("=II", body)
                interface = body[8:8 + length - 1].decode()
                self.names[interface] = (name, struct.unpack_from("=I", body, len(body) - 4)[0])

    def event(self):
        while len(self.left) < 8 or len(self.left) < struct.unpack_from("=I", self.left, 4)[0] >> 16:
            got = self.socket.recv(4096)
            assert got, "the compositor has ended"
            self.left += got
        sender, head = struct.unpack_from("=II", self.left)
        body, self.left = self.left[8:head >> 16], self.left[head >> 16:]
        return sender, head & 0xFFFF, body

    def now(self):
        return int((time.monotonic() - self.since) * 1000)

    def move(self, point, size):
        self.send(self.pointer, 1, struct.pack("=IIIII", self.now(), *point, size["width"], size["height"]))
        self.frame()

    def glide(self, start, end, size):
        """As a hand does, in many moves."""
        steps = 30
        for step in range(1, steps + 1):
            self.move([here + (there - here) * step // steps for here, there in zip(start, end)], size)

    def button(self, pressed):
        left = 0x110
        self.send(self.pointer, 2, struct.pack("=III", self.now(), left, int(pressed)))
        self.frame()

    def frame(self):
        self.send(self.pointer, 4, b"")
        self.sync()


def text(value):
    raw = value.encode() + b"\0"
    return struct.pack("=I", len(raw)) + raw + b"\0" * (-len(raw) % 4)
