#!/usr/bin/env python3
"""Packs the PNGs of assets/icon into the icon files of Windows and macOS. Both are lists of PNGs with a head.

usage: packaging/icons.py FILE.ico|FILE.icns

ICO   https://learn.microsoft.com/en-us/previous-versions/ms997538(v=msdn.10); PNG inside since Windows Vista
ICNS  https://en.wikipedia.org/wiki/Apple_Icon_Image_format
"""
import pathlib
import struct
import sys

ICONS = pathlib.Path(__file__).resolve().parent.parent / "assets" / "icon"

# The side in pixels of each type; twice where the doubled size of a smaller one has a type of its own.
ICNS_TYPES = [("icp4", 16), ("icp5", 32), ("icp6", 64), ("ic07", 128), ("ic08", 256), ("ic09", 512),
              ("ic11", 32), ("ic12", 64), ("ic13", 256), ("ic14", 512)]


def png(side):
    return (ICONS / f"affix-{side}.png").read_bytes()


def ico(sides=(16, 24, 32, 48, 64, 128, 256)):
    head = struct.pack("<HHH", 0, 1, len(sides))
    at = len(head) + 16 * len(sides)
    entries, pictures = b"", b""
    for side in sides:
        picture = png(side)
        # One byte a side: 256 is written as 0.
        entries += struct.pack("<BBBBHHII", side % 256, side % 256, 0, 0, 1, 32, len(picture), at + len(pictures))
        pictures += picture
    return head + entries + pictures


def icns():
    parts = b""
    for kind, side in ICNS_TYPES:
        picture = png(side)
        parts += kind.encode() + struct.pack(">I", len(picture) + 8) + picture
    return b"icns" + struct.pack(">I", len(parts) + 8) + parts


def main():
    target = pathlib.Path(sys.argv[1])
    target.write_bytes({".ico": ico, ".icns": icns}[target.suffix]())


main()
