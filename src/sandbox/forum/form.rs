//! The multipart form of an upload, read as it streams: files go to disk, and the bytes of the whole body pass the
//! signature's check. The order of the fields does not matter.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::BodyDataStream;
use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use bytes::Bytes;
use futures_util::Stream;

use super::Failure;
use super::signature::BodyCheck;
use crate::sandbox::Shared;
use crate::sandbox::files::Incoming;
use crate::sandbox::intake::IntakeError;

/// So much of a file's beginning is held in memory, to look at the picture.
pub(super) const HEAD_MAX_BYTES: usize = 8 * 1024 * 1024;
/// No text field of the form is longer.
const TEXT_MAX_BYTES: usize = 256;

/// A request's body whose bytes pass the signature's check. Its clones are the same body: what the form's reader
/// leaves behind can be read on.
#[derive(Debug, Clone)]
pub(super) struct Tap(Arc<Mutex<Tapped>>);

#[derive(Debug)]
struct Tapped {
    body: BodyDataStream,
    check: Option<BodyCheck>,
}

impl Tap {
    pub(super) fn new(body: BodyDataStream, check: Option<BodyCheck>) -> Self {
        Self(Arc::new(Mutex::new(Tapped { body, check })))
    }

    /// Whether the signature fits, once the body has been read to its end. Always true when it does not cover the body.
    pub(super) fn is_signed(&self) -> bool {
        let check = self.0.lock().unwrap_or_else(PoisonError::into_inner).check.take();
        check.is_none_or(BodyCheck::finish)
    }
}

impl Stream for Tap {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut tapped = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let polled = Pin::new(&mut tapped.body).poll_next(context);
        if let (Poll::Ready(Some(Ok(bytes))), Some(check)) = (&polled, &mut tapped.check) {
            check.update(bytes);
        }
        polled
    }
}

/// A file of the form.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) name: String,
    /// Its first bytes; all of them when it is not longer.
    pub(super) head: Vec<u8>,
    pub(super) incoming: Incoming,
}

/// The form as it came; nothing is checked but its shape.
#[derive(Debug, Default)]
pub(super) struct Form {
    pub(super) kind: Option<String>,
    pub(super) group_name: Option<String>,
    pub(super) duration: Option<String>,
    pub(super) file: Option<Upload>,
    pub(super) thumb: Option<Upload>,
}

/// Reads the whole form. Fields of other names are left alone; one that comes twice is refused.
pub(super) async fn read(shared: &Shared, mut multipart: Multipart) -> Result<Form, Failure> {
    let mut form = Form::default();
    while let Some(field) = multipart.next_field().await.map_err(|error| malformed(&error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_second = match name.as_str() {
            "type" => form.kind.replace(text(field).await?).is_some(),
            "group_name" => form.group_name.replace(text(field).await?).is_some(),
            "duration" => form.duration.replace(text(field).await?).is_some(),
            "file" => form.file.replace(upload(shared, field).await?).is_some(),
            "thumb" => form.thumb.replace(upload(shared, field).await?).is_some(),
            _ => false,
        };
        if is_second {
            return Err(Failure::invalid(format!("{name} stands twice in the form")));
        }
    }
    Ok(form)
}

async fn text(mut field: Field<'_>) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| malformed(&error))? {
        if bytes.len().saturating_add(chunk.len()) > TEXT_MAX_BYTES {
            return Err(Failure::invalid("a text field is too long"));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_not_utf8| Failure::invalid("a text field is not UTF-8"))
}

async fn upload(shared: &Shared, mut field: Field<'_>) -> Result<Upload, Failure> {
    let name = field.file_name().filter(|name| !name.is_empty()).map(str::to_owned);
    let name = name.ok_or_else(|| Failure::invalid("a file has no file name"))?;
    let mut head = Vec::new();
    let mut incoming = shared.files.begin().await.map_err(IntakeError::from)?;
    while let Some(chunk) = field.chunk().await.map_err(|error| malformed(&error))? {
        let room = HEAD_MAX_BYTES.saturating_sub(head.len()).min(chunk.len());
        head.extend_from_slice(chunk.get(..room).unwrap_or_default());
        incoming.write(&chunk).await.map_err(IntakeError::from)?;
    }
    Ok(Upload { name, head, incoming })
}

fn malformed(error: &MultipartError) -> Failure {
    Failure::invalid(format!("the form cannot be read: {}", error.body_text()))
}
