//! What the kernel says of a process and of the machine.

use std::fs;

use anyhow::{Context, Result};
use migasfree_tests::fleet::Pace;

/// Seconds of processor time a process has used, all threads together.
pub fn cpu_seconds(process: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in parentheses may hold blanks; the figures come after it.
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .context("/proc/PID/stat")?
        .1
        .split_whitespace()
        .collect();
    let ticks: f64 = [11, 12]
        .into_iter()
        .filter_map(|field| fields.get(field)?.parse::<f64>().ok())
        .sum();
    Ok(ticks / rustix::param::clock_ticks_per_second() as f64)
}

/// Milliseconds of processor time that a process uses, per time of `times`, while something runs.
pub async fn cpu_each(
    process: u32,
    times: usize,
    run: impl Future<Output = Result<Pace>>,
) -> Result<(f64, Pace)> {
    let before = cpu_seconds(process)?;
    let pace = run.await?;
    let used = (cpu_seconds(process)? - before) * 1000.0;
    Ok((used / (pace.count * times) as f64, pace))
}

/// Resident memory of a process in MiB.
pub fn resident_mib(process: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let kibibytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|value| value.split_whitespace().next()?.parse::<f64>().ok())
        .context("no VmRSS")?;
    Ok(kibibytes / 1024.0)
}

/// How many cores there are.
pub fn cores() -> f64 {
    std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64)
}

/// Processor, cores, memory and kernel in one line.
pub fn describe() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown processor", |rest| {
            rest.trim_start_matches([' ', '\t', ':'])
        });
    let cores = cpu
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count();
    let memory = fs::read_to_string("/proc/meminfo")
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"))
        .and_then(|value| value.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or_default()
        / (1024 * 1024);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{model}, {cores} cores, {memory} GiB, Linux {}",
        kernel.trim()
    )
}

/// The date, `YYYY-MM-DD`, UTC.
pub fn today() -> String {
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    let date = std::process::Command::new("date")
        .args(["--utc", "--iso-8601", &format!("--date=@{seconds}")])
        .output();
    date.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default()
}
