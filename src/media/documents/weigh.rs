//! How much work and memory a vector picture would take, before any of it is drawn.
//!
//! Layers, filters and patterns make a few hundred bytes cost minutes and gigabytes. What is drawn again and again is
//! counted as often.

use resvg::usvg::filter::Kind;
use resvg::usvg::{Group, Image, ImageKind, Node, Path, Rect, Tree};

/// Parts that are drawn, however often the same.
const PARTS_MAX: u32 = 400_000;
/// Steps of filters, however often the same: each takes its time even for a pixel.
const FILTER_STEPS_MAX: usize = 2_000;
/// Groups in groups that need a layer of their own.
const LAYERS_DEEP_MAX: usize = 64;
/// The pixels of the pictures in it, 4 bytes each while one of them is drawn.
const PICTURE_PIXELS_MAX: f64 = 200e6;

/// What drawing it costs at the scale of 1.
#[derive(Debug, Default)]
pub(super) struct Weight {
    parts: u32,
    filter_steps: usize,
    /// Pixels that are touched, weighted by how slow that is.
    pub work_px: f64,
    /// Pixels of layers that are held at once.
    pub layers_px: f64,
    held_px: Vec<f64>,
    picture_px: f64,
    /// Nothing is drawn outside of it, filters see four times as far.
    canvas: (f64, f64),
}

impl Weight {
    /// `None`: more than is drawn at any scale.
    pub(super) fn of(tree: &Tree) -> Option<Self> {
        let size = tree.size();
        let canvas = (f64::from(size.width()), f64::from(size.height()));
        let mut weight = Self { canvas, ..Self::default() };
        weight.group(tree.root())?;
        Some(weight)
    }

    fn group(&mut self, group: &Group) -> Option<()> {
        self.part()?;
        if !group.should_isolate() {
            return self.children(group);
        }
        let layer_px = self.area(group.abs_layer_bounding_box().to_rect(), 5.0);
        if self.held_px.len() >= LAYERS_DEEP_MAX {
            return None;
        }
        self.filter_steps += group.filters().iter().map(|filter| filter.primitives().len()).sum::<usize>();
        if self.filter_steps > FILTER_STEPS_MAX {
            return None;
        }
        self.held_px.push(layer_px);
        self.layers_px = self.layers_px.max(self.held_px.iter().sum());
        self.work_px += layer_px * (3.0 + self.filters(group));
        self.children(group)?;
        self.held_px.pop();
        Some(())
    }

    fn children(&mut self, group: &Group) -> Option<()> {
        for node in group.children() {
            match node {
                Node::Group(group) => self.group(group)?,
                Node::Path(path) => self.path(path)?,
                Node::Image(image) => self.image(image)?,
                Node::Text(text) => self.group(text.flattened())?,
            }
            let mut fits = Some(());
            node.subroots(|root| fits = fits.and_then(|()| self.group(root)));
            fits?;
        }
        Some(())
    }

    fn path(&mut self, path: &Path) -> Option<()> {
        self.part()?;
        self.work_px += self.area(path.abs_stroke_bounding_box(), 1.0) * 0.2;
        Some(())
    }

    fn image(&mut self, image: &Image) -> Option<()> {
        self.part()?;
        let size = image.size();
        if let ImageKind::SVG(tree) = image.kind() {
            // What is in it was weighed when it was read.
            self.work_px += self.canvas.0 * self.canvas.1;
            return self.group(tree.root());
        }
        self.picture_px += f64::from(size.width()) * f64::from(size.height());
        (self.picture_px <= PICTURE_PIXELS_MAX).then_some(())
    }

    fn part(&mut self) -> Option<()> {
        self.parts += 1;
        (self.parts <= PARTS_MAX).then_some(())
    }

    /// The part of it that is drawn, where drawing goes this many times as far as the canvas.
    fn area(&self, rect: Rect, times: f64) -> f64 {
        let side = |length: f32, canvas: f64| f64::from(length).min(canvas * times);
        side(rect.width(), self.canvas.0) * side(rect.height(), self.canvas.1)
    }

    /// How many times slower the group's filters are than painting.
    fn filters(&self, group: &Group) -> f64 {
        let primitives = group.filters().iter().flat_map(|filter| filter.primitives());
        primitives.map(|primitive| self.slowness(primitive.kind())).sum()
    }

    fn slowness(&self, kind: &Kind) -> f64 {
        match kind {
            Kind::ConvolveMatrix(matrix) => f64::from(matrix.matrix().columns() * matrix.matrix().rows()),
            // It looks at every pixel in its reach for every pixel.
            Kind::Morphology(reach) => {
                let width = |radius: f32, canvas: f64| (2.0 * f64::from(radius)).min(canvas * 5.0);
                width(reach.radius_x().get(), self.canvas.0) * width(reach.radius_y().get(), self.canvas.1)
            }
            Kind::Turbulence(noise) => 40.0 * f64::from(noise.num_octaves().max(1)),
            Kind::DiffuseLighting(_) | Kind::SpecularLighting(_) | Kind::DropShadow(_) => 20.0,
            Kind::GaussianBlur(_) => 10.0,
            _ => 5.0,
        }
    }
}
