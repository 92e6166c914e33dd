//! How many elements a vector picture has once everything that it refers to stands in its place.
//!
//! Patterns are copied wherever they are used, so ten in ten in ten have more elements than there is memory: that is
//! counted before usvg begins to copy.

use std::collections::HashMap;

use resvg::usvg::roxmltree::{Document, Node};

const ELEMENTS_MAX: u64 = 2_000_000;

/// Calls itself as deep as elements are nested and refer to others: call it within [`deep::run`](crate::media::deep).
pub(super) fn fits(document: &Document<'_>) -> bool {
    let ids = document.descendants().filter_map(|node| Some((node.attribute("id")?, node))).collect();
    let mut counter = Counter { ids, counts: HashMap::new() };
    counter.count(document.root_element()) <= ELEMENTS_MAX
}

struct Counter<'a, 'input> {
    ids: HashMap<&'a str, Node<'a, 'input>>,
    /// Of each element that refers or is referred to, by its place in the document; 0 while it is being counted, so
    /// that a circle ends.
    counts: HashMap<usize, u64>,
}

impl<'a, 'input> Counter<'a, 'input> {
    fn count(&mut self, element: Node<'a, 'input>) -> u64 {
        let place = element.id().get_usize();
        if let Some(&known) = self.counts.get(&place) {
            return known;
        }
        self.counts.insert(place, 0);
        let mut count: u64 = 1;
        for child in element.children().filter(Node::is_element) {
            count = count.saturating_add(self.count(child));
        }
        for attribute in element.attributes() {
            for id in references(attribute.value()) {
                let target = self.ids.get(id).copied();
                count = count.saturating_add(target.map_or(0, |target| self.count(target)));
            }
        }
        self.counts.insert(place, count);
        count
    }
}

/// The ids in `#id` and `url(#id)`; colours look the same and are nobody's id.
fn references(value: &str) -> impl Iterator<Item = &str> {
    let value = if value.starts_with("data:") { "" } else { value };
    let ends = [')', '"', '\'', ' ', ';'];
    value.split('#').skip(1).map(move |rest| rest.split(ends).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_count_as_often_as_they_are_made() {
        let level = |n| format!("<g id='g{n}'>{}</g>", format!("<use href='#g{}'/>", n - 1).repeat(20));
        let levels = (1..6).map(level).collect::<Vec<_>>().concat();
        for (body, is_fit) in [
            (levels.as_str(), false),
            ("<g id='a'><use href='#b'/></g><g id='b' style='fill: url(#a); stroke:#fff'/>", true),
            ("<path fill='#fff' d='M0 0'/><image href='data:x,#a'/>", true),
        ] {
            let text = format!("<svg><path id='g0'/>{body}</svg>");
            assert_eq!(fits(&Document::parse(&text).unwrap()), is_fit, "{body}");
        }
    }
}
