#![no_main]

use affix::domain::file_name::{self, is_direction_mark};

// The name of a file from elsewhere, as it is shown, shortened and mended.
libfuzzer_sys::fuzz_target!(|input: (&str, u8)| {
    let (name, room) = (input.0, usize::from(input.1));
    let shown = file_name::display(name);
    assert!(!shown.contains(|c: char| c.is_control() || is_direction_mark(c)), "{shown:?}");
    assert!(file_name::elide_middle(name, room).chars().count() <= room);
    if room > 0 {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let mended = file_name::repair(name, allowed, room);
        assert!(mended.chars().all(allowed) && mended.chars().count() <= room, "{mended:?}");
        assert!(!matches!(mended.as_str(), "" | "." | ".."), "{mended:?}");
    }
});
