//! Holds the last bytes of a body back until they may leave: a request that must not be repeated is on record before
//! the service can act on it.

use std::task::{Context, Poll};

use tokio::sync::oneshot;

use crate::domain::error::Failure;

/// The body's side.
#[derive(Debug)]
pub struct Door {
    knock: Option<oneshot::Sender<()>>,
    answer: oneshot::Receiver<Result<(), Failure>>,
}

/// The side of whoever lets them go.
#[derive(Debug)]
pub struct Doorkeeper {
    knocked: oneshot::Receiver<()>,
    answer: oneshot::Sender<Result<(), Failure>>,
}

/// The two sides of a closed door.
#[must_use]
pub fn closed() -> (Door, Doorkeeper) {
    let (knock, knocked) = oneshot::channel();
    let (opens, answer) = oneshot::channel();
    (Door { knock: Some(knock), answer }, Doorkeeper { knocked, answer: opens })
}

impl Door {
    /// Asks to be let through; an error: the bytes must stay.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        if let Some(knock) = self.knock.take() {
            // A keeper that has gone is told by the answer.
            let _gone = knock.send(());
        }
        let answer = std::pin::Pin::new(&mut self.answer).poll(context);
        answer.map(|answer| answer.unwrap_or_else(|_gone| Err(Failure::cancelled())))
    }
}

impl Doorkeeper {
    /// Waits until the last bytes are to leave, and then for `permission`.
    pub async fn keep(self, permission: impl Future<Output = Result<(), Failure>>) {
        if self.knocked.await.is_ok() {
            // A body that has gone needs no answer.
            let _gone = self.answer.send(permission.await);
        }
    }
}
