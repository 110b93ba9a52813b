//! Ctrl-C: the first one is a wish, the second one an order.
//!
//! Promises that after the first one the process goes on, so that it can put away what it made, and that a second one
//! ends it at once with status 130, the one that shells give to a process which ended that way.

use super::Exit;
use std::process::exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// From now on Ctrl-C sets the flag that is given back. To be called once in a process.
///
/// # Errors
/// That the signal cannot be watched, in words.
pub(super) fn watch() -> Result<Arc<AtomicBool>, String> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&flag);
    let handler = move || {
        if set.swap(true, Ordering::SeqCst) {
            #[expect(clippy::exit, reason = "nothing else ends a process that is busy")]
            exit(Exit::Interrupted as i32);
        }
    };
    ctrlc::set_handler(handler).map_err(|e| format!("Ctrl-C cannot be watched: {e}"))?;
    Ok(flag)
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::expect_used, reason = "a test ends there")]

    use super::*;
    use std::process::Command;
    use std::thread::sleep;
    use std::time::Duration;

    #[test]
    fn the_first_interruption_is_a_wish() {
        let flag = watch().expect("the first watch of this process");
        assert!(!flag.load(Ordering::SeqCst));
        let mut shell = Command::new("sh");
        shell.args(["-c", "kill -INT $PPID"]);
        assert!(shell.status().expect("a shell").success());
        for _ in 0..500 {
            if flag.load(Ordering::SeqCst) {
                return;
            }
            sleep(Duration::from_millis(10));
        }
        assert!(flag.load(Ordering::SeqCst));
    }
}
