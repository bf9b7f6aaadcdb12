//! What a process costs, as the kernel counts it.

use std::fs;

/// Nanoseconds that all its threads have run so far.
pub(crate) fn ran_ns(process: u32) -> u64 {
    let threads = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let ran = |thread: fs::DirEntry| {
        // A thread may end in between.
        let text = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
        text.split_whitespace().next().and_then(|ns| ns.parse::<u64>().ok()).unwrap_or(0)
    };
    threads.map(|thread| ran(thread.unwrap())).sum()
}

/// Bytes of memory that it holds.
pub(crate) fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
}
