//! iCloud Drive.
