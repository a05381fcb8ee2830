//! Ctrl-C as a wish: long work is asked to stop and keeps what it has; a second Ctrl-C ends the program.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);
static LISTENING: Once = Once::new();

/// Hears Ctrl-C from now on.
pub(crate) fn listen() {
    LISTENING.call_once(|| {
        let heard = || {
            if ASKED.swap(true, Ordering::Relaxed) {
                // Whoever asks twice does not want to wait. 130 is what shells expect of an interrupted program.
                #[expect(clippy::exit, reason = "the only way out of a handler")]
                std::process::exit(130);
            }
        };
        // Where the signal cannot be heard, Ctrl-C ends the program as it always did.
        let _ = ctrlc::set_handler(heard);
    });
}

/// Says whether somebody asked to stop.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}
