//! The peak of this process's resident memory, as Linux counts it (proc(5)).

use std::fs;

/// Lets the peak start again from what is resident now. Where the kernel can't, [`peak_kb`] tells
/// the peak of the whole life.
pub fn reset_peak() {
    // The answer would not change by knowing: `peak_kb` is then an upper bound.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// The peak since [`reset_peak`], in KiB; none outside Linux.
pub fn peak_kb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
