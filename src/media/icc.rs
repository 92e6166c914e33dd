//! Colour profiles in JPEG segments, where a long one comes in parts (ICC.1, annex B.4).

/// In front of each part.
pub(super) const MARK: &[u8] = b"ICC_PROFILE\0";

/// The part in this segment's content, if it is one, and its number.
pub(super) fn part(segment: &[u8]) -> Option<(u8, &[u8])> {
    match segment.strip_prefix(MARK)? {
        [number, _count, part @ ..] => Some((*number, part)),
        _ => None,
    }
}

/// The profile from its parts, which may come in any order.
pub(super) fn whole<P: AsRef<[u8]>>(mut parts: Vec<(u8, P)>) -> Option<Vec<u8>> {
    parts.sort_by_key(|(number, _)| *number);
    let parts: Vec<&[u8]> = parts.iter().map(|(_, part)| part.as_ref()).collect();
    Some(parts.concat()).filter(|profile| !profile.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_in_any_order() {
        let parts = [b"ICC_PROFILE\0\x02\x02cd".as_slice(), b"ICC_PROFILE\0\x01\x02ab"];
        let parts: Vec<_> = parts.iter().filter_map(|segment| part(segment)).collect();
        assert_eq!(whole(parts).as_deref(), Some(&b"abcd"[..]));
        assert_eq!(part(b"ICC_PROFILE\0\x01"), None);
        assert_eq!(part(b"MPF\0\x01\x02ab"), None);
        assert_eq!(whole::<&[u8]>(Vec::new()), None);
    }
}
