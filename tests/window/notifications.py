#!/usr/bin/python3
"""A notification service that writes down what it is asked to show, a JSON line each, and presses what it is told to.

  /usr/bin/python3 notifications.py FILE

Its own method `test.Press(u id, s action)` presses. It follows the specification of freedesktop.org, version 1.2:
https://specifications.freedesktop.org/notification-spec/latest/
"""
import json
import sys

import gi
gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"

INTERFACE = Gio.DBusNodeInfo.new_for_xml("""
<node>
  <interface name="org.freedesktop.Notifications">
    <method name="GetCapabilities"><arg type="as" direction="out"/></method>
    <method name="GetServerInformation">
      <arg type="s" direction="out"/><arg type="s" direction="out"/><arg type="s" direction="out"/>
      <arg type="s" direction="out"/>
    </method>
    <method name="Notify">
      <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
      <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
      <arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/>
    </method>
    <method name="CloseNotification"><arg type="u" direction="in"/></method>
    <method name="Press"><arg type="u" direction="in"/><arg type="s" direction="in"/></method>
    <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
    <signal name="ActivationToken"><arg type="u"/><arg type="s"/></signal>
    <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
  </interface>
</node>""").interfaces[0]


class Service:
    def __init__(self, path):
        self.path = path
        self.last = 0
        self.loop = GLib.MainLoop()
        Gio.bus_own_name(Gio.BusType.SESSION, NAME, Gio.BusNameOwnerFlags.NONE, self.on_bus, None,
                         lambda *_: self.loop.quit())

    def on_bus(self, connection, _name):
        self.connection = connection
        connection.register_object(PATH, INTERFACE, self.on_call, None, None)
        connection.signal_subscribe(None, "com.canonical.Unity.LauncherEntry", "Update", None, None,
                                    Gio.DBusSignalFlags.NONE, self.on_progress)

    def on_call(self, _connection, _sender, _path, _interface, method, arguments, invocation):
        given = arguments.unpack()
        answer = None
        if method == "GetCapabilities":
            answer = GLib.Variant("(as)", (["actions", "body", "body-markup"],))
        elif method == "GetServerInformation":
            answer = GLib.Variant("(ssss)", ("recorder", "affix", "1", "1.2"))
        elif method == "Notify":
            self.last += 1
            self.write(id=self.last, summary=given[3], body=given[4], actions=given[5], hints=given[6], icon=given[2])
            answer = GLib.Variant("(u)", (self.last,))
        elif method == "Press":
            self.emit("ActivationToken", "(us)", (given[0], "a-token"))
            self.emit("ActionInvoked", "(us)", given)
            self.emit("NotificationClosed", "(uu)", (given[0], 2))
        elif method == "CloseNotification":
            self.emit("NotificationClosed", "(uu)", (given[0], 3))
        invocation.return_value(answer)

    def on_progress(self, _connection, _sender, _path, _interface, _signal, arguments):
        entry, facts = arguments.unpack()
        self.write(entry=entry, **facts)

    def emit(self, name, kind, values):
        self.connection.emit_signal(None, PATH, NAME, name, GLib.Variant(kind, values))

    def write(self, **facts):
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(facts) + "\n")


Service(sys.argv[1]).loop.run()
