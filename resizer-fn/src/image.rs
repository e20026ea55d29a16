//! The call into the image core: the one place that changes when its signature does.

pub use resizer_core::Assets;
use resizer_core::spec::Filter;
use resizer_core::{Defaults, Error, Limits, Options, Output, Spec, Stop};

/// The keys of the watermarks that `spec` puts on the image, each once.
pub fn watermarks(spec: &Spec) -> Vec<&str> {
    let mut keys: Vec<&str> = Vec::new();
    for filter in &spec.filters {
        if let Filter::Watermark(mark) = filter
            && !keys.contains(&mark.key.as_str())
        {
            keys.push(&mark.key);
        }
    }
    keys
}

/// Makes all images of an original, which is decoded once for all. Where that is more than the limits allow together, one
/// after the other.
///
/// # Errors
/// The core's: outside, what is wrong with the original; inside, with one image.
pub fn make_all(
    bytes: &[u8],
    specs: &[Spec],
    assets: &Assets,
    defaults: &Defaults,
    limits: &Limits,
    stop: &Stop,
) -> Result<Vec<Result<Output, Error>>, Error> {
    let options = Options { defaults, limits, assets, stop };
    match resizer_core::resize_all(bytes, specs, &options) {
        Err(Error::TooMuchWork { .. } | Error::TooMuchMemory { .. }) if specs.len() > 1 => {
            let alone = |spec| resizer_core::resize_all(bytes, std::slice::from_ref(spec), &options);
            let one = |spec| alone(spec)?.pop().unwrap_or(Err(Error::Codec));
            Ok(specs.iter().map(one).collect())
        }
        made => made,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use resizer_core::spec::{Offset, Watermark, WatermarkPos};

    #[test]
    fn each_watermark_is_named_once() {
        let mark = |key: &str| {
            let (x, y) = (WatermarkPos::Center, WatermarkPos::Start(Offset::Pixels(1)));
            let key = key.to_owned();
            Filter::Watermark(Watermark {
                key,
                x,
                y,
                alpha_percent: 0,
                width_percent: None,
                height_percent: None,
            })
        };
        let spec = Spec::width(1).with(mark("b")).with(Filter::Grayscale).with(mark("a")).with(mark("b"));
        assert_eq!(watermarks(&spec), ["b", "a"]);
        assert!(watermarks(&Spec::width(1)).is_empty());
    }
}
