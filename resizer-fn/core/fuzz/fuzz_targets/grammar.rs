//! Any text as a path, a spec, presets and a query; whatever is read of it is laid out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use resizer_core::geometry::{Found, layout};
use resizer_core::spec::{MAX_LENGTH, Presets, Reading, Spec, from_query, readings};

fuzz_target!(|input: ((u32, u32), &str)| {
    let (source, text) = input;
    match Spec::parse(text) {
        Ok(spec) => {
            let canonical = spec.to_string();
            // The canonical text can be longer than the one read (`fill(red)`, encoded keys).
            if canonical.len() <= MAX_LENGTH {
                assert_eq!(Spec::parse_canonical(&canonical).as_ref(), Ok(&spec));
            }
            let laid = layout(source, &spec, &Found::default());
            let (width, height) = laid.window.output();
            let ends = (u64::from(laid.at.0) + u64::from(width), u64::from(laid.at.1) + u64::from(height));
            assert!(width > 0 && height > 0);
            assert!(ends.0 <= laid.canvas.0.into() && ends.1 <= laid.canvas.1.into());
        }
        Err(error) => {
            assert!(
                text.get(error.at..).is_some_and(|rest| rest.starts_with(error.token.trim_end_matches('…')))
            );
            assert!(error.to_string().len() < 4000);
        }
    }
    if let Ok(readings) = readings(text) {
        assert!(!readings.is_empty() && readings.len() <= 8);
        for Reading { spec, text: part, key } in readings {
            assert_eq!(format!("{part}/{key}"), text);
            assert_eq!(Spec::parse(part), Ok(spec));
        }
    }
    let _ = Presets::parse(text);
    let _ = from_query(text.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))));
});
