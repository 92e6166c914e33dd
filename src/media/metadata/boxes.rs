//! Files of boxes: HEIC and AVIF, whose metadata are items of their own; JPEG XL and JPEG 2000, where they are boxes;
//! MP4 and `QuickTime`, which are looked at only: a copy of a film may have gigabytes.
//! ISO/IEC 14496-12 (boxes), 23008-12 (HEIF), 18181-2 (JPEG XL), 15444-1 annex I (JPEG 2000).

use super::plan::{Edits, Plan};
use super::told::{Told, contains};
use crate::media::bytes::{Broken, Bytes, PIECE_MAX_BYTES};

const BOXES_MAX: usize = 100_000;
const ITEMS_MAX: u32 = 100_000;
const DEPTH_MAX: u32 = 6;

/// A box: its type, where its content begins and where it ends.
#[derive(Debug, Clone, Copy)]
struct Found {
    kind: [u8; 4],
    /// Where its head begins.
    at: u64,
    from: u64,
    to: u64,
}

/// The boxes between these places; and where the last of them ends.
fn boxes(bytes: &mut impl Bytes, from: u64, to: u64) -> Result<(Vec<Found>, u64), Broken> {
    let mut all = Vec::new();
    let mut at = from;
    while at + 8 <= to {
        let len = u64::from(bytes.be32(at)?);
        let kind: [u8; 4] = bytes.array(at + 4)?;
        let (head, len) = match len {
            0 => (8, to - at),
            1 => (16, u64::from_be_bytes(bytes.array(at + 8)?)),
            len => (8, len),
        };
        let end = at.checked_add(len).filter(|end| len >= head && *end <= to);
        // What comes after the last box, as some phones write it.
        let Some(end) = end.filter(|_| kind.iter().all(|byte| (0x20..0x7f).contains(byte) || *byte == 0xa9))
        else {
            break;
        };
        all.push(Found { kind, at, from: at + head, to: end });
        if all.len() > BOXES_MAX {
            return Err(Broken);
        }
        at = end;
    }
    Ok((all, at))
}

/// HEIC and AVIF: the items of metadata are blanked where they are.
pub(super) fn heif(bytes: &mut impl Bytes) -> Result<Plan, Broken> {
    let mut told = Told::default();
    let mut edits = Edits::default();
    let len = bytes.len();
    let (top, end) = boxes(bytes, 0, len)?;
    let meta = top.iter().find(|found| &found.kind == b"meta").ok_or(Broken)?;
    for (item, extents) in items(bytes, *meta)? {
        for (at, len) in extents {
            item_gone(bytes, item, (at, len), &mut told, &mut edits)?;
        }
    }
    for found in &top {
        match &found.kind {
            b"ftyp" | b"meta" | b"mdat" | b"free" | b"skip" | b"mini" => {}
            b"moov" => moov_in_place(bytes, *found, &mut told, &mut edits)?,
            _ => box_gone(bytes, *found, &mut told, &mut edits)?,
        }
    }
    let mut plan = edits.plan(end, told)?;
    plan.gone += len - end;
    plan.told.bytes = plan.told.bytes.max(plan.gone);
    Ok(plan)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Exif,
    /// XMP and other texts.
    Mime,
}

fn item_gone(
    bytes: &mut impl Bytes,
    item: Item,
    (at, len): (u64, u64),
    told: &mut Told,
    edits: &mut Edits,
) -> Result<(), Broken> {
    let content = bytes.read(at, len)?;
    if item == Item::Exif {
        // Where the TIFF begins, counted from behind this number.
        let skip = content.get(..4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_be_bytes);
        let orientation = told.orientation;
        let tiff = usize::try_from(skip).ok().and_then(|skip| content.get(4 + skip..)).unwrap_or_default();
        told.exif(tiff);
        // The picture's own turn is a property of it, and counts.
        told.orientation = orientation;
        // An EXIF that says nothing.
        let nothing = b"\0\0\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0";
        let fill: &[u8] = if content.len() >= nothing.len() { nothing } else { &[] };
        return edits.blank(bytes, at, len, fill);
    }
    told.xmp(&content);
    edits.blank(bytes, at, len, &vec![b' '; content.len()])
}

/// A box that no copy has: its room stays, free.
fn box_gone(bytes: &mut impl Bytes, found: Found, told: &mut Told, edits: &mut Edits) -> Result<(), Broken> {
    // A film in it says its place in its own way.
    let mut film = Told::default();
    films(bytes, (found.from, found.to), &mut film, 0)?;
    told.has_location |= film.has_location;
    let len = found.to - found.from;
    if len <= PIECE_MAX_BYTES {
        let content = bytes.read(found.from, len)?;
        told.xmp(&content);
        told.bytes += len;
        edits.put(found.at + 4, b"free".to_vec(), 4);
        return edits.blank(bytes, found.from, len, &[]);
    }
    Err(Broken)
}

