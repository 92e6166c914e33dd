#!/usr/bin/python3
"""A drag source that speaks Wayland alone (GTK 3): a window `dragsrc` to drag the files from; says what happens.

  /usr/bin/python3 wayland_source.py FILE...
"""
import pathlib, sys
import gi
gi.require_version("Gtk", "3.0"); gi.require_version("Gdk", "3.0")
from gi.repository import Gtk, Gdk
def say(*words): print(*words, flush=True)
uris = [pathlib.Path(file).absolute().as_uri() for file in sys.argv[1:]]
window = Gtk.Window(title="dragsrc")
box = Gtk.EventBox(); box.add(Gtk.Label(label="drag")); window.add(box)
box.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
box.drag_source_add_uri_targets()
def begun(_, context):
    context.connect("action-changed", lambda _, action: say("action", *action.value_nicks))
    say("drag-begin")
box.add_events(Gdk.EventMask.ENTER_NOTIFY_MASK)
box.connect("enter-notify-event", lambda *_: say("enter"))
box.connect("button-press-event", lambda *_: say("press"))
box.connect("drag-begin", begun)
box.connect("drag-data-get", lambda _, context, data, info, time: (data.set_uris(uris), say("data-get")))
box.connect("drag-failed", lambda _, context, why: (say("drag-failed", why.value_nick), True)[1])
def ended(*_): say("drag-end"); Gtk.main_quit()
box.connect("drag-end", ended)
window.connect("destroy", Gtk.main_quit)
window.show_all()
Gtk.main()
