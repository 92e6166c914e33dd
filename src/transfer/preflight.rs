//! The checks before sending: the capability's own, then the service's.

use crate::domain::attachment::FileFacts;
use crate::domain::describe::{Capability, Types};
use crate::domain::error::Kind;
use crate::domain::preflight::Finding;
use crate::domain::profile::Target;
use crate::domain::progress::human_bytes;
use crate::services::Service;

/// Everything that speaks against sending this file to this target, errors and warnings.
pub(super) fn check(service: &dyn Service, file: &FileFacts, target: &Target) -> Vec<Finding> {
    let description = service.description();
    let mut findings = by_capability(description.name, &description.capability, file);
    let own = service.preflight(file, target);
    // A service's own words about the same matter are better than the general ones.
    findings.retain(|general| !own.iter().any(|finding| finding.kind == general.kind));
    findings.extend(own);
    findings
}

fn by_capability(service: &str, capability: &Capability, file: &FileFacts) -> Vec<Finding> {
    let mut findings = Vec::new();
    if file.size == 0 && !capability.takes_empty {
        findings.push(Finding::error(Kind::Empty, format!("{service} does not take empty files")));
    }
    if let Some(max) = capability.max_bytes.filter(|max| file.size > *max) {
        findings.push(Finding::error(
            Kind::TooLarge,
            format!("{service} takes at most {}; this file has {}", human_bytes(max), human_bytes(file.size)),
        ));
    }
    if capability.types == Types::ImagesAndVideos && !file.is_image() && !file.is_video() {
        findings.push(Finding::error(
            Kind::WrongType,
            format!("{service} takes images and videos only; this file is {}", file.mime),
        ));
    }
    findings
}
