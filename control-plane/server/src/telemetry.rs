//! Logs: JSON lines on standard error, without colours, so that no foreign text reaches a terminal raw.

use tracing_subscriber::EnvFilter;

/// Installs the subscriber; `REMIT_LOG` sets the filter, `info` when it is not set.
pub fn install() {
    let filter = EnvFilter::try_from_env("REMIT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false);
    // A second installation in one process keeps the first.
    drop(subscriber.try_init());
}
