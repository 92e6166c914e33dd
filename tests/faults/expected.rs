//! What has to come of a fault: derived from the declared capability, with the exceptions and their reasons.

use affix::domain::attachment::State;
use affix::domain::describe::Repeat;
use affix::domain::error::{Kind, Step};

use crate::bench::Route;

/// What a fault is to the one who sent the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    /// It ends well, only later.
    Harmless,
    /// The connection broke before the request was sent whole: it was not acted on.
    Cut,
    /// The request was sent whole and no answer came; `kept`: it had been acted on.
    Lost { kept: bool, kind: Kind },
    /// An answer came that makes no sense, so nobody knows what was done.
    Unreadable,
    /// An answer with a status of failure.
    Status(u16),
    /// A well-formed answer that says that it failed.
    SaysFailed,
    /// A redirect to another host.
    Elsewhere,
    /// The upload address that was given out is over.
    Expired,
    /// A certificate that is not to be trusted: nothing was sent.
    Untrusted,
    /// The handshake of a secure connection broke: nothing was sent.
    NoHandshake,
}

/// How an upload that meets a fault once ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) state: State,
    /// Objects that the service keeps.
    pub(crate) objects: usize,
    /// Requests of the faulty route beyond those of an upload without faults; `None`: the first was the last.
    pub(crate) more: Option<usize>,
    /// Of the failure that was met: the one that led to a repeat, or the last.
    pub(crate) kind: Option<Kind>,
}

/// The kind that a status stands for (`Kind`'s own documentation).
pub(crate) fn kind_of(status: u16) -> Kind {
    match status {
        401 => Kind::Unauthorized,
        402 | 403 => Kind::Forbidden,
        404 | 410 => Kind::Gone,
        408 => Kind::Timeout,
        409 => Kind::NameTaken,
        413 => Kind::TooLarge,
        415 => Kind::WrongType,
        429 => Kind::RateLimited,
        500..=599 => Kind::Server,
        _ => Kind::Refused,
    }
}

impl Nature {
    pub(crate) fn kind(self) -> Option<Kind> {
        match self {
            // What says that it failed is read differently by each service, and a handshake breaks in many ways.
            Self::Harmless | Self::SaysFailed | Self::NoHandshake => None,
            Self::Untrusted => Some(Kind::Tls),
            Self::Cut => Some(Kind::Network),
            Self::Lost { kind, .. } => Some(kind),
            Self::Unreadable | Self::Elsewhere => Some(Kind::Protocol),
            Self::Status(status) => Some(kind_of(status)),
            Self::Expired => Some(Kind::Gone),
        }
    }

    /// The service acted on the request or may have.
    fn may_be_done(self) -> bool {
        match self {
            Self::Lost { .. } | Self::Unreadable | Self::SaysFailed => true,
            // 503 says that it did not.
            Self::Status(status) => status >= 500 && status != 503,
            Self::Harmless
            | Self::Cut
            | Self::Elsewhere
            | Self::Expired
            | Self::Untrusted
            | Self::NoHandshake => false,
        }
    }

    /// A repeat would end the same way.
    fn is_final(self) -> bool {
        match self {
            Self::Status(status) => status < 500 && !matches!(status, 408 | 425 | 429),
            Self::Elsewhere | Self::Untrusted => true,
            _ => false,
        }
    }
}

/// What the declarations say.
fn by_rule(route: &Route, nature: Nature) -> Outcome {
    let kind = nature.kind();
    let kept = matches!(nature, Nature::Lost { kept: true, .. });
    let before = usize::from(route.step == Step::Confirm);
    if nature == Nature::Harmless || (nature == Nature::Expired && route.name != "ticket") {
        return Outcome { state: State::Done, objects: 1, more: Some(0), kind: None };
    }
    if nature.is_final() {
        return Outcome { state: State::Failed, objects: before, more: None, kind };
    }
    if nature.may_be_done() && route.repeat == Repeat::Ambiguous {
        return Outcome { state: State::Unsure, objects: before + usize::from(kept), more: None, kind };
    }
    Outcome { state: State::Done, objects: 1, more: Some(1), kind }
}

