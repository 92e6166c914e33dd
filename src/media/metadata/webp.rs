//! WebP: the chunks that show the picture are kept. <https://developers.google.com/speed/webp/docs/riff_container>

use super::plan::Plan;
use super::told::{is_turned_tiff, turned_tiff};
use crate::media::bytes::{Broken, Bytes, PIECE_MAX_BYTES};

const CHUNKS_MAX: usize = 200_000;
const HEAD_BYTES: u64 = 12;
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;

pub(super) fn plan(bytes: &mut impl Bytes) -> Result<Plan, Broken> {
    let mut plan = Plan::default();
    let riff_end = (8 + u64::from(le32(bytes, 4)?)).min(bytes.len());
    let riff_at = plan.here();
    let (mut at, mut extended, mut has_own, mut has_picture) = (HEAD_BYTES, None, false, false);
    let mut chunks = 0;
    while at + 8 <= riff_end {
        chunks += 1;
        if chunks > CHUNKS_MAX {
            return Err(Broken);
        }
        let kind: [u8; 4] = bytes.array(at)?;
        let len = u64::from(le32(bytes, at + 4)?);
        // Chunks are padded to even lengths.
        let end = (at + 8 + len + (len & 1)).min(riff_end.max(at + 8 + len));
        if end > bytes.len() {
            return Err(Broken);
        }
        match &kind {
            b"VP8X" => {
                extended = Some((plan.here(), bytes.read(at, end - at)?));
            }
            b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ANMF" | b"ICCP" => {
                has_picture |= &kind != b"ICCP";
                plan.keep(at, end);
            }
            _ => {
                let content = bytes.read(at + 8, len.min(PIECE_MAX_BYTES))?;
                let tiff = content.strip_prefix(b"Exif\0\0").unwrap_or(&content);
                match &kind {
                    b"EXIF" => plan.told.exif(tiff),
                    b"XMP " => plan.told.xmp(&content),
                    _ => {}
                }
                if &kind == b"EXIF" && is_turned_tiff(&content) && !has_own {
                    has_own = true;
                    plan.keep(at, end);
                } else {
                    plan.gone += end - at;
                    plan.told.bytes += end - at;
                }
            }
        }
        at = end;
    }
    if !has_picture {
        return Err(Broken);
    }
    let tail = bytes.len() - at;
    plan.gone += tail;
    plan.told.bytes += tail;
    end(&mut plan, riff_at, extended, has_own)?;
    Ok(plan)
}

/// The turn, the flags and the length, as they are now.
fn end(
    plan: &mut Plan,
    riff_at: usize,
    extended: Option<(usize, Vec<u8>)>,
    has_own: bool,
) -> Result<(), Broken> {
    if let Some((place, mut head)) = extended {
        let turn = plan.told.turn().filter(|_| !has_own);
        if let Some(orientation) = turn {
            let mut exif = b"EXIF\x1a\0\0\0".to_vec();
            exif.extend(turned_tiff(orientation));
            plan.put(exif);
        }
        if let Some(flags) = head.get_mut(8) {
            *flags &= !(HAS_EXIF | HAS_XMP);
            *flags |= if has_own || turn.is_some() { HAS_EXIF } else { 0 };
        }
        plan.put_at(place, head);
    }
    let len = u32::try_from(plan.len() + 4).map_err(|_too_long| Broken)?;
    let mut riff = b"RIFF".to_vec();
    riff.extend(len.to_le_bytes());
    riff.extend(b"WEBP");
    plan.put_at(riff_at, riff);
    Ok(())
}

fn le32(bytes: &mut impl Bytes, at: u64) -> Result<u32, Broken> {
    bytes.array(at).map(u32::from_le_bytes)
}