/// Places in a film's own boxes.
fn moov_in_place(
    bytes: &mut impl Bytes,
    moov: Found,
    told: &mut Told,
    edits: &mut Edits,
) -> Result<(), Broken> {
    for found in boxes(bytes, moov.from, moov.to)?.0 {
        match &found.kind {
            b"udta" | b"meta" | b"uuid" => box_gone(bytes, found, told, edits)?,
            b"trak" => {
                for inner in boxes(bytes, found.from, found.to)?.0 {
                    if matches!(&inner.kind, b"udta" | b"meta" | b"uuid") {
                        box_gone(bytes, inner, told, edits)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The items of metadata, and where their bytes are.
fn items(bytes: &mut impl Bytes, meta: Found) -> Result<Vec<(Item, Parts)>, Broken> {
    // A full box: version and flags come first.
    let (inside, _) = boxes(bytes, meta.from + 4, meta.to)?;
    let find = |kind: &[u8; 4]| inside.iter().find(|found| &found.kind == kind).copied();
    let Some(infos) = find(b"iinf") else { return Ok(Vec::new()) };
    let mut wanted = Vec::new();
    let version = bytes.byte(infos.from)?;
    let entries = infos.from + if version == 0 { 6 } else { 8 };
    for info in boxes(bytes, entries, infos.to)?.0 {
        if let Some(item) = item_of(bytes, info)? {
            wanted.push(item);
        }
    }
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let places = find(b"iloc").ok_or(Broken)?;
    let idat = find(b"idat").map(|idat| (idat.from, idat.to));
    let mut located = locations(bytes, places, idat)?;
    let mut items = Vec::new();
    for (id, item) in wanted {
        let at = located.iter().position(|(known, _)| *known == id);
        // An item that has no bytes tells nothing.
        if let Some(at) = at {
            items.push((item, located.swap_remove(at).1));
        }
    }
    Ok(items)
}

/// An `infe` box: the id and the sort of an item that is metadata.
fn item_of(bytes: &mut impl Bytes, info: Found) -> Result<Option<(u32, Item)>, Broken> {
    let (id, kind_at) = match bytes.byte(info.from)? {
        2 => (u32::from(bytes.be16(info.from + 4)?), info.from + 8),
        3 => (bytes.be32(info.from + 4)?, info.from + 10),
        _ => return Ok(None),
    };
    let kind: [u8; 4] = bytes.array(kind_at)?;
    Ok(match &kind {
        b"Exif" => Some((id, Item::Exif)),
        b"mime" | b"uri " | b"jumb" | b"c2pa" => Some((id, Item::Mime)),
        _ => None,
    })
}

/// Where an item's bytes begin, and how many there are.
type Parts = Vec<(u64, u64)>;

type Located = (u32, Parts);

/// An `iloc` box: the parts of each item.
fn locations(
    bytes: &mut impl Bytes,
    places: Found,
    idat: Option<(u64, u64)>,
) -> Result<Vec<Located>, Broken> {
    let version = bytes.byte(places.from)?;
    let [sizes, more] = bytes.array(places.from + 4)?;
    let (offset_size, length_size) = (u64::from(sizes >> 4), u64::from(sizes & 15));
    let (base_size, index_size) = (u64::from(more >> 4), if version == 0 { 0 } else { u64::from(more & 15) });
    let wide = version >= 2;
    let mut at = places.from + 6;
    let mut next = |bytes: &mut _, size: u64| -> Result<u64, Broken> {
        let number = number(bytes, at, size)?;
        at += size;
        if at > places.to { Err(Broken) } else { Ok(number) }
    };
    let id_size = if wide { 4 } else { 2 };
    let count = next(bytes, id_size)?;
    if count > u64::from(ITEMS_MAX) {
        return Err(Broken);
    }
    let mut all = Vec::new();
    for _ in 0..count {
        let id = u32::try_from(next(bytes, id_size)?).map_err(|_never| Broken)?;
        let method = if version == 0 { 0 } else { next(bytes, 2)? & 15 };
        let _data_reference = next(bytes, 2)?;
        let base = next(bytes, base_size)?;
        let mut extents = Vec::new();
        for _ in 0..next(bytes, 2)? {
            let _index = next(bytes, index_size)?;
            let (offset, len) = (next(bytes, offset_size)?, next(bytes, length_size)?);
            let from = base.checked_add(offset).ok_or(Broken)?;
            extents.push(match (method, idat) {
                (0, _) => (from, len),
                (1, Some((idat, end))) if from.checked_add(len).is_some_and(|to| idat + to <= end) => {
                    (idat + from, len)
                }
                _ => (u64::MAX, len),
            });
        }
        all.push((id, extents));
    }
    Ok(all)
}

fn number(bytes: &mut impl Bytes, at: u64, size: u64) -> Result<u64, Broken> {
    if size > 8 {
        return Err(Broken);
    }
    let raw = bytes.read(at, size)?;
    Ok(raw.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// JPEG XL and JPEG 2000: boxes that do not show anything are left out.
pub(super) fn dropping(bytes: &mut impl Bytes) -> Result<Plan, Broken> {
    let mut plan = Plan::default();
    let len = bytes.len();
    let (top, end) = boxes(bytes, 0, len)?;
    for found in top {
        if !matches!(&found.kind, b"Exif" | b"xml " | b"jumb" | b"brob" | b"uuid" | b"uinf") {
            plan.keep(found.at, found.to);
            continue;
        }
        let content = bytes.read(found.from, found.to - found.from)?;
        if &found.kind == b"Exif" {
            let orientation = plan.told.orientation;
            plan.told.exif(content.get(4..).unwrap_or_default());
            plan.told.orientation = orientation;
        } else {
            plan.told.xmp(&content);
        }
        plan.gone += found.to - found.at;
    }
    plan.gone += len - end;
    plan.told.bytes = plan.gone;
    Ok(plan)
}

/// A Canon raw photo (CR3): its place is a TIFF in a box of its own.
/// <https://github.com/lclevy/canon_cr3>
pub(super) fn canon(bytes: &mut impl Bytes) -> Result<Plan, Broken> {
    let mut told = Told::default();
    let mut edits = Edits::default();
    let len = bytes.len();
    let (top, _) = boxes(bytes, 0, len)?;
    for moov in top.iter().filter(|found| &found.kind == b"moov") {
        let (inside, _) = boxes(bytes, moov.from, moov.to)?;
        for uuid in inside.iter().filter(|found| &found.kind == b"uuid") {
            for part in boxes(bytes, uuid.from + 16, uuid.to)?.0 {
                let (at, len) = (part.from, part.to - part.from);
                match &part.kind {
                    b"CMT1" => told.exif(&bytes.read(at, len)?),
                    b"CMT4" => {
                        canon_place(bytes, (at, len), &mut told)?;
                        edits.blank(bytes, at, len, b"MM\0*\0\0\0\x08\0\0\0\0\0\0")?;
                    }
                    _ => {}
                }
            }
        }
    }
    for uuid in top.iter().filter(|found| &found.kind == b"uuid") {
        // XMP's own number; the other ones are the camera's previews.
        if bytes.array(uuid.from) == Ok(*b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac")
        {
            let (at, len) = (uuid.from + 16, uuid.to - uuid.from - 16);
            let xmp = bytes.read(at, len)?;
            told.xmp(&xmp);
            edits.blank(bytes, at, len, &vec![b' '; xmp.len()])?;
        }
    }
    let mut plan = edits.plan(len, told)?;
    plan.told.bytes = plan.told.bytes.max(plan.gone);
    Ok(plan)
}

/// The TIFF is a GPS directory alone.
fn canon_place(bytes: &mut impl Bytes, (at, len): (u64, u64), told: &mut Told) -> Result<(), Broken> {
    told.gps_alone(&bytes.read(at, len)?);
    Ok(())
}

/// A `loci` box: a name, then the degrees east and north in sixteenths of sixteen bits (3GPP TS 26.244, 8.10).
fn loci(bytes: &mut impl Bytes, found: Found) -> Option<(f64, f64)> {
    let content = bytes.most(found.from, (found.to - found.from).min(1024)).ok()?;
    let name_end = 6 + content.get(6..)?.iter().position(|byte| *byte == 0)?;
    let mut degrees = content.get(name_end + 2..)?.chunks_exact(4).map(|four| {
        let number = four.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        f64::from(number.cast_signed()) / 65_536.0
    });
    let (east, north) = (degrees.next()?, degrees.next()?);
    (north.abs() <= 90.0 && east.abs() <= 180.0).then_some((north, east))
}

/// MP4, `QuickTime` and 3GP: whether the film says where it was taken.
pub(super) fn video(bytes: &mut impl Bytes) -> Result<Told, Broken> {
    let mut told = Told::default();
    let len = bytes.len();
    films(bytes, (0, len), &mut told, 0)?;
    Ok(told)
}

fn films(bytes: &mut impl Bytes, (from, to): (u64, u64), told: &mut Told, depth: u32) -> Result<(), Broken> {
    if depth > DEPTH_MAX {
        return Ok(());
    }
    for found in boxes(bytes, from, to)?.0 {
        let inside = (found.from, found.to);
        match &found.kind {
            b"moov" | b"trak" | b"udta" | b"mpvd" => films(bytes, inside, told, depth + 1)?,
            // In `QuickTime` no full box, elsewhere one.
            b"meta" => {
                let skip = if bytes.be32(found.from + 4) == Ok(u32::from_be_bytes(*b"hdlr")) { 0 } else { 4 };
                films(bytes, (found.from + skip, found.to), told, depth + 1)?;
            }
            b"loci" => {
                told.has_location = true;
                told.place = told.place.or(loci(bytes, found));
            }
            b"\xa9xyz" => {
                told.has_location = true;
                told.iso6709(&bytes.most(found.from + 4, (found.to - found.from).min(64))?);
            }
            b"keys" => {
                let keys = bytes.read(found.from, (found.to - found.from).min(PIECE_MAX_BYTES))?;
                told.has_location |= contains(&keys, b"location.ISO6709");
            }
            _ => {}
        }
    }
    Ok(())
}
