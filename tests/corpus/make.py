#!/usr/bin/env python3
"""Makes the corpus of corrupt, mislabelled and hostile files: `make.py FOLDER`.

The same files every time. `ffmpeg` makes the healthy ones that the others are broken from; the rest is written here.
The seeds of the fuzz targets are made from it as well (`scripts/fuzz`).
"""

import os
import random
import struct
import subprocess
import sys
import zlib

OUT = sys.argv[1]
os.makedirs(OUT, exist_ok=True)
RANDOM = random.Random(5)


def put(name, data):
    with open(os.path.join(OUT, name), "wb") as file:
        file.write(data)


def ffmpeg(name, arguments):
    path = os.path.join(OUT, name)
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", "-fflags", "+bitexact", *arguments.split(), "-flags", "+bitexact", path],
        check=True,
    )
    with open(path, "rb") as file:
        return file.read()


def cut(stem, end, data, places=(1, 4, 16, 40, 120)):
    """Truncated at many places."""
    for place in places:
        put(f"{stem}-cut-{place}.{end}", data[:place])
    for tenths in (3, 5, 9):
        put(f"{stem}-cut-{tenths}-tenths.{end}", data[: len(data) * tenths // 10])


def rotten(stem, end, data, count=4, spare=0):
    """Bytes changed here and there."""
    for nth in range(count):
        broken = bytearray(data)
        for _ in range(max(2, len(data) // 400)):
            broken[RANDOM.randrange(spare, len(data))] = RANDOM.randrange(256)
        put(f"{stem}-rotten-{nth}.{end}", bytes(broken))


def be32(n):
    return struct.pack(">I", n & 0xFFFFFFFF)


def le32(n):
    return struct.pack("<I", n & 0xFFFFFFFF)


def segment(kind, body):
    return bytes([0xFF, kind]) + struct.pack(">H", len(body) + 2) + body


# JPEG
def ifd(entries, following=0):
    body = struct.pack("<H", len(entries))
    for tag, kind, count, value in entries:
        body += struct.pack("<HHII", tag, kind, count, value)
    return body + le32(following)


def exif(tiff):
    return segment(0xE1, b"Exif\0\0" + tiff)


def jpegs():
    clip = "-f lavfi -i testsrc2=size=320x180 -frames:v 1"
    whole = ffmpeg("whole.jpg", clip + " -q:v 3")
    cut("jpeg", "jpg", whole)
    rotten("jpeg", "jpg", whole, spare=2)
    size = whole.index(b"\xff\xc0")
    for name, (height, width) in {"huge": (65500, 65500), "wide": (1, 65535), "none": (0, 180), "no-width": (180, 0)}.items():
        put(f"jpeg-{name}.jpg", whole[: size + 5] + struct.pack(">HH", height, width) + whole[size + 9 :])
    huffman = whole.index(b"\xff\xc4")
    put("jpeg-huffman.jpg", whole[: huffman + 5] + b"\xff" * 16 + whole[huffman + 21 :])
    put("jpeg-no-tables.jpg", whole[:huffman] + whole[whole.index(b"\xff\xda") :])
    put("jpeg-components.jpg", whole[: size + 9] + b"\xff" + whole[size + 10 :])
    # Progressive: the same scan of nothing some thousand times, on a picture that is not small.
    quantum = segment(0xDB, b"\0" + b"\1" * 64)
    table = segment(0xC4, b"\0" + b"\1" + b"\0" * 15 + b"\0") + segment(0xC4, b"\x10" + b"\1" + b"\0" * 15 + b"\0")
    for name, side, scans in (("scans", 4000, 5000), ("huge-scans", 20000, 200)):
        frame = segment(0xC2, struct.pack(">BHHB", 8, side, side, 1) + b"\1\x11\0")
        scan = segment(0xDA, b"\1\1\0" + b"\0\0\0")
        refine = segment(0xDA, b"\1\1\0" + b"\1\x3f\0") + b"\0\0"
        put(f"jpeg-{name}.jpg", b"\xff\xd8" + quantum + table + frame + scan + b"\0" * 64 + refine * scans + b"\xff\xd9")
    own = ifd([(0x8769, 4, 1, 8), (0x8825, 4, 1, 8)], 8)
    wild = ifd([(0x10F, 2, 0xFFFFFFF0, 0xFFFFFFF0), (0x201, 4, 1, 0x7FFFFFFF), (0x202, 4, 1, 0xFFFFFFFF), (0x112, 3, 1, 99)], 0xFFFFFFF0)
    many = struct.pack("<H", 65535) + b"\x12\x01\x03\0\xff\xff\xff\xff\0\0\0\0" * 4000
    gps = ifd([(0x8825, 4, 1, 26)]) + ifd([(1, 2, 2, 0x4E), (2, 5, 3, 0xFFFFFF00), (4, 5, 3, 60)])
    for name, tiff in {"cycle": own, "wild": wild, "many": many, "gps": gps, "short": b"", "first": None}.items():
        head = b"II*\0" + le32(0xFFFFFFFF if tiff is None else 8)
        put(f"jpeg-exif-{name}.jpg", whole[:2] + exif(head + (tiff or b"")) + whole[2:])
    put("jpeg-exif-itself.jpg", whole[:2] + exif(b"II*\0\x08\0\0\0" + ifd([(0x201, 4, 1, 0), (0x202, 4, 1, 65535)], 8) + whole[:200]) + whole[2:])
    mpf = b"MPF\0II*\0\x08\0\0\0" + ifd([(0xB000, 7, 4, 0x30303130), (0xB001, 4, 1, 0xFFFFFFFF), (0xB002, 7, 0xFFFFFFF0, 50)])
    put("jpeg-mpf.jpg", whole[:2] + segment(0xE2, mpf + b"\xff" * 64) + whole[2:])
    icc = segment(0xE2, b"ICC_PROFILE\0\1\xff" + b"\xff" * 60000)
    put("jpeg-icc.jpg", whole[:2] + icc * 40 + whole[2:])
    put("jpeg-fill.jpg", b"\xff\xd8" + b"\xff" * 200_000)
    put("jpeg-comments.jpg", b"\xff\xd8" + segment(0xFE, b"") * 100_000 + whole[2:])
    put("jpeg-xmp.jpg", whole[:2] + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta " + b"<a " * 20000) + whole[2:])
    put("jpeg-restarts.jpg", whole[:-2] + b"\xff\xd0\xff\xd1" * 50_000 + whole[-2:])


# PNG
PNG = b"\x89PNG\r\n\x1a\n"


def chunk(kind, body, crc=None, length=None):
    right = zlib.crc32(kind + body)
    return be32(len(body) if length is None else length) + kind + body + be32(right if crc is None else crc)


def ihdr(width, height, depth=8, color=2, interlace=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace))


def zeros(count):
    packer, out = zlib.compressobj(9), []
    block = b"\0" * (1 << 20)
    while count > 0:
        out.append(packer.compress(block[: min(count, len(block))]))
        count -= len(block)
    return b"".join(out) + packer.flush()


def pngs():
    end = chunk(b"IEND", b"")
    whole = ffmpeg("whole.png", "-f lavfi -i testsrc2=size=320x180 -frames:v 1 -pix_fmt rgb24")
    cut("png", "png", whole)
    rotten("png", "png", whole, spare=33)
    put("png-bomb.png", PNG + ihdr(30000, 30000, 1, 0) + chunk(b"IDAT", zeros(30000 * 3751)) + end)
    put("png-bomb-interlaced.png", PNG + ihdr(12000, 12000, 8, 0, 1) + chunk(b"IDAT", zeros(12000 * 12010)) + end)
    put("png-tall.png", PNG + ihdr(1, 2**31 - 1, 1, 0) + chunk(b"IDAT", zeros(1 << 24)) + end)
    put("png-wide.png", PNG + ihdr(2**31 - 1, 1, 8, 6) + chunk(b"IDAT", zeros(1 << 20)) + end)
    put("png-huge.png", PNG + ihdr(65000, 65000) + chunk(b"IDAT", zeros(1 << 16)) + end)
    put("png-none.png", PNG + ihdr(0, 0) + chunk(b"IDAT", zeros(10)) + end)
    put("png-depth.png", PNG + ihdr(10, 10, 16, 3) + chunk(b"IDAT", zeros(500)) + end)
    put("png-crc.png", PNG + chunk(b"IHDR", struct.pack(">IIBBBBB", 10, 10, 8, 2, 0, 0, 0), crc=1) + chunk(b"IDAT", zeros(310), crc=2) + end)
    put("png-icc.png", PNG + ihdr(10, 10) + chunk(b"iCCP", b"a\0\0" + zeros(200 << 20)) + chunk(b"IDAT", zeros(310)) + end)
    put("png-text.png", PNG + ihdr(10, 10) + chunk(b"zTXt", b"a\0\0" + zeros(200 << 20)) + chunk(b"iTXt", b"a\0\1\0\0\0" + zeros(100 << 20)) + chunk(b"IDAT", zeros(310)) + end)
    put("png-length.png", PNG + ihdr(10, 10) + chunk(b"tEXt", b"a\0b", length=2**31) + chunk(b"IDAT", zeros(310)) + end)
    put("png-length-max.png", PNG + ihdr(10, 10) + chunk(b"IDAT", zeros(310), length=2**32 - 1))
    put("png-palette.png", PNG + ihdr(10, 10, 8, 3) + chunk(b"PLTE", b"\1\2\3") + chunk(b"IDAT", zlib.compress(b"\0" + b"\xff" * 10)) + end)
    put("png-chunks.png", PNG + ihdr(10, 10) + chunk(b"tEXt", b"a\0b") * 100_000 + chunk(b"IDAT", zeros(310)) + end)
    put("png-exif.png", PNG + ihdr(10, 10) + chunk(b"eXIf", b"II*\0\x08\0\0\0" + ifd([(0x8825, 4, 1, 8)], 8)) + chunk(b"IDAT", zeros(310)) + end)

    def apng(frames, width=10, height=10, told=None, sequence=None, delay=0):
        body = PNG + ihdr(10, 10) + chunk(b"acTL", struct.pack(">II", frames if told is None else told, 0))
        at = 0
        for nth in range(frames):
            body += chunk(b"fcTL", struct.pack(">IIIIIHHBB", at, width, height, 0, 0, delay, 0, nth % 4, nth % 3))
            at += 1
            data = zeros(310)
            body += chunk(b"IDAT", data) if nth == 0 else chunk(b"fdAT", be32(sequence if sequence is not None else at) + data)
            at += nth > 0
        return body + end

    put("apng-whole.png", apng(3))
    put("apng-many.png", apng(20_000))
    put("apng-lies.png", apng(2, told=2**32 - 1))
    put("apng-none.png", apng(2, told=0))
    put("apng-large.png", apng(3, width=60000, height=60000))
    put("apng-sequence.png", apng(3, sequence=77))


# GIF
def gifs():
    whole = ffmpeg("whole.gif", "-f lavfi -i testsrc2=size=160x90:rate=5 -t 1")
    cut("gif", "gif", whole)
    rotten("gif", "gif", whole, spare=13)

    def gif(width, height, frames, frame=(10, 10), at=(0, 0), data=b"\x02\x02\x4c\x01\0"):
        head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
        one = b"\x21\xf9\x04\x04\0\0\0\0" + b"," + struct.pack("<HHHHB", *at, *frame, 0) + data
        return head + one * frames + b";"

    put("gif-frames.gif", gif(10, 10, 100_000))
    put("gif-large-frames.gif", gif(65535, 65535, 200, (65535, 65535)))
    put("gif-small-frames-on-large.gif", gif(20000, 20000, 500, (1, 1)))
    put("gif-none.gif", gif(0, 0, 3, (0, 0)))
    put("gif-frame-none.gif", gif(10, 10, 100, (0, 0)))
    put("gif-outside.gif", gif(10, 10, 3, (10, 10), (65000, 65000)))
    put("gif-code-size.gif", gif(10, 10, 3, data=b"\xff\x02\x4c\x01\0"))
    put("gif-lzw.gif", gif(500, 500, 3, (500, 500), data=b"\x08" + (b"\xff" + b"\xff" * 255) * 400 + b"\0"))
    put("gif-comments.gif", b"GIF89a\x0a\0\x0a\0\0\0\0" + (b"\x21\xfe\x01a\0") * 100_000 + b";")
    put("gif-endless.gif", b"GIF89a\x0a\0\x0a\0\0\0\0\x21\xfe" + b"\1a" * 500_000)


# WebP
def webps():
    whole = ffmpeg("whole.webp", "-f lavfi -i testsrc2=size=160x90 -frames:v 1 -c:v libwebp")
    lossless = ffmpeg("lossless.webp", "-f lavfi -i testsrc2=size=160x90 -frames:v 1 -c:v libwebp -lossless 1")
    moving = ffmpeg("moving.webp", "-f lavfi -i testsrc2=size=160x90:rate=5 -t 1 -c:v libwebp_anim")
    for stem, data in (("webp", whole), ("webp-lossless", lossless), ("webp-moving", moving)):
        cut(stem, "webp", data)
        rotten(stem, "webp", data, spare=12)

    def riff(body):
        return b"RIFF" + le32(len(body) + 4) + b"WEBP" + body

    def part(kind, body, length=None):
        return kind + le32(len(body) if length is None else length) + body + b"\0" * (len(body) % 2)

    size = b"\xff\xff\xff"
    put("webp-vp8x-huge.webp", riff(part(b"VP8X", b"\x10\0\0\0" + size + size) + whole[12:]))
    put("webp-vp8x-lies.webp", riff(part(b"VP8X", b"\x3e\0\0\0" + b"\x01\0\0\x01\0\0") + whole[12:]))
    anmf = part(b"ANMF", b"\xff\xff\xff" * 2 + size + size + b"\0\0\0\0" + whole[12:])
    put("webp-anim-lies.webp", riff(part(b"VP8X", b"\x02\0\0\0" + size + size) + part(b"ANIM", b"\0" * 6) + anmf * 100))
    small = part(b"ANMF", b"\0" * 6 + b"\x9f\0\0\x59\0\0" + b"\0\0\0\0" + whole[12:])
    put("webp-anim-many.webp", riff(part(b"VP8X", b"\x02\0\0\0" + b"\x9f\0\0\x59\0\0") + part(b"ANIM", b"\0" * 6) + small * 500))
    put("webp-length.webp", b"RIFF\xff\xff\xff\xffWEBP" + part(b"VP8 ", whole[20:], length=0xFFFFFFFF))
    put("webp-exif.webp", riff(part(b"VP8X", b"\x0c\0\0\0" + b"\x9f\0\0\x59\0\0") + whole[12:] + part(b"EXIF", b"II*\0\x08\0\0\0" + ifd([(0x8825, 4, 1, 8)], 8)) + part(b"XMP ", b"<x" * 5000)))


# BMP, TIFF, ICO, QOI
def bitmaps():
    whole = ffmpeg("whole.bmp", "-f lavfi -i testsrc2=size=64x36 -frames:v 1")
    cut("bmp", "bmp", whole)
    rotten("bmp", "bmp", whole, spare=2)

    def bmp(width, height, bits, compression, data, header=40, colors=0):
        info = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, compression, len(data), 0, 0, colors, 0)
        return b"BM" + le32(54 + len(data)) + b"\0\0\0\0" + le32(54) + info + data

    put("bmp-upside.bmp", bmp(10, -10, 24, 0, b"\1" * 320))
    put("bmp-lowest.bmp", bmp(10, -(2**31), 24, 0, b"\1" * 320))
    put("bmp-huge.bmp", bmp(2**31 - 1, 2**31 - 1, 24, 0, b""))
    put("bmp-large.bmp", bmp(30000, 30000, 24, 0, b"\1" * 100))
    put("bmp-rle.bmp", bmp(20000, 20000, 8, 1, b"\xff\1" * 1000 + b"\0\2\xff\xff" * 1000, colors=256))
    put("bmp-rle4.bmp", bmp(1000, 1000, 4, 2, b"\0\xff" + b"\1" * 50, colors=0xFFFFFFFF))
    put("bmp-colors.bmp", bmp(10, 10, 8, 0, b"\1" * 100, colors=0xFFFFFFFF))

    def tiff(entries, data=b"", following=0):
        return b"II*\0\x08\0\0\0" + ifd(entries, following) + data

    base = [(0x100, 4, 1, 100), (0x101, 4, 1, 100), (0x102, 3, 1, 8), (0x103, 3, 1, 1), (0x106, 3, 1, 1)]
    place = [(0x111, 4, 1, 200), (0x115, 3, 1, 1), (0x116, 4, 1, 100), (0x117, 4, 1, 10000)]
    put("tiff-whole.tif", tiff(base + place, b"\x55" * 12000))
    put("tiff-cycle.tif", tiff(base + place, b"\x55" * 12000, following=8))
    put("tiff-cut.tif", tiff(base + place, b"\x55" * 100))
    put("tiff-strips.tif", tiff(base + [(0x111, 4, 0x3FFFFFFF, 200), (0x115, 3, 1, 1), (0x116, 4, 1, 1), (0x117, 4, 0x3FFFFFFF, 300)], b"\1" * 999))
    put("tiff-strip.tif", tiff(base + [(0x111, 4, 1, 200), (0x115, 3, 1, 1), (0x116, 4, 1, 2**32 - 1), (0x117, 4, 1, 2**32 - 1)], b"\1" * 999))
    huge = [(0x100, 4, 1, 2**32 - 1), (0x101, 4, 1, 2**32 - 1)] + base[2:]
    put("tiff-huge.tif", tiff(huge + place, b"\1" * 999))
    put("tiff-large.tif", tiff([(0x100, 4, 1, 30000), (0x101, 4, 1, 30000)] + base[2:] + place, b"\1" * 999))
    tiles = [(0x142, 4, 1, 2**31), (0x143, 4, 1, 2**31), (0x144, 4, 1, 200), (0x145, 4, 1, 9)]
    put("tiff-tiles.tif", tiff(base + tiles, b"\1" * 999))
    put("tiff-tiles-small.tif", tiff(huge[:2] + base[2:] + [(0x142, 4, 1, 1), (0x143, 4, 1, 1), (0x144, 4, 2**28, 200), (0x145, 4, 2**28, 9)], b"\1" * 999))
    put("tiff-sub.tif", tiff(base + place + [(0x14A, 4, 1, 8), (0x8769, 4, 1, 8), (0x8825, 4, 1, 8)], b"\1" * 12000))
    packed = [(0x100, 4, 1, 10000), (0x101, 4, 1, 10000), (0x102, 3, 1, 8), (0x103, 3, 1, 8), (0x106, 3, 1, 1)]
    bomb = zeros(100 << 20)
    put("tiff-bomb.tif", tiff(packed + [(0x111, 4, 1, 126), (0x115, 3, 1, 1), (0x116, 4, 1, 10000), (0x117, 4, 1, len(bomb))], b"\0" * 4 + bomb))
    for compression in (2, 3, 4, 5, 7, 32773, 50000, 65535):
        entries = base[:3] + [(0x103, 3, 1, compression)] + base[4:] + place
        put(f"tiff-kind-{compression}.tif", tiff(entries, bytes(RANDOM.randrange(256) for _ in range(3000))))

    def ico(entries, data=b""):
        body = struct.pack("<HHH", 0, 1, len(entries))
        for width, height, size, offset in entries:
            body += struct.pack("<BBBBHHII", width, height, 0, 0, 1, 32, size, offset)
        return body + data

    png = PNG + ihdr(30000, 30000) + chunk(b"IDAT", zeros(100)) + chunk(b"IEND", b"")
    put("ico-png.ico", ico([(16, 16, len(png), 22)], png))
    put("ico-itself.ico", ico([(16, 16, 100, 0)], b"\0" * 100))
    put("ico-wild.ico", ico([(16, 16, 0xFFFFFFFF, 0xFFFFFFFF)] * 3))
    put("ico-many.ico", ico([(1, 1, 10, 22)] * 65535)[: 1 << 20])
    info = struct.pack("<IiiHHIIiiII", 40, 30000, 60000, 1, 32, 0, 0, 0, 0, 0, 0)
    put("ico-bmp.ico", ico([(16, 16, len(info), 22)], info))
    put("cur-bmp.cur", b"\0\0\2\0" + ico([(16, 16, len(info), 22)], info)[4:])

    def qoi(width, height, data):
        return b"qoif" + be32(width) + be32(height) + b"\4\0" + data + b"\0" * 7 + b"\1"

    put("qoi-whole.qoi", qoi(10, 10, b"\xfe\1\2\3" + b"\xfd\xe3"))
    put("qoi-huge.qoi", qoi(2**32 - 1, 2**32 - 1, b"\xfd" * 100))
    put("qoi-large.qoi", qoi(20000, 20000, b"\xfd" * 100))
    put("qoi-none.qoi", qoi(0, 10, b"\xfd" * 100))
    put("qoi-cut.qoi", qoi(1000, 1000, b"\xfe"))


# SVG
def svgs():
    head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="100" height="100">'

    def put_svg(name, body, start=head):
        put(f"svg-{name}.svg", (start + body + "</svg>").encode())

    put_svg("whole", '<rect width="50" height="50" fill="red"/><text y="80">ab</text>')
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "lol" * 10}">' for n in range(12))
    put("svg-entities.svg", f'<?xml version="1.0"?><!DOCTYPE svg [{entities}]>{head}<text>&a11;</text></svg>'.encode())
    put("svg-external-entity.svg", f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>{head}<text y="9">&x;</text></svg>'.encode())
    uses = '<g id="u0"><rect width="1" height="1"/></g>' + "".join(f'<g id="u{n}">' + f'<use xlink:href="#u{n - 1}"/>' * 10 + "</g>" for n in range(1, 12))
    put_svg("uses", f"<defs>{uses}</defs><use xlink:href=\"#u11\"/>")
    put_svg("use-itself", '<g id="a"><use xlink:href="#a"/></g><use xlink:href="#a"/>')
    put_svg("use-each-other", '<g id="a"><use xlink:href="#b"/></g><g id="b"><use xlink:href="#a"/></g>')
    put_svg("deep", "<g>" * 100_000 + "</g>" * 100_000)
    put_svg("deep-open", "<g>" * 200_000)
    put_svg("references", '<image xlink:href="file:///etc/passwd" width="9" height="9"/><image xlink:href="http://127.0.0.1:9/x.png" width="9" height="9"/><style>@import url(http://127.0.0.1:9/);</style>')
    put_svg("huge", "<rect width='1e30' height='1e30'/>", '<svg xmlns="http://www.w3.org/2000/svg" width="1e9" height="1e9">')
    put_svg("flat", "", '<svg xmlns="http://www.w3.org/2000/svg" width="100000" height="0.0001">')
    put_svg("nan", "<path d='M NaN,1e999 L -1e999,0 z'/>", '<svg xmlns="http://www.w3.org/2000/svg" width="NaN" height="-5" viewBox="0 0 0 0">')
    blur = '<filter id="f" x="-1000%" y="-1000%" width="9000%" height="9000%"><feGaussianBlur stdDeviation="100000"/><feMorphology operator="dilate" radius="5000"/><feTurbulence numOctaves="10000"/></filter>'
    put_svg("filter", f'<defs>{blur}</defs>' + '<rect width="90" height="90" filter="url(#f)"/>' * 50)
    put_svg("pattern", '<pattern id="p" width="0.001" height="0.001" patternUnits="userSpaceOnUse"><rect width="1" height="1"/></pattern><rect width="100" height="100" fill="url(#p)"/>')
    put_svg("dashes", '<path d="M0 0 L 1e7 1e7" stroke="red" stroke-width="1" stroke-dasharray="0.0001"/>' * 20)
    put_svg("many", '<circle cx="50" cy="50" r="40" opacity="0.1"/>' * 60_000)
    put_svg("path", '<path d="M0 0 ' + "L 100 100 L 0 50 " * 100_000 + '" stroke="red"/>')
    put_svg("text", '<text y="50">' + "\U0001f600\u0301" * 30_000 + "</text>")
    put_svg("data", '<image width="9" height="9" href="data:image/svg+xml,&lt;svg xmlns=&apos;http://www.w3.org/2000/svg&apos;/>"/>' * 100)
    put("svg-gzip-bomb.svgz", __import__("gzip").compress(head.encode() + b" " * (300 << 20) + b"</svg>", 9, mtime=0))
    put("svg-utf16.svg", (head + "</svg>").encode("utf-16"))
    put("svg-garbage.svg", head.encode() + bytes(range(256)) * 10)
    put("svg-empty.svg", b"<svg/>")


# PDF
def pdfs():
    def pdf(objects, root=1, more=""):
        body, places = b"%PDF-1.7\n", []
        for nth, text in enumerate(objects, 1):
            places.append(len(body))
            body += f"{nth} 0 obj\n".encode() + (text if isinstance(text, bytes) else text.encode()) + b"\nendobj\n"
        table = len(body)
        body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
        body += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
        return body + f"trailer <</Size {len(objects) + 1} /Root {root} 0 R {more}>>\nstartxref\n{table}\n%%EOF".encode()

    def stream(data, extra=""):
        return f"<</Length {len(data)} {extra}>>\nstream\n".encode() + data + b"\nendstream"

    catalog, pages = "<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [3 0 R] /Count 1>>"
    page = "<</Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources <</XObject <</X 5 0 R>> >> >>"
    draw = stream(b"1 0 0 rg 10 10 90 90 re f")
    whole = pdf([catalog, pages, page, draw])
    put("pdf-whole.pdf", whole)
    cut("pdf", "pdf", whole, (5, 9, 60, 200))
    rotten("pdf", "pdf", whole, 6, spare=8)
    put("pdf-kids.pdf", pdf([catalog, "<</Type /Pages /Kids [2 0 R 2 0 R] /Count 1000000>>"]))
    put("pdf-kids-circle.pdf", pdf([catalog, "<</Type /Pages /Kids [3 0 R] /Count 1>>", "<</Type /Pages /Kids [2 0 R 3 0 R] /Count 9>>"]))
    for name, box in {"huge": "0 0 1e30 1e30", "large": "0 0 200000 200000", "none": "0 0 0 0", "turned": "900 900 -900 -900", "flat": "0 0 100000 0.001"}.items():
        put(f"pdf-box-{name}.pdf", pdf([catalog, pages, page.replace("0 0 200 200", box), draw]))
    put("pdf-locked.pdf", pdf([catalog, pages, page, draw, f"<</Filter /Standard /V 2 /R 3 /Length 128 /P -1 /O <{'41' * 32}> /U <{'42' * 32}>>>"], more="/Encrypt 5 0 R /ID [<41><41>]"))
    form = "/Type /XObject /Subtype /Form /BBox [0 0 200 200] /Resources <</XObject <</X 5 0 R>> >>"
    put("pdf-form-itself.pdf", pdf([catalog, pages, page, stream(b"/X Do"), stream(b"/X Do /X Do", form)]))
    put("pdf-saves.pdf", pdf([catalog, pages, page, stream(b"q " * 1_000_000)]))
    put("pdf-paths.pdf", pdf([catalog, pages, page, stream(b"0 0 m " + b"100 100 l 0 50 l " * 100_000 + b"S")]))
    bomb = zeros(300 << 20)
    put("pdf-bomb.pdf", pdf([catalog, pages, page, stream(bomb, "/Filter /FlateDecode")]))
    put("pdf-bombs.pdf", pdf([catalog, pages, page, stream(zlib.compress(bomb), "/Filter [/FlateDecode /FlateDecode]")]))
    picture = "/Type /XObject /Subtype /Image /Width 60000 /Height 60000 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode"
    put("pdf-picture.pdf", pdf([catalog, pages, page, stream(b"/X Do"), stream(zeros(1 << 20), picture)]))
    for kind in ("DCTDecode", "JPXDecode", "JBIG2Decode", "CCITTFaxDecode", "LZWDecode", "RunLengthDecode", "ASCII85Decode"):
        broken = bytes(RANDOM.randrange(256) for _ in range(600))
        extra = f"/Type /XObject /Subtype /Image /Width 500 /Height 500 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /{kind}"
        put(f"pdf-{kind}.pdf", pdf([catalog, pages, page, stream(b"200 0 0 200 0 0 cm /X Do"), stream(broken, extra)]))
    put("pdf-deep.pdf", pdf([catalog, pages, page, draw, "[" * 100_000 + "]" * 100_000], more="/Info 5 0 R"))
    put("pdf-length-itself.pdf", pdf([catalog, pages, page, b"<</Length 4 0 R>>\nstream\n1\nendstream"]))
    put("pdf-previous.pdf", whole.replace(b"/Root", b"/Prev 9 /Root"))
    put("pdf-no-table.pdf", whole.replace(b"startxref\n", b"startxref\n99999999"))


# Fonts
def fonts():
    path = os.path.join(os.path.dirname(__file__), "../../assets/fonts/JetBrainsMono.ttf")
    with open(path, "rb") as file:
        whole = file.read()
    for tenths in (1, 5, 9):
        put(f"font-cut-{tenths}.ttf", whole[: len(whole) * tenths // 10])
    rotten("font", "ttf", whole, 3, spare=200)
    put("font-garbage.ttf", b"\0\1\0\0\xff\xff" + bytes(RANDOM.randrange(256) for _ in range(5000)))
    put("font-empty.otf", b"OTTO\0\0\0\0\0\0\0\0")
    put("font-collection.ttc", b"ttcf\0\1\0\0\xff\xff\xff\xff" + b"\0\0\0\x0c" * 100)
    put("font-packed.woff2", b"wOF2\0\1\0\0" + be32(2**31) + b"\xff" * 500)
    put("font-packed.woff", b"wOFF\0\1\0\0" + be32(2**31) + b"\xff" * 500)


# Texts
def texts():
    put("text-binary.txt", bytes(range(256)) * 400)
    put("text-line.txt", b"a" * (8 << 20))
    put("text-zeros.txt", b"\0" * 100_000)
    put("text-breaks.txt", b"\n" * (4 << 20))
    put("text-gbk.txt", "中文文本，没有标记。".encode("gbk") * 500)
    put("text-utf16.txt", ("\ufeff" + "words\n" * 500).encode("utf-16-le"))
    put("text-utf16-odd.txt", b"\xff\xfea\0b\0\0\xd8c")
    put("text-bad.txt", b"good \xff\xfe\xc0\xaf\xed\xa0\x80 words\n" * 500)
    put("text-marks.txt", ("\u202egnp.exe\u202c\u0000\x1b[31m\x07" * 500).encode())
    put("text-combining.txt", ("a" + "\u0301" * 100_000).encode())
    put("text.json", b"[" * 1_000_000)
    put("text.csv", b'"' + b"," * 1_000_000)
    put("text.html", b"<script>while(1);</script><meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>")


# MP4 and its kin
def box(kind, body=b"", length=None):
    return be32(len(body) + 8 if length is None else length) + kind + body


def mp4s():
    clip = "-f lavfi -i testsrc2=size=160x90:rate=10 -t 2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 5 "
    whole = ffmpeg("whole.mp4", clip)
    pieces = ffmpeg("pieces.mp4", clip + "-movflags frag_keyframe+empty_moov+default_base_moof")
    ffmpeg("whole.mov", clip)
    for stem, data in (("mp4", whole), ("mp4-pieces", pieces)):
        cut(stem, "mp4", data, (8, 24, 40))
        rotten(stem, "mp4", data, 6, spare=40)
    ftyp = box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")
    put("mp4-size-0.mp4", ftyp + box(b"moov", b"", 0))
    put("mp4-size-1.mp4", ftyp + be32(1) + b"moov" + struct.pack(">Q", 2**63) + b"x" * 99)
    put("mp4-size-1-small.mp4", ftyp + be32(1) + b"moov" + struct.pack(">Q", 1) + b"x" * 99)
    put("mp4-size-max.mp4", ftyp + be32(1) + b"free" + struct.pack(">Q", 2**64 - 1) + b"x" * 99)
    put("mp4-size-7.mp4", ftyp + box(b"moov", b"x" * 99, 7))
    put("mp4-many-boxes.mp4", ftyp + box(b"free") * 300_000)
    deep = b""
    for _ in range(20_000):
        deep = box(b"moov", deep)
    put("mp4-deep.mp4", ftyp + deep)
    put("mp4-sound.mp4", ffmpeg("sound-only.mp4", "-f lavfi -i sine -t 1 -c:a aac"))

    def lied(name, kind, at, value, data=whole):
        place = data.index(kind) + 4 + at
        put(f"mp4-{name}.mp4", data[:place] + value + data[place + len(value) :])

    for kind in (b"stts", b"ctts", b"stsc", b"stsz", b"stco", b"stss", b"elst", b"stsd"):
        if kind in whole:
            lied(f"{kind.decode()}-count", kind, 4, b"\xff\xff\xff\xff")
            lied(f"{kind.decode()}-zero", kind, 4, b"\0\0\0\0")
            lied(f"{kind.decode()}-values", kind, 8, b"\xff" * 8)
    lied("timescale", b"mdhd", 12, b"\0\0\0\0")
    lied("film-timescale", b"mvhd", 12, b"\0\0\0\0")
    lied("shown", b"tkhd", 76, b"\xff\xff\xff\xff\0\1\0\0")
    lied("matrix", b"tkhd", 40, b"\x80\0\0\0" * 9)
    lied("config", b"avcC", 5, b"\xff" * 20)
    lied("config-lengths", b"avcC", 4, b"\xfc")
    lied("run-count", b"trun", 4, b"\xff\xff\xff\xff", pieces)
    lied("run-offset", b"trun", 8, b"\x80\0\0\0", pieces)
    lied("fragment-time", b"tfdt", 4, b"\xff" * 8, pieces)
    lied("frame-flags", b"trun", 0, b"\0\0\0\0", pieces)

    # Ten million frames, all key frames, in tables that agree with each other.
    count = 10_000_000
    full = be32(0)
    avcc = whole[whole.index(b"avcC") - 4 :]
    avcc = avcc[: struct.unpack(">I", avcc[:4])[0]]
    entry = box(b"avc1", b"\0" * 24 + struct.pack(">HH", 160, 90) + b"\0" * 50 + avcc)

    def film(tables):
        stbl = box(b"stbl", box(b"stsd", full + be32(1) + entry) + tables)
        mdia = box(b"mdia", box(b"mdhd", full + be32(0) * 2 + be32(1000) + be32(count) + be32(0)) + box(b"hdlr", full + be32(0) + b"vide" + b"\0" * 13) + box(b"minf", stbl))
        tkhd = box(b"tkhd", full + be32(0) * 2 + be32(1) + be32(0) * 6 + be32(0) * 2 + be32(65536) + be32(0) * 3 + be32(65536) + be32(0) * 3 + be32(1 << 30) + be32(160 << 16) + be32(90 << 16))
        return ftyp + box(b"moov", box(b"mvhd", full + be32(0) * 2 + be32(1000) + be32(count)) + box(b"trak", tkhd + mdia))

    one_chunk = box(b"stsc", full + be32(1) + be32(1) + be32(count) + be32(1)) + box(b"stco", full + be32(1) + be32(48))
    sizes = box(b"stsz", full + be32(0) + be32(count) + be32(100) * count)
    times = box(b"stts", full + be32(1) + be32(count) + be32(1))
    put("mp4-frames-all-key.mp4", film(one_chunk + sizes + times))
    keys = box(b"stss", full + be32(count // 8) + b"".join(be32(n * 8 + 1) for n in range(count // 8)))
    put("mp4-frames-many-key.mp4", film(one_chunk + sizes + times + keys))
    put("mp4-frames-of-one-size.mp4", film(one_chunk + box(b"stsz", full + be32(1) + be32(2**32 - 1)) + times))
    runs = box(b"stsc", full + be32(100_000) + b"".join(be32(1) + be32(0) + be32(1) for _ in range(100_000)))
    put("mp4-runs.mp4", film(runs + box(b"stsz", full + be32(1) + be32(9)) + box(b"stco", full + be32(1) + be32(48))))
    put("mp4-times.mp4", film(one_chunk + box(b"stsz", full + be32(1) + be32(9)) + box(b"stts", full + be32(500_000) + be32(0) * 1_000_000)))

    mkv = ffmpeg("whole.mkv", clip)
    webm = ffmpeg("whole.webm", "-f lavfi -i testsrc2=size=160x90:rate=10 -t 1 -c:v libvpx -deadline realtime")
    for stem, end, data in (("mkv", "mkv", mkv), ("webm", "webm", webm)):
        cut(stem, end, data, (4, 20, 60))
        rotten(stem, end, data, 4, spare=40)
    ebml = mkv[: mkv.index(b"\x18\x53\x80\x67")]
    unknown = b"\x01\xff\xff\xff\xff\xff\xff\xff"
    put("mkv-unknown.mkv", ebml + b"\x18\x53\x80\x67" + unknown + (b"\x15\x49\xa9\x66" + unknown) * 100)
    put("mkv-size.mkv", ebml + b"\x18\x53\x80\x67" + b"\x01\x7f\xff\xff\xff\xff\xff\xff" + b"\x15\x49\xa9\x66\x01\x7f\xff\xff\xff\xff\xff\xff")
    put("mkv-void.mkv", ebml + b"\x18\x53\x80\x67" + unknown + b"\xec\x80" * 300_000)
    put("avi-lies.avi", b"RIFF\xff\xff\xff\xffAVI LIST\xff\xff\xff\xffhdrlavih\xff\xff\xff\xff" + b"\xff" * 200)
    put("flv-lies.flv", b"FLV\1\5\0\0\0\x09" + b"\xff" * 300)
    ts = b"".join(b"\x47\x40\0\x10" + bytes(RANDOM.randrange(256) for _ in range(184)) for _ in range(50))
    put("stream.ts", ts)


# Sound
def sounds():
    tone = "-f lavfi -i sine=d=1 -metadata title=a "
    for end, options in (("mp3", "-c:a libmp3lame"), ("flac", ""), ("ogg", "-c:a libvorbis"), ("opus", ""), ("wav", ""), ("m4a", "-c:a aac"), ("aiff", "")):
        data = ffmpeg(f"whole.{end}", tone + options)
        cut("sound", end, data, (4, 20, 60))
        rotten("sound", end, data, 4, spare=4)
    put("sound-id3.mp3", b"ID3\4\0\0\x7f\x7f\x7f\x7f" + b"APIC" + b"\x7f\x7f\x7f\x7f\0\0" + b"\xff" * 5000)
    put("sound-cover.mp3", b"ID3\3\0\0\0\0\x20\0APIC" + be32(4000) + b"\0\0\0image/png\0\3\0" + PNG + ihdr(60000, 60000) + b"\0" * 5000)
    put("sound-wav.wav", b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0data\xff\xff\xff\xff")
    put("sound-picture.flac", b"fLaC\x06\xff\xff\xff" + b"\xff" * 4000)
    put("sound-pages.ogg", (b"OggS\0\2" + b"\0" * 20 + b"\xff" + b"\xff" * 255) * 200)
    put("sound-rate-none.flac", b"fLaC\x80\0\0\x22" + b"\0" * 34)


# HEIF
def heifs():
    def heif(brand, iloc, more=b""):
        ftyp = box(b"ftyp", brand + b"\0\0\0\0mif1" + brand)
        full = be32(0)
        infe = box(b"infe", be32(2 << 24) + struct.pack(">HH", 1, 0) + b"hvc1\0")
        exif_item = box(b"infe", be32(2 << 24) + struct.pack(">HH", 2, 0) + b"Exif\0")
        meta = full + box(b"hdlr", full + be32(0) + b"pict" + b"\0" * 13) + box(b"pitm", full + b"\0\1")
        ispe = box(b"ispe", full + be32(2**32 - 1) * 2)
        meta += box(b"iinf", full + b"\0\2" + infe + exif_item) + box(b"iprp", box(b"ipco", ispe) + box(b"ipma", full + be32(0xFFFFFFFF)))
        return ftyp + box(b"meta", meta + box(b"iloc", iloc)) + more

    def places(version, offset, length, count=2):
        body = be32(version << 24) + b"\x44\0" + struct.pack(">H", count)
        for nth in range(min(count, 4)):
            body += struct.pack(">H", nth + 1) + (b"\0\0" if version else b"") + b"\0\0" + b"\0\1" + be32(offset) + be32(length)
        return body

    for end, brand in (("heic", b"heic"), ("avif", b"avif")):
        put(f"heif-far.{end}", heif(brand, places(0, 2**32 - 1, 2**32 - 1)))
        put(f"heif-itself.{end}", heif(brand, places(0, 0, 500)))
        put(f"heif-many.{end}", heif(brand, places(1, 40, 4, 65535)))
        put(f"heif-version.{end}", heif(brand, b"\xff" * 40))
        put(f"heif-exif.{end}", heif(brand, places(1, 0, 60), b"\0\0\0\0Exif\0\0II*\0\x08\0\0\0" + ifd([(0x8825, 4, 1, 8)], 8)))
    put("heif-size.heic", box(b"ftyp", b"heic\0\0\0\0mif1") + be32(1) + b"meta" + struct.pack(">Q", 2**63))
    still = ffmpeg("still.mp4", "-f lavfi -i testsrc2=size=64x64 -frames:v 1 -c:v libaom-av1 -cpu-used 8")
    put("avif-mp4.avif", still.replace(b"isom", b"avif", 1))


# What is not what it is called
def mislabelled():
    with open(os.path.join(OUT, "whole.jpg"), "rb") as file:
        jpeg = file.read()
    elf = b"\x7fELF\2\1\1" + b"\0" * 9 + b"\2\0\x3e\0" + b"\xff" * 4000
    put("photo.pdf", jpeg)
    put("program.jpg", elf)
    put("page.png", b"<!doctype html><html><script>alert(1)</script></html>")
    put("page.svg", b"<!doctype html><html></html>")
    put("list.mp4", b"#EXTM3U\nfile:///etc/passwd\n")
    put("concat.mkv", b"ffconcat version 1.0\nfile /etc/passwd\n")
    put("archive.jpg", b"PK\3\4" + b"\0" * 200)
    put("both.jpg", jpeg + b"PK\3\4" + b"\0" * 200 + b"%PDF-1.4")
    put("photo.mp3", jpeg)
    put("photo.ttf", jpeg)
    put("photo.svg", jpeg)
    put("photo\nwith a break.jpg", jpeg)
    put("photo \u202egpj.exe", jpeg)
    put("-rf.jpg", jpeg)
    put("http: , odd%00.mp4", jpeg)
    for end in "jpg png gif webp bmp tif ico qoi svg svgz pdf ttf txt mp4 mkv mp3 flac heic avif zip".split():
        put(f"empty.{end}", b"")
        put(f"byte.{end}", b"\xff")
        put(f"noise.{end}", bytes(RANDOM.randrange(256) for _ in range(3000)))


for make in (jpegs, pngs, gifs, webps, bitmaps, svgs, pdfs, fonts, texts, mp4s, sounds, heifs, mislabelled):
    make()
