#!/usr/bin/python3
"""What people do with the real program, one function each. Run by tests/whole_app.rs:

  /usr/bin/python3 tests/window/scenarios.py SCENARIO AFFIX_BINARY

Exit 0: it went well. On failure a picture of the screen is left in target/window-failures/.
"""
import json
import hashlib
import operator
import os
import random
import re
import shutil
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import closing
import instance
import managers
import menus
from desktop import App, Desktop, HERE, main, named, wait_for


class Stage:
    """A desktop, a home of its own, some files."""

    def __init__(self, affix):
        self.desktop = Desktop()
        self.affix = affix
        self.home = os.path.join(self.desktop.folder, "home")
        self.files = os.path.join(self.desktop.folder, "files")
        os.makedirs(self.files)
        os.makedirs(self.home)

    def write(self, name, content):
        path = os.path.join(self.files, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def photo(self, name, size="1600x1200"):
        path = os.path.join(self.files, name)
        subprocess.run(["convert", "-size", size, "plasma:tomato-steelblue", path], check=True)
        return path

    def settings(self, text):
        with open(os.path.join(self.home, "settings.toml"), "w", encoding="utf-8") as file:
            file.write(text)

    def settings_text(self):
        with open(os.path.join(self.home, "settings.toml"), encoding="utf-8") as file:
            return file.read()

    def read_json(self, *path):
        """A file that another program is about to write."""
        whole = os.path.join(self.home, *path)
        wait_for(f"the file {whole}", lambda: os.path.exists(whole))
        with open(whole, encoding="utf-8") as file:
            return json.load(file)

    def open(self, *files):
        return App(self.desktop, [self.affix, "--home", self.home, *files])

    def command(self, *words, **options):
        return subprocess.run([self.affix, "--home", self.home, *words], capture_output=True, text=True, **options)

    def close(self):
        self.command("sandbox", "--stop")
        self.desktop.close()


def same_bytes(link, path):
    with urllib.request.urlopen(link, timeout=30) as answer, open(path, "rb") as file:
        assert answer.read() == file.read(), f"{link} does not give the bytes of {path} back"


def done(app, *names):
    for name in names:
        app.find(named(f"^{re.escape(name)}, Done"))


def three_dropped_files(stage):
    """Start, drop three files, copy all links: they download the same bytes."""
    stage.settings("[uploads]\nauto_copy = false\n")
    app = stage.open()
    app.find("Add files", "push button")
    files = [stage.photo("harbour at dawn.jpg"), stage.write("Größe & mehr.txt", b"umlauts\n" * 500),
             stage.write("最终版.bin", os.urandom(300_000))]
    stage.desktop.drop(files)
    done(app, "harbour at dawn.jpg", "Größe & mehr.txt", "最终版.bin")
    app.click("Copy all links")
    text = wait_for("links on the clipboard", lambda: stage.desktop.clipboard())
    links = text.splitlines()
    assert len(links) == 3, text
    for link, path in zip(links, files):
        same_bytes(link, path)


def files_of_the_command_line(stage):
    """`affix FILE…` opens the window with the files uploaded, and the batch's links are copied once by themselves."""
    files = [stage.write("one.txt", b"1"), stage.write("two.txt", b"22")]
    app = stage.open(*files)
    done(app, "one.txt", "two.txt")
    text = wait_for("links on the clipboard", lambda: stage.desktop.clipboard())
    links = text.splitlines()
    assert len(links) == 2, text
    for link, path in zip(links, files):
        same_bytes(link, path)


def pasted_files(stage):
    """Ctrl+V of paths as file managers put them."""
    app = stage.open()
    app.find("Add files", "push button")
    path = stage.write("pasted file.txt", b"from the clipboard")
    stage.desktop.set_clipboard("file://" + path.replace(" ", "%20") + "\r\n")
    stage.desktop.key("ctrl+v")
    done(app, "pasted file.txt")


def own_clipboard(stage, *forms):
    """Another program has the clipboard, in these forms alone."""
    return stage.desktop.start("clipboard", [sys.executable, os.path.join(HERE, "clipboard_source.py"), *forms])


def pasted_forms(stage):
    """Ctrl+V of files in every form that file managers give them, and of a browser's picture."""
    app = stage.open()
    app.find("Add files", "push button")

    def uri(path, host=""):
        return "file://" + host + urllib.parse.quote(path)
    host = os.uname().nodename
    shapes = [
        lambda a, b: [f"text/uri-list={uri(a)}\r\n{uri(b)}\r\n"],
        lambda a, b: [f"text/uri-list={uri(a)}\n{uri(b)}\n"],
        lambda a, b: [f"text/uri-list=# by hand\r\n{uri(a, 'localhost')}\r\n{uri(b, host)}\r\n"],
        # GNOME's file managers, alone and with what they give beside it.
        lambda a, b: [f"x-special/gnome-copied-files=copy\n{uri(a)}\n{uri(b)}"],
        lambda a, b: [f"x-special/gnome-copied-files=cut\n{uri(a)}\n{uri(b)}", f"UTF8_STRING={a}\n{b}"],
        lambda a, b: [f"UTF8_STRING=x-special/nautilus-clipboard\ncopy\n{uri(a)}\n{uri(b)}\n"],
        # KDE's.
        lambda a, b: ["application/x-kde-cutselection=0", f"text/uri-list={uri(a)}\r\n{uri(b)}",
                      f"text/plain;charset=utf-8={uri(a)}\n{uri(b)}"],
    ]
    for number, shape in enumerate(shapes):
        names = [f"{number} Größe & 100%.txt", f"{number} 最终版 #.txt"]
        paths = [stage.write(name, name.encode()) for name in names]
        source = own_clipboard(stage, *shape(*paths))
        wait_for(lambda: f"the clipboard: {stage.desktop.log('clipboard')}",
                 lambda: stage.desktop.log("clipboard").count("owned") == number + 1)
        stage.desktop.key("ctrl+v")
        done(app, *names)
        source.terminate()
        source.wait()
    picture = stage.photo("from the web.png", "64x48")
    own_clipboard(stage, 'text/html=<img src="https://a.example/x.png">', f"image/png=@{picture}")
    wait_for("the clipboard", lambda: stage.desktop.log("clipboard").count("owned") == len(shapes) + 1)
    stage.desktop.key("ctrl+v")
    app.find(named("^pasted-.*[.]png, Done"))


def pasted_from_sandboxes(stage):
    """Ctrl+V of what sandboxed programs copied: a key for the portal, alone or beside paths that only they can open."""
    app = stage.open()
    app.find("Add files", "push button")
    beside = [[], ["text/uri-list=file:///run/flatpak/doc/f00/inside.txt\r\n"]]
    for number, forms in enumerate(beside):
        names = [f"{number} Größe & 100%.txt", f"{number} 最终版 #.txt"]
        portal = stage.desktop.start("portal", [sys.executable, os.path.join(HERE, "portal.py"), f"key {number}",
                                                *(stage.write(name, name.encode()) for name in names)])
        wait_for("the portal", lambda: stage.desktop.log("portal").count("serves") == number + 1)
        key = stage.write("key", f"key {number}\0".encode())
        source = own_clipboard(stage, f"application/vnd.portal.filetransfer=@{key}", *forms)
        wait_for("the clipboard", lambda: stage.desktop.log("clipboard").count("owned") == number + 1)
        stage.desktop.key("ctrl+v")
        done(app, *names)
        for process in (source, portal):
            process.terminate()
            process.wait()
    assert sorted(name_of(row)[0] for row in history(stage)) == ["0", "0", "1", "1"], "nothing else was taken"


def links_outlive_the_window(stage):
    """Links can be pasted after the window has gone, also of a program that was upgraded, until something else is
    copied."""
    program = os.path.join(stage.desktop.folder, "affix")
    shutil.copy2(stage.affix, program)
    app = App(stage.desktop, [program, "--home", stage.home, stage.write("one.txt", b"1")])
    done(app, "one.txt")
    links = wait_for("links on the clipboard", lambda: stage.desktop.clipboard())
    assert links.startswith("http"), links
    os.unlink(program)
    app.stop()
    assert len(stage.desktop.holders()) == 1, stage.desktop.holders()
    for _ in range(3):
        assert stage.desktop.clipboard() == links
    stage.desktop.set_clipboard("something else")
    wait_for("the end of who held them", lambda: not stage.desktop.holders())
    assert stage.desktop.clipboard() == "something else"
    # What is not ours any more is left alone.
    app = stage.open(stage.write("two.txt", b"22"))
    done(app, "two.txt")
    wait_for("links on the clipboard", lambda: (stage.desktop.clipboard() or "").startswith("http"))
    stage.desktop.set_clipboard("mine")
    app.stop()
    assert not stage.desktop.holders() and stage.desktop.clipboard() == "mine"


def links_end_with_the_screen(stage):
    """Who holds the links ends with the screen's server, also in a session like GNOME's: there is Wayland, without data
    control, so the clipboard is the X server's."""
    stage.desktop.environment["WAYLAND_DISPLAY"] = "wayland-nobody"
    app = stage.open(stage.write("one.txt", b"1"))
    done(app, "one.txt")
    links = wait_for("links on the clipboard", lambda: stage.desktop.clipboard())
    app.stop()
    assert len(stage.desktop.holders()) == 1 and stage.desktop.clipboard() == links
    stage.command("sandbox", "--stop")
    stage.desktop.screen.kill()
    wait_for("the end of who held them", lambda: not stage.desktop.holders(), patience=8)


def manager(stage, *kind):
    """Something that takes over what programs leave on the clipboard."""
    command = [sys.executable, os.path.join(HERE, "clipboard_source.py"), "--manager", *kind]
    process = stage.desktop.start("manager", command)
    turn = stage.desktop.managers = getattr(stage.desktop, "managers", 0) + 1
    wait_for("the manager", lambda: stage.desktop.log("manager").count("manages") == turn)
    return process


def links_go_to_the_manager(stage):
    """Where a clipboard manager takes over what programs leave, it is handed the links, and nobody else stays."""
    for turn, kind in enumerate(("waits", "at-once")):
        runs = manager(stage, kind)
        name = f"{kind}.txt"
        app = stage.open(stage.write(name, b"1"))
        done(app, name)
        links = wait_for("links on the clipboard", lambda: (stage.desktop.clipboard() or "").endswith(name)
                         and stage.desktop.clipboard())
        app.stop()
        wait_for(lambda: f"the manager to have them: {stage.desktop.log('manager')}",
                 lambda: stage.desktop.log("manager").count("owned") == turn + 1)
        wait_for("the end of who held them", lambda: not stage.desktop.holders())
        assert stage.desktop.clipboard() == links
        runs.terminate()
        runs.wait()


def held(stage, text, *words):
    """Has the text held, as a window does that ends, and waits for it."""
    said = os.path.exists(os.path.join(stage.desktop.folder, "holder.log")) and stage.desktop.log("holder").count("held")
    holder = stage.desktop.hold_clipboard(stage.affix, text, *words)
    wait_for("the text to be held", lambda: stage.desktop.log("holder").count("held") > said)
    return holder


def nothing_copied_is_lost(stage):
    """Neither is what the user copies overwritten, nor does what is held vanish when a manager does not take it."""
    stage.desktop.set_clipboard("mine")
    late = stage.desktop.hold_clipboard(stage.affix, "links")
    assert late.wait(20) != 0 and stage.desktop.clipboard() == "mine", "overwritten by who came too late"

    stage.desktop.set_clipboard("links")
    runs = manager(stage, "overtaken")
    holder = held(stage, "links")
    holder.wait(20)
    assert stage.desktop.clipboard() == "mine", "overwritten after the manager"
    runs.terminate()
    runs.wait()

    runs = manager(stage, "forgets")
    stage.desktop.set_clipboard("more links")
    holder = held(stage, "more links")
    wait_for("it to be offered", lambda: stage.desktop.log("manager").count("asked SAVE_TARGETS") == 2)
    wait_for("the manager to see it go", lambda: "nobody" in stage.desktop.log("manager"))
    wait_for("it to be there again", lambda: stage.desktop.clipboard() == "more links")
    assert holder.poll() is None
    runs.terminate()
    runs.wait()

    runs = manager(stage)
    gone = stage.desktop.log("manager").count("nobody")
    stage.desktop.set_clipboard("secret")
    holder = held(stage, "secret", "--secret")
    for _ in range(10):
        assert stage.desktop.clipboard() == "secret", "for a moment there was no clipboard"
    forms = ["UTF8_STRING", "text/plain;charset=utf-8", "image/png", "x-kde-passwordManagerHint"]
    many = subprocess.run([sys.executable, os.path.join(HERE, "clipboard_many.py"), *forms], check=True,
                          capture_output=True, env=stage.desktop.environment)
    assert json.loads(many.stdout) == dict(zip(forms, ["secret", "secret", None, "secret"])), many.stdout
    stage.desktop.set_clipboard("last")
    holder.wait(20)
    told = stage.desktop.log("manager")
    assert told.count("asked SAVE_TARGETS") == 2, "a secret was offered"
    assert told.count("nobody") == gone, "for a moment there was no clipboard"


def signed_links_and_a_manager(stage):
    """A manager is not offered what is not for histories, and it stays all the same."""
    manager(stage)
    gone = signed_links_are_marked(stage, lambda: stage.desktop.log("manager").count("nobody"))
    told = stage.desktop.log("manager")
    assert told.count("asked SAVE_TARGETS") == 1, "the first, which is no secret, and no other"
    assert told.count("nobody") == gone, "for a moment there was no clipboard"
    assert len(stage.desktop.holders()) == 1


def signed_links_are_marked(stage, before_the_end=lambda: None):
    """A link that opens its file to everybody until it expires is not for histories; others are."""
    stage.desktop.start("sandbox", [stage.affix, "--home", stage.home, "sandbox", "--add-profiles"])
    wait_for("the demo targets", lambda: os.path.exists(os.path.join(stage.home, "settings.toml"))
             and "Teable demo" in stage.settings_text())

    def kinds():
        answer = subprocess.run(["xclip", "-selection", "clipboard", "-o", "-t", "TARGETS"], capture_output=True,
                                text=True, env=stage.desktop.environment)
        return answer.stdout.split()
    mark = "x-kde-passwordManagerHint"
    app = stage.open(stage.write("open.txt", b"1"))
    done(app, "open.txt")
    wait_for("a link", lambda: (stage.desktop.clipboard() or "").startswith("http"))
    assert mark not in kinds(), "a link to be handed around"
    app.stop()
    stage.settings('default_profile = "Teable demo"\n' + stage.settings_text())
    app = stage.open(stage.write("signed.txt", b"22"))
    done(app, "signed.txt")
    wait_for(lambda: f"a marked link; there is {stage.desktop.clipboard()}, {kinds()}", lambda: mark in kinds())
    link = stage.desktop.clipboard()
    assert link.startswith("http"), link
    told = before_the_end()
    app.stop()
    assert mark in kinds() and stage.desktop.clipboard() == link, "nor afterwards"
    return told


def target_with_secret(stage):
    """A new target whose secret goes into the real keyring: filled in with keys, tested, saved, uploaded to."""
    stage.settings("[uploads]\nauto_copy = false\nask_first = true\n")
    stage.desktop.start("sandbox", [stage.affix, "--home", stage.home, "sandbox"])
    server = stage.read_json("sandbox", "server.json")
    token = stage.read_json("sandbox", "credentials.json")["teable_token"]
    app = stage.open()
    app.find("Drop files here")
    app.click("Targets")
    app.click("New target")
    app.click("Add Teable")
    app.enter("Name", "Team table")
    app.enter("API address", server["origin"] + "/teable/api")
    app.enter("Personal access token", token, role="password text")
    app.click("Test connection")
    app.find(named("(?i)token (was )?accepted|works|answered"))
    app.click("Save")
    wait_for("the target in the settings", lambda: "Team table" in stage.settings_text())
    assert token not in stage.settings_text(), "the secret is in the settings file"
    kept = subprocess.run(["secret-tool", "search", "--all", "service", f"affix@{stage.home}"], capture_output=True,
                          text=True, env=stage.desktop.environment)
    assert token in kept.stdout, f"the keyring does not have the secret: {kept.stdout}{kept.stderr}"
    app.click("Uploads")
    pick = app.find(named("^Upload to"))
    app.press(pick)
    app.click("Team table", role="radio menu item")
    path = stage.write("minutes of the meeting.txt", b"to be attached")
    stage.desktop.drop([path])
    # The first upload to a target that is not the sandbox.
    app.click("Upload")
    done(app, "minutes of the meeting.txt")
    row = json.loads(stage.command("history", "--json", "--limit", "1").stdout)
    assert row["profile"] == "Team table" and row["status"] == "done", row
    same_bytes(row["view_url"], path)


def sandbox_asks(stage, method, path, body=None):
    """One of the sandbox's control routes."""
    server = stage.read_json("sandbox", "server.json")
    request = urllib.request.Request(server["origin"] + path, method=method, data=json.dumps(body).encode(),
                                     headers={"Authorization": "Bearer " + server["token"]})
    urllib.request.urlopen(request, timeout=30).close()


def kept(stage):
    """The checksums of everything that the sandbox keeps, without what belongs to another object."""
    folder = os.path.join(stage.home, "sandbox", "files")
    facts = [json.load(open(os.path.join(folder, name), encoding="utf-8"))
             for name in os.listdir(folder) if name.endswith(".json")]
    return [fact["sha256"] for fact in facts if "belongs_to" not in fact["extra"]]


def killed_windows(stage):
    """The window is killed while it uploads, again and again: each start goes on by itself, and at last every file is
    there once, or says that it is not known."""
    kills = int(os.environ.get("AFFIX_KILLS") or 3)
    seed = int(os.environ.get("AFFIX_SEED") or random.randrange(1_000_000))
    print(f"{kills} kills of the window, AFFIX_SEED={seed}", file=sys.stderr)
    chance = random.Random(seed)
    stage.desktop.start("sandbox", [stage.affix, "--home", stage.home, "sandbox", "--add-profiles"])
    stage.read_json("sandbox", "server.json")
    wait_for("the demo targets", lambda: "Forum demo" in stage.settings_text())
    profiles = stage.settings_text()
    files = {}
    for number in range(kills):
        target, service = chance.choice([("Sandbox", "sandbox"), ("Forum demo", "forum"), ("Mixin demo", "mixin")])
        stage.settings(f'default_profile = "{target}"\n[uploads]\nauto_copy = false\n' + profiles)
        step = "bytes" if service == "mixin" else "upload"
        fault = chance.choice(["slow=2000000", "late-answer=400", "delay=300"])
        sandbox_asks(stage, "DELETE", "/_sandbox/faults")
        sandbox_asks(stage, "POST", "/_sandbox/faults", {"fault": fault, "service": service, "step": step})
        photos = [stage.photo(f"round {number} photo {photo}.jpg", "1200x900") for photo in range(5)]
        for path in photos:
            with open(path, "rb") as file:
                files[os.path.basename(path)] = (hashlib.sha256(file.read()).hexdigest(), path)
        # Goes on with what the window before it has left, and begins with these.
        app = stage.open(*photos)
        wait_for("the files in the database", lambda: len(history(stage)) == len(files))
        arrived = len(kept(stage)) + chance.randrange(4)
        wait_for("some to arrive", lambda: len(kept(stage)) >= min(arrived, len(files)))
        app.process.kill()
        app.process.wait()
    sandbox_asks(stage, "DELETE", "/_sandbox/faults")
    app = stage.open()
    ended(stage, app)
    rows = history(stage)
    assert len(rows) == len(files), f"{len(rows)} rows of {len(files)} files"
    objects = kept(stage)
    for row in rows:
        checksum, path = files[row["name"]]
        assert row["status"] in ("done", "unsure"), row
        if row["status"] == "unsure":
            assert row["service"] == "forum", row
        else:
            same_bytes(row["view_url"], path)
        there = objects.count(checksum)
        orphans = row["service"] == "mixin"
        assert there == 1 or (there == 0 and row["status"] == "unsure") or (there > 1 and orphans), (there, row)
    unsure = sum(row["status"] == "unsure" for row in rows)
    print(f"{kills} windows killed while they uploaded, {len(rows)} files: {len(rows) - unsure} done, {unsure} unsure, "
          f"{len(objects) - len(rows)} objects more", file=sys.stderr)


def history(stage):
    told = stage.command("history", "--json", "--limit", "1000").stdout
    return [json.loads(line) for line in told.splitlines()]


def ended(stage, app):
    """Waits until the window shows of each file how it ended, and nothing at work."""
    def all_ended():
        shown = {node.get_name() for node in app.all(named(r"\.jpg, "))}
        unended = [name for name in shown if not named(", (Done|Unsure)").search(name)]
        return len(shown) >= 5 and not unended and all(row["status"] in ("done", "unsure") for row in history(stage))
    wait_for(lambda: f"everything to end\n{app.tree()}", all_ended)


def looked_over(stage):
    """Files are looked at large, one is changed, all are sent: the copy has another name and no place in it, the
    user's own file is as it was."""
    stage.settings("[uploads]\nauto_copy = false\nlook_over = true\n")
    photo = stage.photo("harbour.jpg", "3000x2000")
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-GPSLatitude=48.8584", "-GPSLatitudeRef=N",
                    "-GPSLongitude=2.2945", "-GPSLongitudeRef=E", photo], check=True)
    with open(photo, "rb") as file:
        before = file.read()
    notes = stage.write("notes.txt", "".join(f"line {n}\n" for n in range(900)).encode())
    app = stage.open(photo, notes, stage.photo("other.png", "400x300"))
    app.find(named("^harbour.jpg, Paused"))
    app.mouse(named("^harbour.jpg, "))
    # A key that comes in the frame of the click is not for the list yet.
    app.find("Change before sending…")
    stage.desktop.key("space")
    app.find("Close preview")
    app.find(named(r"^3000 × 2000 · .* · 1 of 3$"))
    stage.desktop.key("1")
    app.find(named(r"· 100 % ·"))
    drag(stage, app.find("harbour.jpg", "image"), -150, -80)
    stage.desktop.key("plus")
    app.find(named(r"· 125 % ·"))
    stage.desktop.key("Page_Down")
    app.find(named(r"· 2 of 3$"))
    app.find(named("^line 0\nline 1\n"))
    app.find(named("^The first [0-9,]+ lines"))
    stage.desktop.key("Escape")
    wait_for("the preview to close", lambda: not app.all("Close preview"))
    app.mouse(named("^harbour.jpg, "))
    app.click("Change before sending…")
    app.find("Before sending", "dialog")
    app.find("48.8584° N, 2.2945° E")
    app.enter("Name", "by the sea.jpg")
    app.find(named("Location removed$"))
    app.click("Save")
    wait_for("the sheet to close", lambda: not app.all("Before sending", "dialog"))
    app.click("Send")
    done(app, "harbour.jpg", "notes.txt", "other.png")
    app.find("Location removed")
    app.find("by the sea.jpg")
    row = next(row for row in history(stage) if row["file"].endswith("harbour.jpg"))
    with urllib.request.urlopen(row["view_url"], timeout=30) as answer:
        sent = answer.read()
    told = subprocess.run(["exiftool", "-GPSLatitude", "-"], input=sent, capture_output=True, check=True)
    assert told.stdout == b"", told.stdout
    with open(photo, "rb") as file:
        assert file.read() == before, "the user's own file was changed"


