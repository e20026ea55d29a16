//! The rows as a picture: time on the left, cost on the right, against memory. Pure.

use std::fmt::Write as _;

use super::measure::Row;
use crate::price;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
/// Plot area: left, top, right, bottom.
const AREA: (f64, f64, f64, f64) = (70.0, 60.0, 650.0, 340.0);
const TIME: &str = "#1f6fb2";
const SLOWEST: &str = "#8fbbe0";
const COST: &str = "#b2551f";
/// Marks on each axis.
const TICKS: u32 = 4;

/// A size that was measured.
struct Point {
    memory: u32,
    average: f64,
    slowest: f64,
    usd: f64,
}

/// A whole SVG file; `title` is above the picture.
pub fn svg(rows: &[Row], title: &str) -> String {
    let point = |row: &Row| {
        let (average, slowest, usd) = (row.billed_ms?, row.slowest_ms?, row.usd_per_million?);
        Some(Point { memory: row.memory_mb, average, slowest, usd })
    };
    let measured: Vec<Point> = rows.iter().filter_map(point).collect();
    let (left, top, right, bottom) = AREA;
    let most_ms = round_up(measured.iter().map(|one| one.slowest).fold(0.0, f64::max));
    let most_usd = round_up(measured.iter().map(|one| one.usd).fold(0.0, f64::max));
    let count = measured.len().max(1) as f64;
    let x = |at: usize| left + (right - left) * (at as f64 + 0.5) / count;
    let y = |value: f64, most: f64| bottom - (bottom - top) * value / most;

    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/>\n"
    );
    let mut word = |x: f64, y: f64, anchor: &str, colour: &str, said: &str| {
        let said = escaped(said);
        let _ = writeln!(
            text,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{said}</text>"
        );
    };
    word(WIDTH / 2.0, 22.0, "middle", "#222222", title);
    word(left - 8.0, top - 12.0, "middle", TIME, "ms paid for");
    word(right + 8.0, top - 12.0, "middle", COST, "USD per million");
    for tick in 0..=TICKS {
        let part = f64::from(tick) / f64::from(TICKS);
        let at = y(part, 1.0) + 4.0;
        word(left - 8.0, at, "end", TIME, &format!("{:.0}", most_ms * part));
        word(right + 8.0, at, "start", COST, &price::in_words(most_usd * part));
    }
    for (at, one) in measured.iter().enumerate() {
        word(x(at), bottom + 20.0, "middle", "#222222", &format!("{} MB", one.memory));
    }
    word(left, HEIGHT - 12.0, "start", TIME, "average");
    word(left + 80.0, HEIGHT - 12.0, "start", SLOWEST, "slowest");
    word(left + 160.0, HEIGHT - 12.0, "start", COST, "cost");
    if measured.is_empty() {
        word(WIDTH / 2.0, HEIGHT / 2.0, "middle", "#222222", "no size was measured");
    }
    for tick in 0..=TICKS {
        let at = y(f64::from(tick) / f64::from(TICKS), 1.0);
        let _ = writeln!(
            text,
            "<line x1=\"{left}\" y1=\"{at:.1}\" x2=\"{right}\" y2=\"{at:.1}\" stroke=\"#dddddd\"/>"
        );
    }
    let line = |of: &dyn Fn(&Point) -> f64| {
        let point = |(at, one)| format!("{:.1},{:.1}", x(at), of(one));
        measured.iter().enumerate().map(point).collect::<Vec<_>>()
    };
    for (points, colour, dash) in [
        (line(&|one| y(one.slowest, most_ms)), SLOWEST, ""),
        (line(&|one| y(one.average, most_ms)), TIME, ""),
        (line(&|one| y(one.usd, most_usd)), COST, " stroke-dasharray=\"6 4\""),
    ] {
        let _ = writeln!(
            text,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dash}/>",
            points.join(" ")
        );
        for point in points {
            let (x, y) = point.split_once(',').unwrap_or_default();
            let _ = writeln!(text, "<circle cx=\"{x}\" cy=\"{y}\" r=\"3.5\" fill=\"{colour}\"/>");
        }
    }
    text.push_str("</svg>\n");
    text
}

/// The next of 1, 2, 4, 5, 8, 10, 20, …: a round end for an axis.
fn round_up(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 4.0, 5.0, 8.0, 10.0];
    steps.iter().map(|step| step * power).find(|end| *end >= value).unwrap_or(value)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::chart::tests::rows;
    use super::*;
    use proptest::prelude::*;

    fn points(svg: &str) -> Vec<(f64, f64)> {
        let document = roxmltree::Document::parse(svg).unwrap();
        let circles = document.descendants().filter(|node| node.has_tag_name("circle"));
        let number = |node: &roxmltree::Node<'_, '_>, name| node.attribute(name).unwrap().parse().unwrap();
        circles.map(|node| (number(&node, "cx"), number(&node, "cy"))).collect()
    }

    #[test]
    fn every_measured_size_has_its_points_within_the_picture() {
        let svg = svg(&rows(), "f <in> eu-west-1 & more");
        // Three lines of three sizes; 128 MB failed.
        let points = points(&svg);
        assert_eq!(points.len(), 9);
        for (x, y) in &points {
            assert!((AREA.0..=AREA.2).contains(x) && (AREA.1..=AREA.3).contains(y), "{x} {y}");
        }
        // 512 MB takes half as long as 256 MB: half as high above the axis.
        let height = |at: usize| AREA.3 - points[3 + at].1;
        assert!((height(0) / height(1) - 2.0).abs() < 0.01, "{points:?}");
        assert!(svg.contains("1769 MB") && !svg.contains("128 MB"), "{svg}");
    }

    #[test]
    fn nothing_measured_is_said() {
        assert!(svg(&[], "f").contains("no size was measured"));
        assert!(points(&svg(&rows()[..1], "f")).is_empty());
    }

    proptest! {
        #[test]
        fn an_axis_ends_a_little_above(value in 1e-9_f64..1e9) {
            let end = round_up(value);
            prop_assert!(value <= end && end <= value * 2.000_001, "{end}");
        }

        #[test]
        fn any_title_is_xml(title in "[^\u{0}-\u{1f}\u{fffe}\u{ffff}]{0,60}") {
            prop_assert!(roxmltree::Document::parse(&svg(&rows(), &title)).is_ok());
        }
    }
}