/// An outcome that the declarations do not tell.
struct Exception {
    service: &'static str,
    route: &'static str,
    meets: fn(Nature) -> bool,
    change: fn(Outcome, Nature) -> Outcome,
    why: &'static str,
}

fn done(objects: usize, more: usize) -> Outcome {
    Outcome { state: State::Done, objects, more: Some(more), kind: None }
}

const EXCEPTIONS: &[Exception] = &[
    Exception {
        service: "cosmos",
        route: "upload",
        meets: |nature| nature == Nature::Status(400),
        change: |_, _| done(1, 1),
        why: "an unknown media type is a 400 like every other mistake, so the same try goes on as an octet stream",
    },
    Exception {
        service: "mixin",
        route: "confirm",
        meets: |nature| matches!(nature, Nature::Status(404 | 410)),
        change: |_, _| Outcome { kind: Some(Kind::Gone), ..done(2, 1) },
        why: "Mixin does not know the attachment that it gave out: only a new one helps, the first is an orphan",
    },
    Exception {
        service: "mixin",
        route: "confirm",
        meets: |nature| nature.is_final() && !matches!(nature, Nature::Status(404 | 410)),
        change: |_, _| done(1, 0),
        why: "the bytes are in and the ticket named their link, which is worth more than a failure",
    },
    Exception {
        service: "mixin",
        route: "bytes",
        meets: |nature| matches!(nature, Nature::Unreadable | Nature::SaysFailed | Nature::Elsewhere),
        change: |rule, _| Outcome { kind: None, ..done(rule.objects.max(1), 1) },
        why: "storage answers a PUT with a status alone, and may point to another region: the bytes carry no \
              credential; that they are missing is found by the next step",
    },
    Exception {
        service: "teable",
        route: "bytes",
        meets: |nature| matches!(nature, Nature::Unreadable | Nature::SaysFailed | Nature::Elsewhere),
        change: |rule, _| Outcome { kind: None, ..done(rule.objects.max(1), 1) },
        why: "as Mixin's storage",
    },
    Exception {
        service: "teable",
        route: "confirm",
        meets: |nature| !nature.is_final() && !matches!(nature, Nature::Harmless | Nature::Expired),
        change: |rule, _| Outcome { objects: 2, ..rule },
        why: "a notify is never repeated (services.md): all begins with a new token, the first bytes are an orphan",
    },
    Exception {
        service: "teable",
        route: "",
        meets: |nature| nature == Nature::Status(460),
        change: |rule, _| Outcome { kind: Some(Kind::Forbidden), ..rule },
        why: "Teable's own status for a server that has reached its number of users",
    },
    Exception {
        service: "forum",
        route: "",
        meets: |nature| nature == Nature::SaysFailed,
        change: |_, _| Outcome { state: State::Failed, objects: 0, more: None, kind: Some(Kind::Refused) },
        why: "its code decides, whatever the status (services.md)",
    },
    Exception {
        service: "sandbox",
        route: "upload",
        meets: |nature| nature == Nature::Status(409),
        change: |_, _| Outcome { kind: Some(Kind::NameTaken), ..done(1, 1) },
        why: "the key of an earlier try went with other bytes: with a new key it is another upload",
    },
    Exception {
        service: "sandbox",
        route: "upload",
        meets: |nature| nature == Nature::Status(507),
        change: |_, _| Outcome { state: State::Failed, objects: 0, more: None, kind: Some(Kind::Refused) },
        why: "a full disk does not empty itself while one waits",
    },
];

/// What has to come of this fault, met once.
pub(crate) fn expected(route: &Route, nature: Nature) -> Outcome {
    let rule = by_rule(route, nature);
    let exception = EXCEPTIONS.iter().find(|exception| {
        exception.service == route.service
            && (exception.route.is_empty() || exception.route == route.name)
            && (exception.meets)(nature)
    });
    exception.map_or(rule, |exception| (exception.change)(rule, nature))
}

#[test]
fn every_exception_has_its_reason() {
    for exception in EXCEPTIONS {
        assert!(exception.why.len() > 10, "{} {}", exception.service, exception.route);
    }
}
