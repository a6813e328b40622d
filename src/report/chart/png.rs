//! A drawing as PNG, with a font of our own: a machine that measures may have none.

use std::sync::Arc;

use anyhow::{Context, Result};
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

/// Pixels for each unit of a drawing that stands alone.
const SCALE: f32 = 2.0;

/// Renders a drawing on white paper.
pub(super) fn render(svg: &str) -> Result<Vec<u8>> {
    let mut fonts = Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    fonts.set_sans_serif_family("DejaVu Sans");
    let options = Options {
        fontdb: Arc::new(fonts),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).context("cannot read the chart")?;
    let size = tree.size().to_int_size();
    let size = size.scale_by(SCALE).context("the chart is too large")?;
    let mut pixels = Pixmap::new(size.width(), size.height()).context("the chart is too large")?;
    pixels.fill(Color::WHITE);
    let transform = Transform::from_scale(SCALE, SCALE);
    resvg::render(&tree, transform, &mut pixels.as_mut());
    pixels.encode_png().context("cannot write the chart")
}