def drag(stage, node, right, down):
    """Drags from a node's middle with the real pointer."""
    box = node.get_component_iface().get_extents(stage.desktop.atspi.CoordType.SCREEN)
    x, y = box.x + box.width // 2, box.y + box.height // 2
    stage.desktop.xdotool("mousemove", x, y, "mousedown", 1)
    for part in (1, 2, 3):
        stage.desktop.xdotool("mousemove", x + right * part // 3, y + down * part // 3)
    stage.desktop.xdotool("mouseup", 1)


def watched_folder(stage):
    """What is written slowly into the watched folder, or renamed from a browser's unfinished name, becomes links; a
    folder that goes is watched again when it is back, and what is there at a start stays as it is."""
    folder = os.path.join(stage.desktop.folder, "outbox")
    os.makedirs(folder)

    def put(name, content):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    put("old.txt", b"was there before")
    stage.settings(f"[uploads]\nauto_copy = false\n[watch]\nfolder = '{folder}'\n")
    app = watching(stage)
    taken = set()

    def taken_are(*names):
        """Waits for these, and for no others than those before."""
        taken.update(names)
        wait_for(lambda: f"{names}, there are {[name_of(row) for row in history(stage)]}",
                 lambda: {name_of(row) for row in history(stage)} >= taken)
        assert sorted(name_of(row) for row in history(stage)) == sorted(taken)
    for name, content in (("film.mp4.part", os.urandom(200_000)), (".hidden", b"1"), ("notes.txt~", b"2")):
        put(name, content)
    os.symlink("old.txt", os.path.join(folder, "link.txt"))
    with open(os.path.join(folder, "slow.bin"), "wb") as file:
        # What is put there after each part is taken first: the part has stood still for longer then, but is still open.
        for number in range(3):
            file.write(os.urandom(100_000))
            file.flush()
            put(f"witness {number}.txt", str(number).encode())
            taken_are(f"witness {number}.txt")
    taken_are("slow.bin")
    os.rename(os.path.join(folder, "film.mp4.part"), os.path.join(folder, "film.mp4"))
    taken_are("film.mp4")
    put("notes.txt", b"the backup of an editor beside it is in nobody's way")
    taken_are("notes.txt")
    burst = [f"burst {number}.txt" for number in range(20)]
    for name in burst:
        put(name, name.encode())
    taken_are(*burst)
    wait_for("their ends", lambda: all(row["status"] == "done" for row in history(stage)))
    rows = {name_of(row): row for row in history(stage)}
    for name, row in rows.items():
        same_bytes(row["view_url"], os.path.join(folder, name))
    assert len({rows[name]["batch"] for name in burst}) <= 2, "a burst is one batch, or two where the machine is slow"
    app.click("Uploads", role="push button")
    app.find(named("^burst .*, Done"))
    app.stop()

    put("meanwhile.txt", b"while nobody watched")
    app = watching(stage)
    put("after.txt", b"after the start")
    taken_are("after.txt")
    os.rename(folder, folder + " away")
    app.find(named("^The folder cannot be read"))
    os.makedirs(folder)
    app.find(named("^Watching"))
    put("back.txt", b"the folder is back")
    taken_are("back.txt")


def watching(stage):
    """A window that shows that it watches."""
    app = stage.open()
    app.click("Settings")
    app.click("Desktop", role="toggle button")
    app.find(named("^Watching"))
    return app


def watched_crowd(stage):
    """Ten thousand files at once: each is taken once, in few batches, and the window answers meanwhile."""
    many = int(os.environ.get("AFFIX_CROWD") or 10_000)
    folder = os.path.join(stage.desktop.folder, "outbox")
    os.makedirs(folder)
    # Held, so that it is the hand-over that is seen and not ten thousand uploads.
    stage.settings(f"[uploads]\nlook_over = true\nauto_copy = false\n[watch]\nfolder = '{folder}'\n")
    app = watching(stage)
    names = {f"{number}.txt" for number in range(many)}
    for name in names:
        with open(os.path.join(folder, name), "wb") as file:
            file.write(name.encode())
    app.find(f"Watching. {many:,} files were added since Affix was opened.")
    told = stage.command("history", "--json", "--limit", str(many * 2)).stdout
    rows = [json.loads(line) for line in told.splitlines()]
    assert len(rows) == many and {name_of(row) for row in rows} == names, len(rows)
    assert len({row["batch"] for row in rows}) <= 5, "batches"


def at_rest(stage):
    """A window with nothing to do sleeps: none of its threads wakes, when it has just opened and after uploads."""
    app = stage.open()
    app.find("Add files", "push button")
    sleeps(app)
    stage.desktop.drop([stage.photo("harbour.jpg"), stage.write("notes.txt", b"notes")])
    done(app, "harbour.jpg", "notes.txt")
    sleeps(app)


def wakes(pid):
    """How often each thread went to sleep or was put aside, by its number and name."""
    counts = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/status", encoding="utf-8") as file:
            fields = dict(line.rstrip("\n").split(":\t", 1) for line in file)
        counts[thread, fields["Name"]] = sum(int(fields[kind]) for kind in
                                             ("voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"))
    return counts


def sleeps(app):
    """Waits for five seconds in which no thread of the program runs."""
    seen = {"counts": wakes(app.process.pid), "since": time.monotonic(), "woke": []}

    def slept():
        counts = wakes(app.process.pid)
        if counts != seen["counts"]:
            woke = sorted(set(counts.items()) - set(seen["counts"].items()))
            seen.update(counts=counts, since=time.monotonic(), woke=[*seen["woke"], woke][-5:])
        return time.monotonic() - seen["since"] > 5

    wait_for(lambda: f"no thread to wake; these did: {seen['woke']}", slept, patience=60)


def name_of(row):
    return os.path.basename(row["file"])


SCENARIOS = {
    "at_rest": at_rest,
    "watched_folder": watched_folder,
    "watched_crowd": watched_crowd,
    "looked_over": looked_over,
    "killed_windows": killed_windows,
    "three_dropped_files": three_dropped_files,
    "files_of_the_command_line": files_of_the_command_line,
    "pasted_files": pasted_files,
    "pasted_forms": pasted_forms,
    "pasted_from_sandboxes": pasted_from_sandboxes,
    "links_outlive_the_window": links_outlive_the_window,
    "links_end_with_the_screen": links_end_with_the_screen,
    "links_go_to_the_manager": links_go_to_the_manager,
    "nothing_copied_is_lost": nothing_copied_is_lost,
    "signed_links_are_marked": signed_links_are_marked,
    "signed_links_and_a_manager": signed_links_and_a_manager,
    "target_with_secret": target_with_secret,
    "second_start": lambda stage: instance.handed_over(stage, history, done),
    "starts_at_once": lambda stage: instance.at_once(stage, history),
    "killed_and_started": lambda stage: instance.killed(stage, history, done),
    "launched": lambda stage: instance.launched(stage, done),
    "switched_entries": lambda stage: menus.switched(stage, done),
    "mended_entries": menus.mended,
    "dragged_from_thunar": lambda stage: managers.dragged(stage, history, same_bytes),
    "sent_by_thunar": lambda stage: managers.sent_to(stage, history, same_bytes),
    "hung_window": lambda stage: instance.hung(stage, history),
    "closed_into_background": lambda stage: closing.in_background(stage, history, sandbox_asks),
    "background_ends": lambda stage: closing.ends_by_itself(stage, history, sandbox_asks),
    "closed_paused": lambda stage: closing.paused(stage, history, sandbox_asks),
    "closed_minimised": lambda stage: closing.minimised(stage, history, sandbox_asks),
    "closed_stopped": lambda stage: closing.stopped(stage, history, sandbox_asks),
    "told_by_dunst": lambda stage: closing.told_by_dunst(stage, history, sandbox_asks),
    "notified": lambda stage: closing.links_copied(stage, history, sandbox_asks),
}


main(SCENARIOS, Stage, operator.attrgetter("desktop"))
