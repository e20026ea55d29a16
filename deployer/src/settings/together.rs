//! Settings that are fine each, and do not go together: nothing would come of them, and nobody would say so. Pure.

use super::problem::Problem;
use super::site::Site;
use super::value::{Dimension, OnUpload, Presets, preset_entries};
use resizer_core::Spec;
use resizer_core::spec::{OutputFormat, Side};

/// What does not go together in a site.
pub(super) fn problems(site: &Site) -> Vec<Problem> {
    let mut problems = Vec::new();
    if site.presets_only && site.presets.as_str().is_empty() {
        problems.push(Problem::new(
            "`presets-only` is set, but there are no `presets`: every image would be refused",
            Some(
                "name some, such as `--presets 'thumb=300x200/smart'`, or leave `presets-only` out"
                    .to_owned(),
            ),
        ));
    }
    let most = site.max_output_pixels;
    for size in site.allowed_dimensions.as_slice() {
        if let Dimension::Both(width, height) = *size
            && u64::from(width) * u64::from(height) > most
        {
            problems.push(too_large("allowed-dimensions", &size.to_string(), most));
        }
    }
    for (name, spec) in specs(&site.presets, &site.on_upload) {
        match spec {
            Ok(spec) => problems.extend(of_spec(site, name, &spec)),
            Err(text) => problems.push(Problem::new(
                format!("`{name}` has `{text}`, which is neither a spec nor one of `presets`"),
                Some(format!("name it in `presets`, such as `{text}=300x200/smart`, or write a spec")),
            )),
        }
    }
    problems
}

/// The specs of presets and uploads, with the setting that names them; the text of one that is no spec and no preset.
fn specs<'a>(
    presets: &'a Presets,
    on_upload: &'a OnUpload,
) -> impl Iterator<Item = (&'static str, Result<Spec, &'a str>)> {
    let named =
        preset_entries(presets.as_str()).map(|(name, spec)| ("presets", spec.parse().map_err(|_| name)));
    let is_preset = |text: &str| preset_entries(presets.as_str()).any(|(name, _)| name == text);
    let ordered = on_upload.as_str().split(';').filter(move |text| !text.is_empty() && !is_preset(text));
    named.chain(ordered.map(|text| ("on-upload", text.parse().map_err(|_| text))))
}

fn of_spec(site: &Site, name: &'static str, spec: &Spec) -> Option<Problem> {
    if let Some(kind) = site.keep_metadata.keepable().refuses(spec) {
        let kind = kind.name();
        return Some(Problem::new(
            format!(
                "`{name}` has `{spec}`, which asks for metadata (`{kind}`) that `keep-metadata` does not name"
            ),
            Some(format!("leave `{kind}` out, or add it: `--keep-metadata {},{kind}`", site.keep_metadata)),
        ));
    }
    // One object can't be in as many formats as there are viewers.
    let stored = name == "on-upload" || site.sources.is_empty();
    if stored && spec.format() == Some(OutputFormat::Auto) {
        return Some(Problem::new(
            format!(
                "`{name}` has `{spec}`: `format(auto)` is answered by the direct route only, and nothing is stored of it"
            ),
            Some("name a format, such as `format(webp)`".to_owned()),
        ));
    }
    let plain = spec.dpr_thousandths() == 1000
        && spec.fit == resizer_core::spec::Fit::Cover
        && spec.filters.is_empty();
    match (spec.width, spec.height) {
        (Side::Pixels(width), Side::Pixels(height))
            if plain && u64::from(width) * u64::from(height) > site.max_output_pixels =>
        {
            Some(too_large(name, &spec.to_string(), site.max_output_pixels))
        }
        _ => None,
    }
}

fn too_large(name: &str, spec: &str, most: u64) -> Problem {
    Problem::new(
        format!(
            "`{name}` has `{spec}`, which is more than the {most} pixels that `max-output-pixels` lets an image have"
        ),
        Some("name a smaller size, or raise `max-output-pixels`".to_owned()),
    )
}
