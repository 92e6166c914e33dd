use super::*;

const MS: Duration = Duration::from_millis(1);

/// A folder, and the time since it is watched.
struct Bench {
    folder: Folder,
    listing: Listing,
    now: Instant,
}

impl Bench {
    fn watching(names: &[(&str, u64)]) -> Self {
        let mut bench = Self { folder: Folder::default(), listing: Listing::new(), now: Instant::now() };
        for (name, size) in names {
            bench.put(name, *size);
        }
        bench.folder.begin(&bench.listing);
        bench
    }

    /// Writes a file.
    fn put(&mut self, name: &str, size: u64) {
        let modified = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(size));
        self.listing.insert(name.into(), Some(Facts { size, modified }));
    }

    fn rename(&mut self, from: &str, to: &str) {
        let facts = self.listing.remove(OsStr::new(from)).unwrap();
        self.listing.insert(to.into(), facts);
    }

    /// How long until it has to be looked at.
    fn waits(&mut self) -> Duration {
        self.folder.look(&self.listing, self.now);
        self.folder.pause(self.now).unwrap()
    }

    /// What is told at the end of this time, looked at every half second.
    fn pass(&mut self, ms: u32) -> Vec<String> {
        let mut told = Vec::new();
        for _ in 0..=ms / 500 {
            self.folder.look(&self.listing, self.now);
            let names = self.folder.complete(self.now);
            self.folder.told(&names);
            told.extend(names.into_iter().map(|name| name.into_string().unwrap()));
            self.now += MS * 500;
        }
        told
    }
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_file_that_appears_is_told_once_when_it_has_stood_still() {
    let mut bench = Bench::watching(&[("old.txt", 3)]);
    bench.put("new.txt", 5);
    assert_eq!(bench.pass(1_500), NOTHING);
    assert_eq!(bench.pass(500), ["new.txt"]);
    assert_eq!(bench.pass(20_000), NOTHING);
}

#[test]
fn one_that_grows_waits_for_its_end() {
    let mut bench = Bench::watching(&[]);
    for size in 1..=20 {
        bench.put("film.mp4", size);
        assert_eq!(bench.pass(1_000), NOTHING, "{size}");
    }
    assert_eq!(bench.pass(2_000), ["film.mp4"]);
}

#[test]
fn what_was_there_before_is_left_alone_also_when_it_changes() {
    let mut bench = Bench::watching(&[("old.txt", 3)]);
    assert!(!bench.folder.wants(OsStr::new("old.txt")));
    bench.put("old.txt", 4);
    assert_eq!(bench.pass(5_000), NOTHING);
    // One that went and came again has appeared.
    bench.listing.clear();
    assert_eq!(bench.pass(500), NOTHING);
    bench.put("old.txt", 4);
    assert_eq!(bench.pass(5_000), ["old.txt"]);
}

#[test]
fn a_changed_one_is_told_again() {
    let mut bench = Bench::watching(&[]);
    bench.put("a.txt", 1);
    assert_eq!(bench.pass(3_000), ["a.txt"]);
    bench.put("a.txt", 2);
    assert_eq!(bench.pass(3_000), ["a.txt"]);
}

#[test]
fn unfinished_names_wait_until_they_are_renamed() {
    let names = [
        "a.part",
        "a.PARTIAL",
        "a.crdownload",
        "a.tmp",
        "a.txt~",
        ".hidden",
        "~$report.docx",
        ".~lock.a.odt#",
    ];
    let mut bench = Bench::watching(&[]);
    for name in names {
        bench.put(name, 7);
    }
    assert_eq!(bench.pass(10_000), NOTHING);
    for (number, name) in names.into_iter().enumerate() {
        let whole = format!("whole {number}");
        bench.rename(name, &whole);
        assert_eq!(bench.pass(3_000), [whole], "{name}");
    }
}

#[test]
fn a_browsers_empty_place_for_a_file_is_not_the_file() {
    for loading in ["a.zip.part", "a.x7Kq.zip.part", "a.zip.crdownload", "a.zip.!qB"] {
        let mut bench = Bench::watching(&[]);
        bench.put("a.zip", 0);
        bench.put(loading, 9);
        assert_eq!(bench.pass(20_000), NOTHING, "{loading}");
        bench.rename(loading, "a.zip");
        assert_eq!(bench.pass(3_000), ["a.zip"], "{loading}");
    }
    // One that was made before Affix was opened is filled while it runs.
    let mut bench = Bench::watching(&[("a.zip", 0), ("a.zip.part", 5)]);
    assert_eq!(bench.pass(3_000), NOTHING);
    bench.rename("a.zip.part", "a.zip");
    assert_eq!(bench.pass(3_000), ["a.zip"]);
    // And an empty file is one.
    let mut bench = Bench::watching(&[]);
    bench.put("empty.txt", 0);
    assert_eq!(bench.pass(3_000), ["empty.txt"]);
}

#[test]
fn what_appears_together_is_told_together() {
    let mut bench = Bench::watching(&[]);
    let mut batches = Vec::new();
    for number in 0..500_u64 {
        bench.put(&format!("{number:03}.jpg"), 1 + number);
        if number % 100 == 0 {
            batches.push(bench.pass(0).len());
        }
    }
    batches.extend([bench.pass(1_000), bench.pass(3_000)].map(|told| told.len()));
    assert_eq!(batches.into_iter().filter(|count| *count > 0).collect::<Vec<_>>(), [500]);
}

