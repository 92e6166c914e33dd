//! PNG: the chunks that show the picture are kept. <https://www.w3.org/TR/png-3/>

use super::plan::Plan;
use super::told::{is_turned_tiff, turned_tiff};
use crate::media::bytes::{Broken, Bytes, PIECE_MAX_BYTES};

/// Sound pictures have some thousands: cameras' PNGs are written in blocks of 8 KiB.
const CHUNKS_MAX: usize = 2_000_000;
const HEAD_BYTES: u64 = 8;

/// The chunks besides the critical ones that change how a picture looks.
const SHOWN: [&[u8; 4]; 17] = [
    b"acTL", b"bKGD", b"cHRM", b"cICP", b"cLLI", b"cLLi", b"fcTL", b"fdAT", b"gAMA", b"hIST", b"iCCP",
    b"mDCV", b"mDCv", b"pHYs", b"sBIT", b"sRGB", b"tRNS",
];

pub(super) fn plan(bytes: &mut impl Bytes) -> Result<Plan, Broken> {
    let mut plan = Plan::default();
    plan.keep(0, HEAD_BYTES);
    let (mut at, mut exif_at, mut has_own) = (HEAD_BYTES, None, false);
    for _ in 0..CHUNKS_MAX {
        let len = u64::from(bytes.be32(at)?);
        let kind: [u8; 4] = bytes.array(at + 4)?;
        let end = at + len + 12;
        if end > bytes.len() {
            if &kind != b"IDAT" {
                return Err(Broken);
            }
            // Broken off in the picture: that is sent as it is.
            plan.keep(at, bytes.len());
            break;
        }
        let is_critical = kind[0].is_ascii_uppercase();
        if &kind == b"eXIf" && len <= PIECE_MAX_BYTES {
            let exif = bytes.read(at + 8, len)?;
            plan.told.exif(&exif);
            has_own |= is_turned_tiff(&exif);
        } else if matches!(&kind, b"iTXt" | b"tEXt") && len <= PIECE_MAX_BYTES {
            plan.told.xmp(&bytes.read(at + 8, len)?);
        }
        let is_own = &kind == b"eXIf" && has_own && len == 26;
        if is_critical || is_own || SHOWN.contains(&&kind) {
            plan.keep(at, end);
        } else {
            plan.gone += end - at;
            plan.told.bytes += end - at;
        }
        at = end;
        if &kind == b"IHDR" {
            exif_at = Some(plan.here());
        }
        if &kind == b"IEND" {
            let tail = bytes.len() - at;
            plan.gone += tail;
            plan.told.bytes += tail;
            break;
        }
    }
    if let (Some(orientation), Some(place), false) = (plan.told.turn(), exif_at, has_own) {
        plan.put_at(place, chunk(*b"eXIf", &turned_tiff(orientation)));
    }
    Ok(plan)
}

fn chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let mut chunk = u32::try_from(content.len()).unwrap_or_default().to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(content);
    let crc = crc32(chunk.get(4..).unwrap_or_default());
    chunk.extend(crc.to_be_bytes());
    chunk
}

/// Annex D of the specification.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_specification() {
        // Of every PNG's last chunk.
        assert_eq!(chunk(*b"IEND", b""), b"\0\0\0\0IEND\xae\x42\x60\x82");
    }
}
