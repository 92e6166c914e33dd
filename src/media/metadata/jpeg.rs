//! JPEG: segments up to the picture's end. What shows the picture is kept, the rest is not.
//! ITU-T T.81, annex B; T.871 (JFIF); ICC.1, annex B.4.

use super::plan::{Edits, Plan};
use super::told::{Told, is_turned_tiff, turned_tiff};
use crate::media::bytes::{Broken, Bytes};
use crate::media::icc;

/// More segments than any photo has; colour profiles and XMP come in many.
const SEGMENTS_MAX: usize = 20_000;
const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const MORE_XMP: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
const BLOCK_BYTES: u64 = 64 << 10;

/// What becomes of a segment.
enum Verdict {
    Keep,
    /// Its first bytes only, with a new length.
    Begin(u64),
    Drop,
}

pub(super) fn plan(bytes: &mut impl Bytes) -> Result<Plan, Broken> {
    let mut plan = Plan::default();
    let mut state = State::default();
    plan.keep(0, 2);
    let mut at = 2;
    let mut exif_at = None;
    for _ in 0..SEGMENTS_MAX {
        let Some((marker, from)) = next_marker(bytes, at, &mut plan)? else { return Err(Broken) };
        // After JFIF, which has to be first, and before everything else.
        if marker != 0xe0 && exif_at.is_none() {
            exif_at = Some(plan.here());
        }
        at = match marker {
            0xd9 => {
                plan.keep(from, from + 2);
                let tail = bytes.len() - (from + 2);
                plan.gone += tail;
                plan.told.bytes += tail;
                return Ok(state.end(plan, exif_at));
            }
            0xd8 => return Err(Broken),
            0x01 | 0xd0..=0xd7 => {
                plan.keep(from, from + 2);
                from + 2
            }
            _ => {
                let end = segment_end(bytes, from)?;
                if marker == 0xda {
                    let next = scan_end(bytes, end)?;
                    plan.keep(from, next);
                    if next == bytes.len() {
                        // Broken off in the picture: that is sent as it is.
                        return Ok(state.end(plan, exif_at));
                    }
                    next
                } else {
                    state.segment(bytes, &mut plan, (marker, from, end))?;
                    end
                }
            }
        };
    }
    Err(Broken)
}

/// The marker at or after this place and where it begins; what lies between segments belongs to none of them.
fn next_marker(bytes: &mut impl Bytes, at: u64, plan: &mut Plan) -> Result<Option<(u8, u64)>, Broken> {
    let mut from = at;
    while from + 1 < bytes.len() {
        let (first, second) = (bytes.byte(from)?, bytes.byte(from + 1)?);
        if first == 0xff && second != 0 && second != 0xff {
            plan.gone += from - at;
            return Ok(Some((second, from)));
        }
        from += 1;
    }
    Ok(None)
}

fn segment_end(bytes: &mut impl Bytes, from: u64) -> Result<u64, Broken> {
    let len = u64::from(bytes.be16(from + 2)?);
    let end = from + 2 + len;
    if len < 2 || end > bytes.len() { Err(Broken) } else { Ok(end) }
}

/// The first marker after a scan's data, or the file's end.
fn scan_end(bytes: &mut impl Bytes, from: u64) -> Result<u64, Broken> {
    let mut at = from;
    while at < bytes.len() {
        let block = bytes.most(at, BLOCK_BYTES)?;
        let mut begin = 0;
        while let Some(found) = block.get(begin..).unwrap_or_default().iter().position(|byte| *byte == 0xff) {
            let place = begin + found;
            match block.get(place + 1) {
                // Stuffed, a restart, or a byte that fills.
                Some(0 | 0xd0..=0xd7 | 0xff) => begin = place + 1,
                Some(_) => return Ok(at + place as u64),
                None if at + place as u64 + 1 >= bytes.len() => return Ok(bytes.len()),
                // Looked at again with the next block.
                None => break,
            }
        }
        let is_cut = block.last() == Some(&0xff) && at + (block.len() as u64) < bytes.len();
        at += block.len() as u64 - u64::from(is_cut);
    }
    Ok(bytes.len())
}

#[derive(Default)]
struct State {
    has_jfif: bool,
    /// The EXIF that is there is one of ours.
    has_own: bool,
}