#[test]
fn what_appears_for_ever_does_not_hold_the_others() {
    let mut bench = Bench::watching(&[]);
    let mut batches = Vec::new();
    for number in 0..60_u64 {
        bench.put(&format!("{number}"), 1);
        batches.push(bench.pass(500).len());
    }
    let told: Vec<_> = batches.into_iter().filter(|count| *count > 0).collect();
    assert!((2..=8).contains(&told.len()) && told.iter().sum::<usize>() > 45, "{told:?}");
}

#[test]
fn one_that_is_written_to_is_asked_after_more_and_more_seldom() {
    let mut bench = Bench::watching(&[]);
    bench.put("log", 1);
    let mut asked = Vec::new();
    for half_second in 0..200 {
        bench.folder.look(&bench.listing, bench.now);
        if !bench.folder.complete(bench.now).is_empty() {
            bench.folder.is_open(OsStr::new("log"), bench.now);
            asked.push(half_second / 2);
        }
        bench.now += MS * 500;
    }
    assert_eq!(asked, [2, 6, 14, 30, 60, 90], "seconds");
    assert_eq!(bench.waits(), MS * 20_000, "nor is the folder looked at for it");
    // Nobody waits so long for it after its end.
    bench.folder.is_closed(OsStr::new("log"), bench.now);
    assert_eq!(bench.waits(), STILL);
    assert_eq!(bench.pass(2_000), ["log"]);
    assert_eq!(bench.folder.pause(bench.now), None);
}

#[test]
fn one_that_is_written_to_and_changes_is_new_again() {
    let mut bench = Bench::watching(&[]);
    bench.put("a", 1);
    for _ in 0..5 {
        bench.folder.look(&bench.listing, bench.now);
        bench.folder.is_open(OsStr::new("a"), bench.now);
    }
    bench.put("a", 2);
    assert_eq!(bench.pass(1_500), NOTHING);
    assert_eq!(bench.pass(500), ["a"]);
}

#[test]
fn what_editors_leave_beside_a_file_is_in_nobodys_way() {
    for [name, beside] in [
        ["notes.txt", "notes.txt~"],
        ["a.jpg", "a.jpg.tmp"],
        ["film", "film2.mp4.part"],
        ["film", "film.mp4.part"],
        ["a.txt", ".a.txt.swp"],
    ] {
        for size in [7, 0] {
            let mut bench = Bench::watching(&[]);
            bench.put(beside, 9);
            bench.put(name, size);
            if (size, beside) == (0, "film.mp4.part") {
                // That may be Firefox's place for it.
                assert_eq!(bench.pass(60_000), NOTHING);
            } else {
                assert_eq!(bench.pass(2_500), [name], "{beside}, {size}");
            }
            assert_eq!(bench.folder.pause(bench.now), None, "{beside}, {size}: it is not looked at for ever");
        }
    }
}

#[test]
fn a_file_waits_for_a_download_of_its_name_as_long_as_that_grows() {
    for beside in ["a.zip.part", "a.zip.crdownload", "a.zip.filepart", "a.zip.!qB"] {
        let mut bench = Bench::watching(&[]);
        bench.put("a.zip", 7);
        for size in 1..=10 {
            bench.put(beside, size);
            assert_eq!(bench.pass(20_000), NOTHING, "{beside}");
        }
        assert!(bench.waits() > MS * 5_000, "{beside}");
        assert_eq!(bench.pass(20_000), ["a.zip"], "{beside}");
        // Loaded anew in its place.
        bench.rename(beside, "a.zip");
        assert_eq!(bench.pass(3_000), ["a.zip"], "{beside}");
    }
}

/// aria2 gives the file its full size first, and saves what stands beside it once a minute.
#[test]
fn a_file_is_never_whole_while_aria2_has_not_finished_it() {
    let mut bench = Bench::watching(&[]);
    bench.put("a.iso", 7);
    bench.put("a.iso.aria2", 1);
    assert_eq!(bench.pass(600_000), NOTHING);
    assert_eq!(bench.folder.pause(bench.now), None);
    bench.listing.remove(OsStr::new("a.iso.aria2"));
    assert_eq!(bench.pass(500), ["a.iso"]);
}

#[test]
fn what_is_there_when_the_folder_comes_back_was_there_before() {
    let mut bench = Bench::watching(&[]);
    bench.put("told", 1);
    assert_eq!(bench.pass(3_000), ["told"]);
    bench.put("waits", 1);
    assert_eq!(bench.pass(0), NOTHING);
    bench.put("unknown", 1);
    bench.folder.begin(&bench.listing);
    assert_eq!(bench.pass(5_000), ["waits"]);
}

#[test]
fn what_waited_waits_on_when_its_folder_is_mounted_again() {
    let mut bench = Bench::watching(&[("old", 1)]);
    bench.put("told", 1);
    assert_eq!(bench.pass(3_000), ["told"]);
    bench.put("waits", 1);
    assert_eq!(bench.pass(0), NOTHING);
    // The empty folder that others are mounted on.
    let mounted = std::mem::take(&mut bench.listing);
    bench.folder.begin(&bench.listing);
    assert_eq!(bench.pass(20_000), NOTHING);
    bench.listing = mounted;
    bench.put("unknown", 1);
    bench.folder.begin(&bench.listing);
    assert_eq!(bench.pass(5_000), ["waits"]);
}

#[test]
fn two_downloads_of_one_name_are_both_waited_for() {
    for beside in [["a.part", "a.aria2"], ["a.aria2", "a.part"]] {
        let mut bench = Bench::watching(&[]);
        bench.put("a", 7);
        for name in beside {
            bench.put(name, 1);
        }
        assert_eq!(bench.pass(100_000), NOTHING);
        bench.listing.remove(OsStr::new("a.aria2"));
        assert_eq!(bench.pass(1_000), ["a"]);
    }
}
