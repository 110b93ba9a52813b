//! Other people's tools: cfn-lint, checkov and moto.
//!
//! Where one is not installed, its tests say so and pass; `CFN_LINT` and `CHECKOV` name a program, `MOTO` a virtual
//! environment, and then it has to be there.

use serde_json::Value as Json;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program that a variable names, or that is on the path.
pub(crate) fn program(name: &str, variable: &str) -> Option<PathBuf> {
    if let Some(path) = std::env::var_os(variable) {
        return Some(path.into());
    }
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let mut found = std::env::split_paths(&paths).map(|p| p.join(name));
    let found = found.find(|p| p.is_file());
    if found.is_none() {
        println!("skipped: {name} is not installed");
    }
    found
}

/// Runs a tool; its status, and what it prints.
pub(crate) fn run(command: &mut Command) -> (Option<i32>, String) {
    let begin = Instant::now();
    let output = command.output().expect("the tool starts");
    println!(
        "{} s: {}",
        begin.elapsed().as_secs(),
        command.get_program().display()
    );
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (
        output.status.code(),
        text + &String::from_utf8_lossy(&output.stderr),
    )
}

/// A directory of this test run, empty.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cloudformation-{name}"));
    drop(std::fs::remove_dir_all(&made));
    std::fs::create_dir_all(&made).expect("a directory");
    made
}

/// A moto of its own, ended with this value.
pub(crate) struct Moto {
    process: Child,
    python: PathBuf,
    endpoint: String,
}

impl Drop for Moto {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Moto {
    /// A new one, unless it is not installed.
    pub(crate) fn new() -> Option<Self> {
        let Some(environment) = std::env::var_os("MOTO") else {
            println!("skipped: MOTO does not name a virtual environment");
            return None;
        };
        let programs = Path::new(&environment).join("bin");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port().to_string();
        drop(free);
        let process = Command::new(programs.join("moto_server"))
            .args(["-H", "127.0.0.1", "-p", &port])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let made = Self {
            process: process.expect("the server starts"),
            python: programs.join("python"),
            endpoint: format!("http://127.0.0.1:{port}"),
        };
        for _ in 0..1200 {
            if TcpStream::connect(format!("127.0.0.1:{port}")).is_ok() {
                return Some(made);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the server does not answer after a minute");
    }

    /// Makes stacks; what came of each.
    pub(crate) fn stacks(&self, stacks: &[Json]) -> Vec<Json> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/stacks.py");
        let mut process = Command::new(&self.python)
            .arg(script)
            .args([self.endpoint.as_str(), super::stack::REGION])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let lines: Vec<String> = stacks.iter().map(Json::to_string).collect();
        let lines = lines.join("\n");
        let mut input = process.stdin.take().expect("an input");
        let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
        let output = process.wait_with_output().expect("Python ends");
        writer.join().expect("a thread").expect("written");
        assert!(output.status.success(), "the script failed");
        let text = String::from_utf8(output.stdout).expect("text");
        let told = text.lines().map(|l| serde_json::from_str(l).expect("JSON"));
        let told: Vec<Json> = told.collect();
        assert_eq!(told.len(), stacks.len());
        told
    }
}
