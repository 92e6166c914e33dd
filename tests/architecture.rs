//! Reads `src/` and fails where a layer, an owner or a budget of `ARCHITECTURE.md` is broken.
//!
//! The second half feeds each rule a broken example and sees it fail: a check that cannot fail proves nothing.

#[cfg(test)]
#[path = "support/architecture/mod.rs"]
mod checks;

#[cfg(test)]
mod package {
    use std::path::Path;

    use super::checks::{Breach, Tree, budgets, layers, rust_files, words};

    const DOCUMENTS: &[&str] = &["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/reliability.md"];

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    #[track_caller]
    fn assert_none(breaches: &[Breach]) {
        let lines: Vec<String> = breaches.iter().map(ToString::to_string).collect();
        assert!(lines.is_empty(), "{} broken:\n{}", lines.len(), lines.join("\n"));
    }

    #[test]
    fn the_table_of_layers_has_no_circle() {
        assert_eq!(layers::circles(), Vec::<String>::new());
    }

    #[test]
    fn layers_and_owners_hold() {
        assert_none(&layers::check(&Tree::of_package(), layers::EXCEPTIONS));
    }

    #[test]
    fn budgets_of_the_program_hold() {
        assert_none(&budgets::check(&Tree::of_package()));
    }

    #[test]
    fn test_files_stay_within_their_budget_and_promise_nothing() {
        let mut breaches = Vec::new();
        for path in ["src", "tests"].into_iter().flat_map(|folder| rust_files(root(), folder)) {
            let text = std::fs::read_to_string(root().join(&path)).unwrap();
            breaches.extend(budgets::file_length(&path, &text));
            breaches.extend(words::promises(&path, &text));
        }
        assert_none(&breaches);
    }

    #[test]
    fn only_the_command_line_prints() {
        assert_none(&words::prints(&Tree::of_package()));
    }

    #[test]
    fn documents_name_paths_that_exist() {
        let read = |name: &&str| std::fs::read_to_string(root().join(name)).unwrap();
        let dead = |name: &&str| words::dead_paths(root(), name, &read(name));
        assert_none(&DOCUMENTS.iter().flat_map(dead).collect::<Vec<_>>());
    }
}

/// Each rule against an example that breaks it, and against the nearest one that does not.
#[cfg(test)]
mod broken_examples {
    use std::path::Path;

    use super::checks::layers::Exception;
    use super::checks::{Breach, Tree, budgets, layers, words};

    fn layer_breaches(path: &str, text: &str) -> Vec<Breach> {
        layers::check(&Tree::new([(path, text)]), &[])
    }

    #[track_caller]
    fn assert_broken(breaches: &[Breach], part: &str) {
        assert!(breaches.iter().any(|breach| breach.what.contains(part)), "no “{part}” in {breaches:?}");
    }

    #[test]
    fn an_arrow_up_is_seen_however_it_is_written() {
        let ways = [
            "use crate::transfer::Handle;",
            "use crate::{domain::error, transfer::Handle};",
            "use crate::{self as all, transfer};",
            "use super::super::transfer::Handle;",
            "fn f() { crate::transfer::start(); }",
            "fn f(handle: &crate::transfer::Handle) {}",
            "fn f() -> Vec<Box<dyn crate::transfer::Waker>> { Vec::new() }",
            "fn f() { format!(\"{}\", crate::transfer::count()); }",
            "fn f() { tokio::select! { _ = async { crate::transfer::tick() } => {} } }",
            "mod inner { use super::super::super::transfer::Handle; }",
            "impl crate::transfer::Waker for X {}",
            "use affix::transfer::Handle;",
        ];
        for way in ways {
            assert_broken(
                &layer_breaches("src/services/mixin.rs", way),
                "`services` must not use `crate::transfer",
            );
        }
    }

    #[test]
    fn each_layer_is_bound() {
        let pairs = [
            ("domain", "services"),
            ("domain", "store"),
            ("platform", "settings"),
            ("store", "settings"),
            ("settings", "services"),
            ("media", "store"),
            ("media", "services"),
            ("services", "media"),
            ("services", "sandbox"),
            ("services", "settings"),
            ("sandbox", "services"),
            ("sandbox", "transfer"),
            ("settings", "sandbox"),
            ("store", "transfer"),
            ("transfer", "cli"),
        ];
        for (from, to) in pairs {
            let text = format!("use crate::{to}::thing;");
            let breaches = layer_breaches(&format!("src/{from}/running.rs"), &text);
            assert_broken(&breaches, &format!("`{from}` must not use `crate::{to}::thing`"));
        }
    }

