#!/usr/bin/python3
"""Has the clipboard of this X screen, as a file manager or browser has it (GTK 3): every form that it is told, and no
other. Says `owned` when it has it, `asked FORM` when somebody reads.

  /usr/bin/python3 clipboard_source.py FORM=TEXT… FORM=@FILE…

With --manager it is what takes over the clipboard of programs that end (freedesktop.org's ClipboardManager), once it is
nobody's, as GNOME's does. Others, by a second word: `at-once` does not wait for that, `forgets` reads and never takes,
while `overtaken` reads the user copies "mine". Also says `nobody` whenever nobody has the clipboard.
"""
import os, sys
os.environ["GDK_BACKEND"] = "x11"; os.environ["NO_AT_BRIDGE"] = "1"
import gi
gi.require_version("Gtk", "3.0"); gi.require_version("Gdk", "3.0")
from gi.repository import Gtk, Gdk
def say(*words): print(*words, flush=True)
def content(text):
    if text.startswith("@"):
        with open(text[1:], "rb") as file:
            return file.read()
    return text.encode()
widget = Gtk.Invisible()
CLIPBOARD = Gdk.SELECTION_CLIPBOARD

def own(forms):
    """Answers with these forms from now on."""
    Gtk.selection_clear_targets(widget, CLIPBOARD)
    for form in forms:
        Gtk.selection_add_target(widget, CLIPBOARD, Gdk.Atom.intern(form, False), 0)
    widget.forms = forms
    assert Gtk.selection_owner_set(widget, CLIPBOARD, Gdk.CURRENT_TIME)
    say("owned")

def give(_, selection, info, time):
    form = selection.get_target().name()
    say("asked", form)
    selection.set(selection.get_target(), 8, widget.forms[form])

saved = {}

def asked(_, event):
    """GTK answers SAVE_TARGETS by itself, with nothing; so it is answered before GTK sees it."""
    if event.target.name() != "SAVE_TARGETS":
        return False
    say("asked SAVE_TARGETS")
    clipboard = Gtk.Clipboard.get(CLIPBOARD)
    found, targets = clipboard.wait_for_targets()
    read = {target.name(): clipboard.wait_for_contents(target) for target in targets
            if target.name() not in ("TARGETS", "SAVE_TARGETS", "TIMESTAMP", "MULTIPLE")}
    saved.update((form, data.get_data()) for form, data in read.items() if data)
    if kind == "overtaken":
        own({"UTF8_STRING": b"mine"})
    elif kind == "at-once":
        own(saved)
    Gdk.selection_send_notify(event.requestor, event.selection, event.target, event.property, event.time)
    return True

def changed(_, event):
    if event.reason == Gdk.OwnerChange.NEW_OWNER and event.owner:
        return
    say("nobody")
    if saved and kind == "waits":
        own(saved)

widget.connect("selection-get", give)
widget.connect("selection-request-event", asked)
if sys.argv[1:2] == ["--manager"]:
    kind = (sys.argv[2:] or ["waits"])[0]
    watched = Gtk.Clipboard.get(CLIPBOARD)
    watched.connect("owner-change", changed)
    manager = Gdk.Atom.intern("CLIPBOARD_MANAGER", False)
    assert Gtk.selection_owner_set(widget, manager, Gdk.CURRENT_TIME)
    say("manages")
else:
    own({form: content(text) for form, text in (word.split("=", 1) for word in sys.argv[1:])})
Gtk.main()
