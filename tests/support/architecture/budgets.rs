//! Budgets: how long a file and a function may be, how many arguments, how deep the nesting.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::{Breach, SourceFile, Tree, attributes, is_test_only};

/// Lines of a file, tests included.
pub(crate) const FILE_LINES: usize = 500;
/// Lines of a service's file without its tests.
pub(crate) const SERVICE_LINES: usize = 300;
/// The plumbing that all services share is no service: the usual budget of a file holds.
const SHARED_BY_SERVICES: &[&str] = &["src/services/body", "src/services/http"];
/// Lines of `src/main.rs`.
pub(crate) const MAIN_LINES: usize = 80;
/// Lines of code of a function's body, without blank lines and comments, as clippy counts them.
pub(crate) const FUNCTION_LINES: usize = 60;
/// The same for functions that draw.
pub(crate) const UI_FUNCTION_LINES: usize = 80;
/// Nine of ten functions stay at or below this many lines of code.
pub(crate) const USUAL_FUNCTION_LINES: usize = 30;
/// Parameters of a function, `self` included.
pub(crate) const ARGUMENTS: usize = 5;
/// `if`, `match`, loops, closures with a block, `async` blocks inside one another.
pub(crate) const NESTING: usize = 4;

/// Every budget that the tree exceeds.
pub(crate) fn check(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut usual = Vec::new();
    for file in &tree.files {
        breaches.extend(file_length(&file.path, &file.text));
        breaches.extend(service_length(file));
        breaches.extend(main_length(file));
        for function in functions(file) {
            breaches.extend(function.breaches(file));
            if !function.is_test {
                usual.push(function.lines);
            }
        }
    }
    usual.sort_unstable();
    let p90 = usual.get(usual.len() * 9 / 10).copied().unwrap_or(0);
    if p90 > USUAL_FUNCTION_LINES {
        let what =
            format!("one function in ten is longer than {p90} lines; {USUAL_FUNCTION_LINES} is the budget");
        breaches.push(Breach { path: "src".to_owned(), line: 0, what });
    }
    breaches
}

/// A file of any folder that is too long.
pub(crate) fn file_length(path: &str, text: &str) -> Option<Breach> {
    let lines = text.lines().count();
    (lines > FILE_LINES).then(|| Breach {
        path: path.to_owned(),
        line: lines,
        what: format!("{lines} lines; {FILE_LINES} is the budget of a file"),
    })
}

fn service_length(file: &SourceFile) -> Option<Breach> {
    let shared = SHARED_BY_SERVICES.iter().any(|start| file.path.starts_with(start));
    if !file.path.starts_with("src/services/") || shared || file.is_test {
        return None;
    }
    let tests = file.syntax.items.iter().filter(|item| is_test_only(attributes(item)));
    let test_lines: usize = tests.map(|item| line_count(item.span())).sum();
    let lines = file.text.lines().count() - test_lines;
    (lines > SERVICE_LINES).then(|| {
        file.breach(lines, format!("{lines} lines without tests; {SERVICE_LINES} is the budget of a service"))
    })
}

fn main_length(file: &SourceFile) -> Option<Breach> {
    let lines = file.text.lines().count();
    (file.path == "src/main.rs" && lines >= MAIN_LINES)
        .then(|| file.breach(lines, format!("{lines} lines; main stays below {MAIN_LINES}")))
}

fn line_count(span: proc_macro2::Span) -> usize {
    span.end().line - span.start().line + 1
}

/// One function as it is measured.
struct Function {
    name: String,
    line: usize,
    /// Lines of code of the body.
    lines: usize,
    arguments: usize,
    nesting: usize,
    is_test: bool,
}

impl Function {
    fn breaches(&self, file: &SourceFile) -> Vec<Breach> {
        let name = &self.name;
        let draws = file.path.starts_with("src/ui/");
        let most_lines = if draws { UI_FUNCTION_LINES } else { FUNCTION_LINES };
        let measures = [
            (self.lines, most_lines, "lines of code"),
            (self.arguments, ARGUMENTS, "arguments"),
            (self.nesting, NESTING, "levels of nesting"),
        ];
        let over = measures.into_iter().filter(|(have, most, _)| have > most);
        over.map(|(have, most, unit)| {
            file.breach(self.line, format!("`{name}` has {have} {unit}, {most} at most"))
        })
        .collect()
    }
}

