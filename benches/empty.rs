//! A window of eframe with nothing in it, as small as a program with a window can be: what Affix' own start, memory and
//! rest are measured beside (`scripts/measure/window.py`).

use eframe::egui::{CentralPanel, Ui, ViewportBuilder, vec2};
use eframe::{App, Frame, NativeOptions, Renderer};

struct Empty;

impl App for Empty {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut Frame) {
        CentralPanel::default().show(ui, |_nothing| {});
    }
}

fn main() -> eframe::Result {
    let options = NativeOptions {
        viewport: ViewportBuilder::default()
            .with_title("Affix")
            .with_inner_size(vec2(1100.0, 720.0))
            .with_drag_and_drop(true),
        renderer: Renderer::Glow,
        ..NativeOptions::default()
    };
    eframe::run_native("Empty", options, Box::new(|_context| Ok(Box::new(Empty))))
}
