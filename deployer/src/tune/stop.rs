//! Ctrl-C, or a polite kill: what was made is taken away before the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;

/// What a shell says of a program that Ctrl-C ended.
const ENDED: i32 = 130;

/// Knows whether the run is to stop.
#[derive(Debug, Clone)]
pub struct Stop {
    asked: watch::Receiver<bool>,
    over: Arc<AtomicBool>,
}

impl Stop {
    /// Listens from now on. Until [`Stop::release`], a second Ctrl-C changes nothing: cleaning up takes a few seconds.
    pub fn listen() -> Self {
        let (sender, receiver) = watch::channel(false);
        let over = Arc::new(AtomicBool::new(false));
        let released = Arc::clone(&over);
        tokio::spawn(async move {
            loop {
                asked().await;
                // The signal's own way is gone for good once it was listened to.
                if released.load(Ordering::Acquire) {
                    std::process::exit(ENDED);
                }
                let _ = sender.send(true);
            }
        });
        Self { asked: receiver, over }
    }

    /// There is nothing more to clean up: from now on Ctrl-C ends the program at once, as it does elsewhere.
    pub fn release(&self) {
        self.over.store(true, Ordering::Release);
    }

    /// Whether to stop.
    pub fn is_set(&self) -> bool {
        *self.asked.borrow()
    }

    /// Returns when the run is to stop.
    pub async fn wait(&self) {
        let mut receiver = self.asked.clone();
        if receiver.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
async fn asked() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}

#[cfg(not(unix))]
async fn asked() {
    let _ = tokio::signal::ctrl_c().await;
}
