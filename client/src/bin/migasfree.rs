//! The command line `migasfree`.

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(code) = migasfree_client::process::helper::run_if_asked() {
        return code;
    }
    ExitCode::SUCCESS
}
