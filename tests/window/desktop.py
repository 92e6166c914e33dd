"""Drives the real program from outside: a private X screen, session bus and accessibility bus; real input, a real
drag source, a real reader of the clipboard.

Run with the system's python (/usr/bin/python3): `gi` is Debian's package python3-gi. One `Desktop` a process: the
accessibility library keeps the bus of the first.
"""
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

# A slow machine that builds beside: conditions are waited for, never times.
PATIENCE_SECS = 60


def wait_for(what, condition, patience=PATIENCE_SECS):
    """The condition's first true answer; fails with `what`, a text or what makes one then, when it stays false."""
    end = time.monotonic() + patience
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience} s in vain: {what() if callable(what) else what}")
        time.sleep(0.05)


class Session:
    """A private session of some kind, and the programs in it."""

    def __init__(self, prefix):
        self.processes = []
        self.folder = tempfile.mkdtemp(prefix=prefix)
        self.environment = dict(os.environ)

    def words(self, command):
        """The command, as who the session belongs to."""
        return command

    def start(self, name, command, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        with open(os.path.join(self.folder, name + ".log"), "ab") as log:
            process = subprocess.Popen(self.words(command), env=self.environment, stdout=log, stderr=log,
                                       start_new_session=True, **options)
        self.processes.append(process)
        return process

    def log(self, name):
        with open(os.path.join(self.folder, name + ".log"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def begin_bus(self):
        """A session bus."""
        read, write = os.pipe()
        self.start("dbus", ["dbus-daemon", "--config-file", self.bus_config(), "--nofork", f"--print-address={write}"],
                   pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as told:
            self.environment["DBUS_SESSION_BUS_ADDRESS"] = told.readline().strip()

    def bus_config(self):
        """A session bus as the system's, but that it starts no notification service: tests start their own, or none."""
        services = os.path.join(self.folder, "services")
        os.makedirs(services)
        installed = "/usr/share/dbus-1/services"
        for name in os.listdir(installed):
            with open(os.path.join(installed, name), encoding="utf-8") as file:
                text = file.read()
            if "Name=org.freedesktop.Notifications" not in text:
                with open(os.path.join(services, name), "w", encoding="utf-8") as file:
                    file.write(text)
        path = os.path.join(self.folder, "bus.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"""<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <servicedir>{services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
""")
        return path

    def begin_reader(self):
        """Makes this process the session's screen reader: programs that start from now on show their trees."""
        self.environment["NO_AT_BRIDGE"] = "0"
        subprocess.run(["gdbus", "call", "--session", "-d", "org.a11y.Bus", "-o", "/org/a11y/bus", "-m",
                        "org.freedesktop.DBus.Properties.Set", "org.a11y.Status", "IsEnabled", "<true>"],
                       env=self.environment, check=True, stdout=subprocess.DEVNULL)
        os.environ.clear()
        os.environ.update(self.environment)
        import gi
        gi.require_version("Atspi", "2.0")
        from gi.repository import Atspi
        Atspi.set_timeout(5000, 15000)
        self.atspi = Atspi

    def hold_clipboard(self, affix, text, *words):
        """What a window starts that ends: it has the clipboard with this text, if it can."""
        with open(os.path.join(self.folder, "held"), "w+", encoding="utf-8") as file:
            file.write(text)
            file.seek(0)
            return self.start("holder", [affix, "hold-clipboard", *words], stdin=file)

    def holders(self):
        """The processes of this session that hold a clipboard after their window."""
        found = []
        here = f"\0XDG_RUNTIME_DIR={self.environment['XDG_RUNTIME_DIR']}\0".encode()
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as words, open(f"/proc/{pid}/environ", "rb") as environment:
                    if b"\0hold-clipboard\0" in words.read() and here in b"\0" + environment.read():
                        found.append(int(pid))
            except OSError:  # It ended meanwhile, or is another user's.
                continue
        return found

    def close(self):
        for pid in self.holders():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def main(scenarios, begin, session_of):
    """Runs the scenario of the command line: `begin` makes its stage, which has the session."""
    name, affix = sys.argv[1:]
    stage = begin(os.path.abspath(affix))
    try:
        scenarios[name](stage)
    except BaseException:
        failures = os.path.join(ROOT, "target", "window-failures")
        os.makedirs(failures, exist_ok=True)
        picture = os.path.join(failures, name + ".png")
        try:
            session_of(stage).picture(picture)
        except Exception as error:  # Its screen is gone; what went wrong before is what counts.
            picture = f"none, {error}"
        print(f"picture: {picture}; logs: {session_of(stage).folder}", file=sys.stderr)
        raise
    finally:
        stage.close()


class Desktop(Session):
    """A screen with a window manager, and the programs on it."""

    def __init__(self, size="1280x900", environment=None):
        super().__init__("affix-desktop-")
        run = os.path.join(self.folder, "run")
        os.makedirs(run, 0o700)
        self.environment.update(XDG_RUNTIME_DIR=run, XDG_SESSION_TYPE="x11")
        for name in ("WAYLAND_DISPLAY", "WAYLAND_SOCKET", "AT_SPI_BUS_ADDRESS"):
            self.environment.pop(name, None)
        self.environment.update(environment or {})
        read, write = os.pipe()
        self.screen = self.start("xvfb", ["Xvfb", "-displayfd", str(write), "-screen", "0", size + "x24", "+extension",
                                          "GLX", "-noreset", "-nolisten", "tcp"], pass_fds=(write,))
        os.close(write)
        # To the end of the line: Xvfb gives up when nobody reads it.
        with os.fdopen(read) as told:
            self.environment["DISPLAY"] = ":" + told.readline().strip()
        # The session of the keyring, when there is one, is the session of the program.
        if "AFFIX_TEST_KEYRING" not in self.environment:
            self.begin_bus()
        self.start("wm", ["openbox"])
        self.begin_reader()

    # ── Real input and pictures ──────────────────────────────────────────────

    def xdotool(self, *words):
        answer = subprocess.run(["xdotool", *map(str, words)], env=self.environment, check=True, capture_output=True,
                                text=True)
        return answer.stdout.strip()

    def key(self, *keys):
        for key in keys:
            self.xdotool("key", key)

    def type(self, text):
        self.xdotool("type", "--delay", "12", text)

    def drop(self, paths, window="Affix"):
        """Drags the files from another program and lets them go over the window."""
        subprocess.run([sys.executable, os.path.join(HERE, "drag_source.py"), "--window", window, *paths],
                       env=self.environment, check=True, timeout=PATIENCE_SECS)

    def clipboard(self):
        """What another program reads from the clipboard."""
        answer = subprocess.run(["xclip", "-selection", "clipboard", "-o"], env=self.environment, capture_output=True,
                                text=True, timeout=PATIENCE_SECS)
        return answer.stdout if answer.returncode == 0 else None

    def set_clipboard(self, text, kind="UTF8_STRING"):
        subprocess.run(["xclip", "-selection", "clipboard", "-t", kind], env=self.environment, input=text, text=True,
                       check=True)

    def picture(self, path, window="root"):
        subprocess.run(["import", "-window", window, path], env=self.environment, check=True)


class Tree:
    """A program as a screen reader sees it."""

    # How its process may have ended before the window is there.
    may_end_with = (None,)

    def __init__(self, desktop, command, name=None):
        self.desktop = desktop
        self.atspi = desktop.atspi
        # The name on the accessibility bus is the program's file.
        name = name or os.path.basename(command[0])
        self.process = desktop.start(name, command)
        self.root = wait_for(f"{name} on the accessibility bus: {desktop.folder}", lambda: self._named(name))

    def _named(self, name):
        if self.process.poll() not in self.may_end_with:
            raise AssertionError(f"{name} ended with {self.process.returncode}: {self.desktop.log(name)}")
        top = self.atspi.get_desktop(0)
        children = (top.get_child_at_index(index) for index in range(top.get_child_count()))
        return next((child for child in children if child and child.get_name() == name), None)

    def nodes(self, start=None):
        start = start or self.root
        yield start
        # A node may go between two frames; whoever waits for something looks again.
        try:
            children = [start.get_child_at_index(index) for index in range(start.get_child_count())]
        except Exception:
            return
        for child in children:
            if child:
                yield from self.nodes(child)

    def all(self, name=None, role=None):
        """Every node of that name (a text or a compiled pattern) and role."""
        found = []
        for node in self.nodes():
            try:
                label = node.get_name() or ""
                fits = name is None or (name.search(label) if hasattr(name, "search") else label == name)
                if fits and (role is None or node.get_role_name() == role):
                    found.append(node)
            except Exception:  # The node went between two frames.
                continue
        return found

    def find(self, name, role=None):
        """Waits until there is one."""
        return wait_for(lambda: f"a {role or 'node'} named {name}\n{self.tree()}", lambda: self.all(name, role))[0]

    def tree(self):
        lines = []
        for node in self.nodes():
            try:
                lines.append(f"{node.get_role_name()}: {node.get_name()!r}")
            except Exception:
                continue
        return "\n".join(lines)

    def states(self, node):
        return [state.value_nick for state in node.get_state_set().get_states()]


class App(Tree):
    """A program with a window on an X screen."""

    title = "^Affix"

    def __init__(self, desktop, command, name=None):
        super().__init__(desktop, command, name)
        wait_for(f"a window titled {self.title}", lambda: desktop_windows(desktop, self.title))

    def click(self, name, role="push button"):
        """Clicks as a screen reader does."""
        self.press(wait_for(lambda: f"{role} {name} to be there and enabled\n{self.tree()}",
                            lambda: self._enabled(name, role)))

    def _enabled(self, name, role):
        return next((node for node in self.all(name, role) if "sensitive" in self.states(node)), None)

    def press(self, node):
        """The node's own click."""
        actions = node.get_action_iface()
        names = [self.atspi.Action.get_action_name(actions, index)
                 for index in range(self.atspi.Action.get_n_actions(actions))]
        assert self.atspi.Action.do_action(actions, names.index("click")), "it could not be clicked"

    def mouse(self, name, role=None, button=1):
        """Clicks with the real pointer."""
        node = self.find(name, role)
        box = node.get_component_iface().get_extents(self.atspi.CoordType.SCREEN)
        self.desktop.xdotool("mousemove", box.x + box.width // 2, box.y + box.height // 2)
        # In one command the press would come before the window has seen the pointer.
        self.desktop.xdotool("click", button)

    def enter(self, name, text, role="entry"):
        """Types into a field with real keys."""
        node = self.find(name, role)
        node.get_component_iface().grab_focus()
        wait_for(f"{name} has the keyboard", lambda: "focused" in self.states(self.find(name, role)))
        # In place of what a form fills in by itself.
        self.desktop.key("ctrl+a")
        self.desktop.type(text)
        # The keys are sent by now, not yet read.
        wait_for(f"{name} to hold what was typed", lambda: self._length(self.find(name, role)) == len(text))

    def _length(self, node):
        return self.atspi.Text.get_character_count(node.get_text_iface())

    def stop(self):
        """Closes the window as its user does, and waits for the end."""
        subprocess.run(["wmctrl", "-c", "Affix"], env=self.desktop.environment, check=True)
        self.process.wait(PATIENCE_SECS)


def desktop_windows(desktop, title=App.title):
    answer = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title], env=desktop.environment,
                            capture_output=True, text=True)
    return answer.stdout.split()


def named(pattern):
    return re.compile(pattern)
