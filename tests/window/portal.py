#!/usr/bin/python3
"""The session's portal as far as copied files go (org.freedesktop.portal.FileTransfer): tells the files for the key,
once. Says `serves` when it is there, `asked KEY`.

  /usr/bin/python3 portal.py KEY FILE...
"""
import sys
from gi.repository import Gio, GLib
key, *files = sys.argv[1:]
left = {key: files}
INTERFACE = """<node><interface name="org.freedesktop.portal.FileTransfer"><method name="RetrieveFiles">
<arg type="s" name="key" direction="in"/><arg type="a{sv}" name="options" direction="in"/>
<arg type="as" name="files" direction="out"/></method></interface></node>"""
def say(*words): print(*words, flush=True)

def call(connection, sender, path, interface, method, arguments, invocation):
    wanted, options = arguments.unpack()
    say("asked", wanted)
    found = left.pop(wanted, None)
    if found is None:
        invocation.return_dbus_error("org.freedesktop.DBus.Error.AccessDenied", "Invalid transfer")
    else:
        invocation.return_value(GLib.Variant("(as)", (found,)))

def there(connection, name):
    described = Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces[0]
    connection.register_object("/org/freedesktop/portal/documents", described, call, None, None)

Gio.bus_own_name(Gio.BusType.SESSION, "org.freedesktop.portal.Documents", Gio.BusNameOwnerFlags.NONE, there,
                 lambda *_: say("serves"), lambda *_: sys.exit("the name is taken"))
GLib.MainLoop().run()
