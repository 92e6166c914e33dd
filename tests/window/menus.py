"""The switches of Settings › Desktop and the files that they put somewhere. Scenarios of tests/window/scenarios.py."""
import os
import subprocess

from desktop import App, named, wait_for

MENUS = {
    "Nautilus": "nautilus/scripts/Upload with Affix",
    "Nemo": "nemo/actions/affix.nemo_action",
    "Dolphin": "kio/servicemenus/affix.desktop",
    "Thunar": "Thunar/sendto/affix.desktop",
}
AUTOSTART = "Start Affix with the session"


class Around:
    """Folders of a user who has these file managers, in the place of this computer's own."""

    def __init__(self, stage, managers=tuple(MENUS)):
        environment = stage.desktop.environment
        self.data, self.config, self.programs = (os.path.join(stage.desktop.folder, name)
                                                 for name in ("data", "config", "programs"))
        environment.update(XDG_DATA_HOME=self.data, XDG_CONFIG_HOME=self.config,
                           XDG_CACHE_HOME=os.path.join(stage.desktop.folder, "cache"),
                           PATH=self.programs + os.pathsep + environment["PATH"])
        for name in managers:
            self.write(os.path.join(self.programs, name.lower()), "#!/bin/sh\n")
        self.places = {name: os.path.join(self.data, place) for name, place in MENUS.items()}
        self.places[AUTOSTART] = os.path.join(self.config, "autostart", "app.affix.Affix.desktop")

    def write(self, path, text):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)

    def text(self, name):
        with open(self.places[name], encoding="utf-8") as file:
            return file.read()


def settings(app):
    app.click("Settings")
    app.click("Desktop", role="toggle button")


def is_on(app, name):
    return "checked" in app.states(app.find(name, "check box"))


def switched(stage, done):
    """Each switch puts its file there, which starts this program with this home, and takes it away again."""
    around = Around(stage)
    around.write(around.places["Thunar"], "theirs")
    app = stage.open()
    settings(app)
    app.find(AUTOSTART, "check box")
    for name in ["Nautilus", "Nemo", "Dolphin", AUTOSTART]:
        assert not is_on(app, name) and not os.path.exists(around.places[name]), name
        app.click(name, role="check box")
        wait_for(f"the file of {name}", lambda: os.path.exists(around.places[name]))
        wait_for(f"{name} to be on", lambda: is_on(app, name))
        words = f'"{stage.affix}" "--home" "{stage.home}"'
        if name == "Nautilus":
            words = words.replace('"', "'")
        files = {"Nautilus": ' -- "$@"', AUTOSTART: ""}.get(name, " %F")
        begin = {"Nautilus": "exec "}.get(name, "Exec=")
        assert f"{begin}{words}{files}" in around.text(name).splitlines(), around.text(name)

    # One of them is used: the files come to the window that is there.
    stage.write("from the menu.txt", b"by Nautilus")
    subprocess.run([around.places["Nautilus"], "from the menu.txt"], cwd=stage.files, env=stage.desktop.environment,
                   check=True, timeout=60)
    app.click("Uploads", role="push button")
    done(app, "from the menu.txt")
    settings(app)

    for name in ["Nautilus", "Nemo", "Dolphin", AUTOSTART]:
        app.click(name, role="check box")
        wait_for(f"the file of {name} to go", lambda: not os.path.exists(around.places[name]))
        wait_for(f"{name} to be off", lambda: not is_on(app, name))

    # Somebody else's file has no switch.
    assert "sensitive" not in app.states(app.find("Thunar", "check box"))
    app.mouse("Thunar", "check box")
    app.click("Nautilus", role="check box")
    wait_for("the file of Nautilus", lambda: os.path.exists(around.places["Nautilus"]))
    assert around.text("Thunar") == "theirs"
    app.stop()


def mended(stage):
    """A start with the default home mends the entry of a program that is gone, and leaves what another home put there
    and what its user added."""
    around = Around(stage)
    app = stage.open()
    settings(app)
    for name in ["Nautilus", "Nemo"]:
        app.click(name, role="check box")
        wait_for(f"the file of {name}", lambda: os.path.exists(around.places[name]))
    app.stop()
    others = {name: around.text(name) for name in ["Nautilus", "Nemo"]}
    gone = f"# Made by Affix for: /gone/affix\n[Desktop Entry]\nType=Application\nName=Affix\nExec=\"/gone/affix\"\n"
    edited = f"# Made by Affix for: {stage.affix}\n[Desktop Entry]\nType=Service\nX-Mine=1\n"
    around.write(around.places[AUTOSTART], gone)
    around.write(around.places["Thunar"], gone.replace("/gone/affix\n", "/gone/affix\t/other/home\n", 1))
    around.write(around.places["Dolphin"], edited)
    thunar = around.text("Thunar")

    app = App(stage.desktop, [stage.affix])
    wait_for("the session's entry to be mended", lambda: f'Exec="{stage.affix}"\n' in around.text(AUTOSTART))
    settings(app)
    app.find(named(f"^It starts another Affix: {stage.affix} --home {stage.home}$"))
    assert {name: is_on(app, name) for name in around.places} == {
        "Nautilus": True, "Nemo": True, "Dolphin": True, "Thunar": False, AUTOSTART: True}
    assert {name: around.text(name) for name in others} == others, "another home's entries were turned to this one"
    assert around.text("Dolphin") == edited and around.text("Thunar") == thunar

    # Its user may take it over.
    app.click("Nemo: start this Affix")
    wait_for("Nemo's entry to be this one's", lambda: f'Exec="{stage.affix}" %F\n' in around.text("Nemo"))
    assert around.text("Nautilus") == others["Nautilus"]
    app.stop()
    subprocess.run([stage.affix, "sandbox", "--stop"], env=stage.desktop.environment, capture_output=True)
