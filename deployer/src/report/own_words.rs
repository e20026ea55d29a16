//! What the program says of its own command line.

/// A text that is made of the definition of the command line alone, in lines of its own.
#[derive(Debug)]
pub struct OwnWords(String);

impl OwnWords {
    /// The script that a shell reads.
    pub fn completions(shell: clap_complete::Shell, mut cli: clap::Command) -> Self {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut cli, "imgdeploy", &mut script);
        Self(String::from_utf8_lossy(&script).into_owned())
    }

    /// The manual page of a command, in troff.
    ///
    /// # Errors
    /// The page can't be made.
    pub fn manual(page: clap::Command) -> std::io::Result<Self> {
        let mut text = Vec::new();
        clap_mangen::Man::new(page).render(&mut text)?;
        Ok(Self(String::from_utf8_lossy(&text).into_owned()))
    }

    /// The text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}
