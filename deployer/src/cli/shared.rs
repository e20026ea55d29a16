//! What several commands take.

use super::given::SITE_ENV;
use super::help;
use clap::Args;

/// Which bucket is meant.
#[derive(Debug, Args)]
pub struct SiteChoice {
    /// Bucket that holds the original images [default: that of the file's only site]
    #[arg(long, value_name = "NAME", env = help::env("bucket"), hide_env_values = true)]
    pub bucket: Option<String>,
    /// Site in the settings file, by its name there [default: the one with --bucket, or the only one]
    #[arg(long, value_name = "NAME", env = SITE_ENV, hide_env_values = true)]
    pub site: Option<String>,
    #[arg(long, value_name = "ID", help = help::of("distribution"), env = help::env("distribution"), hide_env_values = true)]
    #[allow(missing_docs)]
    pub distribution: Option<String>,
}

/// Whether to stop before anything is written.
#[derive(Debug, Clone, Copy, Args)]
pub struct DryRun {
    /// Show the plan and stop before anything is written [default: ask, then write]
    #[arg(long)]
    pub dry_run: bool,
    /// With --dry-run: end with exit code 3 if the plan has changes [default: 0]
    #[arg(long, requires = "dry_run")]
    pub exit_code: bool,
}

/// Declares the flags of `attach` that are settings: all are raw text, and the table says the rest.
macro_rules! setting_flags {
    ($(#[$doc:meta])* $name:ident { $($heading:literal: $($field:ident $flag:literal $value:literal,)+)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Args)]
        #[allow(missing_docs)]
        pub struct $name {
            $($(
                #[arg(long, value_name = $value, help_heading = $heading, help = help::of($flag), env = help::env($flag), hide_env_values = true)]
                pub $field: Option<String>,
            )+)+
        }
    };
}

setting_flags! {
    /// The settings of a site, as raw text.
    SiteFlags {
        "Chain":
            delivery "delivery" "WAY",
            prefix "prefix" "PREFIX",
            url "url" "URL",
            redirect "redirect" "CODE",
            sources "sources" "LIST",
            security_key "security-key" "KEY",
        "Code":
            zip "zip" "FILE",
            arch "arch" "ARCH",
        "Images":
            allowed_dimensions "allowed-dimensions" "LIST",
            presets "presets" "LIST",
            keep_metadata "keep-metadata" "LIST",
            quality "quality" "N",
            cache_control "cache-control" "TEXT",
        "Limits":
            max_pixels "max-pixels" "N",
            max_bytes "max-bytes" "N",
            max_output_pixels "max-output-pixels" "N",
            memory "memory" "MB",
            timeout "timeout" "SECONDS",
            throttle_rate "throttle-rate" "RPS",
            throttle_burst "throttle-burst" "N",
            log_retention "log-retention" "DAYS",
        "Batches":
            on_upload "on-upload" "LIST",
            max_concurrency "max-concurrency" "N",
        "Rights":
            permissions_boundary "permissions-boundary" "ARN",
            stack_role "stack-role" "ARN",
    }
}

/// The settings of a site that are on or off: flags for the command line, but their variables say `true` or `false`.
#[derive(Debug, Args)]
pub struct SiteSwitches {
    #[arg(
        long, num_args = 0, default_missing_value = "true", help_heading = "Chain", help = help::of("allow-unsafe"),
        env = help::env("allow-unsafe"), hide_env_values = true
    )]
    #[allow(missing_docs)]
    pub allow_unsafe: Option<String>,
    #[arg(
        long, num_args = 0, default_missing_value = "true", help_heading = "Images", help = help::of("presets-only"),
        env = help::env("presets-only"), hide_env_values = true
    )]
    #[allow(missing_docs)]
    pub presets_only: Option<String>,
    #[arg(
        long, num_args = 0, default_missing_value = "true", help_heading = "Batches", help = help::of("batch"),
        env = help::env("batch"), hide_env_values = true
    )]
    #[allow(missing_docs)]
    pub batch: Option<String>,
}
