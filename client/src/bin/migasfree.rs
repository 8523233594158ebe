//! The command line `migasfree`.

use std::process::ExitCode;

fn main() -> ExitCode {
    migasfree_client::cli::main()
}
