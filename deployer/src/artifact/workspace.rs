//! imgdeploy's source tree, found from the current folder upwards.

use imgdeploy_model::terminal::Name;
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand};

/// Package and binary of the function.
pub const PACKAGE: &str = "resizer-fn";
pub const BINARY: &str = "bootstrap";

/// The workspace that the function is in.
#[derive(Debug)]
pub struct Workspace {
    /// The folder of its root `Cargo.toml`.
    pub root: PathBuf,
    /// Where cargo builds.
    pub target: PathBuf,
}

/// Looks for it from `here` upwards.
///
/// # Errors
/// Why there is none, as a sentence.
pub fn find(here: &Path) -> Result<Workspace, String> {
    // Without a manifest there is no need to start cargo, which may not be installed.
    if !here.ancestors().any(|folder| folder.join("Cargo.toml").is_file()) {
        return Err(format!("{} is not inside of a cargo workspace", Name(here)));
    }
    let metadata = command(here).no_deps().exec().map_err(|error| match error {
        cargo_metadata::Error::Io(error) => format!("cargo cannot be started ({error})"),
        other => other.to_string().trim_end().to_owned(),
    })?;
    let has_function = metadata.packages.iter().any(|package| {
        package.name.as_str() == PACKAGE
            && package.targets.iter().any(|one| one.is_bin() && one.name == BINARY)
    });
    if !has_function {
        return Err(format!(
            "the workspace at {} has no package {PACKAGE} with a binary {BINARY}",
            metadata.workspace_root
        ));
    }
    Ok(Workspace { root: metadata.workspace_root.into(), target: metadata.target_directory.into() })
}

impl Workspace {
    /// Folders that hold the sources of other packages, for builds for `triple`. Fetches what is missing.
    ///
    /// # Errors
    /// What cargo says.
    pub fn sources_of_others(&self, triple: &str) -> Result<Vec<PathBuf>, String> {
        let options = ["--locked", "--filter-platform", triple].map(str::to_owned);
        let metadata = command(&self.root).other_options(options).exec();
        let metadata: Metadata = metadata.map_err(|error| error.to_string())?;
        let mut folders: Vec<PathBuf> = metadata
            .packages
            .iter()
            .filter(|package| package.source.is_some())
            .filter_map(|package| Some(package.manifest_path.parent()?.parent()?.as_std_path().to_owned()))
            .collect();
        folders.sort();
        folders.dedup();
        Ok(folders)
    }
}

fn command(folder: &Path) -> MetadataCommand {
    let mut command = MetadataCommand::new();
    command.current_dir(folder);
    command
}