impl State {
    fn segment(
        &mut self,
        bytes: &mut impl Bytes,
        plan: &mut Plan,
        (marker, from, end): (u8, u64, u64),
    ) -> Result<(), Broken> {
        let payload = from + 4;
        let head = bytes.most(payload, (end - payload).min(64))?;
        let verdict = match marker {
            0xe0 => self.jfif(&head, end - payload),
            0xe1 => {
                let payload = bytes.read(payload, end - payload)?;
                self.app1(&payload, &mut plan.told)
            }
            0xe2 if head.starts_with(icc::MARK) => Verdict::Keep,
            0xed => {
                plan.told.photoshop(&bytes.read(payload, end - payload)?);
                Verdict::Drop
            }
            // How the colours are coded: without it they are garbled.
            0xee if head.starts_with(b"Adobe") && end - payload > 12 => Verdict::Begin(12),
            0xee if head.starts_with(b"Adobe") => Verdict::Keep,
            0xe2..=0xef | 0xfe => Verdict::Drop,
            _ => Verdict::Keep,
        };
        match verdict {
            Verdict::Keep => plan.keep(from, end),
            Verdict::Begin(len) => {
                let short = u16::try_from(len + 2).map_err(|_never| Broken)?;
                let mut segment = vec![0xff, marker];
                segment.extend(short.to_be_bytes());
                segment.extend(bytes.read(payload, len)?);
                if marker == 0xe0 {
                    // Without its thumbnail it has no pixels either.
                    segment.extend([0, 0]);
                    segment.splice(2..4, [0, 16]);
                }
                plan.gone += end - payload - len;
                plan.told.bytes += end - payload - len;
                plan.put(segment);
            }
            Verdict::Drop => {
                plan.gone += end - from;
                plan.told.bytes += end - from;
            }
        }
        Ok(())
    }

    fn jfif(&mut self, head: &[u8], len: u64) -> Verdict {
        if self.has_jfif || !head.starts_with(b"JFIF\0") || len < 14 {
            return Verdict::Drop;
        }
        self.has_jfif = true;
        let has_thumbnail = head.get(12..14) != Some(&[0, 0]);
        if len == 14 && !has_thumbnail { Verdict::Keep } else { Verdict::Begin(12) }
    }

    fn app1(&mut self, payload: &[u8], told: &mut Told) -> Verdict {
        if let Some(exif) = payload.strip_prefix(EXIF) {
            let is_first = told.orientation.is_none();
            told.exif(exif);
            if is_turned_tiff(exif) && is_first {
                self.has_own = true;
                return Verdict::Keep;
            }
        } else if let Some(xmp) = payload.strip_prefix(XMP).or_else(|| payload.strip_prefix(MORE_XMP)) {
            told.xmp(xmp);
        }
        Verdict::Drop
    }

    fn end(self, mut plan: Plan, exif_at: Option<usize>) -> Plan {
        if let (Some(orientation), Some(place), false) = (plan.told.turn(), exif_at, self.has_own) {
            let mut exif = vec![0xff, 0xe1, 0, 34];
            exif.extend(EXIF);
            exif.extend(turned_tiff(orientation));
            plan.put_at(place, exif);
        }
        plan
    }
}

/// Blanks what tells something in a JPEG inside of another file, which keeps its length. A JPEG that cannot be read
/// through is left alone: nobody finds anything in it either.
pub(super) fn blank(
    bytes: &mut impl Bytes,
    at: u64,
    edits: &mut Edits,
    told: &mut Told,
) -> Result<(), Broken> {
    if bytes.be16(at) != Ok(0xffd8) {
        return Ok(());
    }
    let mut from = at + 2;
    for _ in 0..SEGMENTS_MAX {
        let Ok([0xff, marker]) = bytes.array(from) else { return Ok(()) };
        if !matches!(marker, 0xc0..=0xcf | 0xdb..=0xdd | 0xe0..=0xef | 0xfe) {
            return Ok(());
        }
        let Ok(end) = segment_end(bytes, from) else { return Ok(()) };
        let (payload, len) = (from + 4, end - from - 4);
        if matches!(marker, 0xe1 | 0xed | 0xfe) {
            let content = bytes.read(payload, len)?;
            let before = (told.orientation, told.bytes);
            if let Some(exif) = content.strip_prefix(EXIF) {
                told.exif(exif);
            } else if marker == 0xe1 {
                told.xmp(&content);
            } else if marker == 0xed {
                told.photoshop(&content);
            }
            told.orientation = before.0;
            edits.blank(bytes, payload, len, &[])?;
        }
        from = end;
    }
    Ok(())
}