fn functions(file: &SourceFile) -> Vec<Function> {
    let mut walk = Functions { lines: file.text.lines().collect(), found: Vec::new(), in_test: file.is_test };
    walk.visit_file(&file.syntax);
    walk.found
}

struct Functions<'text> {
    lines: Vec<&'text str>,
    found: Vec<Function>,
    in_test: bool,
}

impl Functions<'_> {
    fn measure(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let mut nesting = Nesting::default();
        nesting.visit_block(body);
        let (start, end) = (body.span().start().line, body.span().end().line);
        // Between the braces: the lines that hold them belong to the signature.
        let inside = self.lines.get(start..end.saturating_sub(1)).unwrap_or_default();
        let is_code = |line: &&&str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
        self.found.push(Function {
            name: signature.ident.to_string(),
            line: signature.span().start().line,
            lines: inside.iter().filter(is_code).count(),
            arguments: signature.inputs.len(),
            nesting: nesting.deepest,
            is_test: self.in_test,
        });
    }

    fn within(&mut self, attributes: &[syn::Attribute], walk: impl FnOnce(&mut Self)) {
        let before = self.in_test;
        self.in_test |= is_test_only(attributes);
        walk(self);
        self.in_test = before;
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        self.within(attributes(item), |walk| visit::visit_item(walk, item));
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.measure(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.within(&function.attrs, |walk| {
            walk.measure(&function.sig, &function.block);
            visit::visit_impl_item_fn(walk, function);
        });
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(body) = &function.default {
            self.measure(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[derive(Default)]
struct Nesting {
    depth: usize,
    deepest: usize,
}

impl Nesting {
    fn deeper(&mut self, walk: impl FnOnce(&mut Self)) {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        walk(self);
        self.depth -= 1;
    }
}

impl<'ast> Visit<'ast> for Nesting {
    fn visit_expr_if(&mut self, expression: &'ast syn::ExprIf) {
        self.visit_expr(&expression.cond);
        self.deeper(|walk| walk.visit_block(&expression.then_branch));
        match expression.else_branch.as_ref().map(|(_, branch)| branch.as_ref()) {
            // `else if` goes on at the same depth: it reads as one ladder.
            Some(syn::Expr::If(next)) => self.visit_expr_if(next),
            Some(branch) => self.deeper(|walk| walk.visit_expr(branch)),
            None => {}
        }
    }

    fn visit_expr_match(&mut self, expression: &'ast syn::ExprMatch) {
        self.visit_expr(&expression.expr);
        self.deeper(|walk| expression.arms.iter().for_each(|arm| walk.visit_arm(arm)));
    }

    fn visit_expr_for_loop(&mut self, expression: &'ast syn::ExprForLoop) {
        self.visit_expr(&expression.expr);
        self.deeper(|walk| walk.visit_block(&expression.body));
    }

    fn visit_expr_while(&mut self, expression: &'ast syn::ExprWhile) {
        self.visit_expr(&expression.cond);
        self.deeper(|walk| walk.visit_block(&expression.body));
    }

    fn visit_expr_loop(&mut self, expression: &'ast syn::ExprLoop) {
        self.deeper(|walk| walk.visit_block(&expression.body));
    }

    fn visit_expr_closure(&mut self, expression: &'ast syn::ExprClosure) {
        match expression.body.as_ref() {
            body @ syn::Expr::Block(_) => self.deeper(|walk| walk.visit_expr(body)),
            body => self.visit_expr(body),
        }
    }

    fn visit_expr_async(&mut self, expression: &'ast syn::ExprAsync) {
        self.deeper(|walk| walk.visit_block(&expression.block));
    }

    /// A function inside a function is measured by itself.
    fn visit_item(&mut self, _: &'ast syn::Item) {}
}
