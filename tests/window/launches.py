#!/usr/bin/python3
"""A launcher that starts programs and watches until their starts are over, with libstartup-notification, which window
managers use; and what programs ask the window manager to bring to the front.

  /usr/bin/python3 launches.py FILE STARTS

Writes a line of JSON each into FILE: at first {"begun": token} for each of STARTS starts, then {"over": token} and
{"front": window, "source": 1 or 2, "time": ms}.
"""
import ctypes
import json
import sys

CLIENT_MESSAGE, PROPERTY_NOTIFY = 33, 28
SUBSTRUCTURE_NOTIFY, PROPERTY_CHANGE = 1 << 19, 1 << 22
OVER = 1

x11 = ctypes.CDLL("libX11.so.6")
starts = ctypes.CDLL("libstartup-notification-1.so.0")
POINTER, LONG, TEXT = ctypes.c_void_p, ctypes.c_ulong, ctypes.c_char_p
TRAP = ctypes.CFUNCTYPE(None, POINTER, POINTER)
HEARD = ctypes.CFUNCTYPE(None, POINTER, POINTER)


def of(library, name, answer, *arguments):
    function = getattr(library, name)
    function.restype, function.argtypes = answer, arguments
    return function


open_display = of(x11, "XOpenDisplay", POINTER, TEXT)
default_root = of(x11, "XDefaultRootWindow", LONG, POINTER)
select_input = of(x11, "XSelectInput", ctypes.c_int, POINTER, LONG, ctypes.c_long)
next_event = of(x11, "XNextEvent", ctypes.c_int, POINTER, POINTER)
intern = of(x11, "XInternAtom", LONG, POINTER, TEXT, ctypes.c_int)
change_property = of(x11, "XChangeProperty", ctypes.c_int, POINTER, LONG, LONG, LONG, ctypes.c_int, ctypes.c_int, TEXT,
                     ctypes.c_int)
new_display = of(starts, "sn_display_new", POINTER, POINTER, TRAP, TRAP)
process = of(starts, "sn_display_process_event", ctypes.c_int, POINTER, POINTER)
new_monitor = of(starts, "sn_monitor_context_new", POINTER, POINTER, ctypes.c_int, HEARD, POINTER, POINTER)
kind_of = of(starts, "sn_monitor_event_get_type", ctypes.c_int, POINTER)
sequence_of = of(starts, "sn_monitor_event_get_startup_sequence", POINTER, POINTER)
id_of = of(starts, "sn_startup_sequence_get_id", TEXT, POINTER)
new_launch = of(starts, "sn_launcher_context_new", POINTER, POINTER, ctypes.c_int)
begin = of(starts, "sn_launcher_context_initiate", None, POINTER, TEXT, TEXT, LONG)
token_of = of(starts, "sn_launcher_context_get_startup_id", TEXT, POINTER)


class Event(ctypes.Structure):
    """XClientMessageEvent and XPropertyEvent, as far as they are read here, in the room of an XEvent."""
    _fields_ = [("type", ctypes.c_int), ("serial", LONG), ("sent", ctypes.c_int), ("display", POINTER),
                ("window", LONG), ("atom", LONG), ("format_or_time", LONG), ("words", ctypes.c_long * 17)]


class Watch:
    def __init__(self, path, count):
        self.path = path
        self.server = open_display(None)
        self.root = default_root(self.server)
        self.event = Event()
        nothing = TRAP(lambda *_: None)
        self.heard = HEARD(self.on_heard)
        self.kept = nothing
        self.display = new_display(self.server, nothing, nothing)
        self.monitor = new_monitor(self.display, 0, self.heard, None, None)
        select_input(self.server, self.root, SUBSTRUCTURE_NOTIFY | PROPERTY_CHANGE)
        self.front = intern(self.server, b"_NET_ACTIVE_WINDOW", 0)
        now = self.time()
        self.launches = [new_launch(self.display, 0) for _ in range(count)]
        for number, launch in enumerate(self.launches):
            begin(launch, b"launches.py", b"affix", now + number)
            self.write(begun=token_of(launch).decode())

    def time(self):
        """The server's, told with a change of a property."""
        name = intern(self.server, b"AFFIX_TEST_TIME", 0)
        change_property(self.server, self.root, name, name, 8, 0, b"", 0)
        while True:
            next_event(self.server, ctypes.byref(self.event))
            if self.event.type == PROPERTY_NOTIFY and self.event.atom == name:
                return self.event.format_or_time

    def run(self):
        while True:
            next_event(self.server, ctypes.byref(self.event))
            if self.event.type == CLIENT_MESSAGE and self.event.atom == self.front:
                self.write(front=self.event.window, source=self.event.words[0], time=self.event.words[1])
            process(self.display, ctypes.byref(self.event))

    def on_heard(self, event, _data):
        if kind_of(event) == OVER:
            self.write(over=id_of(sequence_of(event)).decode())

    def write(self, **facts):
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(facts) + "\n")


Watch(sys.argv[1], int(sys.argv[2])).run()
