//! GIF: pictures, their timing, the loop and the colour profile are kept. <https://www.w3.org/Graphics/GIF/spec-gif89a.txt>

use super::plan::Plan;
use crate::media::bytes::{Broken, Bytes, PIECE_MAX_BYTES};

const HEAD_BYTES: u64 = 13;
/// Frames and extensions.
const BLOCKS_MAX: usize = 1_000_000;

pub(super) fn plan(bytes: &mut impl Bytes) -> Result<Plan, Broken> {
    let mut plan = Plan::default();
    let mut at = HEAD_BYTES + table_len(bytes.byte(10)?);
    plan.keep(0, at);
    for _ in 0..BLOCKS_MAX {
        let end = match bytes.byte(at)? {
            // A picture: its place, its colours, the width of its codes.
            0x2c => {
                let colours = table_len(bytes.byte(at + 9)?);
                blocks_end(bytes, at + 10 + colours + 1)?
            }
            0x21 => blocks_end(bytes, at + 2)?,
            0x3b => {
                plan.keep(at, at + 1);
                let tail = bytes.len() - (at + 1);
                plan.gone += tail;
                plan.told.bytes += tail;
                return Ok(plan);
            }
            _ => return Err(Broken),
        };
        if bytes.byte(at)? == 0x2c || is_shown(bytes, at)? {
            plan.keep(at, end);
        } else {
            plan.told.xmp(&bytes.read(at, (end - at).min(PIECE_MAX_BYTES))?);
            plan.gone += end - at;
            plan.told.bytes += end - at;
        }
        at = end;
    }
    Err(Broken)
}

/// An extension that changes how it looks: timing, plain text, loops, colours.
fn is_shown(bytes: &mut impl Bytes, at: u64) -> Result<bool, Broken> {
    Ok(match bytes.byte(at + 1)? {
        0xf9 | 0x01 => true,
        0xff => matches!(&bytes.most(at + 3, 11)?[..], b"NETSCAPE2.0" | b"ANIMEXTS1.0" | b"ICCRGBG1012"),
        _ => false,
    })
}

/// Bytes of the table of colours that these flags announce.
fn table_len(flags: u8) -> u64 {
    if flags & 0x80 == 0 { 0 } else { 3 << (u64::from(flags & 7) + 1) }
}

/// Behind the sub-blocks that begin here.
fn blocks_end(bytes: &mut impl Bytes, mut at: u64) -> Result<u64, Broken> {
    loop {
        match bytes.byte(at)? {
            0 => return Ok(at + 1),
            len => at += 1 + u64::from(len),
        }
    }
}
