//! Every path that a file names, resolved as far as one file tells: in `use`, in types and expressions, in macros.

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::{SourceFile, attributes, is_test_only};

/// A path, such as `["crate", "domain", "error", "Failure"]` or `["std", "fs", "read"]`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub segments: Vec<String>,
    pub line: usize,
}

impl Named {
    pub(crate) fn starts_with(&self, prefix: &str) -> bool {
        let wanted: Vec<&str> = prefix.split("::").collect();
        self.segments.len() >= wanted.len()
            && self.segments.iter().zip(wanted).all(|(have, want)| have == want)
    }

    pub(crate) fn ends_with(&self, suffix: &str) -> bool {
        let wanted: Vec<&str> = suffix.split("::").collect();
        self.segments.len() >= wanted.len()
            && self.segments.iter().rev().zip(wanted.iter().rev()).all(|(have, want)| have == want)
    }

    pub(crate) fn text(&self) -> String {
        self.segments.join("::")
    }
}

/// The paths of a file outside its tests. `self` and `super` are resolved, `affix::` counts as `crate::`.
pub(crate) fn named(file: &SourceFile) -> Vec<Named> {
    let mut finder = Finder { module: file.module(), found: Vec::new() };
    finder.visit_file(&file.syntax);
    finder.found
}

/// The macros that a file calls outside its tests: the last part of the name, and the line.
pub(crate) fn macros(file: &SourceFile) -> Vec<(String, usize)> {
    struct Macros(Vec<(String, usize)>);
    impl<'ast> Visit<'ast> for Macros {
        fn visit_item(&mut self, item: &'ast syn::Item) {
            if !is_test_only(attributes(item)) {
                visit::visit_item(self, item);
            }
        }
        fn visit_macro(&mut self, call: &'ast syn::Macro) {
            if let Some(last) = call.path.segments.last() {
                self.0.push((last.ident.to_string(), call.span().start().line));
            }
            nested_macros(&call.tokens, &mut self.0);
        }
    }
    let mut macros = Macros(Vec::new());
    macros.visit_file(&file.syntax);
    macros.0
}

/// Macros called inside a macro's arguments, such as `println!` in `tokio::select!`.
fn nested_macros(tokens: &TokenStream, found: &mut Vec<(String, usize)>) {
    let mut previous: Option<proc_macro2::Ident> = None;
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(ident) => previous = Some(ident),
            TokenTree::Punct(punct) if punct.as_char() == '!' => {
                found.extend(previous.take().map(|ident| (ident.to_string(), ident.span().start().line)));
            }
            TokenTree::Group(group) => {
                nested_macros(&group.stream(), found);
                previous = None;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => previous = None,
        }
    }
}

/// All identifiers of a token stream, nested groups included.
pub(crate) fn idents(tokens: &TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    for token in tokens.clone() {
        match token {
            TokenTree::Ident(ident) => found.push(ident.to_string()),
            TokenTree::Group(group) => found.extend(idents(&group.stream())),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    found
}

struct Finder {
    /// The module that is being walked, inline modules included.
    module: Vec<String>,
    found: Vec<Named>,
}

impl Finder {
    fn push(&mut self, segments: Vec<String>, line: usize) {
        self.found.push(Named { segments: self.resolve(segments), line });
    }

    fn resolve(&self, mut segments: Vec<String>) -> Vec<String> {
        let first = segments.first().map_or("", String::as_str);
        match first {
            "affix" => segments[0] = "crate".to_owned(),
            "self" | "super" if segments.len() > 1 => {
                let mut base = self.module.clone();
                let mut rest = segments.into_iter().peekable();
                while let Some(step) = rest.next_if(|step| step == "self" || step == "super") {
                    if step == "super" {
                        base.pop();
                    }
                }
                segments = std::iter::once("crate".to_owned()).chain(base).chain(rest).collect();
            }
            _ => {}
        }
        segments
    }

    fn push_tree(&mut self, prefix: &[String], tree: &syn::UseTree) {
        let with = |ident: &syn::Ident| {
            let mut path = prefix.to_vec();
            path.push(ident.to_string());
            path
        };
        let line = tree.span().start().line;
        match tree {
            syn::UseTree::Path(path) => self.push_tree(&with(&path.ident), &path.tree),
            syn::UseTree::Name(name) => self.push(with(&name.ident), line),
            syn::UseTree::Rename(rename) => self.push(with(&rename.ident), line),
            syn::UseTree::Glob(_) => self.push(prefix.to_vec(), line),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.push_tree(prefix, tree);
                }
            }
        }
    }

    /// Paths in a macro's arguments are only tokens: words joined by `::`.
    fn push_tokens(&mut self, tokens: &TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let (mut colons, mut line) = (0, 0);
        for token in tokens.clone() {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.flush(&mut path, line);
                        line = ident.span().start().line;
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => colons += 1,
                TokenTree::Group(group) => {
                    self.flush(&mut path, line);
                    self.push_tokens(&group.stream());
                    colons = 0;
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.flush(&mut path, line);
                    colons = 0;
                }
            }
        }
        self.flush(&mut path, line);
    }

    fn flush(&mut self, path: &mut Vec<String>, line: usize) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.push(path, line);
        }
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_test_only(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.module.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.push_tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.push(segments, path.span().start().line);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.push_tokens(&call.tokens);
        visit::visit_macro(self, call);
    }
}
