#!/usr/bin/python3
"""Takes the pictures of the README and docs/window.md from the real program, on a private screen.

usage: /usr/bin/python3 tests/window/pictures.py AFFIX_BINARY FOLDER [SCENE…]

A scene is one of empty, busy, waiting, failed, targets, settings, chinese, large, zoomed, text, changes,
desktop, closing, in both themes, or `busy:dark` in one.
"""
import json
import os
import subprocess
import sys
import urllib.request

from desktop import App, Desktop, desktop_windows, named, wait_for

PROFILES = [("Product bot", "mixin"), ("Team table", "teable"), ("Archive docs", "cosmos"),
            ("Interview calendar", "cronofy"), ("Community", "forum")]


class Scene:
    def __init__(self, affix, theme, language="en", size="1100x720", extra="", uploads=""):
        self.desktop = Desktop()
        self.affix = affix
        self.home = os.path.join(self.desktop.folder, "home")
        self.files = os.path.join(self.desktop.folder, "files")
        os.makedirs(self.files)
        os.makedirs(self.home)
        width, height = size.split("x")
        profiles = "".join(f'\n[[profiles]]\nname = "{name}"\nservice = "{service}"\ndemo = true\nconfirmed = true\n'
                           for name, service in PROFILES)
        with open(os.path.join(self.home, "settings.toml"), "w", encoding="utf-8") as file:
            file.write(f'{extra}\n[uploads]\nauto_copy = false\nparallel_per_profile = 2\n{uploads}\n[window]\ntheme = "{theme}"\nlanguage = "{language}"\n'
                       f'width = {width}\nheight = {height}\n{profiles}')
        self.sandbox = self.desktop.start("sandbox", [affix, "--home", self.home, "sandbox"])
        found = os.path.join(self.home, "sandbox", "server.json")
        wait_for("the sandbox", lambda: os.path.exists(found))
        with open(found, encoding="utf-8") as file:
            self.server = json.load(file)

    def fault(self, fault, service, step=None, times=None):
        body = {"fault": fault, "service": service, "step": step, "times": times}
        request = urllib.request.Request(self.server["origin"] + "/_sandbox/faults", json.dumps(body).encode(),
                                         {"Authorization": "Bearer " + self.server["token"]})
        urllib.request.urlopen(request).close()

    def path(self, name):
        return os.path.join(self.files, name)

    def make(self, name, *command):
        subprocess.run([*command, self.path(name)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self.path(name)

    def blob(self, name, size):
        with open(self.path(name), "wb") as file:
            file.truncate(size)
        return self.path(name)

    def upload(self, profile, *paths):
        subprocess.run([self.affix, "--home", self.home, "upload", "--yes", "--quiet", "--profile", profile, *paths],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def open(self, *files):
        app = App(self.desktop, [self.affix, "--home", self.home, *files])
        # Clicks before the first frame are lost.
        app.find(named("^(Add files|添加文件)$"), "push button")
        return app

    def picture(self, folder, name):
        # Away from every control, or it would be drawn as hovered.
        self.desktop.xdotool("mousemove", 0, 0)
        subprocess.run(["sleep", "0.6"], check=True)
        self.desktop.picture(os.path.join(folder, name + ".png"), desktop_windows(self.desktop)[0])

    def close(self):
        self.desktop.close()


def harbour(scene):
    """A picture drawn here."""
    mountains = ["-size", "4032x3024", "gradient:#87b0ff-#dfe9ff", "-fill", "#c8dcff", "-draw", "circle 2950,620 2950,980",
                 "-fill", "#3f5f85", "-draw", "polygon 200,3024 1150,1350 2000,2350 2750,1650 3700,3024"]
    return scene.make("IMG_4021 sunrise over the harbour.jpg", "convert", *mountains, "-quality", "98")


def film(scene, secs=42):
    return scene.make("launch teaser 最终版 v3.mp4", "ffmpeg", "-y", "-f", "lavfi", "-i",
                      f"testsrc2=size=1280x720:rate=25:duration={secs}", "-c:v", "libx264", "-b:v", "6M", "-pix_fmt",
                      "yuv420p")


def photos(scene):
    """Two pictures drawn here, and a film."""
    desert = ["-size", "3000x2000", "gradient:#ffb27a-#ffe3c4", "-fill", "#fff3df", "-draw", "circle 2200,500 2200,760",
              "-fill", "#a84a2e", "-draw", "polygon 0,2000 700,1100 1500,1700 2300,1000 3000,2000"]
    panorama = scene.make("desert-panorama-2026-11-18.png", "convert", *desert)
    return harbour(scene), panorama, film(scene)


def history(scene):
    """What was uploaded before: a batch of two, one of which failed."""
    scene.upload("Community", scene.make("logo.png", "convert", "-size", "512x512", "radial-gradient:#6e6ade-#2b2980"))
    document = scene.blob("Statement of work.docx", 88_000)
    sheet = scene.blob("Budget 2027.xlsx", 1_200_000)
    scene.upload("Team table", document)
    scene.fault("status=401", "teable", times=3)
    scene.upload("Team table", sheet)


def busy(affix, folder, theme, language="en", name=None):
    scene = Scene(affix, theme, language, extra='default_profile = "Product bot"')
    try:
        history(scene)
        sunrise, panorama, film = photos(scene)
        archive = scene.blob("release-1.4.0-linux-x86_64.tar.zst", 96_200_000)
        report = scene.blob("Quarterly report — final (signed).pdf", 2_100_000)
        orders = scene.blob("orders-2026-11.csv", 640_000)
        scene.fault("slow=40000000", "mixin", step="bytes", times=2)
        scene.fault("slow=1600000", "mixin", step="bytes", times=1)
        scene.fault("slow=5900000", "mixin", step="bytes", times=1)
        app = scene.open(sunrise, panorama, film, archive, report, orders)
        app.find(named("^IMG_4021 sunrise over the harbour.jpg, (Done|已完成)"))
        app.find(named("^desert-panorama-2026-11-18.png, (Done|已完成)"))
        app.find(named("^Quarterly report — final .signed..pdf, (Queued|排队中)"))
        app.mouse(named("^IMG_4021 sunrise"))
        subprocess.run(["sleep", "2.5"], check=True)
        scene.picture(folder, name or f"busy-{theme}")
    finally:
        scene.close()


def waiting(affix, folder, theme):
    """What an earlier run left, what the service asked to wait for, what is paused; and the limit of all."""
    scene = Scene(affix, theme, extra='default_profile = "Product bot"', uploads="resume = false")
    try:
        scene.upload("Team table", scene.blob("Statement of work.docx", 88_000))
        scene.fault("lost-answer", "forum", step="upload", times=1)
        scene.upload("Community", scene.make("logo.png", "convert", "-size", "512x512", "radial-gradient:#6e6ade-#2b2980"))
        killed(scene, "Archive docs", scene.blob("orders-2026-11.csv", 1_900_000))
        sunrise, panorama, film = photos(scene)
        scene.fault("status=429;retry-after=90", "mixin", step="ticket", times=2)
        app = scene.open(sunrise, panorama, film, scene.blob("release-1.4.0-linux-x86_64.tar.zst", 96_200_000))
        app.find(named("^IMG_4021 sunrise over the harbour.jpg, Queued, "))
        # The header's is the first, then each row's.
        app.press(app.all("Pause", "push button")[2])
        app.find(named("^desert-panorama-2026-11-18.png, Paused"))
        app.mouse(named("^logo.png, Unsure"))
        app.find("Copy details", "push button")
        app.find(named("^Preview$"), "push button")
        scene.picture(folder, f"waiting-{theme}")
        app.click("Bandwidth limit")
        app.press(app.find("5 MB/s"))
        app.click(named("^Bandwidth limit: 5 MB/s"))
        app.find("Own limit, MB/s")
        scene.picture(folder, f"bandwidth-{theme}")
    finally:
        scene.close()


def killed(scene, profile, path):
    """An upload whose program is killed while the bytes move."""
    scene.fault("slow=400000", "cosmos", step="upload", times=1)
    command = [scene.affix, "--home", scene.home]
    upload = scene.desktop.start("killed", [*command, "upload", "--yes", "--profile", profile, path])
    moving = lambda: subprocess.run([*command, "history", "--json"], capture_output=True, text=True).stdout
    wait_for("the upload that is killed to run", lambda: '"uploading"' in moving())
    upload.kill()
    upload.wait()


def empty(affix, folder, theme):
    scene = Scene(affix, theme)
    try:
        scene.open().find("Drop files here")
        scene.picture(folder, f"empty-{theme}")
    finally:
        scene.close()


def failed(affix, folder, theme):
    scene = Scene(affix, theme, extra='default_profile = "Team table"')
    try:
        history(scene)
        app = scene.open()
        app.mouse(named("^Budget 2027.xlsx, "))
        scene.picture(folder, f"failed-{theme}")
    finally:
        scene.close()


def targets(affix, folder, theme):
    scene = Scene(affix, theme, extra='default_profile = "Team table"')
    try:
        app = scene.open()
        app.click("Targets")
        app.mouse(named("^Team table"))
        app.click("Test connection")
        subprocess.run(["sleep", "2"], check=True)
        scene.picture(folder, f"targets-{theme}")
    finally:
        scene.close()


def settings(affix, folder, theme):
    scene = Scene(affix, theme)
    try:
        scene.open().click("Settings")
        scene.picture(folder, f"settings-{theme}")
    finally:
        scene.close()


def desktop(affix, folder, theme):
    """Settings of the desktop, with a folder that is watched and file managers that are here."""
    scene = Scene(affix, theme)
    try:
        outbox = os.path.join(scene.desktop.folder, "Pictures", "Screenshots")
        os.makedirs(outbox)
        with open(os.path.join(scene.home, "settings.toml"), "a", encoding="utf-8") as file:
            file.write(f'\n[watch]\nfolder = "{outbox}"\n')
        managers = os.path.join(scene.desktop.folder, "managers")
        os.makedirs(managers)
        for name in ("nautilus", "nemo", "thunar", "dolphin"):
            os.symlink("/bin/true", os.path.join(managers, name))
        scene.desktop.environment["PATH"] = f"{managers}:{os.environ['PATH']}"
        scene.desktop.environment["XDG_DATA_HOME"] = os.path.join(scene.desktop.folder, "data")
        scene.desktop.environment["XDG_CONFIG_HOME"] = os.path.join(scene.desktop.folder, "config")
        app = scene.open()
        app.click("Settings")
        app.click("Desktop", role="toggle button")
        app.click("Nautilus", role="check box")
        subprocess.run(["sleep", "1"], check=True)
        scene.picture(folder, f"desktop-{theme}")
    finally:
        scene.close()


def closing(affix, folder, theme):
    """The window is closed while uploads run."""
    scene = Scene(affix, theme, extra='default_profile = "Product bot"')
    try:
        scene.fault("slow=900000", "mixin", step="bytes", times=5)
        app = scene.open(scene.blob("release-1.4.0-linux-x86_64.tar.zst", 9_620_000), scene.blob("orders.csv", 6_400_000))
        app.find(named("^orders.csv, Uploading"))
        subprocess.run(["wmctrl", "-c", "Affix"], env=scene.desktop.environment, check=True)
        app.find("2 uploads are under way", "dialog")
        subprocess.run(["sleep", "1"], check=True)
        scene.picture(folder, f"closing-{theme}")
    finally:
        scene.close()


def chinese(affix, folder, theme):
    busy(affix, folder, theme, "zh-CN", f"chinese-{theme}")


def camera(scene):
    """A photo as cameras write it: with the place, the camera and who took it."""
    photo = harbour(scene)
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-GPSLatitude=48.8584", "-GPSLatitudeRef=N",
                    "-GPSLongitude=2.2945", "-GPSLongitudeRef=E", "-Make=Canon", "-Model=EOS R6",
                    "-DateTimeOriginal=2026:05:01 18:22:03", "-Artist=Anna Berg", photo], check=True)
    return photo


def looked_over(affix, theme, *more):
    """Files that wait to be looked over: a photo, what is beside it, and more."""
    scene = Scene(affix, theme, extra='default_profile = "Community"', uploads="look_over = true")
    files = [camera(scene), *(make(scene) for make in more)]
    app = scene.open(*files)
    app.find(named("^IMG_4021 sunrise over the harbour.jpg, Paused"))
    app.mouse(named("^IMG_4021 sunrise over the harbour.jpg, "))
    subprocess.run(["sleep", "2"], check=True)
    return scene, app


def code(scene):
    path = scene.path("drop → link 说明.md")
    with open(path, "w", encoding="utf-8") as file:
        file.write("# Drop a file, get its link\n\nAffix keeps every file in a database before the first byte leaves.\n\n")
        file.write("".join(f"{number:4}  fn step_{number}(bytes: &[u8]) -> Result<Link, Failure> {{ … }}  // 第 {number} 步\n"
                           for number in range(1, 900)))
    return path


def in_large(scene, app, folder, name, *keys):
    """A picture of what is selected in the large preview, after these keys."""
    scene.desktop.key("space")
    app.find("Close preview")
    if keys:
        scene.desktop.key(*keys)
    # Until the sharp parts are there.
    subprocess.run(["sleep", "3"], check=True)
    scene.picture(folder, name)


def large(affix, folder, theme):
    scene, app = looked_over(affix, theme, code)
    try:
        in_large(scene, app, folder, f"large-{theme}")
    finally:
        scene.close()


def zoomed(affix, folder, theme):
    scene, app = looked_over(affix, theme)
    try:
        in_large(scene, app, folder, f"zoomed-{theme}", "plus", "plus", "plus")
    finally:
        scene.close()


def text(affix, folder, theme):
    scene, app = looked_over(affix, theme, code)
    try:
        app.mouse(named("^drop . link"))
        subprocess.run(["sleep", "1.5"], check=True)
        scene.picture(folder, f"card-text-{theme}")
        in_large(scene, app, folder, f"text-{theme}")
    finally:
        scene.close()


def changes(affix, folder, theme):
    scene, app = looked_over(affix, theme, lambda scene: film(scene, 12))
    try:
        app.click("Change before sending…")
        app.find("Before sending", "dialog")
        app.press(app.find("At most", "radio button"))
        subprocess.run(["sleep", "6"], check=True)
        scene.picture(folder, f"changes-{theme}")
        scene.desktop.key("Escape")
        app.mouse(named("^launch teaser"))
        app.click("Change before sending…")
        app.find("Before sending", "dialog")
        subprocess.run(["sleep", "6"], check=True)
        scene.picture(folder, f"frames-{theme}")
    finally:
        scene.close()


SCENES = {"empty": empty, "busy": busy, "waiting": waiting, "failed": failed, "targets": targets, "settings": settings,
          "chinese": chinese, "large": large, "zoomed": zoomed, "text": text, "changes": changes,
          "desktop": desktop, "closing": closing}


def main():
    affix, folder, *wanted = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    for scene in wanted or SCENES:
        if ":" in scene:
            name, theme = scene.split(":")
            SCENES[name](os.path.abspath(affix), folder, theme)
        else:
            # The accessibility library keeps the bus of a process's first desktop, so each picture has a process.
            for theme in ("light", "dark"):
                subprocess.run([sys.executable, __file__, affix, folder, f"{scene}:{theme}"], check=True)


if __name__ == "__main__":
    main()
