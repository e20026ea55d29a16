//! What `--fix` can do, from what was found. Pure.

use std::collections::BTreeSet;

use imgdeploy_checks::{Diagnosis, Fix, Headline};

/// The fixes that the findings ask for, effects included: what is a mere effect of one fault may need mending all the same.
pub fn wanted(diagnosis: &Diagnosis) -> BTreeSet<Fix> {
    fn of(headline: &Headline, into: &mut BTreeSet<Fix>) {
        into.extend(headline.finding.fix);
        headline.effects.iter().for_each(|effect| of(effect, into));
    }
    let mut fixes = BTreeSet::new();
    diagnosis.headlines.iter().for_each(|headline| of(headline, &mut fixes));
    fixes
}