    #[test]
    fn an_arrow_down_and_a_module_of_its_own_are_fine() {
        let text = "use crate::domain::error::Failure; use super::http::Call; use self::body::Body;
                    fn f() { crate::services::find(\"x\"); }";
        assert_eq!(layer_breaches("src/services/mixin.rs", text), []);
    }

    #[test]
    fn tests_may_reach_further() {
        let inside = "#[cfg(test)] mod tests { use crate::transfer::Handle; }";
        assert_eq!(layer_breaches("src/services/mixin.rs", inside), []);
        let beside = [
            ("src/services/mixin.rs", "#[cfg(test)] mod tests;"),
            ("src/services/mixin/tests.rs", "use crate::transfer::Handle;"),
        ];
        assert_eq!(layers::check(&Tree::new(beside), &[]), []);
        let not_test = "#[cfg(not(test))] mod real { use crate::transfer::Handle; }";
        assert_broken(&layer_breaches("src/services/mixin.rs", not_test), "must not use");
    }

    #[test]
    fn a_module_without_a_row_is_seen() {
        assert_broken(&layer_breaches("src/helpers/mod.rs", ""), "`helpers` has no row");
        assert_broken(&layer_breaches("src/helpers.rs", ""), "`helpers` has no row");
    }

    #[test]
    fn an_exception_lets_one_use_through_and_must_be_needed() {
        let exception =
            || [Exception { path: "src/settings/mod.rs", uses: "crate::services::find", reason: "defaults" }];
        let used = Tree::new([("src/settings/mod.rs", "fn f() { crate::services::find(\"x\"); }")]);
        assert_eq!(layers::check(&used, &exception()), []);
        let more = Tree::new([("src/settings/mod.rs", "use crate::services::{find, http::Http};")]);
        assert_broken(&layers::check(&more, &exception()), "`crate::services::http::Http`");
        let unused = Tree::new([("src/settings/mod.rs", "")]);
        assert_broken(&layers::check(&unused, &exception()), "nothing needs the exception");
    }

    #[test]
    fn a_crate_outside_its_home_is_seen() {
        let cases = [
            ("src/transfer/queue.rs", "use rusqlite::Connection;", "`rusqlite` belongs to src/store/"),
            (
                "src/services/mixin.rs",
                "fn f(c: &reqwest::Client) {}",
                "`reqwest` belongs to src/services/http",
            ),
            ("src/settings/mod.rs", "use keyring::Entry;", "`keyring` belongs to src/secrets/"),
            ("src/services/forum.rs", "use axum::Router;", "`axum` belongs to src/sandbox/"),
            ("src/cli/upload.rs", "use egui::Context;", "`egui` belongs to src/app"),
            ("src/transfer/actor.rs", "use eframe::{egui, App};", "`eframe` belongs to src/app"),
        ];
        for (path, text, part) in cases {
            assert_broken(&layer_breaches(path, text), part);
        }
        assert_eq!(layer_breaches("src/store/mod.rs", "use rusqlite::Connection;"), []);
        assert_eq!(layer_breaches("src/services/http_client.rs", "use reqwest::Client;"), []);
        assert_eq!(layer_breaches("src/cli/show.rs", "fn f(image: u8) -> u8 { image }"), []);
    }

    #[test]
    fn the_outside_world_in_the_meaning_layer_is_seen() {
        let texts = [
            "use std::fs::File;",
            "use std::{fmt, fs};",
            "use std::net::TcpStream;",
            "fn f() { tokio::spawn(async {}); }",
            "fn f() { let _ = std::time::SystemTime::now(); }",
            "use std::time::Instant; fn f() { let _ = Instant::now(); }",
            "fn f() { let _ = jiff::Timestamp::now(); }",
        ];
        for text in texts {
            assert_broken(&layer_breaches("src/domain/progress.rs", text), "`domain` must not use");
        }
        assert_eq!(layer_breaches("src/domain/progress.rs", "use std::time::{Duration, SystemTime};"), []);
        assert_eq!(layer_breaches("src/platform/dirs.rs", "use std::fs::File;"), []);
    }

    fn budget_breaches(path: &str, text: &str) -> Vec<Breach> {
        budgets::check(&Tree::new([(path, text)]))
    }

    fn function_of(lines: usize) -> String {
        format!("fn long() {{\n{}}}\n", "    step();\n".repeat(lines))
    }

    /// Enough short functions that one long one does not move the ninth tenth.
    fn among_short(function: &str) -> String {
        format!("{}{function}", "fn short() {}\n".repeat(20))
    }

    #[test]
    fn a_long_file_is_seen() {
        let lines = |count: usize| "// line\n".repeat(count);
        assert_eq!(budget_breaches("src/store/mod.rs", &lines(budgets::FILE_LINES)), []);
        assert_broken(
            &budget_breaches("src/store/mod.rs", &lines(budgets::FILE_LINES + 1)),
            "budget of a file",
        );
    }

    #[test]
    fn a_long_service_is_seen_without_its_tests() {
        let service = "// line\n".repeat(budgets::SERVICE_LINES);
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "// line\n".repeat(150));
        assert_eq!(budget_breaches("src/services/mixin.rs", &format!("{service}{tests}")), []);
        let longer = format!("// one more\n{service}{tests}");
        assert_broken(&budget_breaches("src/services/mixin.rs", &longer), "budget of a service");
        assert_broken(&budget_breaches("src/services/mixin/upload.rs", &longer), "budget of a service");
        assert_eq!(budget_breaches("src/services/http/exchange.rs", &longer), []);
        assert_eq!(budget_breaches("src/store/mod.rs", &longer), []);
    }

    #[test]
    fn a_long_main_is_seen() {
        let lines = |count: usize| "// line\n".repeat(count);
        assert_eq!(budget_breaches("src/main.rs", &lines(budgets::MAIN_LINES - 1)), []);
        assert_broken(&budget_breaches("src/main.rs", &lines(budgets::MAIN_LINES)), "main stays below");
    }

    #[test]
    fn a_long_function_is_seen() {
        let at_most = among_short(&function_of(budgets::FUNCTION_LINES));
        let over = among_short(&function_of(budgets::FUNCTION_LINES + 1));
        assert_eq!(budget_breaches("src/store/mod.rs", &at_most), []);
        assert_broken(&budget_breaches("src/store/mod.rs", &over), "`long` has 61 lines of code");
        assert_eq!(budget_breaches("src/ui/list.rs", &over), []);
        let ui_over = among_short(&function_of(budgets::UI_FUNCTION_LINES + 1));
        assert_broken(&budget_breaches("src/ui/list.rs", &ui_over), "`long` has 81 lines of code");
    }

    #[test]
    fn methods_and_default_methods_are_functions_too() {
        let body = "step();\n".repeat(61);
        let method = among_short(&format!("impl X {{ fn long() {{\n{body}\n}} }}"));
        let default = among_short(&format!("trait X {{ fn long() {{\n{body}\n}} }}"));
        let inner = among_short(&format!("fn outer() {{ fn long() {{\n{body}\n}} }}"));
        for text in [method, default, inner] {
            assert_broken(&budget_breaches("src/store/mod.rs", &text), "`long` has 61 lines of code");
        }
    }

    #[test]
    fn functions_that_are_usually_long_are_seen() {
        let long = function_of(budgets::USUAL_FUNCTION_LINES + 1).repeat(2);
        let short = "fn short() {}\n".repeat(18);
        assert_broken(&budget_breaches("src/store/mod.rs", &format!("{short}{long}")), "one function in ten");
        let in_tests = format!("{short}#[cfg(test)] mod tests {{ {long} }}");
        assert_eq!(budget_breaches("src/store/mod.rs", &in_tests), []);
    }

    #[test]
    fn many_arguments_are_seen() {
        let five = "impl X { fn f(&self, a: u8, b: u8, c: u8, d: u8) {} }";
        let six = "impl X { fn f(&self, a: u8, b: u8, c: u8, d: u8, e: u8) {} }";
        assert_eq!(budget_breaches("src/store/mod.rs", five), []);
        assert_broken(&budget_breaches("src/store/mod.rs", six), "`f` has 6 arguments");
    }

    #[test]
    fn deep_nesting_is_seen() {
        let four = "fn f() { Box::pin(async move { for x in y { match x { _ => { if x { done(); } } } } }) }";
        let five = "fn f() { loop { while x { match x { _ => { list.each(|y| { if y { done(); } }) } } } } }";
        assert_eq!(budget_breaches("src/store/mod.rs", four), []);
        assert_broken(&budget_breaches("src/store/mod.rs", five), "`f` has 5 levels of nesting");
        let ladder = "fn f() { if a {} else if b {} else if c {} else if d {} else if e {} else if g {} }";
        assert_eq!(budget_breaches("src/store/mod.rs", ladder), []);
    }

    #[test]
    fn prints_outside_the_command_line_are_seen() {
        let texts = [
            "fn f() { println!(\"x\"); }",
            "fn f() { std::eprintln!(\"x\"); }",
            "fn f() { tokio::select! { _ = x => { print!(\"x\"); } } }",
            "fn f() { let _ = std::io::stdout(); }",
            "use std::io; fn f() { let _ = io::stderr().lock(); }",
        ];
        for text in texts {
            assert_broken(&words::prints(&Tree::new([("src/store/mod.rs", text)])), "outside src/cli");
            assert_eq!(words::prints(&Tree::new([("src/cli/upload.rs", text)])), []);
            let in_tests = format!("#[cfg(test)] mod tests {{ {text} }}");
            assert_eq!(words::prints(&Tree::new([("src/store/mod.rs", in_tests)])), []);
        }
    }

    #[test]
    fn promises_without_an_issue_are_seen() {
        for word in [concat!("TO", "DO"), concat!("FIX", "ME")] {
            assert_broken(&words::promises("x.rs", &format!("// {word}: later")), "no issue number");
            assert_eq!(words::promises("x.rs", &format!("// {word}(#12): later")), []);
            assert_eq!(words::promises("x.rs", &format!("let {word}S = 1;")), []);
        }
    }

    #[test]
    fn dead_paths_in_documents_are_seen() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let breaches = words::dead_paths(root, "README.md", "see `src/nowhere.rs` and `src/lib.rs`");
        assert_eq!(breaches.len(), 1);
        assert_broken(&breaches, "`src/nowhere.rs` does not exist");
        assert_eq!(
            words::dead_paths(root, "README.md", "write `src/services/<id>.rs`, run `scripts/run upload`"),
            []
        );
    }
}
