//! Asks before much memory is taken, so that two readers do not take it at once.

use std::cell::Cell;

/// What counts as much: two of them beside each other would be more than previews may take together.
const MUCH_BYTES: u64 = 64 << 20;

type Ask = Box<dyn FnOnce()>;

thread_local! {
    static ASK: Cell<Option<Ask>> = const { Cell::new(None) };
}

/// Call this before a decoder takes this many bytes: waits until no other preview takes much. On the thread of the call;
/// the first large claim of a call counts for all of it.
pub(in crate::media) fn claim(bytes: u64) {
    if bytes >= MUCH_BYTES
        && let Some(ask) = ASK.take()
    {
        ask();
    }
}

/// What [`claim`] does during this work.
pub(in crate::media) fn asking<T>(ask: Ask, work: impl FnOnce() -> T) -> T {
    ASK.set(Some(ask));
    let done = work();
    ASK.set(None);
    done
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;

    #[test]
    fn much_is_asked_for_once_a_call() {
        let asked = Rc::new(Cell::new(0));
        let call = || {
            let asked = asked.clone();
            Box::new(move || asked.set(asked.get() + 1))
        };
        claim(u64::MAX);
        asking(call(), || claim(MUCH_BYTES - 1));
        assert_eq!(asked.get(), 0);
        asking(call(), || {
            claim(MUCH_BYTES);
            claim(u64::MAX);
        });
        claim(u64::MAX);
        assert_eq!(asked.get(), 1);
        asking(call(), || claim(MUCH_BYTES));
        assert_eq!(asked.get(), 2);
    }
}
