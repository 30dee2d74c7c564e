//! UTC time as text, without a calendar library.

use std::time::{SystemTime, UNIX_EPOCH};

/// Formats a moment as `YYYY-MM-DDThh:mm:ssZ`; moments before 1970 become its first second.
pub fn utc(moment: SystemTime) -> String {
    let seconds = moment.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// Year, month and day of the Gregorian calendar, from days since 1970-01-01.
fn civil(days: u64) -> (u64, u64, u64) {
    // Counted in 400-year cycles from 0000-03-01, so that the leap day is the last day of a year.
    let shifted = days + 719_468;
    let (cycle, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (month_out, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (cycle * 400 + year + carry, month_out, day - (153 * month + 2) / 5 + 1)
}

/// Whether a text has the form that [`utc`] gives.
pub(crate) fn is_utc(text: &str) -> bool {
    const FORM: &[u8] = b"dddd-dd-ddTdd:dd:ddZ";
    text.len() == FORM.len()
        && text.bytes().zip(FORM).all(|(c, f)| if *f == b'd' { c.is_ascii_digit() } else { c == *f })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn known_moments() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            let got = utc(UNIX_EPOCH + Duration::from_secs(seconds));
            assert_eq!(got, text);
            assert!(is_utc(&got));
        }
        assert!(!is_utc("2000-02-29 00:00:00"));
    }
}
