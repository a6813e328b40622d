//! A frame with two axes, into which series are drawn.

use plotters::backend::SVGBackend;
use plotters::chart::{ChartBuilder, ChartContext, LabelAreaPosition};
use plotters::coord::cartesian::Cartesian2d;
use plotters::style::Color;

use super::axis::Axis;
use super::canvas::{Area, Failed, Spot, Words};
use super::ink::{FAINT, GRID};

/// The room around a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) top: i32,
    pub(super) right: i32,
    pub(super) bottom: i32,
    pub(super) left: i32,
}

/// A frame with two axes.
pub(super) struct Figure<'a, 'b> {
    chart: ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>,
}

impl<'a, 'b> Figure<'a, 'b> {
    /// Draws the axes and the lines behind everything.
    pub(super) fn draw(area: &'a Area<'b>, room: Room, x: &Axis, y: &Axis) -> Result<Self, Failed> {
        let mut chart = ChartBuilder::on(area)
            .margin_top(room.top)
            .margin_right(room.right)
            .set_label_area_size(LabelAreaPosition::Left, room.left)
            .set_label_area_size(LabelAreaPosition::Bottom, room.bottom)
            .build_cartesian_2d(x.clone(), y.clone())?;
        let words = Words::new(FAINT).style();
        chart
            .configure_mesh()
            .bold_line_style(GRID.color().stroke_width(2))
            .axis_style(FAINT.color().stroke_width(2))
            .label_style(words)
            .set_all_tick_mark_size(8)
            .x_label_formatter(&|value| x.words(*value))
            .y_label_formatter(&|value| y.words(*value))
            .draw()?;
        let figure = Self { chart };
        let (left, bottom) = figure.corner();
        let (right, top) = figure.far_corner();
        let words = Words::new(FAINT);
        words.centred().write(
            area,
            &x.label,
            ((left + right) / 2, bottom + room.bottom - 22),
        )?;
        // Upright words are hard to read: the axis' name stands above it.
        if !y.label.is_empty() {
            words.write(area, &y.label, (left - room.left + 6, top - 58))?;
        }
        Ok(figure)
    }

    /// Where a pair of values stands.
    pub(super) fn spot(&self, x: f64, y: f64) -> Spot {
        self.chart.backend_coord(&(x, y))
    }

    /// Where the axes meet.
    pub(super) fn corner(&self) -> Spot {
        let (across, down) = self.chart.plotting_area().get_pixel_range();
        (across.start, down.end)
    }

    /// The other end of both.
    pub(super) fn far_corner(&self) -> Spot {
        let (across, down) = self.chart.plotting_area().get_pixel_range();
        (across.end, down.start)
    }
}
