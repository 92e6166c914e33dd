//! What goes between the program and its readers: a head in JSON, then the bytes of pictures as they are.
//!
//! A message is the head's length (four bytes, the highest first), the head, and the blobs whose lengths the head names.
//! Paths are lists of numbers, because they need not be text. The reader is not trusted: what it answers is bounded, and
//! compared with what was asked.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::ops::Deref;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::attachment::FileFacts;
use crate::domain::changes::{CopyWish, Metadata, Removed};
use crate::domain::error::{Failure, Kind, Step};
use crate::media::{Area, Cache, Copied, Excerpt, Rgba, Thumb, ThumbSource, inspect};

/// What a reader says first: one of another version is none.
pub(super) const HELLO: &str = concat!("affix-reader ", env!("CARGO_PKG_VERSION"), "\n");

const HEAD_MAX_BYTES: u32 = 4 << 20;
const BLOBS_MAX_BYTES: u64 = 128 << 20;
/// A text is shown in its first lines.
const TEXT_MAX_BYTES: usize = 1 << 20;

/// What a reader is told.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Said {
    Call(Request),
    /// It may take much memory now.
    GoOn,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Request {
    pub path: WirePath,
    pub call: Call,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Call {
    Facts,
    Still { max_px: u32 },
    Small { cache: Option<Cache> },
    Part { area: Area, max_px: u32 },
    Frames { max_px: u32 },
    Excerpt,
    Moments { count: usize, max_px: u32 },
    Thumbnail { at_ms: Option<u64> },
    Metadata,
    Copy { wish: CopyWish, into: WirePath },
}

#[derive(Debug)]
pub(super) enum Answer {
    Facts(FileFacts),
    /// Each with its delay or its place in time, in milliseconds.
    Pictures(Vec<(Rgba, u64)>),
    Excerpt(Excerpt),
    Thumb(Thumb),
    Metadata(Metadata),
    Copied(Option<Copied>),
}

/// An answer as it came, before it is compared with what was asked.
#[derive(Debug)]
pub(super) struct Reply {
    head: Head,
    blobs: Vec<Vec<u8>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Head {
    result: Result<Shape, Failure>,
    blobs: Vec<u64>,
}

/// An answer without its blobs.
#[derive(Debug, Serialize, Deserialize)]
enum Shape {
    /// Not the answer yet: the work needs much memory, and waits until it may go on.
    Much,
    Facts(FactsShape),
    /// Width, height, milliseconds; one blob each.
    Pictures(Vec<(u32, u32, u64)>),
    Excerpt(Excerpt),
    /// One blob.
    Thumb {
        width: u32,
        height: u32,
        source: ThumbSource,
    },
    Metadata(Metadata),
    Copied(Option<CopyShape>),
}

/// What is not known without reading the file.
#[derive(Debug, Serialize, Deserialize)]
struct FactsShape {
    size: u64,
    mime: String,
    pixels: Option<(u32, u32)>,
    duration_secs: Option<u64>,
}

impl FactsShape {
    fn of(facts: FileFacts) -> Self {
        let FileFacts { path: _asked, name: _its, size, mime, modified: _too, pixels, duration_secs } = facts;
        Self { size, mime, pixels, duration_secs }
    }

    fn facts(self, path: &Path) -> FileFacts {
        let Self { size, mime, pixels, duration_secs } = self;
        let modified = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        let (path, name) = (path.to_owned(), inspect::name(path));
        FileFacts { path, name, size, mime, modified, pixels, duration_secs }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct CopyShape {
    /// Its name in the folder that it was to be written into.
    file: WirePath,
    name: String,
    mime: String,
    pixels: Option<(u32, u32)>,
    duration_secs: Option<u64>,
    removed: Option<Removed>,
}

impl CopyShape {
    fn of(copied: Copied) -> Self {
        let Copied { facts, removed } = copied;
        let FileFacts { path, name, size: _looked_up, mime, modified: _too, pixels, duration_secs } = facts;
        let file = WirePath(path.file_name().map(PathBuf::from).unwrap_or_default());
        Self { file, name, mime, pixels, duration_secs, removed }
    }

    /// The file that was written; none where it names anything but a plain file in that folder.
    fn copied(self, into: &Path) -> Option<Copied> {
        let Self { file, name, mime, pixels, duration_secs, removed } = self;
        let mut parts = file.components();
        let (Some(Component::Normal(own)), None) = (parts.next(), parts.next()) else { return None };
        let path = into.join(own);
        let metadata = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
        let (size, modified) = (metadata.len(), metadata.modified().ok());
        let facts = FileFacts { path, name, size, mime, modified, pixels, duration_secs };
        Some(Copied { facts, removed })
    }
}

impl Said {
    pub(super) fn bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        write_head(&mut bytes, self)?;
        Ok(bytes)
    }

    /// The next one; none at the end.
    pub(super) fn read(input: &mut impl Read) -> Option<Self> {
        read_head(input).ok()
    }
}

/// Writes that the work waits until it may take much memory.
pub(super) fn write_much(output: &mut impl Write) -> io::Result<()> {
    write_head(output, &Head { result: Ok(Shape::Much), blobs: Vec::new() })?;
    output.flush()
}

/// Writes what a call gave.
pub(super) fn write_answer(output: &mut impl Write, result: Result<Answer, Failure>) -> io::Result<()> {
    let (mut shape, mut blobs) = match result {
        Ok(answer) => split(answer),
        Err(failure) => (Err(failure), Vec::new()),
    };
    let bytes = |blobs: &[Vec<u8>]| blobs.iter().map(|blob| blob.len() as u64).sum::<u64>();
    if bytes(&blobs) > BLOBS_MAX_BYTES {
        let failure = Failure::new(Kind::TooLarge, "The pictures of this file need too much memory");
        (shape, blobs) = (Err(failure.at(Step::Inspect)), Vec::new());
    }
    let lengths = blobs.iter().map(|blob| blob.len() as u64).collect();
    write_head(output, &Head { result: shape, blobs: lengths })?;
    for blob in &blobs {
        output.write_all(blob)?;
    }
    output.flush()
}

fn split(answer: Answer) -> (Result<Shape, Failure>, Vec<Vec<u8>>) {
    match answer {
        Answer::Facts(facts) => (Ok(Shape::Facts(FactsShape::of(facts))), Vec::new()),
        Answer::Pictures(pictures) => {
            let shapes = pictures.iter().map(|(picture, ms)| (picture.width, picture.height, *ms)).collect();
            (Ok(Shape::Pictures(shapes)), pictures.into_iter().map(|(picture, _)| picture.pixels).collect())
        }
        Answer::Excerpt(excerpt) => (Ok(Shape::Excerpt(excerpt)), Vec::new()),
        Answer::Thumb(Thumb { jpeg, width, height, source }) => {
            (Ok(Shape::Thumb { width, height, source }), vec![jpeg])
        }
        Answer::Metadata(metadata) => (Ok(Shape::Metadata(metadata)), Vec::new()),
        Answer::Copied(copied) => (Ok(Shape::Copied(copied.map(CopyShape::of))), Vec::new()),
    }
}

impl Reply {
    /// The next one, within bounds.
    pub(super) fn read(input: &mut impl Read) -> io::Result<Self> {
        let head: Head = read_head(input)?;
        let whole = head.blobs.iter().try_fold(0_u64, |sum, bytes| sum.checked_add(*bytes));
        if whole.is_none_or(|bytes| bytes > BLOBS_MAX_BYTES) {
            return Err(io::Error::other("too much"));
        }
        let mut blobs = Vec::new();
        for length in &head.blobs {
            blobs.push(read_exactly(input, *length)?);
        }
        Ok(Self { head, blobs })
    }

    /// It waits until it may take much memory.
    pub(super) fn is_much(&self) -> bool {
        matches!(self.head.result, Ok(Shape::Much))
    }

    /// What was answered, if it is an answer to this request.
    pub(super) fn answer(self, request: &Request) -> Option<Result<Answer, Failure>> {
        let shape = match self.head.result {
            Ok(shape) => shape,
            Err(failure) => return Some(Err(failure)),
        };
        let answer = match (shape, &request.call) {
            (Shape::Facts(shape), Call::Facts) => Answer::Facts(shape.facts(&request.path)),
            (Shape::Pictures(shapes), call) => Answer::Pictures(pictures(shapes, self.blobs, call)?),
            (Shape::Excerpt(excerpt), Call::Excerpt) if excerpt.text.len() <= TEXT_MAX_BYTES => {
                Answer::Excerpt(excerpt)
            }
            (Shape::Thumb { width, height, source }, Call::Thumbnail { .. }) => {
                let jpeg = self.blobs.into_iter().next().filter(|jpeg| jpeg.starts_with(b"\xff\xd8"))?;
                Answer::Thumb(Thumb { jpeg, width, height, source })
            }
            (Shape::Metadata(metadata), Call::Metadata) => Answer::Metadata(metadata),
            (Shape::Copied(None), Call::Copy { .. }) => Answer::Copied(None),
            (Shape::Copied(Some(shape)), Call::Copy { into, .. }) => {
                Answer::Copied(Some(shape.copied(into)?))
            }
            _ => return None,
        };
        Some(Ok(answer))
    }
}

fn pictures(shapes: Vec<(u32, u32, u64)>, blobs: Vec<Vec<u8>>, call: &Call) -> Option<Vec<(Rgba, u64)>> {
    let (count, max_px) = match call {
        Call::Still { max_px } | Call::Part { max_px, .. } => (1, *max_px),
        Call::Small { .. } => (1, super::SMALL_PX),
        Call::Frames { max_px } => (usize::MAX, *max_px),
        Call::Moments { count, max_px } => (*count, *max_px),
        Call::Facts | Call::Excerpt | Call::Thumbnail { .. } | Call::Metadata | Call::Copy { .. } => {
            return None;
        }
    };
    if shapes.len() > count || shapes.len() != blobs.len() {
        return None;
    }
    let picture = |((width, height, ms), pixels): ((u32, u32, u64), Vec<u8>)| {
        let sides = 1..=max_px;
        let bytes = (u64::from(width) * u64::from(height)).checked_mul(4);
        let fits = sides.contains(&width) && sides.contains(&height) && bytes == Some(pixels.len() as u64);
        fits.then_some((Rgba { width, height, pixels }, ms))
    };
    shapes.into_iter().zip(blobs).map(picture).collect()
}

fn write_head(output: &mut impl Write, head: &impl Serialize) -> io::Result<()> {
    let head = serde_json::to_vec(head)?;
    let length = u32::try_from(head.len()).ok().filter(|length| *length <= HEAD_MAX_BYTES);
    let length = length.ok_or_else(|| io::Error::other("too much"))?;
    output.write_all(&length.to_be_bytes())?;
    output.write_all(&head)
}

fn read_head<T: for<'de> Deserialize<'de>>(input: &mut impl Read) -> io::Result<T> {
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length > HEAD_MAX_BYTES {
        return Err(io::Error::other("too much"));
    }
    Ok(serde_json::from_slice(&read_exactly(input, length.into())?)?)
}

/// Takes memory only as the bytes come.
fn read_exactly(input: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(ErrorKind::UnexpectedEof.into()) }
}

/// A path that need not be text: its bytes on Unix, its 16-bit units on Windows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::media) struct WirePath(PathBuf);

impl WirePath {
    /// A reader has a working folder of its own.
    pub(in crate::media) fn absolute(path: &Path) -> Self {
        Self(std::path::absolute(path).unwrap_or_else(|_empty| path.to_owned()))
    }
}

impl Deref for WirePath {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Serialize for WirePath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[cfg(unix)]
        let units = std::os::unix::ffi::OsStrExt::as_bytes(self.0.as_os_str()).iter().copied();
        #[cfg(windows)]
        let units = std::os::windows::ffi::OsStrExt::encode_wide(self.0.as_os_str());
        serializer.collect_seq(units)
    }
}

impl<'de> Deserialize<'de> for WirePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[cfg(unix)]
        let path = {
            let bytes = Vec::<u8>::deserialize(deserializer)?;
            <std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes)
        };
        #[cfg(windows)]
        let path = {
            let units = Vec::<u16>::deserialize(deserializer)?;
            <std::ffi::OsString as std::os::windows::ffi::OsStringExt>::from_wide(&units)
        };
        Ok(Self(path.into()))
    }
}
