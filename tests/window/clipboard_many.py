#!/usr/bin/python3
"""Reads several forms of this X screen's clipboard at once (ICCCM 2.6.2, MULTIPLE), as GNOME's manager does, and tells
them as JSON: the text of each, or null for what was not given.

  /usr/bin/python3 clipboard_many.py FORM…
"""
import ctypes, json, signal, sys
x = ctypes.CDLL("libX11.so.6")
x.XOpenDisplay.restype = ctypes.c_void_p
x.XInternAtom.restype = x.XCreateSimpleWindow.restype = x.XDefaultRootWindow.restype = ctypes.c_ulong
SELECTION_NOTIFY, ANY = 31, 0
signal.alarm(20)
display = ctypes.c_void_p(x.XOpenDisplay(None))
root = ctypes.c_ulong(x.XDefaultRootWindow(display))
window = ctypes.c_ulong(x.XCreateSimpleWindow(display, root, 0, 0, 1, 1, 0, 0, 0))

def atom(name):
    return ctypes.c_ulong(x.XInternAtom(display, name.encode(), 0))

def read(place):
    """The property's numbers or bytes."""
    kind, bits = ctypes.c_ulong(), ctypes.c_int()
    count, left, data = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_void_p()
    x.XGetWindowProperty(display, window, place, ctypes.c_long(0), ctypes.c_long(1 << 20), 0, ctypes.c_ulong(ANY),
                         ctypes.byref(kind), ctypes.byref(bits), ctypes.byref(count), ctypes.byref(left),
                         ctypes.byref(data))
    if bits.value == 32:
        return list(ctypes.cast(data, ctypes.POINTER(ctypes.c_ulong))[:count.value])
    return ctypes.string_at(data, count.value)

forms = sys.argv[1:]
pairs = [one.value for number, form in enumerate(forms) for one in (atom(form), atom(f"PLACE_{number}"))]
list_place = atom("LIST")
x.XChangeProperty(display, window, list_place, atom("ATOM_PAIR"), 32, 0, (ctypes.c_ulong * len(pairs))(*pairs), len(pairs))
x.XConvertSelection(display, atom("CLIPBOARD"), atom("MULTIPLE"), list_place, window, ctypes.c_ulong(0))
event = (ctypes.c_long * 24)()
while ctypes.cast(event, ctypes.POINTER(ctypes.c_int))[0] != SELECTION_NOTIFY:
    x.XNextEvent(display, event)
places = read(list_place)[1::2]
found = [read(ctypes.c_ulong(place)).decode() if place else None for place in places]
print(json.dumps(dict(zip(forms, found))))
