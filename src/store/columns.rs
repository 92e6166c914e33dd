//! Paths, times and words as columns, and back.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as WordError, StrDeserializer};

use crate::domain::attachment::{Priority, State};
use crate::domain::error::Step;
use crate::store::SessionId;

/// A path as the system has it: its bytes on Unix, its UTF-16 units (little-endian) on Windows.
#[cfg(unix)]
pub(super) fn path_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

/// The path that [`path_bytes`] gave.
#[cfg(unix)]
pub(super) fn bytes_path(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    PathBuf::from(std::ffi::OsString::from_vec(bytes))
}

/// A path as the system has it: its bytes on Unix, its UTF-16 units (little-endian) on Windows.
#[cfg(windows)]
pub(super) fn path_bytes(path: &Path) -> Vec<u8> {
    use std::os::windows::ffi::OsStrExt;
    path.as_os_str().encode_wide().flat_map(u16::to_le_bytes).collect()
}

/// The path that [`path_bytes`] gave.
#[cfg(windows)]
pub(super) fn bytes_path(bytes: Vec<u8>) -> PathBuf {
    use std::os::windows::ffi::OsStringExt;
    let (pairs, _odd_byte_of_a_damaged_row) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().copied().map(u16::from_le_bytes).collect();
    PathBuf::from(std::ffi::OsString::from_wide(&units))
}

/// Nanoseconds since 1970, negative before; none outside the years 1677 to 2262.
pub(super) fn to_nanos(time: SystemTime) -> Option<i64> {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).ok(),
        Err(before) => i64::try_from(before.duration().as_nanos()).ok().map(|nanos| -nanos),
    }
}

/// The time that [`to_nanos`] gave; none where this system cannot express it.
pub(super) fn from_nanos(nanos: i64) -> Option<SystemTime> {
    let distance = Duration::from_nanos(nanos.unsigned_abs());
    if nanos < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
}

/// SQLite's integers are signed; no file is as large as the difference.
pub(super) fn to_integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl ToSql for State {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for State {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        Self::parse(word).ok_or_else(|| unknown("state", word))
    }
}

impl ToSql for Priority {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.number().into())
    }
}

impl FromSql for Priority {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self::from_number)
    }
}

impl ToSql for Step {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_str().into())
    }
}

impl FromSql for Step {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = value.as_str()?;
        let deserializer: StrDeserializer<'_, WordError> = word.into_deserializer();
        Self::deserialize(deserializer).map_err(FromSqlError::other)
    }
}

impl ToSql for SessionId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.to_string().into())
    }
}

impl FromSql for SessionId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::from_str(value.as_str()?).map_err(FromSqlError::other)
    }
}

fn unknown(what: &str, word: &str) -> FromSqlError {
    FromSqlError::other(std::io::Error::other(format!("unknown {what} {word:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_nanoseconds_on_both_sides_of_1970() {
        // Windows counts in steps of a hundred.
        let step = if cfg!(windows) { 100 } else { 1 };
        for steps in [0, 1, -1, 17_900_000_001_234_567, -12_345_678_987_654_321] {
            let nanos = steps * step;
            let time = from_nanos(nanos).unwrap();
            assert_eq!(to_nanos(time), Some(nanos));
        }
        let far = UNIX_EPOCH + Duration::from_hours(24 * 366 * 400);
        assert_eq!(to_nanos(far), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_keeps_bytes_that_are_not_utf8() {
        let bytes = b"/tmp/\xff\xfe\n\xe2\x80\xae.jpg".to_vec();
        assert_eq!(path_bytes(&bytes_path(bytes.clone())), bytes);
    }

    #[cfg(windows)]
    #[test]
    fn a_path_keeps_lone_surrogates() {
        let bytes = vec![b'C', 0, b':', 0, 0x00, 0xd8];
        assert_eq!(path_bytes(&bytes_path(bytes.clone())), bytes);
    }
}
