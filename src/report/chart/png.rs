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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The pixels that are not white.
    fn dark(svg: &str) -> usize {
        let picture = Pixmap::decode_png(&render(svg).unwrap()).unwrap();
        let pixels = picture.pixels().iter();
        pixels.filter(|pixel| pixel.red() < 128).count()
    }

    #[test]
    fn words_are_drawn_without_any_font_of_the_system() {
        let svg = |text: &str| {
            format!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20"><text x="2" y="15" font-family="sans-serif" font-size="13">{text}</text></svg>"#
            )
        };
        assert_eq!(dark(&svg("")), 0);
        assert!(dark(&svg("atomic µs ×")) > 200);
    }
}
