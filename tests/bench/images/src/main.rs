//! One of the workers that `run.py` compares: a JSON job a line on stdin, a JSON answer a line on
//! stdout, until stdin ends. README.md next to it has the protocol.

mod job;
mod memory;
mod work;

use std::io::{self, BufRead, Write};

fn main() -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let answer = match serde_json::from_str(&line?) {
            Ok(job) => work::run(&job),
            Err(problem) => job::Answer::failed(format!("the job cannot be read: {problem}")),
        };
        serde_json::to_writer(&mut stdout, &answer)?;
        stdout.write_all(b"\n")?;
        stdout.flush()?;
    }
    Ok(())
}
