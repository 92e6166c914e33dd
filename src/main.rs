//! Affix: drop a file, get its link.

fn main() -> std::process::ExitCode {
    affix::cli::main()
}
