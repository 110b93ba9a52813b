//! The binary `design`: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    design::cli::main()
}
